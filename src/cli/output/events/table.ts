/**
 * Events as a table for people: sequence, time, type, and data in one line that ends where the terminal does.
 *
 * Lines are printed while events are read, so a column is as wide as what it has had so far, and only grows.
 */
import type { RecordedEvent } from '../../../index.ts';
import { cut, padRight, widthOf } from '../lines.ts';
import { count, oneLine, paint, safeJson, time } from '../text.ts';

const GAP = '  ';
const HEAD = { sequence: 'sequence', time: 'time', type: 'type', data: 'data' } as const;
/** Columns that a type takes at most. */
const TYPE_WIDTH = 32;
/** Data gets at least this, also where the line is then too long and is cut. */
const DATA_WIDTH = 8;

export class EventTable {
  readonly #lineWidth: () => number;
  #sequenceWidth: number = HEAD.sequence.length;
  #timeWidth: number = HEAD.time.length;
  #typeWidth: number = HEAD.type.length;
  #isBegun = false;

  /**
   * @param lineWidth how wide a line may be: a terminal may change
   * @param expected what columns must have room for from the beginning, as far as it is known
   */
  constructor(lineWidth: () => number, expected: { readonly sequence: number; readonly types: readonly string[] }) {
    this.#lineWidth = lineWidth;
    this.#sequenceWidth = Math.max(this.#sequenceWidth, count(expected.sequence).length);
    for (const type of expected.types) this.#makeRoomFor(shownType(type));
  }

  /** The lines of some events; the first ones come with the head of the table. */
  *lines(events: readonly RecordedEvent[]): Generator<string, void> {
    if (events.length === 0) return;
    if (!this.#isBegun) {
      this.#timeWidth = Math.max(this.#timeWidth, time(events[0]!.recordedAt).length);
      this.#makeRoomFor(shownType(events[0]!.type));
      const { sequence, ...others } = HEAD;
      yield `${paint('dim', this.#line(sequence, others.time, others.type, others.data))}\n`;
      this.#isBegun = true;
    }
    for (const { sequence, recordedAt, type, data } of events) {
      yield `${this.#line(count(sequence), time(recordedAt), shownType(type), safeJson(data))}\n`;
    }
  }

  #line(sequence: string, at: string, type: string, data: string): string {
    this.#sequenceWidth = Math.max(this.#sequenceWidth, sequence.length);
    this.#timeWidth = Math.max(this.#timeWidth, at.length);
    this.#makeRoomFor(type);
    const start = [sequence.padStart(this.#sequenceWidth), at.padEnd(this.#timeWidth), padRight(type, this.#typeWidth)];
    const line = [...start, ''].join(GAP);
    const width = this.#lineWidth();
    return cut(line + cut(data, Math.max(DATA_WIDTH, width - widthOf(line))), width);
  }

  #makeRoomFor(type: string): void {
    this.#typeWidth = Math.max(this.#typeWidth, widthOf(type));
  }
}

function shownType(type: string): string {
  return cut(oneLine(type), TYPE_WIDTH);
}
