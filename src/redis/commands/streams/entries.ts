/** XLEN, XRANGE, XREVRANGE and XDEL, and how entries are answered. */
import { isOption, longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { syntaxError } from '../../calls/errors.ts';
import { batchesOf } from '../../calls/limits.ts';
import { peekCollection, readCollection } from '../../calls/lookup.ts';
import { plainStreamId } from '../../model/stream-ids.ts';
import type { Stream } from '../../model/values.ts';
import { endArgument, idArgument, startArgument } from './ids.ts';

export type Entry = readonly [id: string, fields: readonly string[]];

export function xlen(call: Call): void {
  call.reply.integer(readCollection<Stream>(call, call.args[1]!, 'stream')?.entries.size ?? 0);
}

export function xrange(call: Call): void {
  replyRange(call, false);
}

/** The end comes before the start among the arguments. */
export function xrevrange(call: Call): void {
  replyRange(call, true);
}

export function xdel(call: Call): void {
  const { args, client, reply } = call;
  const key = args[1]!;
  const stream = peekCollection<Stream>(call, key, 'stream');
  if (stream === undefined) {
    reply.integer(0);
    return;
  }
  const ids = new Set(args.slice(2).map((text) => idArgument(text)));
  const present = [...ids].filter((id) => stream.entries.has(id)).map(plainStreamId);
  for (const batch of batchesOf(present)) {
    call.apply('EntriesDeleted', { db: client.db, key, ids: batch }, batch.length);
  }
  if (present.length > 0) call.notify('x', 'xdel', key);
  reply.integer(present.length);
}

/** An array with the id and the array of fields and values; null in place of the fields of a deleted entry. */
export function replyEntry({ reply }: Call, id: string, fields: readonly string[] | undefined): void {
  reply.array(2);
  reply.bulk(plainStreamId(id));
  if (fields === undefined) reply.nullArray();
  else reply.bulks(fields);
}

export function replyEntries(call: Call, entries: readonly Entry[]): void {
  call.reply.array(entries.length);
  for (const [id, fields] of entries) replyEntry(call, id, fields);
}

/** The first entries of a range. @param limit how many at most; 0 for all */
export function entriesOf<V>(range: Iterable<readonly [string, V]>, limit: number): (readonly [string, V])[] {
  const entries: (readonly [string, V])[] = [];
  for (const entry of range) {
    entries.push(entry);
    if (entries.length === limit) break;
  }
  return entries;
}

function replyRange(call: Call, reverse: boolean): void {
  const { args } = call;
  const from = startArgument(args[reverse ? 3 : 2]!);
  const to = endArgument(args[reverse ? 2 : 3]!);
  const limit = countOption(args);
  const stream = readCollection<Stream>(call, args[1]!, 'stream');
  if (stream === undefined) call.reply.array(0);
  else if (limit === 0) call.reply.nullArray();
  else if (from > to) call.reply.array(0);
  else replyEntries(call, entriesOf(stream.entries.range({ from, to, reverse }), Math.max(limit, 0)));
}

/** COUNT n; -1 without it. */
function countOption(args: readonly string[]): number {
  let count = -1;
  for (let at = 4; at < args.length; at += 2) {
    if (!isOption(args[at], 'COUNT') || at + 1 >= args.length) throw syntaxError();
    count = Math.max(longArgument(args[at + 1]!), 0);
  }
  return count;
}
