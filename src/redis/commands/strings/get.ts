/** GET, GETSET, GETDEL and GETEX. */
import type { Call } from '../../calls/call.ts';
import { requireString } from '../../calls/lookup.ts';
import { expiryOf } from '../../model/key-space.ts';
import { expiryTime } from './expiry.ts';
import { stringOptions } from './options.ts';
import { store } from './set.ts';

export function get(call: Call): void {
  replyString(call, requireString(call.read(call.args[1]!)));
}

/** A string in either form; null without one. */
export function replyString({ reply }: Call, value: ReturnType<typeof requireString>): void {
  if (value === undefined || typeof value === 'string') reply.bulk(value);
  else reply.bytes(value.data.subarray(0, value.length));
}

export function getset(call: Call): void {
  const [, key = '', value = ''] = call.args;
  replyString(call, requireString(call.read(key)));
  store(call, key, value);
}

export function getdel(call: Call): void {
  const key = call.args[1]!;
  const value = requireString(call.read(key));
  replyString(call, value);
  if (value === undefined) return;
  call.apply('KeyDeleted', { db: call.client.db, key });
  call.notify('g', 'del', key);
}

export function getex(call: Call): void {
  const { client, now } = call;
  const { db } = client;
  const key = call.args[1]!;
  const { expiry } = stringOptions(call.args, 2, 'getex');
  const value = requireString(call.read(key));
  if (value === undefined) {
    call.reply.null();
    return;
  }
  const at = typeof expiry === 'object' ? expiryTime(call, expiry.unit, expiry.time, 'getex') : undefined;
  replyString(call, value);
  if (at !== undefined && at <= now) {
    call.apply('KeyDeleted', { db, key });
    call.notify('g', 'del', key);
  } else if (at !== undefined) {
    call.apply('ExpirySet', { db, key, at });
    call.notify('g', 'expire', key);
  } else if (expiry === 'PERSIST' && expiryOf(call.database, key) !== undefined) {
    call.apply('ExpiryRemoved', { db, key });
    call.notify('g', 'persist', key);
  }
}
