/** DEBUG POPULATE count [prefix] [size]: many keys at once. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Call } from '../../../calls/call.ts';
import { CommandError } from '../../../calls/errors.ts';
import { MAX_ENTRIES } from '../../../model/dense.ts';
import { parseSafeInteger } from '../../../protocol/numbers.ts';

/** Longer values would make commits of many gigabytes. */
const LARGEST_VALUE = 64 * 1024 * 1024;
/** What one turn makes, in bytes: a commit has a bound. */
const TURN_BYTES = 1024 * 1024;
/** What a key takes beside its value, roughly. */
const KEY_BYTES = 100;
/** The characters of JSON for a byte that is zero. */
const LONGEST_ZERO = 6;

interface Population {
  readonly count: number;
  readonly prefix: string;
  /** In bytes; undefined for values as long as their text. */
  readonly size: number | undefined;
}

export function populate(call: Call): void {
  const { args, database, isInTransaction } = call;
  const count = positive(args[2]!);
  const size = args[4] === undefined ? undefined : positive(args[4]);
  if (database.keys.keys.length + count > MAX_ENTRIES || (size ?? 0) > LARGEST_VALUE) throw outOfRange();
  const population = { count, prefix: args[3] ?? 'key', size };
  const mostCharacters = count * bytesOf(population) * LONGEST_ZERO;
  if (isInTransaction && mostCharacters > call.parts.config.number('refold-largest-commit')) {
    throw new CommandError('ERR that is too much for one transaction');
  }
  fill(call, population, 0);
}

/** Makes keys from this number on, for as long as the turn has room. The next turn goes on, and the client waits. */
function fill(call: Call, population: Population, from: number): void {
  const { client, isInTransaction, parts, reply } = call;
  const { count } = population;
  const perTurn = isInTransaction ? count : Math.ceil(TURN_BYTES / bytesOf(population));
  const end = Math.min(count, from + perTurn);
  if (call.database.keys.keys.length + end - from > MAX_ENTRIES) throw outOfRange();
  for (let number = from; number < end; number++) addKey(call, population, number);
  if (end === count) reply.ok();
  else parts.tasks.wait(client, nextTurn(), () => fill(call.atThisTurn(), population, end));
}

function outOfRange(): CommandError {
  return new CommandError('ERR value is out of range');
}

function bytesOf({ size = 0 }: Population): number {
  return size + KEY_BYTES;
}

function addKey(call: Call, { prefix, size }: Population, number: number): void {
  const key = `${prefix}:${number}`;
  if (call.peek(key) !== undefined) return;
  const text = `value:${number}`;
  const value = size === undefined ? text : text.slice(0, size).padEnd(size, '\0');
  call.apply('StringSet', { db: call.client.db, key, value });
}

function positive(text: string): number {
  const value = parseSafeInteger(text);
  if (value === undefined || value < 0) throw new CommandError('ERR value is out of range, must be positive');
  return value;
}
