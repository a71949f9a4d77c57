/** SET, SETNX, SETEX and PSETEX. */
import type { Call } from '../../calls/call.ts';
import { requireString } from '../../calls/lookup.ts';
import { expiryTime } from './expiry.ts';
import { replyString } from './get.ts';
import { type StringOptions, stringOptions } from './options.ts';

export function set(call: Call): void {
  const { args, reply } = call;
  const key = args[1]!;
  if (args.length === 3) {
    store(call, key, args[2]!);
    reply.ok();
    return;
  }
  const options = stringOptions(args, 3, 'set');
  const at = typeof options.expiry === 'object' ? expiryTime(call, options.expiry.unit, options.expiry.time, 'set') : 0;
  const old = options.isGet ? call.read(key) : call.peek(key);
  const oldText = options.isGet ? requireString(old) : undefined;
  const allowed = options.condition === undefined || (options.condition === 'XX') === (old !== undefined);
  if (allowed) storeWith(call, key, args[2]!, options.expiry, at);
  if (options.isGet) replyString(call, oldText);
  else if (allowed) reply.ok();
  else reply.null();
}

export function setnx(call: Call): void {
  const [, key = '', value = ''] = call.args;
  const isNew = call.peek(key) === undefined;
  if (isNew) store(call, key, value);
  call.reply.integer(isNew ? 1 : 0);
}

export function setex(call: Call): void {
  storeUntil(call, call.args[3]!, expiryTime(call, 'EX', call.args[2]!, 'setex'));
  call.reply.ok();
}

export function psetex(call: Call): void {
  storeUntil(call, call.args[3]!, expiryTime(call, 'PX', call.args[2]!, 'psetex'));
  call.reply.ok();
}

/** The key holds the value and does not expire. */
export function store(call: Call, key: string, value: string): void {
  call.apply('StringSet', { db: call.client.db, key, value });
  call.notify('$', 'set', key);
}

function storeUntil(call: Call, value: string, at: number): void {
  const key = call.args[1]!;
  call.apply('StringSetUntil', { db: call.client.db, key, value, at });
  call.notify('$', 'set', key);
  call.notify('g', 'expire', key);
}

function storeWith(call: Call, key: string, value: string, expiry: StringOptions['expiry'], at: number): void {
  if (typeof expiry === 'object') {
    storeUntil(call, value, at);
  } else if (expiry === 'KEEPTTL') {
    call.apply('StringReplaced', { db: call.client.db, key, value });
    call.notify('$', 'set', key);
  } else {
    store(call, key, value);
  }
}
