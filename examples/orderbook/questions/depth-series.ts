/** The questions about what the book shows: book, spread, imbalance. */
import { RefoldError } from 'refold';
import type { LevelView } from '../model/index.ts';
import { counted } from '../text.ts';
import type { Amount, Scale } from './amounts.ts';
import { type Asking, askMoment, askRange, type QuestionOptions, symbolOf } from './asking.ts';
import {
  type Best,
  bestOf,
  type Imbalance,
  imbalanceOf,
  type Levels,
  type Look,
  levelsOf,
  looksAt,
  type Sample,
  SpreadMeter,
  samplesOf,
  spreadOf,
} from './depth.ts';
import { type Cell, present, Rows } from './output.ts';

/** How many levels are shown unless the question says so. */
const DEPTH = 10;

export interface DepthOptions extends QuestionOptions {
  readonly depth?: number | undefined;
  readonly levels?: number | undefined;
}

/** The best levels at the end of each interval. */
export function book(path: string, options: DepthOptions & { every: number }): Promise<void> {
  const { every } = options;
  return askRange(path, options, async (asking) => {
    const { symbol, scale, head } = symbolOf(asking, options);
    const levels = options.depth ?? options.levels ?? DEPTH;
    const columns = Array.from({ length: levels }, (_, at) => {
      const place = at + 1;
      return [`ask${place}`, `askSize${place}`, `bid${place}`, `bidSize${place}`];
    });
    await using rows = new Rows({
      ...options,
      name: 'samples',
      columns: ['time', 'sequence', ...columns.flat()],
      head: { ...head, every, levels },
    });
    const looking = { symbol, range: asking.range, view: levelsOf(asking.book, symbol, levels) };
    for await (const sample of samplesOf(asking.book, looking, every)) {
      const { sequence, view } = sample;
      const time = timeOf(asking, sample);
      const object = { time, sequence, bids: shownLevels(view.bids, scale), asks: shownLevels(view.asks, scale) };
      await rows.write([time, sequence, ...levelCells(view, scale, levels)], object);
    }
    await rows.end({});
  });
}

/** Best prices and spread: at each change, or at the end of each interval. In the end, the spread weighted with time. */
export function spread(path: string, options: QuestionOptions & { every?: number }): Promise<void> {
  const { every } = options;
  return askRange(path, options, async (asking) => {
    const { symbol, scale, head } = symbolOf(asking, options);
    await using rows = new Rows({
      ...options,
      name: 'spreads',
      columns: ['time', 'sequence', 'bid', 'ask', 'spread', 'mid2'],
      head: { ...head, ...(every !== undefined && { every }) },
    });
    const write = (time: string, { sequence, view }: Look<Best>): Promise<void> | undefined => {
      const { bid, ask } = view;
      const apart = spreadOf(view);
      const prices = [bid, ask, apart, apart === null ? null : bid! + ask!];
      return rows.write([time, sequence, ...prices.map((price) => (price === null ? null : scale.price(price)))]);
    };
    const meter = new SpreadMeter();
    let { end } = asking.range;
    const looking = { symbol, range: asking.range, view: bestOf(asking.book, symbol) };
    if (every !== undefined) {
      for await (const one of samplesOf(asking.book, looking, every)) await write(timeOf(asking, one), one);
    }
    for await (const looks of looksAt(asking.book, looking)) {
      for (const one of looks) {
        if (meter.see(one) && every === undefined) await write(timeOf(asking, one), one);
        if (asking.range.end === undefined) end = one.moment;
      }
    }
    if (end !== undefined) meter.until(end);
    const summary = spreadSummary(meter, scale);
    await rows.end(summary, [spreadTold(summary)]);
  });
}

/** What rests on the best levels of each side: at one moment, or at the end of each interval of a range. */
export async function imbalance(path: string, options: DepthOptions & { every?: number }): Promise<void> {
  const { every } = options;
  const levels = options.depth ?? options.levels ?? DEPTH;
  if (every === undefined) {
    requireEvery(options);
    return imbalanceNow(path, options, levels);
  }
  return askRange(path, options, async (asking) => {
    const { symbol, scale, head } = symbolOf(asking, options);
    await using rows = new Rows({
      ...options,
      name: 'imbalances',
      columns: ['time', 'sequence', 'bid', 'ask', 'perMillion'],
      head: { ...head, every, levels },
    });
    const look = levelsOf(asking.book, symbol, levels);
    const looking = { symbol, range: asking.range, view: (state: any) => imbalanceOf(look(state)) };
    for await (const sample of samplesOf(asking.book, looking, every)) {
      const { bid, ask, perMillion } = sample.view;
      await rows.write([timeOf(asking, sample), sample.sequence, scale.size(bid), scale.size(ask), perMillion]);
    }
    await rows.end({});
  });
}

/** Without intervals there is one moment. @throws RefoldError `INVALID_OPTION` for an option that needs them */
function requireEvery(options: QuestionOptions): void {
  const name = (['from', 'to', 'out'] as const).find((one) => options[one] !== undefined);
  if (name === undefined) return;
  throw new RefoldError('INVALID_OPTION', `Cannot tell the imbalance: --${name} is about intervals`, {
    type: `--${name}`,
    hint: 'Give --every too, or --at for one moment',
  });
}

function imbalanceNow(path: string, options: DepthOptions, levels: number): Promise<void> {
  return askMoment(path, options, async (asking) => {
    const { symbol, scale, head } = symbolOf(asking, options);
    const now = imbalanceOf(levelsOf(asking.book, symbol, levels)(asking.state));
    const report = { ...head, levels, ...shownImbalance(now, scale) };
    present(report, options.json, () => [
      `best ${counted(levels, 'level')} of ${symbol} after event ${asking.range.to}`,
      `bid ${report.bid}, ask ${report.ask}, imbalance ${now.perMillion ?? '-'} per million`,
    ]);
  });
}

function shownImbalance({ bid, ask, perMillion }: Imbalance, scale: Scale) {
  return { bid: scale.size(bid), ask: scale.size(ask), perMillion };
}

function timeOf({ book: { calendar }, time }: Asking, look: Look<unknown> | Sample<unknown>): string {
  return calendar.format('end' in look ? { ms: look.end, ns: 0 } : look.moment, time);
}

function shownLevels(levels: readonly LevelView[], scale: Scale): object[] {
  return levels.map(({ price, quantity, count }) => ({
    price: scale.price(price),
    quantity: scale.size(quantity),
    orders: count,
  }));
}

function levelCells({ bids, asks }: Levels, scale: Scale, levels: number): Cell[] {
  return Array.from({ length: levels }, (_, at) =>
    [asks[at], bids[at]].flatMap((level): (Amount | null)[] =>
      level === undefined ? [null, null] : [scale.price(level.price), scale.size(level.quantity)],
    ),
  ).flat();
}

function spreadSummary(meter: SpreadMeter, scale: Scale) {
  const { weighted, twoSided, oneSided, crossed, least, most } = meter;
  const price = (value: number | null): Amount | null => (value === null ? null : scale.price(value));
  return {
    timeWeighted: {
      mean: scale.mean(weighted, twoSided),
      ...{ weighted: scale.weighted(weighted), nanoseconds: String(twoSided) },
    },
    ...{ least: price(least), most: price(most) },
    ...{ oneSidedNanoseconds: String(oneSided), crossedNanoseconds: String(crossed) },
  };
}

function spreadTold({ timeWeighted, least, most }: ReturnType<typeof spreadSummary>): string {
  return `spread weighted with time: ${timeWeighted.mean ?? '-'}, from ${least ?? '-'} to ${most ?? '-'}`;
}
