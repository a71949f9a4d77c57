/** HGET, HMGET, HLEN, HSTRLEN, HEXISTS, HKEYS, HVALS, HGETALL and HSCAN. */
import type { Call } from '../../calls/call.ts';
import { isCompactHash } from '../../calls/encoding.ts';
import { readCollection } from '../../calls/lookup.ts';
import { replyWithScan, scanCursor } from '../../calls/scan.ts';
import { denseGet, denseSize } from '../../model/dense.ts';
import type { Hash } from '../../model/values.ts';

function hashOf(call: Call): Hash | undefined {
  return readCollection<Hash>(call, call.args[1]!, 'hash');
}

/** The value of the field that the third argument names. */
function fieldValue(call: Call): string | undefined {
  const hash = hashOf(call);
  return hash && denseGet(hash.fields, call.args[2]!);
}

export function hget(call: Call): void {
  call.reply.bulk(fieldValue(call));
}

export function hstrlen(call: Call): void {
  call.reply.integer(fieldValue(call)?.length ?? 0);
}

export function hexists(call: Call): void {
  call.reply.integer(fieldValue(call) === undefined ? 0 : 1);
}

export function hmget(call: Call): void {
  const { args, reply } = call;
  const hash = hashOf(call);
  reply.array(args.length - 2);
  for (let at = 2; at < args.length; at++) reply.bulk(hash && denseGet(hash.fields, args[at]!));
}

export function hlen(call: Call): void {
  const hash = hashOf(call);
  call.reply.integer(hash === undefined ? 0 : denseSize(hash.fields));
}

export function hkeys(call: Call): void {
  call.reply.bulks(hashOf(call)?.fields.keys ?? []);
}

export function hvals(call: Call): void {
  call.reply.bulks(hashOf(call)?.fields.values ?? []);
}

export function hgetall(call: Call): void {
  const { reply } = call;
  const { keys = [], values = [] } = hashOf(call)?.fields ?? {};
  reply.map(keys.length);
  for (let at = 0; at < keys.length; at++) {
    reply.bulk(keys[at]);
    reply.bulk(values[at]);
  }
}

export function hscan(call: Call): void {
  const cursor = scanCursor(call.args[2]!);
  const fields = hashOf(call)?.fields;
  const isSmall = fields !== undefined && isCompactHash(fields, call.parts.config);
  replyWithScan(call, cursor, fields, isSmall, (reply, value) => reply.bulk(value));
}
