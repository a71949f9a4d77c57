/** DEBUG POPULATE count [prefix] [size]: many keys at once. */
import type { Call } from '../../../calls/call.ts';
import { CommandError, TOO_LARGE } from '../../../calls/errors.ts';
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
  const mostCharacters = count * (EVENT_CHARACTERS + (prefix.length + (size ?? 0)) * LONGEST_ESCAPE);
  if (mostCharacters > call.parts.config.number('refold-largest-commit')) throw new CommandError(TOO_LARGE);
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
/** What a key takes in a commit beside its prefix and its size. JSON writes one character as six at most. */
const EVENT_CHARACTERS = 128;
const LONGEST_ESCAPE = 6;

function positive(text: string): number {
  const value = parseSafeInteger(text);
  if (value === undefined || value < 0) throw new CommandError('ERR value is out of range, must be positive');
  return value;
}
