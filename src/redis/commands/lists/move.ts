/** LMOVE, RPOPLPUSH, and their blocking forms. */
import { timeoutArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { requireRoom } from '../../calls/limits.ts';
import { peekCollection } from '../../calls/lookup.ts';
import type { ListEnd } from '../../model/effects/lists.ts';
import type { List } from '../../model/values.ts';
import { listEndArgument } from './arguments.ts';
import { waitForList } from './waiting.ts';

export function lmove(call: Call): void {
  const { args } = call;
  const [from, to] = [listEndArgument(args[3]!), listEndArgument(args[4]!)];
  if (!move(call, from, to)) call.reply.null();
}

export function rpoplpush(call: Call): void {
  if (!move(call, 'right', 'left')) call.reply.null();
}

export function blmove(call: Call): void {
  const { args } = call;
  const [from, to] = [listEndArgument(args[3]!), listEndArgument(args[4]!)];
  moveOrWait(call, from, to, args[5]!);
}

export function brpoplpush(call: Call): void {
  moveOrWait(call, 'right', 'left', call.args[3]!);
}

function moveOrWait(call: Call, from: ListEnd, to: ListEnd, timeout: string): void {
  const timeoutMs = timeoutArgument(timeout);
  if (move(call, from, to)) return;
  if (call.isInTransaction) call.reply.null();
  else waitForList(call, [call.args[1]!], timeoutMs);
}

/** Moves an item from the first key to the second, and replies with it. False when there is nothing to move. */
function move(call: Call, end: ListEnd, toEnd: ListEnd): boolean {
  const [, key = '', toKey = ''] = call.args;
  const source = peekCollection<List>(call, key, 'list');
  if (source === undefined) return false;
  const target = peekCollection<List>(call, toKey, 'list');
  if (key !== toKey) requireRoom(target?.items.size ?? 0, 1);
  const item = source.items.at(end === 'left' ? 0 : -1);
  const isLast = source.items.size === 1 && key !== toKey;
  call.apply('ListItemMoved', { db: call.client.db, key, end, toKey, toEnd });
  call.notify('l', toEnd === 'left' ? 'lpush' : 'rpush', toKey);
  call.notify('l', end === 'left' ? 'lpop' : 'rpop', key);
  if (isLast) call.notify('g', 'del', key);
  call.reply.bulk(item);
  return true;
}
