/** XREAD: entries after an id, of several streams. */
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { readCollection } from '../../calls/lookup.ts';
import { plainStreamId, ZERO_STREAM_ID } from '../../model/stream-ids.ts';
import type { Stream } from '../../model/values.ts';
import { type Entry, entriesOf, replyEntries } from './entries.ts';
import { idArgument } from './ids.ts';
import { type ReadArguments, readArguments } from './read-arguments.ts';

/** A client that waits and gave no COUNT gets no more than this at once. */
export const WAITING_COUNT = 1000;

export function xread(call: Call): void {
  const wanted = readArguments(call.args, 'xread');
  const after = wanted.keys.map((key, index) => afterId(call, key, wanted.ids[index]!));
  const { readyKey } = call.parts.blocking;
  const limit = wanted.count ?? (readyKey === undefined ? 0 : WAITING_COUNT);
  const results: StreamEntries[] = [];
  for (const [index, key] of wanted.keys.entries()) {
    if (readyKey !== undefined && readyKey !== key) continue;
    const stream = readCollection<Stream>(call, key, 'stream');
    const top = stream?.entries.last()?.[0];
    if (top === undefined || top <= after[index]!) continue;
    const range = stream!.entries.range({ from: after[index]!, fromExclusive: true });
    results.push({ key, entries: entriesOf(range, limit) });
  }
  if (results.length > 0) replyStreams(call, results);
  else waitOrEnd(call, wanted, { args: withIds(call.args, wanted, after) });
}

/** Entries of one stream. */
export interface StreamEntries {
  readonly key: string;
  readonly entries: readonly Entry[];
}

/** Answers a map in RESP3, and an array of pairs in RESP2. */
export function replyStreams(call: Call, results: readonly StreamEntries[]): void {
  beginStreams(call, results.length);
  for (const { key, entries } of results) {
    beginStream(call, key);
    replyEntries(call, entries);
  }
}

export function beginStreams({ reply }: Call, count: number): void {
  if (reply.resp === 3) reply.map(count);
  else reply.array(count);
}

export function beginStream({ reply }: Call, key: string): void {
  if (reply.resp === 2) reply.array(2);
  reply.bulk(key);
}

/** Waits for one of the streams if the command may block. Otherwise it ends without entries. */
export function waitOrEnd(
  call: Call,
  { blockMs, keys }: ReadArguments,
  how: { readonly args?: readonly string[]; readonly wakesOnLoss?: boolean },
): void {
  const { client, isInTransaction, parts, reply } = call;
  if (blockMs === undefined || isInTransaction) {
    reply.nullArray();
    return;
  }
  const expire = () => client.reply.nullArray();
  parts.blocking.block(client, { keys, kind: 'stream', timeoutMs: blockMs, expire, ...how });
}

/** The id after which entries are wanted. `$` is the last one that the stream has now. @throws CommandError */
function afterId(call: Call, key: string, text: string): string {
  const lastId = readCollection<Stream>(call, key, 'stream')?.lastId;
  if (text === '$') return lastId ?? ZERO_STREAM_ID;
  if (text !== '>') return idArgument(text);
  throw new CommandError(
    'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
  );
}

/** The command with ids in place of `$`, which would mean another id later. */
function withIds(
  args: readonly string[],
  { firstKey, keys }: ReadArguments,
  ids: readonly string[],
): readonly string[] {
  return [...args.slice(0, firstKey + keys.length), ...ids.map(plainStreamId)];
}
