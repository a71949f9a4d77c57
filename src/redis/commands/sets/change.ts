/** SADD, SREM and SMOVE. */
import type { Call } from '../../calls/call.ts';
import { batchesOf, requireRoom } from '../../calls/limits.ts';
import { peekCollection } from '../../calls/lookup.ts';
import { denseSize } from '../../model/dense.ts';
import type { Members } from '../../model/values.ts';

export function sadd(call: Call): void {
  const { args, client, reply } = call;
  const key = args[1]!;
  const set = peekCollection<Members>(call, key, 'set');
  const added = distinct(args, (member) => set?.members.slots.has(member) !== true);
  if (added.length > 0) {
    requireRoom(set === undefined ? 0 : denseSize(set.members), added.length);
    if (added.length === 1) call.apply('SetMemberAdded', { db: client.db, key, member: added[0]! });
    else addMembers(call, key, added);
    call.notify('s', 'sadd', key);
  }
  reply.integer(added.length);
}

export function srem(call: Call): void {
  const { args, reply } = call;
  const key = args[1]!;
  const set = peekCollection<Members>(call, key, 'set');
  const removed = set === undefined ? [] : distinct(args, (member) => set.members.slots.has(member));
  if (removed.length > 0) removeMembers(call, key, set!, removed, 'srem');
  reply.integer(removed.length);
}

/** The members of a request, from the third argument on, that pass the test, each once. */
function distinct(args: readonly string[], test: (member: string) => boolean): readonly string[] {
  if (args.length === 3) return test(args[2]!) ? [args[2]!] : [];
  return [...new Set(args.slice(2).filter(test))];
}

/** Adds members that are not in the set, with several effects if they are many. */
export function addMembers(call: Call, key: string, added: readonly string[], changes: number = added.length): void {
  let left = changes;
  for (const members of batchesOf(added)) {
    const counted = Math.min(left, members.length);
    call.apply('SetMembersAdded', { db: call.client.db, key, members }, counted);
    left -= counted;
  }
}

/** Removes members that are in the set, and notifies of the event, and of the deletion of a set that became empty. */
export function removeMembers(
  call: Call,
  key: string,
  set: Members,
  removed: readonly string[],
  event: 'srem' | 'spop',
): void {
  const { db } = call.client;
  const isAll = removed.length === denseSize(set.members);
  if (removed.length === 1) call.apply('SetMemberRemoved', { db, key, member: removed[0]! });
  else {
    call.requireCommitRoom(key, removed);
    for (const members of batchesOf(removed)) {
      call.apply('SetMembersRemoved', { db, key, members }, members.length);
    }
  }
  call.notify('s', event, key);
  if (isAll) call.notify('g', 'del', key);
}

export function smove(call: Call): void {
  const [, key = '', toKey = '', member = ''] = call.args;
  const source = peekCollection<Members>(call, key, 'set');
  const target = source && peekCollection<Members>(call, toKey, 'set');
  const isMember = source?.members.slots.has(member) === true;
  if (isMember && key !== toKey) move(call, key, toKey, member, source, target);
  call.reply.integer(isMember ? 1 : 0);
}

function move(
  call: Call,
  key: string,
  toKey: string,
  member: string,
  source: Members,
  target: Members | undefined,
): void {
  if (target?.members.slots.has(member) === true) {
    // The target does not change, and those who watch it hear nothing.
    removeMembers(call, key, source, [member], 'srem');
    return;
  }
  const isLast = denseSize(source.members) === 1;
  if (target !== undefined) requireRoom(denseSize(target.members), 1);
  call.apply('SetMemberMoved', { db: call.client.db, key, member, toKey }, 2);
  call.notify('s', 'srem', key);
  if (isLast) call.notify('g', 'del', key);
  call.notify('s', 'sadd', toKey);
}
