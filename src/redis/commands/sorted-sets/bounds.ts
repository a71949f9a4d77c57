/** Bounds of ranges: by rank, by score, and by the bytes of members. */
import { longArgument } from '../../calls/arguments.ts';
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
      return { by, start: longArgument(min), stop: longArgument(max) };
    case 'score':
      return { by, min: scoreBound(min), max: scoreBound(max) };
    case 'lex':
      return { by, min: lexBound(min), max: lexBound(max) };
  }
}

/**
 * The members within bounds, without the first few.
 *
 * @param isReverse walks from the end: ranks and skipped members count from there. It matters also for a range by
 * bytes in a set with different scores, whose members are in no order: the range ends where the walk first leaves it
 * @param skipped negative gives nothing
 */
export function intervalOf(set: SortedSet, bounds: Bounds, isReverse: boolean, skipped = 0): Interval {
  if (skipped < 0) return NO_RANKS;
  switch (bounds.by) {
    case 'rank':
      return intervalOfRanks(denseSize(set.scores), bounds.start, bounds.stop, isReverse);
    case 'score': {
      const start = rankOfScore(set, bounds.min.score, bounds.min.isExclusive);
      const end = rankOfScore(set, bounds.max.score, !bounds.max.isExclusive);
      return isReverse ? { start, end: end - skipped } : { start: start + skipped, end };
    }
    case 'lex':
      return intervalOfBytes(set, bounds.min, bounds.max, isReverse, skipped);
  }
}

/** How many members an interval has. */
export function lengthOf({ start, end }: Interval): number {
  return Math.max(0, end - start);
}

/** The first members of an interval. @param count negative for all */
export function firstOf({ start, end }: Interval, count: number, isReverse: boolean): Interval {
  if (count < 0) return { start, end };
  return isReverse ? { start: Math.max(start, end - count), end } : { start, end: Math.min(end, start + count) };
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

function intervalOfBytes(set: SortedSet, min: LexBound, max: LexBound, isReverse: boolean, skipped: number): Interval {
  const size = denseSize(set.scores);
  const isIn = (rank: number) => isAbove(memberAt(set, rank), min) && isBelow(memberAt(set, rank), max);
  if (size === 0 || !isAbove(memberAt(set, size - 1), min) || !isBelow(memberAt(set, 0), max)) return NO_RANKS;
  if (isReverse) {
    const last = lastRank(set, size, (member) => isBelow(member, max));
    if (last < 0 || !isIn(last) || last < skipped) return NO_RANKS;
    const end = last + 1 - skipped;
    return { start: lastRank(set, end, (member) => !isAbove(member, min)) + 1, end };
  }
  const first = firstRank(set, 0, (member) => isAbove(member, min));
  if (first === size || !isIn(first) || first + skipped >= size) return NO_RANKS;
  const start = first + skipped;
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
