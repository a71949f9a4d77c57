/** HSET, HMSET, HSETNX and HDEL. */
import type { Call } from '../../calls/call.ts';
import { wrongArity } from '../../calls/errors.ts';
import { batchesOf, requireRoom } from '../../calls/limits.ts';
import { peekCollection } from '../../calls/lookup.ts';
import { denseSize } from '../../model/dense.ts';
import type { Hash } from '../../model/values.ts';

export function hset(call: Call): void {
  call.reply.integer(setFields(call, 'hset'));
}

export function hmset(call: Call): void {
  setFields(call, 'hmset');
  call.reply.ok();
}

/** Sets fields in pairs from the third argument on. Returns how many are new. */
function setFields(call: Call, name: string): number {
  const { args, client } = call;
  const key = args[1]!;
  if (args.length % 2 !== 0) throw wrongArity(name);
  const hash = peekCollection<Hash>(call, key, 'hash');
  const created = newFields(args, hash);
  requireRoom(hash === undefined ? 0 : denseSize(hash.fields), created);
  if (args.length === 4) call.apply('HashFieldSet', { db: client.db, key, field: args[2]!, value: args[3]! });
  else {
    for (const entries of batchesOf(args.slice(2), 2)) {
      call.apply('HashFieldsSet', { db: client.db, key, entries }, entries.length / 2);
    }
  }
  call.notify('h', 'hset', key);
  return created;
}

/** How many different fields the hash does not have yet. */
function newFields(args: readonly string[], hash: Hash | undefined): number {
  if (args.length === 4) return hash?.fields.slots.has(args[2]!) === true ? 0 : 1;
  const fields = new Set<string>();
  for (let at = 2; at < args.length; at += 2) if (hash?.fields.slots.has(args[at]!) !== true) fields.add(args[at]!);
  return fields.size;
}

export function hsetnx(call: Call): void {
  const [, key = '', field = '', value = ''] = call.args;
  const hash = peekCollection<Hash>(call, key, 'hash');
  if (hash?.fields.slots.has(field) === true) {
    call.reply.integer(0);
    return;
  }
  requireRoom(hash === undefined ? 0 : denseSize(hash.fields), 1);
  call.apply('HashFieldSet', { db: call.client.db, key, field, value });
  call.notify('h', 'hset', key);
  call.reply.integer(1);
}

export function hdel(call: Call): void {
  const { args, client, reply } = call;
  const key = args[1]!;
  const hash = peekCollection<Hash>(call, key, 'hash');
  const fields = hash === undefined ? [] : present(args.slice(2), hash);
  if (fields.length === 0) {
    reply.integer(0);
    return;
  }
  const isAll = fields.length === denseSize(hash!.fields);
  if (fields.length === 1) call.apply('HashFieldRemoved', { db: client.db, key, field: fields[0]! });
  else {
    for (const part of batchesOf(fields)) {
      call.apply('HashFieldsRemoved', { db: client.db, key, fields: part }, part.length);
    }
  }
  call.notify('h', 'hdel', key);
  if (isAll) call.notify('g', 'del', key);
  reply.integer(fields.length);
}

/** Those of the fields that the hash has, each once. */
function present(fields: readonly string[], { fields: { slots } }: Hash): readonly string[] {
  if (fields.length === 1) return slots.has(fields[0]!) ? fields : [];
  return [...new Set(fields)].filter((field) => slots.has(field));
}
