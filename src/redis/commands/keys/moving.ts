/** RENAME, RENAMENX, MOVE, COPY, SWAPDB: values that change their place. */
import { integerArgument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, NO_SUCH_KEY, syntaxError } from '../../calls/errors.ts';
import { MAX_ENTRIES } from '../../model/dense.ts';
import { DATABASES, databaseOf, valueAtKey } from '../../model/key-space.ts';
import type { Stream, Value } from '../../model/values.ts';
import { copyLastSeen } from '../streams/consumers.ts';

const DB_OUT_OF_RANGE = 'ERR DB index is out of range';
const SAME_OBJECT = 'ERR source and destination objects are the same';
const DATABASE_FULL = 'OOM command not allowed: the database holds as many keys as it can';

export function rename(call: Call): void {
  if (renameKey(call, true)) call.reply.ok();
}

export function renameNx(call: Call): void {
  call.reply.integer(renameKey(call, false) ? 1 : 0);
}

/** Returns whether the key has its new name now. @throws CommandError */
function renameKey(call: Call, replaces: boolean): boolean {
  const [, key = '', toKey = ''] = call.args;
  const { db } = call.client;
  if (call.peek(key) === undefined) throw new CommandError(NO_SUCH_KEY);
  if (key === toKey) return replaces;
  const isTaken = call.live(toKey) !== undefined;
  if (isTaken && !replaces) return false;
  call.apply('KeyRenamed', { db, key, toKey });
  call.notify('g', 'rename_from', key);
  call.notify('g', 'rename_to', toKey);
  return true;
}

export function move(call: Call): void {
  const [, key = '', number = ''] = call.args;
  const { db } = call.client;
  const toDb = databaseNumber(number);
  if (toDb === db) throw new CommandError(SAME_OBJECT);
  if (call.peek(key) === undefined || call.live(key, toDb) !== undefined) {
    call.reply.integer(0);
    return;
  }
  requireRoom(call, toDb);
  call.apply('KeyMoved', { db, key, toDb });
  call.notify('g', 'move_from', key, db);
  call.notify('g', 'move_to', key, toDb);
  call.reply.integer(1);
}

export function copy(call: Call): void {
  const [, fromKey = '', key = ''] = call.args;
  const { db: fromDb } = call.client;
  const { db, replaces } = copyOptions(call);
  if (db === fromDb && key === fromKey) throw new CommandError(SAME_OBJECT);
  const value = call.read(fromKey);
  const isTaken = value !== undefined && call.live(key, db) !== undefined;
  if (value === undefined || (isTaken && !replaces)) {
    call.reply.integer(0);
    return;
  }
  if (!isTaken) requireRoom(call, db);
  call.apply('KeyCopied', { db, key, fromDb, fromKey });
  const copied = valueAtKey(databaseOf(call.space, db), key);
  if (isStream(value) && isStream(copied)) copyLastSeen(value, copied);
  call.notify('g', 'copy_to', key, db);
  call.reply.integer(1);
}

function isStream(value: Value | undefined): value is Stream {
  return typeof value === 'object' && value.kind === 'stream';
}

function copyOptions({ args, client }: Call): { readonly db: number; readonly replaces: boolean } {
  let { db } = client;
  let replaces = false;
  for (let at = 3; at < args.length; at++) {
    if (isOption(args[at], 'REPLACE')) replaces = true;
    else if (isOption(args[at], 'DB') && at + 1 < args.length) db = databaseNumber(args[++at]!);
    else throw syntaxError();
  }
  return { db, replaces };
}

export function swapDb(call: Call): void {
  const db = integerArgument(call.args[1]!, 'ERR invalid first DB index');
  const toDb = integerArgument(call.args[2]!, 'ERR invalid second DB index');
  if (!isDatabase(db) || !isDatabase(toDb)) throw new CommandError(DB_OUT_OF_RANGE);
  if (db !== toDb) call.apply('DatabasesSwapped', { db, toDb });
  call.reply.ok();
}

/** @throws CommandError */
function databaseNumber(text: string): number {
  const db = integerArgument(text);
  if (!isDatabase(db)) throw new CommandError(DB_OUT_OF_RANGE);
  return db;
}

function isDatabase(db: number): boolean {
  return db >= 0 && db < DATABASES;
}

/** @throws CommandError when a database holds as many keys as one Map can */
function requireRoom(call: Call, db: number): void {
  if (databaseOf(call.space, db).keys.keys.length >= MAX_ENTRIES) throw new CommandError(DATABASE_FULL);
}
