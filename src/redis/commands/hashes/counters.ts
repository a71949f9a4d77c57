/** HINCRBY and HINCRBYFLOAT. */
import { int64Argument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, NOT_A_FLOAT } from '../../calls/errors.ts';
import { requireRoom } from '../../calls/limits.ts';
import { peekCollection } from '../../calls/lookup.ts';
import { denseGet, denseSize } from '../../model/dense.ts';
import type { Hash } from '../../model/values.ts';
import { addLongDoubles, formatLongDouble, parseLongDouble } from '../../protocol/long-double.ts';
import { INT64_MAX, INT64_MIN, parseInt64 } from '../../protocol/numbers.ts';

export function hincrby(call: Call): void {
  const [, key = '', field = '', text = ''] = call.args;
  const by = int64Argument(text);
  const hash = peekCollection<Hash>(call, key, 'hash');
  const present = parseInt64(textAt(hash, field));
  if (present === undefined) throw new CommandError('ERR hash value is not an integer');
  const sum = BigInt(present) + by;
  if (sum > INT64_MAX || sum < INT64_MIN) throw new CommandError('ERR increment or decrement would overflow');
  setField(call, hash, String(sum), 'hincrby');
  call.reply.integer(sum);
}

/** Adds as C's long double does. The log records the sum. */
export function hincrbyfloat(call: Call): void {
  const [, key = '', field = '', text = ''] = call.args;
  const by = parseLongDouble(text);
  if (by === undefined) throw new CommandError(NOT_A_FLOAT);
  if (typeof by === 'string') throw new CommandError('ERR value is NaN or Infinity');
  const hash = peekCollection<Hash>(call, key, 'hash');
  const present = parseLongDouble(textAt(hash, field));
  if (present === undefined) throw new CommandError('ERR hash value is not a float');
  const sum = typeof present === 'string' ? undefined : addLongDoubles(present, by);
  if (sum === undefined) throw new CommandError('ERR increment would produce NaN or Infinity');
  const result = formatLongDouble(sum);
  setField(call, hash, result, 'hincrbyfloat');
  call.reply.bulk(result);
}

function textAt(hash: Hash | undefined, field: string): string {
  return (hash && denseGet(hash.fields, field)) ?? '0';
}

function setField(call: Call, hash: Hash | undefined, value: string, event: string): void {
  const [, key = '', field = ''] = call.args;
  if (hash !== undefined && !hash.fields.slots.has(field)) requireRoom(denseSize(hash.fields), 1);
  call.apply('HashFieldSet', { db: call.client.db, key, field, value });
  call.notify('h', event, key);
}
