/** Bounds of ranges: by rank, by score, and by the bytes of members. */
import { int64Argument } from '../../calls/arguments.ts';
import { CommandError } from '../../calls/errors.ts';
import { denseSize } from '../../model/dense.ts';
import { atRank, rankOfScore } from '../../model/sorted-sets.ts';
import type { SortedSet } from '../../model/values.ts';
import { readDouble } from '../../protocol/numbers.ts';

export interface ScoreBound {
  readonly score: number;
  readonly isExclusive: boolean;
}

/** A bound by bytes: before everything, after everything, or at a member. */
export type LexBound = '-' | '+' | { readonly member: string; readonly isExclusive: boolean };

export type Bounds =
  | { readonly by: 'rank'; readonly start: number; readonly stop: number }
  | { readonly by: 'score'; readonly min: ScoreBound; readonly max: ScoreBound }
  | { readonly by: 'lex'; readonly min: LexBound; readonly max: LexBound };

/** Ranks from `start` up to `end`, which is not included. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

const NO_RANKS: Interval = { start: 0, end: 0 };

/** Reads a pair of bounds. @throws CommandError */
export function boundsOf(by: Bounds['by'], min: string, max: string): Bounds {
  switch (by) {
    case 'rank':
      return { by, start: Number(int64Argument(min)), stop: Number(int64Argument(max)) };
    case 'score':
      return { by, min: scoreBound(min), max: scoreBound(max) };
    case 'lex':
      return { by, min: lexBound(min), max: lexBound(max) };
  }
}

/**
 * The members within bounds.
 *
 * @param isReverse counts ranks from the end. Without it a range by bytes is sought from the front: this matters where members
 * have different scores, so that their bytes are in no order.
 */
export function intervalOf(set: SortedSet, bounds: Bounds, isReverse: boolean): Interval {
  switch (bounds.by) {
    case 'rank':
      return intervalOfRanks(denseSize(set.scores), bounds.start, bounds.stop, isReverse);
    case 'score':
      return {
        start: rankOfScore(set, bounds.min.score, bounds.min.isExclusive),
        end: rankOfScore(set, bounds.max.score, !bounds.max.isExclusive),
      };
    case 'lex':
      return intervalOfBytes(set, bounds.min, bounds.max, isReverse);
  }
}

/** How many members an interval has. */
export function lengthOf({ start, end }: Interval): number {
  return Math.max(0, end - start);
}

/** The part of an interval that LIMIT asks for. @param count negative for all */
export function limited({ start, end }: Interval, offset: number, count: number, isReverse: boolean): Interval {
  if (offset < 0) return NO_RANKS;
  if (isReverse) {
    const last = end - offset;
    return { start: count < 0 ? start : Math.max(start, last - count), end: last };
  }
  const first = start + offset;
  return { start: first, end: count < 0 ? end : Math.min(end, first + count) };
}

function intervalOfRanks(size: number, start: number, stop: number, isReverse: boolean): Interval {
  const first = Math.max(0, start < 0 ? start + size : start);
  const last = Math.min(size - 1, stop < 0 ? stop + size : stop);
  if (first > last) return NO_RANKS;
  return isReverse ? { start: size - 1 - last, end: size - first } : { start: first, end: last + 1 };
}

/** As C's strtod reads it: spaces may come first, and nothing at all is 0. The text ends at a zero byte. */
function scoreBound(text: string): ScoreBound {
  const isExclusive = text.startsWith('(');
  const number = text.slice(isExclusive ? 1 : 0).split('\0', 1)[0]!;
  const score = number === '' ? 0 : readDouble(number.replace(/^[ \t-\r]+/, ''));
  if (score === undefined) throw new CommandError('ERR min or max is not a float');
  return { score, isExclusive };
}

function lexBound(text: string): LexBound {
  if (text === '-' || text === '+') return text;
  const isExclusive = text.startsWith('(');
  if (!(isExclusive || text.startsWith('['))) throw new CommandError('ERR min or max not valid string range item');
  return { member: text.slice(1), isExclusive };
}

function isAbove(member: string, bound: LexBound): boolean {
  if (typeof bound === 'string') return bound === '-';
  return bound.isExclusive ? member > bound.member : member >= bound.member;
}

function isBelow(member: string, bound: LexBound): boolean {
  if (typeof bound === 'string') return bound === '+';
  return bound.isExclusive ? member < bound.member : member <= bound.member;
}

function intervalOfBytes(set: SortedSet, min: LexBound, max: LexBound, isReverse: boolean): Interval {
  const size = denseSize(set.scores);
  const isIn = (rank: number) => isAbove(memberAt(set, rank), min) && isBelow(memberAt(set, rank), max);
  if (size === 0 || !isAbove(memberAt(set, size - 1), min) || !isBelow(memberAt(set, 0), max)) return NO_RANKS;
  if (isReverse) {
    const end = lastRank(set, size, (member) => isBelow(member, max)) + 1;
    if (end === 0 || !isIn(end - 1)) return NO_RANKS;
    return { start: lastRank(set, end, (member) => !isAbove(member, min)) + 1, end };
  }
  const start = firstRank(set, 0, (member) => isAbove(member, min));
  if (start === size || !isIn(start)) return NO_RANKS;
  return { start, end: firstRank(set, start, (member) => !isBelow(member, max)) };
}

/** Up to this size Redis looks at one member after the other. */
const COMPACT_SIZE = 128;

/** The first rank from `start` on whose member fits; the size without one. All members after it fit as well. */
function firstRank(set: SortedSet, start: number, fits: (member: string) => boolean): number {
  let [low, high] = [start, denseSize(set.scores)];
  if (high <= COMPACT_SIZE) {
    while (low < high && !fits(memberAt(set, low))) low++;
    return low;
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fits(memberAt(set, middle))) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The last rank before `end` whose member fits; -1 without one. All members before it fit as well. */
function lastRank(set: SortedSet, end: number, fits: (member: string) => boolean): number {
  if (denseSize(set.scores) > COMPACT_SIZE)
    return (
      Math.min(
        end,
        firstRank(set, 0, (member) => !fits(member)),
      ) - 1
    );
  let rank = end - 1;
  while (rank >= 0 && !fits(memberAt(set, rank))) rank--;
  return rank;
}

function memberAt(set: SortedSet, rank: number): string {
  return atRank(set, rank)!.member;
}
