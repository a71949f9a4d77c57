/** LSET, LINSERT, LREM and LTRIM: changes inside a list. */
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, NO_SUCH_KEY, OUT_OF_RANGE, syntaxError } from '../../calls/errors.ts';
import { requireRoom } from '../../calls/limits.ts';
import { peekCollection } from '../../calls/lookup.ts';
import { indicesOf } from '../../model/effects/lists.ts';
import type { List } from '../../model/values.ts';
import { indexArgument, rangeOf } from './arguments.ts';

export function lset(call: Call): void {
  const [, key = '', index = '', item = ''] = call.args;
  const list = peekCollection<List>(call, key, 'list');
  if (list === undefined) throw new CommandError(NO_SUCH_KEY);
  const { size } = list.items;
  const given = indexArgument(index);
  const at = given < 0 ? given + size : given;
  if (at < 0 || at >= size) throw new CommandError(OUT_OF_RANGE);
  call.apply('ListItemSet', { db: call.client.db, key, index: at, item });
  call.notify('l', 'lset', key);
  call.reply.ok();
}

export function linsert(call: Call): void {
  const { args, client, reply } = call;
  const [, key = '', where = '', pivot = '', item = ''] = args;
  const isAfter = isOption(where, 'AFTER');
  if (!isAfter && !isOption(where, 'BEFORE')) throw syntaxError();
  const list = peekCollection<List>(call, key, 'list');
  if (list === undefined) {
    reply.integer(0);
    return;
  }
  const [at] = indicesOf(list.items, pivot, 'left', 1);
  if (at === undefined) {
    reply.integer(-1);
    return;
  }
  const { size } = list.items;
  requireRoom(size, 1);
  call.apply('ListItemInserted', { db: client.db, key, index: isAfter ? at + 1 : at, item });
  call.notify('l', 'linsert', key);
  reply.integer(size + 1);
}

export function lrem(call: Call): void {
  const [, key = '', countText = '', item = ''] = call.args;
  const limit = indexArgument(countText);
  const list = peekCollection<List>(call, key, 'list');
  const end = limit < 0 ? 'right' : 'left';
  const found = list === undefined ? [] : indicesOf(list.items, item, end, Math.abs(limit) || Number.POSITIVE_INFINITY);
  const count = found.length;
  if (count > 0) {
    const isAll = count === list!.items.size;
    call.apply('ListItemsRemoved', { db: call.client.db, key, end, item, count }, count);
    call.notify('l', 'lrem', key);
    if (isAll) call.notify('g', 'del', key);
  }
  call.reply.integer(count);
}

export function ltrim(call: Call): void {
  const { args, client, reply } = call;
  const key = args[1]!;
  const [first, last] = [indexArgument(args[2]!), indexArgument(args[3]!)];
  const list = peekCollection<List>(call, key, 'list');
  if (list !== undefined) {
    const { size } = list.items;
    const { start, end } = rangeOf(first, last, size);
    const count = end - start;
    if (count < size) call.apply('ListTrimmed', { db: client.db, key, index: start, count }, size - count);
    call.notify('l', 'ltrim', key);
    if (count === 0) call.notify('g', 'del', key);
  }
  reply.ok();
}
