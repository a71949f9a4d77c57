/** MGET, MSET and MSETNX. */
import type { Call } from '../../calls/call.ts';
import { wrongArity } from '../../calls/errors.ts';
import { kindOf } from '../../model/values.ts';
import { replyString } from './get.ts';
import { store } from './set.ts';

export function mget(call: Call): void {
  const { args, reply } = call;
  reply.array(args.length - 1);
  for (let at = 1; at < args.length; at++) {
    const value = call.read(args[at]!);
    if (value === undefined || typeof value === 'string') reply.bulk(value);
    else if (kindOf(value) !== 'string') reply.null();
    else replyString(call, value as Parameters<typeof replyString>[1]);
  }
}

export function mset(call: Call): void {
  requirePairs(call, 'mset');
  storePairs(call);
  call.reply.ok();
}

/** All keys or none: when one of them exists, nothing changes. */
export function msetnx(call: Call): void {
  requirePairs(call, 'msetnx');
  const { args, reply } = call;
  for (let at = 1; at < args.length; at += 2) {
    if (call.peek(args[at]!) === undefined) continue;
    reply.integer(0);
    return;
  }
  storePairs(call);
  reply.integer(1);
}

function requirePairs({ args }: Call, name: string): void {
  if (args.length % 2 === 0) throw wrongArity(name);
}

function storePairs(call: Call): void {
  const { args } = call;
  for (let at = 1; at < args.length; at += 2) store(call, args[at]!, args[at + 1]!);
}
