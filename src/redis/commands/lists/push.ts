/** LPUSH, RPUSH, LPUSHX and RPUSHX. */
import type { Call } from '../../calls/call.ts';
import { batchesOf, requireRoom } from '../../calls/limits.ts';
import { peekCollection } from '../../calls/lookup.ts';
import type { ListEnd } from '../../model/effects/lists.ts';
import type { List } from '../../model/values.ts';

export const lpush = (call: Call): void => push(call, 'left', true);
export const rpush = (call: Call): void => push(call, 'right', true);
export const lpushx = (call: Call): void => push(call, 'left', false);
export const rpushx = (call: Call): void => push(call, 'right', false);

/** @param creates whether a list is made where none is */
function push(call: Call, end: ListEnd, creates: boolean): void {
  const key = call.args[1]!;
  const list = peekCollection<List>(call, key, 'list');
  if (list === undefined && !creates) {
    call.reply.integer(0);
    return;
  }
  const size = list?.items.size ?? 0;
  const added = call.args.length - 2;
  requireRoom(size, added);
  const { db } = call.client;
  if (added === 1) call.apply('ListItemPushed', { db, key, end, item: call.args[2]! });
  else {
    for (const items of batchesOf(call.args.slice(2))) {
      call.apply('ListItemsPushed', { db, key, end, items }, items.length);
    }
  }
  call.notify('l', end === 'left' ? 'lpush' : 'rpush', key);
  call.reply.integer(size + added);
}
