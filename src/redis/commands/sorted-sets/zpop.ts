/** ZPOPMIN, ZPOPMAX, ZMPOP, and the forms that wait: BZPOPMIN, BZPOPMAX, BZMPOP. */
import { isOption, timeoutArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { syntaxError } from '../../calls/errors.ts';
import { peekCollection } from '../../calls/lookup.ts';
import { denseSize } from '../../model/dense.ts';
import { membersBetween } from '../../model/sorted-sets.ts';
import type { Scored, SortedSet } from '../../model/values.ts';
import { countArgument } from './arguments.ts';
import { removeMembers } from './changing.ts';
import { replyScored } from './replies.ts';

type End = 'min' | 'max';

export function zpopmin(call: Call): void {
  popFromOne(call, 'min');
}

export function zpopmax(call: Call): void {
  popFromOne(call, 'max');
}

export function zmpop(call: Call): void {
  const request = multiple(call.args, 1);
  if (!popMultiple(call, request)) call.reply.nullArray();
}

export function bzpopmin(call: Call): void {
  popOrWait(call, 'min');
}

export function bzpopmax(call: Call): void {
  popOrWait(call, 'max');
}

export function bzmpop(call: Call): void {
  const request = multiple(call.args, 2);
  const timeoutMs = timeoutArgument(call.args[1]!);
  if (!popMultiple(call, request)) wait(call, request.keys, timeoutMs);
}

function popFromOne(call: Call, end: End): void {
  const { args, reply } = call;
  const [, key = '', countText] = args;
  if (args.length > 3) throw syntaxError();
  const count =
    countText === undefined ? 1 : countArgument(countText, 0, 'ERR value is out of range, must be positive');
  const set = peekCollection<SortedSet>(call, key, 'zset');
  const popped = set === undefined ? [] : pop(call, key, set, end, count);
  // Pairs are nested only where a count allows several.
  if (countText !== undefined) replyScored(reply, popped.length, popped, true);
  else replyFlat(call, popped, []);
}

function popOrWait(call: Call, end: End): void {
  const { args } = call;
  const keys = args.slice(1, -1);
  const timeoutMs = timeoutArgument(args.at(-1)!);
  const found = firstSet(call, keys);
  if (found === undefined) wait(call, keys, timeoutMs);
  else replyFlat(call, pop(call, found.key, found.set, end, 1), [found.key]);
}

/** A flat array of keys, members and scores. */
function replyFlat({ reply }: Call, scored: readonly Scored[], keys: readonly string[]): void {
  reply.array(keys.length + scored.length * 2);
  for (const key of keys) reply.bulk(key);
  for (const { member, score } of scored) {
    reply.bulk(member);
    reply.double(score);
  }
}

interface MultipleRequest {
  readonly keys: readonly string[];
  readonly end: End;
  readonly count: number;
}

/** @param start the position of the number of keys */
function multiple(args: readonly string[], start: number): MultipleRequest {
  const numKeys = countArgument(args[start]!, 1, 'ERR numkeys should be greater than 0');
  const endAt = start + 1 + numKeys;
  const end = isOption(args[endAt], 'MIN') ? 'min' : isOption(args[endAt], 'MAX') ? 'max' : undefined;
  if (end === undefined) throw syntaxError();
  let count: number | undefined;
  for (let at = endAt + 1; at < args.length; at += 2) {
    if (count !== undefined || !isOption(args[at], 'COUNT') || at + 1 === args.length) throw syntaxError();
    count = countArgument(args[at + 1]!, 1, 'ERR count should be greater than 0');
  }
  return { keys: args.slice(start + 1, endAt), end, count: count ?? 1 };
}

/** Returns whether there was something to pop. */
function popMultiple(call: Call, { keys, end, count }: MultipleRequest): boolean {
  const { reply } = call;
  const found = firstSet(call, keys);
  if (found === undefined) return false;
  const popped = pop(call, found.key, found.set, end, count);
  reply.array(2);
  reply.bulk(found.key);
  reply.array(popped.length);
  for (const { member, score } of popped) {
    reply.array(2);
    reply.bulk(member);
    reply.double(score);
  }
  return true;
}

/** The first key that holds something. A client that waits already is served from the key that became ready. */
function firstSet(call: Call, keys: readonly string[]): { readonly key: string; readonly set: SortedSet } | undefined {
  for (const key of call.client.isBlocked ? [call.parts.blocking.readyKey!] : keys) {
    const set = peekCollection<SortedSet>(call, key, 'zset');
    if (set !== undefined) return { key, set };
  }
  return undefined;
}

function pop(call: Call, key: string, set: SortedSet, end: End, count: number): readonly Scored[] {
  const size = denseSize(set.scores);
  const isMax = end === 'max';
  const [first, last] = isMax ? [Math.max(0, size - count), size] : [0, Math.min(size, count)];
  const popped = first === last ? [] : [...membersBetween(set, first, last, isMax)];
  const members = popped.map(({ member }) => member);
  removeMembers(call, key, set, members, isMax ? 'zpopmax' : 'zpopmin');
  return popped;
}

function wait(call: Call, keys: readonly string[], timeoutMs: number): void {
  if (call.isInTransaction) {
    call.reply.nullArray();
    return;
  }
  const expire = ({ reply }: Call['client']) => reply.nullArray();
  call.parts.blocking.block(call.client, { keys, kind: 'zset', timeoutMs, expire });
}
