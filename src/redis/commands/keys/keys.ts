/** DEL, EXISTS and FLUSHALL. */
import type { Call } from '../../calls/call.ts';
import { DATABASES, databaseOf } from '../../model/key-space.ts';

export function del(call: Call): void {
  let deleted = 0;
  for (const key of call.args.slice(1)) {
    if (call.peek(key) === undefined) continue;
    call.apply('KeyDeleted', { db: call.client.db, key });
    call.notify('g', 'del', key);
    deleted++;
  }
  call.reply.integer(deleted);
}

export function exists(call: Call): void {
  let found = 0;
  for (const key of call.args.slice(1)) if (call.read(key) !== undefined) found++;
  call.reply.integer(found);
}

export function flushAll(call: Call): void {
  for (let db = 0; db < DATABASES; db++) {
    const { length } = databaseOf(call.space, db).keys.keys;
    if (length > 0) call.apply('DatabaseFlushed', { db }, length);
  }
  call.reply.ok();
}
