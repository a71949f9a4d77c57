/** Effects that commands on sorted sets share. */
import type { Call } from '../../calls/call.ts';
import { isCompactSortedSet } from '../../calls/encoding.ts';
import { CommandError } from '../../calls/errors.ts';
import { denseSize, MAX_ENTRIES, type ReadonlyDense } from '../../model/dense.ts';
import { textOfScore } from '../../model/effects/sorted-sets.ts';
import type { Scored, SortedSet } from '../../model/values.ts';

/** A batch ends with this many members, or this many characters. */
const SCORES_PER_EFFECT = 1_000;
const SCORED_CHARACTERS_PER_EFFECT = 1_000_000;

/** Refuses a set with more members than there is room for. @throws CommandError */
export function requireRoom(members: number): void {
  if (members > MAX_ENTRIES) throw new CommandError(`ERR a sorted set holds at most ${MAX_ENTRIES} members`);
}

/** Gives members their scores. */
export function setScores(call: Call, key: string, scored: readonly Scored[]): void {
  const { db } = call.client;
  const [first] = scored;
  if (scored.length === 1 && isJson(first!.score)) {
    call.apply('ScoreSet', { db, key, member: first!.member, score: first!.score });
    return;
  }
  for (const batch of batchesOf(scored, ({ member }) => member.length)) applyScores(call, 'ScoresSet', key, batch);
}

/** Removes members that are there. Returns how many. Reports the event, and the deletion of the key if none is left. */
export function removeMembers(
  call: Call,
  key: string,
  set: SortedSet,
  members: readonly string[],
  event: string,
): number {
  const { length } = members;
  if (length === 0) return 0;
  const { db } = call.client;
  const isEmptied = length === denseSize(set.scores);
  if (length === 1) call.apply('ScoreRemoved', { db, key, member: members[0]! });
  else if (isEmptied) call.apply('KeyDeleted', { db, key }, length);
  else
    for (const batch of batchesOf(members, (member) => member.length))
      call.apply('ScoresRemoved', { db, key, members: batch }, batch.length);
  call.notify('z', event, key);
  if (isEmptied) call.notify('g', 'del', key);
  return length;
}

/** Puts a result in place of what the key holds, and replies with its size. Without members the key is deleted. */
export function storeResult(call: Call, key: string, scored: readonly Scored[], event: string): void {
  const { db } = call.client;
  requireRoom(scored.length);
  if (scored.length > 0) {
    const batches = batchesOf(asKept(call, undefined, scored), ({ member }) => member.length);
    for (const [at, batch] of batches.entries())
      applyScores(call, at === 0 ? 'SortedSetStored' : 'ScoresSet', key, batch);
    call.notify('z', event, key);
  } else if (call.peek(key) !== undefined) {
    call.apply('KeyDeleted', { db, key });
    call.notify('g', 'del', key);
  }
  call.reply.integer(scored.length);
}

/**
 * Scores as Redis keeps them: the compact form of a small set has integers, so -0 becomes 0 there.
 *
 * @param present what is in the set already
 */
export function asKept(
  call: Call,
  present: ReadonlyDense<number> | undefined,
  scored: readonly Scored[],
): readonly Scored[] {
  if (!scored.some(({ score }) => Object.is(score, -0))) return scored;
  const { config } = call.parts;
  const longest = config.number('zset-max-listpack-value');
  const size = scored.length + (present === undefined ? 0 : denseSize(present));
  const isCompact =
    size <= config.number('zset-max-listpack-entries') &&
    (present === undefined || isCompactSortedSet(present, config)) &&
    scored.every(({ member }) => member.length <= longest);
  return isCompact ? scored.map(({ member, score }) => ({ member, score: score + 0 })) : scored;
}

function applyScores(call: Call, type: 'ScoresSet' | 'SortedSetStored', key: string, batch: readonly Scored[]): void {
  const members = batch.map(({ member }) => member);
  const scores = batch.map(({ score }) => textOfScore(score));
  call.apply(type, { db: call.client.db, key, members, scores }, batch.length);
}

function isJson(score: number): boolean {
  return Number.isFinite(score) && !Object.is(score, -0);
}

function batchesOf<T>(items: readonly T[], weightOf: (item: T) => number): T[][] {
  const batches: T[][] = [];
  let weight = SCORED_CHARACTERS_PER_EFFECT;
  for (const item of items) {
    if (weight >= SCORED_CHARACTERS_PER_EFFECT || batches.at(-1)!.length >= SCORES_PER_EFFECT) {
      batches.push([]);
      weight = 0;
    }
    batches.at(-1)!.push(item);
    weight += weightOf(item);
  }
  return batches;
}
