/** DEBUG POPULATE count [prefix] [size]: many keys at once. */
import type { Call } from '../../../calls/call.ts';
import { CommandError } from '../../../calls/errors.ts';
import { MAX_ENTRIES } from '../../../model/dense.ts';
import { parseSafeInteger } from '../../../protocol/numbers.ts';

export function populate(call: Call): void {
  const { args, client, database, reply } = call;
  const count = positive(args[2]!);
  const prefix = args[3] ?? 'key';
  const size = args[4] === undefined ? undefined : positive(args[4]);
  if (database.keys.keys.length + count > MAX_ENTRIES || (size ?? 0) > LARGEST_VALUE) {
    throw new CommandError('ERR value is out of range');
  }
  for (let number = 0; number < count; number++) {
    const key = `${prefix}:${number}`;
    if (call.peek(key) !== undefined) continue;
    const text = `value:${number}`;
    const value = size === undefined ? text : text.slice(0, size).padEnd(size, '\0');
    call.apply('StringSet', { db: client.db, key, value });
  }
  reply.ok();
}

/** Longer values would make commits of many gigabytes. */
const LARGEST_VALUE = 64 * 1024 * 1024;

function positive(text: string): number {
  const value = parseSafeInteger(text);
  if (value === undefined || value < 0) throw new CommandError('ERR value is out of range, must be positive');
  return value;
}
