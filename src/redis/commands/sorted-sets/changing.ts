/** Effects that commands on sorted sets share. */

import type { Call } from '../../calls/call.ts';
import { isCompactSortedSet } from '../../calls/encoding.ts';
import { batchesOf, requireRoom } from '../../calls/limits.ts';
import { denseSize, type ReadonlyDense } from '../../model/dense.ts';
import { textOfScore } from '../../model/effects/sorted-sets.ts';
import type { Scored, SortedSet } from '../../model/values.ts';

/** Gives members their scores. */
export function setScores(call: Call, key: string, scored: readonly Scored[]): void {
  const { db } = call.client;
  const [first] = scored;
  if (scored.length === 1 && isJson(first!.score)) {
    call.apply('ScoreSet', { db, key, member: first!.member, score: first!.score });
    return;
  }
  applyScores(call, 'ScoresSet', key, scored);
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
  else {
    call.requireCommitRoom(key, members);
    for (const batch of batchesOf(members)) call.apply('ScoresRemoved', { db, key, members: batch }, batch.length);
  }
  call.notify('z', event, key);
  if (isEmptied) call.notify('g', 'del', key);
  return length;
}

/** Puts a result in place of what the key holds, and replies with its size. Without members the key is deleted. */
export function storeResult(call: Call, key: string, scored: readonly Scored[], event: string): void {
  const { db } = call.client;
  requireRoom(0, scored.length);
  if (scored.length > 0) {
    applyScores(call, 'SortedSetStored', key, asKept(call, undefined, scored));
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

/** @param first the type of the first effect; what one effect cannot carry is added by further ones */
function applyScores(call: Call, first: 'ScoresSet' | 'SortedSetStored', key: string, scored: readonly Scored[]): void {
  const { db } = call.client;
  const texts = scored.flatMap(({ member, score }) => [member, textOfScore(score)]);
  call.requireCommitRoom(key, texts);
  let type = first;
  for (const batch of batchesOf(texts, 2)) {
    const members = batch.filter((_, at) => at % 2 === 0);
    const scores = batch.filter((_, at) => at % 2 === 1);
    call.apply(type, { db, key, members, scores }, members.length);
    type = 'ScoresSet';
  }
}

function isJson(score: number): boolean {
  return Number.isFinite(score) && !Object.is(score, -0);
}
