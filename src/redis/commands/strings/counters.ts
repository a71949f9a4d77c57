/** INCR, DECR, INCRBY, DECRBY and INCRBYFLOAT. The effect records the result, and the expiry time stays. */
import { int64Argument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, NOT_A_FLOAT, NOT_AN_INTEGER } from '../../calls/errors.ts';
import { requireString, textOf } from '../../calls/lookup.ts';
import { addLongDoubles, formatLongDouble, parseLongDouble } from '../../protocol/long-double.ts';
import { INT64_MAX, INT64_MIN, parseInt64 } from '../../protocol/numbers.ts';

export function incr(call: Call): void {
  add(call, 1);
}

export function decr(call: Call): void {
  add(call, -1);
}

export function incrby(call: Call): void {
  add(call, int64Argument(call.args[2]!));
}

export function decrby(call: Call): void {
  const by = int64Argument(call.args[2]!);
  if (by === INT64_MIN) throw new CommandError('ERR decrement would overflow');
  add(call, -by);
}

export function incrbyfloat(call: Call): void {
  const [, key = '', text = ''] = call.args;
  const value = requireString(call.peek(key));
  const present = parseLongDouble(value === undefined ? '0' : textOf(value));
  const by = parseLongDouble(text);
  if (present === undefined || by === undefined) throw new CommandError(NOT_A_FLOAT);
  const sum = typeof present === 'string' || typeof by === 'string' ? undefined : addLongDoubles(present, by);
  if (sum === undefined) throw new CommandError('ERR increment would produce NaN or Infinity');
  const result = formatLongDouble(sum);
  replace(call, key, result, 'incrbyfloat');
  call.reply.bulk(result);
}

function add(call: Call, by: number | bigint): void {
  const key = call.args[1]!;
  const value = requireString(call.peek(key));
  const present = value === undefined ? 0 : parseInt64(textOf(value));
  if (present === undefined) throw new CommandError(NOT_AN_INTEGER);
  const result = sumOf(present, by);
  replace(call, key, String(result), 'incrby');
  call.reply.integer(result);
}

/** @throws CommandError when the sum has more than 64 bits */
function sumOf(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const sum = BigInt(a) + BigInt(b);
  if (sum > INT64_MAX || sum < INT64_MIN) throw new CommandError('ERR increment or decrement would overflow');
  return sum;
}

function replace(call: Call, key: string, value: string, event: string): void {
  call.apply('StringReplaced', { db: call.client.db, key, value });
  call.notify('$', event, key);
}
