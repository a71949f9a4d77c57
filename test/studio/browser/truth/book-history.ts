/**
 * What rested in a book at each event, read from the library, and the mean of a level over a time by its definition: a sum over
 * every stretch between two events. It knows nothing of the studio's tiles.
 */
import type { Past } from 'refold';

export type Side = 'buy' | 'sell';
/** As `bookTop` of both books gives it. */
export type Rows = readonly (readonly [ask: number | null, asked: unknown, bid: number | null, bidden: unknown])[];
export type BookTop = (state: any, symbol: string, depth: number) => Rows;

interface Step {
  readonly sequence: number;
  readonly time: number;
  readonly rows: Rows;
}

export class BookHistory {
  readonly steps: readonly Step[];
  /** What divides all prices. */
  readonly tick: number;

  private constructor(steps: readonly Step[]) {
    this.steps = steps;
    let tick = 0;
    for (const { rows } of steps)
      for (const [ask, , bid] of rows) tick = divisorOf(divisorOf(tick, ask ?? 0), bid ?? 0);
    this.tick = tick;
  }

  /** @param depth how many levels of each side count */
  static async read(past: Past, bookTop: BookTop, symbol: string, depth: number): Promise<BookHistory> {
    const steps: Step[] = [];
    await past.walk({
      each({ sequence, recordedAt, meta }, state) {
        const time = recordedAt + Number(meta?.ns ?? 0) / 1e6;
        // A feed whose time goes back stands still.
        steps.push({ sequence, time: Math.max(time, steps.at(-1)?.time ?? 0), rows: bookTop(state, symbol, depth) });
      },
    });
    return new BookHistory(steps);
  }

  get first(): Step {
    return this.steps[0]!;
  }

  get last(): Step {
    return this.steps.at(-1)!;
  }

  /** The last event at or before a time. */
  at(time: number): Step | undefined {
    return this.steps.findLast((step) => step.time <= time);
  }

  /** The mean of a level over a part of time, as far as the log tells it; the last value where that part has no duration. */
  mean(side: Side, price: number, from: number, to: number): number {
    const [start, end] = [Math.max(from, this.first.time), Math.min(to, this.last.time)];
    if (start > end) return 0;
    if (start === end) return quantityIn(this.at(end)!, side, price);
    let area = 0;
    for (const [index, step] of this.steps.entries()) {
      const until = Math.min(end, this.steps[index + 1]?.time ?? end);
      const length = until - Math.max(start, step.time);
      if (length > 0) area += length * quantityIn(step, side, price);
    }
    return area / (end - start);
  }

  /** The best prices of each side that stood during a part of time. */
  bests(from: number, to: number): readonly (readonly number[])[] {
    const during = this.steps.filter(({ time }) => time > from && time <= to);
    const steps = [this.at(from), ...during].filter((step) => step !== undefined);
    return [2, 0].map((place) => steps.flatMap(({ rows }) => (rows[0]?.[place] as number | null | undefined) ?? []));
  }
}

function quantityIn({ rows }: Step, side: Side, price: number): number {
  const [priceAt, quantityAt] = side === 'buy' ? [2, 3] : [0, 1];
  return Number(rows.find((row) => row[priceAt] === price)?.[quantityAt] ?? 0);
}

function divisorOf(a: number, b: number): number {
  return b === 0 ? a : divisorOf(b, a % b);
}
