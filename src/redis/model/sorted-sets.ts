/**
 * Sorted sets: their order, and the functions that change them.
 *
 * The order is a map of texts: eight bytes that sort as the score does, and then the member. Such a key takes 30 % less
 * memory than a record of score and member, and comparing two keys is one comparison of strings.
 */
import { ascending, OrderedMap } from '../../index.ts';
import { dense, denseDelete, denseGet, denseSet, denseSize, MAX_ENTRIES } from './dense.ts';
import { type Database, removeKey, resize } from './key-space.ts';
import type { Scored, SortedSet } from './values.ts';

const EMPTY_SORTED_SET_SIZE = 600;
/** What a member takes beside its bytes, which are there twice. */
const SCORED_MEMBER_SIZE = 150;

export function newSortedSet(): SortedSet {
  return { kind: 'zset', scores: dense(), order: new OrderedMap<string, true>(ascending), size: EMPTY_SORTED_SET_SIZE };
}

/** Adds a member, or moves it to another score. Ignored for NaN, and for a new member when the set is full. */
export function setScore(database: Database, set: SortedSet, member: string, score: number): void {
  if (Number.isNaN(score)) return;
  const { slots, keys, values } = set.scores;
  const slot = slots.get(member);
  if (slot !== undefined) {
    set.order.delete(orderKey(values[slot]!, member));
    values[slot] = score;
  } else if (keys.length < MAX_ENTRIES) {
    denseSet(set.scores, member, score);
    resize(database, set, sizeOfMember(member));
  } else return;
  set.order.set(orderKey(score, member), true);
}

/** Removes a member that may be missing. The caller removes a set that is empty then. */
export function removeMember(database: Database, set: SortedSet, member: string): void {
  const score = denseGet(set.scores, member);
  if (score === undefined) return;
  set.order.delete(orderKey(score, member));
  denseDelete(set.scores, member);
  resize(database, set, -sizeOfMember(member));
}

/** Deletes the key when its set has lost the last member. */
export function removeIfEmpty(database: Database, key: string, set: SortedSet): void {
  if (denseSize(set.scores) === 0) removeKey(database, key);
}

/** How many members come before this one; undefined when it is missing. */
export function rankOf({ scores, order }: SortedSet, member: string): number | undefined {
  const score = denseGet(scores, member);
  return score === undefined ? undefined : order.rank(orderKey(score, member));
}

/** How many members have a score below this one, or up to it with `isAfter`. */
export function rankOfScore({ order }: SortedSet, score: number, isAfter: boolean): number {
  return order.rank(orderKey(score, '', isAfter ? 1 : 0));
}

/** The member at a rank, from 0; undefined beyond the end. */
export function atRank(set: SortedSet, rank: number): Scored | undefined {
  const entry = set.order.at(rank);
  return entry && scoredOf(set, entry[0]);
}

/** The members from rank `start` up to rank `end`, which is not included; backwards with `isReverse`. */
export function* membersBetween(set: SortedSet, start: number, end: number, isReverse = false): Iterable<Scored> {
  for (const [key] of set.order.range({ start, end, reverse: isReverse })) yield scoredOf(set, key);
}

const scoreBytes = new DataView(new ArrayBuffer(8));

/**
 * The key of a member in the order. -0 is at the place of 0.
 *
 * @param step 1 for the next larger score, which lies beyond all members with this one
 */
function orderKey(score: number, member: string, step: 0 | 1 = 0): string {
  scoreBytes.setFloat64(0, score + 0); // adding 0 makes 0 of -0
  let high = scoreBytes.getInt32(0);
  let low = scoreBytes.getInt32(4);
  // Positive numbers sort above negative ones, and negative ones with a larger magnitude come first.
  if (high < 0) low = ~low;
  high = high < 0 ? ~high : high ^ SIGN_BIT;
  low = (low + step) | 0;
  if (step === 1 && low === 0) high++;
  return textOfBytes(high, low) + member;
}

const SIGN_BIT = -(2 ** 31);

function textOfBytes(high: number, low: number): string {
  return String.fromCharCode(
    high >>> 24,
    (high >>> 16) & 255,
    (high >>> 8) & 255,
    high & 255,
    low >>> 24,
    (low >>> 16) & 255,
    (low >>> 8) & 255,
    low & 255,
  );
}

const SCORE_BYTES = 8;

function scoredOf({ scores }: SortedSet, key: string): Scored {
  const member = key.slice(SCORE_BYTES);
  const score = scoreOfKey(key);
  // The key of -0 is that of 0.
  return { member, score: score === 0 ? (denseGet(scores, member) ?? score) : score };
}

function scoreOfKey(key: string): number {
  const high = numberAt(key, 0);
  const low = numberAt(key, 4);
  scoreBytes.setInt32(0, high < 0 ? high ^ SIGN_BIT : ~high);
  scoreBytes.setInt32(4, high < 0 ? low : ~low);
  return scoreBytes.getFloat64(0);
}

function numberAt(key: string, at: number): number {
  return (
    (key.charCodeAt(at) << 24) | (key.charCodeAt(at + 1) << 16) | (key.charCodeAt(at + 2) << 8) | key.charCodeAt(at + 3)
  );
}

function sizeOfMember(member: string): number {
  return SCORED_MEMBER_SIZE + 2 * member.length;
}
