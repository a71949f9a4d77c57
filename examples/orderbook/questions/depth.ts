/**
 * What the book shows over time: the best levels, the spread, the imbalance.
 *
 * All of it looks at the book only where it counts: between two commits of the matching book, and after the last message
 * of a change of several messages of a feed.
 */
import type { Moment } from '../market-time.ts';
import { type LevelView, plus, type Sum } from '../model/index.ts';
import { divideRounded } from './amounts.ts';
import type { BookFile, Range, Standing } from './books/book-file.ts';
import { compareMoments, nanosecondsOf, recordedMoment } from './books/market-calendar.ts';

/** A look at the book, from a time on. */
export interface Look<View> {
  /** The last event that it has seen. */
  readonly sequence: number;
  /** The log's time from which on the book is so. */
  readonly moment: Moment;
  readonly view: View;
}

/** What is looked at. */
export interface Looking<View> {
  readonly symbol: string;
  readonly range: Range;
  readonly view: (state: any) => View;
}

/** A place at which the book counts or not. */
interface Spot extends Standing {
  readonly isSettled: boolean;
  readonly moment: Moment;
}

/** The places of a range from the first on before which the log has an event, block by block, with their times. */
async function* spotsOf(
  book: BookFile,
  { symbol, range }: Pick<Looking<unknown>, 'symbol' | 'range'>,
): AsyncGenerator<Iterable<Spot>, void> {
  const { kind } = book;
  let moment: Moment | undefined;
  function* spots(places: Iterable<Standing>): Generator<Spot, void> {
    for (const place of places) {
      const { state, before, after } = place;
      // The range begins at its time, or with its first event, even if the book was so before.
      moment = moment === undefined ? (range.start ?? recordedMoment(after!)) : latest(moment, recordedMoment(before!));
      if (before === undefined) continue;
      yield { ...place, isSettled: kind.isSettled(state, symbol, before, after), moment };
    }
  }
  for await (const places of book.walk(range)) yield spots(places);
}

/** Every place of a range at which the book counts, from the one before its first event on, if there was a book then. */
export async function* looksAt<View>(
  book: BookFile,
  { view, ...where }: Looking<View>,
): AsyncGenerator<Iterable<Look<View>>, void> {
  function* looks(spots: Iterable<Spot>): Generator<Look<View>, void> {
    for (const { state, before, isSettled, moment } of spots) {
      if (isSettled) yield { sequence: before!.sequence, moment, view: view(state) };
    }
  }
  for await (const spots of spotsOf(book, where)) yield looks(spots);
}

export interface Sample<View> extends Look<View> {
  /** The end of the interval, ms since the epoch. */
  readonly end: number;
}

/**
 * The book at the end of each interval. An event at the very end of an interval belongs to the next one. A range that ends at a
 * time has the intervals that end by then. Any other has the one in which its last event lies too, as it is after that.
 *
 * In the middle of a change, the book before the change is what counts.
 */
export async function* samplesOf<View>(
  book: BookFile,
  { symbol, range, view }: Looking<View>,
  lengthMs: number,
): AsyncGenerator<Sample<View>, void> {
  const { calendar, kind } = book;
  let end: number | undefined;
  /** The look before a change that is not complete yet. */
  let kept: Look<View> | undefined;
  for await (const spots of spotsOf(book, { symbol, range })) {
    for (const { state, before, event, isSettled, moment } of spots) {
      const now = (): Look<View> => ({ sequence: before!.sequence, moment, view: view(state) });
      end ??= calendar.intervalAt(moment.ms, lengthMs).end;
      const until = event?.recordedAt ?? range.end?.ms ?? Number.NEGATIVE_INFINITY;
      while (until >= end || (event === undefined && range.end === undefined)) {
        const look = isSettled ? now() : kept;
        if (look !== undefined) yield { ...look, end };
        if (until < end) return;
        end = calendar.intervalAt(end, lengthMs).end;
      }
      if (event === undefined) return;
      if (isSettled && kind.beginsChange(event)) kept = now();
    }
  }
}

/** The best levels of both sides. */
export interface Levels {
  readonly bids: readonly LevelView[];
  readonly asks: readonly LevelView[];
}

export function levelsOf({ kind }: BookFile, symbol: string, depth: number): (state: any) => Levels {
  return (state) => ({
    bids: kind.topLevels(state, symbol, 'buy', depth),
    asks: kind.topLevels(state, symbol, 'sell', depth),
  });
}

/** The best prices; null for an empty side. */
export interface Best {
  readonly bid: number | null;
  readonly ask: number | null;
}

export function bestOf({ kind }: BookFile, symbol: string): (state: any) => Best {
  return (state) => ({
    bid: kind.topLevels(state, symbol, 'buy', 1)[0]?.price ?? null,
    ask: kind.topLevels(state, symbol, 'sell', 1)[0]?.price ?? null,
  });
}

/** Spreads weighted with the time they stood, in nanoseconds of the log's time. */
export class SpreadMeter {
  /** Sum of spread times nanoseconds: over `twoSided`, that is the mean. */
  weighted = 0n;
  /** Time with both sides. */
  twoSided = 0n;
  /** Time with one side or none. */
  oneSided = 0n;
  /** Time in which the best bid was the best ask, or above it. */
  crossed = 0n;
  least: number | null = null;
  most: number | null = null;
  #now: Look<Best> | undefined;

  /** The book is so from now on. Returns whether it was otherwise before. */
  see(look: Look<Best>): boolean {
    const before = this.#now?.view;
    if (before !== undefined && before.bid === look.view.bid && before.ask === look.view.ask) return false;
    this.until(look.moment);
    this.#now = look;
    const spread = spreadOf(look.view);
    if (spread !== null) {
      this.least = Math.min(this.least ?? spread, spread);
      this.most = Math.max(this.most ?? spread, spread);
    }
    return true;
  }

  /** The book was so until then. */
  until(moment: Moment): void {
    const now = this.#now;
    if (now === undefined) return;
    const stood = nanosecondsOf(moment) - nanosecondsOf(now.moment);
    if (stood <= 0n) return;
    const spread = spreadOf(now.view);
    if (spread === null) this.oneSided += stood;
    else {
      this.twoSided += stood;
      this.weighted += BigInt(spread) * stood;
      if (spread <= 0) this.crossed += stood;
    }
    this.#now = { ...now, moment };
  }
}

/** Ask less bid; null without one of them. Below 0 the book is crossed. */
export function spreadOf({ bid, ask }: Best): number | null {
  return bid === null || ask === null ? null : ask - bid;
}

/** What rests on the best levels of each side. */
export interface Imbalance {
  readonly bid: Sum;
  readonly ask: Sum;
  /** (bid − ask) ÷ (bid + ask) in millionths, rounded half away from zero; null for an empty book. */
  readonly perMillion: number | null;
}

export function imbalanceOf({ bids, asks }: Levels): Imbalance {
  const [bid, ask] = [sumOf(bids), sumOf(asks)];
  const total = BigInt(bid) + BigInt(ask);
  const perMillion = total === 0n ? null : Number(divideRounded((BigInt(bid) - BigInt(ask)) * 1_000_000n, total));
  return { bid, ask, perMillion };
}

function sumOf(levels: readonly LevelView[]): Sum {
  return levels.reduce<Sum>((sum, { quantity }) => plus(sum, quantity), 0);
}

/** The log's time does not go back. Within a millisecond, nanoseconds may: the later one counts. */
function latest(a: Moment, b: Moment): Moment {
  return compareMoments(a, b) >= 0 ? a : b;
}
