/** SISMEMBER, SMISMEMBER, SCARD, SMEMBERS and SSCAN. */
import type { Call } from '../../calls/call.ts';
import { isCompactSet } from '../../calls/encoding.ts';
import { readCollection } from '../../calls/lookup.ts';
import { replyWithScan, scanCursor } from '../../calls/scan.ts';
import { denseSize } from '../../model/dense.ts';
import type { Members } from '../../model/values.ts';
import type { Reply } from '../../protocol/reply.ts';
import { orderedMembers } from './order.ts';

function setOf(call: Call): Members | undefined {
  return readCollection<Members>(call, call.args[1]!, 'set');
}

export function sismember(call: Call): void {
  call.reply.integer(setOf(call)?.members.slots.has(call.args[2]!) === true ? 1 : 0);
}

export function smismember(call: Call): void {
  const { args, reply } = call;
  const slots = setOf(call)?.members.slots;
  reply.array(args.length - 2);
  for (let at = 2; at < args.length; at++) reply.integer(slots?.has(args[at]!) === true ? 1 : 0);
}

export function scard(call: Call): void {
  const set = setOf(call);
  call.reply.integer(set === undefined ? 0 : denseSize(set.members));
}

export function smembers(call: Call): void {
  const set = setOf(call);
  replyMembers(call.reply, set === undefined ? [] : orderedMembers(call, set.members));
}

export function replyMembers(reply: Reply, members: readonly string[]): void {
  reply.set(members.length);
  for (const member of members) reply.bulk(member);
}

export function sscan(call: Call): void {
  const cursor = scanCursor(call.args[2]!);
  const members = setOf(call)?.members;
  const isSmall = members !== undefined && isCompactSet(members, call.parts.config);
  // A walk runs from the back to the front.
  const entries = isSmall ? { ...members, keys: orderedMembers(call, members).toReversed() } : members;
  replyWithScan(call, cursor, entries, isSmall);
}
