/** ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK, ZCOUNT and ZLEXCOUNT. */
import type { Call } from '../../calls/call.ts';
import { readCollection } from '../../calls/lookup.ts';
import { denseGet, denseSize } from '../../model/dense.ts';
import { rankOf } from '../../model/sorted-sets.ts';
import type { SortedSet } from '../../model/values.ts';
import { type Bounds, boundsOf, intervalOf, lengthOf } from './bounds.ts';

export function zcard(call: Call): void {
  const set = readSet(call);
  call.reply.integer(set === undefined ? 0 : denseSize(set.scores));
}

export function zscore(call: Call): void {
  replyScore(call, readSet(call), call.args[2]!);
}

export function zmscore(call: Call): void {
  const set = readSet(call);
  call.reply.array(call.args.length - 2);
  for (const member of call.args.slice(2)) replyScore(call, set, member);
}

export function zrank(call: Call): void {
  replyRank(call, false);
}

export function zrevrank(call: Call): void {
  replyRank(call, true);
}

export function zcount(call: Call): void {
  replyCount(call, 'score');
}

export function zlexcount(call: Call): void {
  replyCount(call, 'lex');
}

function readSet(call: Call): SortedSet | undefined {
  return readCollection<SortedSet>(call, call.args[1]!, 'zset');
}

function replyScore({ reply }: Call, set: SortedSet | undefined, member: string): void {
  const score = set && denseGet(set.scores, member);
  if (score === undefined) reply.null();
  else reply.double(score);
}

function replyRank(call: Call, isReverse: boolean): void {
  const set = readSet(call);
  const rank = set && rankOf(set, call.args[2]!);
  if (set === undefined || rank === undefined) call.reply.null();
  else call.reply.integer(isReverse ? denseSize(set.scores) - 1 - rank : rank);
}

function replyCount(call: Call, by: Bounds['by']): void {
  const bounds = boundsOf(by, call.args[2]!, call.args[3]!);
  const set = readSet(call);
  call.reply.integer(set === undefined ? 0 : lengthOf(intervalOf(set, bounds, false)));
}
