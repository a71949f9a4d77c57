/**
 * What the book shows over time: the best levels, the spread, the imbalance.
 *
 * All of it looks at the book only where it counts: between two commits of the matching book, and after the last message
 * of a change of several messages of a feed.
 */
import type { Moment } from '../market-time.ts';
import { type LevelView, plus, type Sum } from '../model/index.ts';
import { divideRounded } from './amounts.ts';
import type { BookFile, Range } from './books/book-file.ts';
import { compareMoments, type MarketCalendar, nanosecondsOf, recordedMoment } from './books/market-calendar.ts';

/** A look at the book, from a time on. */
export interface Look<View> {
  /** The last event that it has seen. */
  readonly sequence: number;
  /** The log's time from which on the book is so. */
  readonly moment: Moment;
  readonly view: View;
}

export interface Looking<View> {
  readonly symbol: string;
  readonly range: Range;
  /** Looks at the book. */
  readonly view: (state: any) => View;
}

/** Every place of a range at which the book counts, from the one before its first event on, if there was a book then. */
export async function* looksAt<View>(
  book: BookFile,
  state: any,
  { symbol, range, view }: Looking<View>,
): AsyncGenerator<Look<View>, void> {
  const { kind } = book;
  let moment: Moment | undefined;
  for await (const { before, event, after } of book.walk(state, range)) {
    // The range begins at its time, or with its first event, even if the book was so before.
    moment = moment === undefined ? (range.start ?? recordedMoment(after!)) : latest(moment, recordedMoment(before!));
    if (before === undefined || !kind.isSettled(state, symbol, before, after)) continue;
    yield { sequence: before.sequence, moment, view: view(state) };
    if (event === undefined) return;
  }
}

/**
 * The book at the end of each interval, the last one included, whose end the range may not reach.
 *
 * Of an event at the very end of an interval, the book after it is that of the next one.
 */
export async function* samplesOf<View>(
  calendar: MarketCalendar,
  looks: AsyncIterable<Look<View>>,
  lengthMs: number,
): AsyncGenerator<Sample<View>, void> {
  let last: Look<View> | undefined;
  let end = 0;
  for await (const look of looks) {
    if (last === undefined) end = calendar.intervalAt(look.moment.ms, lengthMs).end;
    while (last !== undefined && look.moment.ms >= end) {
      yield { ...last, end };
      end = calendar.intervalAt(end, lengthMs).end;
    }
    last = look;
  }
  if (last !== undefined) yield { ...last, end };
}

export interface Sample<View> extends Look<View> {
  /** The end of the interval, ms since the epoch. */
  readonly end: number;
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

/** Only the looks that differ from the one before. */
export async function* changesOf<View>(
  looks: AsyncIterable<Look<View>>,
  isSame: (a: View, b: View) => boolean,
): AsyncGenerator<Look<View>, void> {
  let last: View | undefined;
  for await (const look of looks) {
    if (last !== undefined && isSame(last, look.view)) continue;
    last = look.view;
    yield look;
  }
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

  /** The book is so from now on. */
  see(look: Look<Best>): void {
    this.until(look.moment);
    this.#now = look;
    const spread = spreadOf(look.view);
    if (spread === null) return;
    this.least = Math.min(this.least ?? spread, spread);
    this.most = Math.max(this.most ?? spread, spread);
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
