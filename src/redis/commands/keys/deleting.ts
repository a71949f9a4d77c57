/** DEL, UNLINK, FLUSHDB, FLUSHALL. */
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { syntaxError } from '../../calls/errors.ts';
import { DATABASES, databaseOf } from '../../model/key-space.ts';
import type { Value } from '../../model/values.ts';

export function del(call: Call): void {
  deleteKeys(call, false);
}

/** UNLINK. A deletion costs no time here, so it is DEL, but the statistics tell of it as Redis does. */
export function unlink(call: Call): void {
  deleteKeys(call, true);
}

function deleteKeys(call: Call, isLazy: boolean): void {
  const { client, parts, reply } = call;
  let deleted = 0;
  for (const key of call.args.slice(1)) {
    const value = call.live(key);
    if (value === undefined) continue;
    if (isLazy && isLaborious(value)) parts.stats.lazyFreed++;
    call.apply('KeyDeleted', { db: client.db, key });
    call.notify('g', 'del', key);
    deleted++;
  }
  reply.integer(deleted);
}

/** Whether Redis would free the value in a thread: it has more than 64 parts. */
function isLaborious(value: Value): boolean {
  if (typeof value === 'string') return false;
  switch (value.kind) {
    case 'bytes':
      return false;
    case 'list':
      return value.items.size > LAZY_PARTS;
    case 'hash':
      return value.fields.keys.length > LAZY_PARTS;
    case 'set':
      return value.members.keys.length > LAZY_PARTS;
    case 'zset':
      return value.scores.keys.length > LAZY_PARTS;
    case 'stream':
      return value.entries.size > LAZY_PARTS || value.groups.size > 0;
  }
}

const LAZY_PARTS = 64;

export function flushDb(call: Call): void {
  const isLazy = flushesLazily(call.args);
  flush(call, call.client.db, isLazy);
  call.reply.ok();
}

export function flushAll(call: Call): void {
  const isLazy = flushesLazily(call.args);
  for (let db = 0; db < DATABASES; db++) flush(call, db, isLazy);
  call.reply.ok();
}

function flush(call: Call, db: number, isLazy: boolean): void {
  const { length } = databaseOf(call.space, db).keys.keys;
  if (length === 0) return;
  call.apply('DatabaseFlushed', { db }, length);
  if (isLazy) call.parts.stats.lazyFreed += length;
}

/** @throws CommandError for anything but ASYNC or SYNC */
function flushesLazily(args: readonly string[]): boolean {
  if (args.length > 2) throw syntaxError();
  if (args[1] === undefined || isOption(args[1], 'SYNC')) return false;
  if (!isOption(args[1], 'ASYNC')) throw syntaxError();
  return true;
}
