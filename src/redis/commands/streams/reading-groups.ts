/** XREADGROUP: entries that no consumer of the group has got yet, or those that are pending for this one. */

import type { Call } from '../../calls/call.ts';
import { CommandError, wrongType } from '../../calls/errors.ts';
import { batchesOf } from '../../calls/limits.ts';
import { plainStreamId, ZERO_STREAM_ID } from '../../model/stream-ids.ts';
import type { Group, Stream } from '../../model/values.ts';
import { kindOf } from '../../model/values.ts';
import { meetConsumer } from './consumers.ts';
import { readUpTo } from './counting.ts';
import { type Entry, entriesOf, replyEntries, replyEntry } from './entries.ts';
import { idArgument } from './ids.ts';
import { type ReadArguments, readArguments } from './read-arguments.ts';
import { beginStream, beginStreams, WAITING_COUNT, waitOrEnd } from './reading.ts';

/** One stream of the command. */
interface Source {
  readonly key: string;
  readonly stream: Stream;
  readonly group: Group;
  /** Where the history begins, exclusive; undefined for `>`, new entries. */
  readonly after: string | undefined;
}

/** What the consumer gets of one stream. Fields are undefined for an entry that was deleted. */
interface Part {
  readonly key: string;
  readonly entries: readonly (readonly [string, readonly string[] | undefined])[];
}

export function xreadgroup(call: Call): void {
  const wanted = readArguments(call.args, 'xreadgroup');
  const { readyKey } = call.parts.blocking;
  const limit = wanted.count ?? (readyKey === undefined ? 0 : WAITING_COUNT);
  const sources = wanted.keys.flatMap((key, index) =>
    readyKey !== undefined && readyKey !== key ? [] : [sourceOf(call, wanted, key, wanted.ids[index]!)],
  );
  const parts: Part[] = [];
  for (const source of sources) {
    const part = partOf(call, wanted, source, limit);
    if (part !== undefined) parts.push(part);
  }
  if (parts.length > 0) replyParts(call, parts);
  else waitOrEnd(call, wanted, { wakesOnLoss: true });
}

/** @throws CommandError without the stream or the group; in other words when the client waited for them */
function sourceOf(call: Call, { group: name }: ReadArguments, key: string, id: string): Source {
  const hasWaited = call.parts.blocking.readyKey !== undefined;
  const value = call.peek(key);
  if (hasWaited && (value === undefined || kindOf(value) !== 'stream')) {
    throw new CommandError('UNBLOCKED the stream key no longer exists');
  }
  if (value !== undefined && kindOf(value) !== 'stream') throw wrongType();
  const stream = value as Stream | undefined;
  const group = stream?.groups.get(name!);
  if (stream === undefined || group === undefined) {
    throw new CommandError(
      hasWaited
        ? 'NOGROUP the consumer group this client was blocked on no longer exists'
        : `NOGROUP No such key '${key}' or consumer group '${name}' in XREADGROUP with GROUP option`,
    );
  }
  if (id === '$') throw new CommandError(DOLLAR);
  return { key, stream, group, after: id === '>' ? undefined : idArgument(id) };
}

/** Gives the consumer its entries of one stream. Undefined when it has nothing to offer. */
function partOf(call: Call, wanted: ReadArguments, source: Source, limit: number): Part | undefined {
  const { key, stream, group, after } = source;
  const top = stream.entries.last()?.[0] ?? ZERO_STREAM_ID;
  if (after === undefined && top <= group.lastId) return undefined;
  const consumer = meetConsumer(call, { key, group: wanted.group!, consumer: wanted.consumer }, group);
  if (after !== undefined) {
    const ids = entriesOf(consumer.pending.range({ from: after, fromExclusive: true }), limit).map(([id]) => id);
    const entries = ids.map((id) => [id, stream.entries.get(id)] as const);
    const present = entries.filter(([, fields]) => fields !== undefined).map(([id]) => plainStreamId(id));
    for (const ids of batchesOf(present)) {
      call.apply('EntriesRedelivered', { ...onConsumer(call, wanted, key), ids, at: call.now });
    }
    return { key, entries };
  }
  const entries = entriesOf(stream.entries.range({ from: group.lastId, fromExclusive: true }), limit);
  deliver(call, wanted, source, entries);
  return { key, entries };
}

function deliver(call: Call, wanted: ReadArguments, { key, stream, group }: Source, entries: readonly Entry[]): void {
  let { entriesRead } = group;
  const reads = new Map<string, number>();
  for (const [id] of entries) {
    entriesRead = readUpTo(stream, { entriesRead }, id);
    reads.set(plainStreamId(id), entriesRead);
  }
  const ids = [...reads.keys()];
  const last = ids.at(-1)!;
  const on = onConsumer(call, wanted, key);
  if (wanted.noAck) {
    const { db, group: name } = on;
    call.apply('GroupPositionSet', { db, key, group: name, lastId: last, entriesRead });
  } else if (ids.length === 1) {
    call.apply('EntryDelivered', { ...on, id: last, at: call.now, entriesRead });
  } else {
    for (const batch of batchesOf(ids)) {
      const read = reads.get(batch.at(-1)!)!;
      call.apply('EntriesDelivered', { ...on, ids: batch, at: call.now, entriesRead: read }, batch.length);
    }
  }
}

function onConsumer(
  call: Call,
  { group, consumer }: ReadArguments,
  key: string,
): { readonly db: number; readonly key: string; readonly group: string; readonly consumer: string } {
  return { db: call.client.db, key, group: group!, consumer };
}

function replyParts(call: Call, parts: readonly Part[]): void {
  beginStreams(call, parts.length);
  for (const { key, entries } of parts) {
    beginStream(call, key);
    if (entries.every((entry): entry is Entry => entry[1] !== undefined)) {
      replyEntries(call, entries as readonly Entry[]);
      continue;
    }
    call.reply.array(entries.length);
    for (const [id, fields] of entries) replyEntry(call, id, fields);
  }
}

const DOLLAR =
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.';
