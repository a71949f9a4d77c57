/**
 * Streams and their consumer groups, changed in small steps. Reducers are made of these functions.
 *
 * Ids are in the sortable spelling. A stream stays when its last entry is deleted.
 */
import { ascending, OrderedMap } from '../../index.ts';
import { collectionAt, type Database, resize } from './key-space.ts';
import { ZERO_STREAM_ID } from './stream-ids.ts';
import type { Consumer, Group, Pending, Stream } from './values.ts';

/** `entriesRead` of a group when it is not known. */
export const UNKNOWN_READS = -1;

// Estimates in bytes, as in `key-space.ts`.

const EMPTY_STREAM_SIZE = 600;
const STREAM_ENTRY_SIZE = 150;
const TEXT_SIZE = 24;
const GROUP_SIZE = 500;
const CONSUMER_SIZE = 400;
/** In the group, and in the consumer. */
const PENDING_SIZE = 250;

export function newStream(): Stream {
  return {
    kind: 'stream',
    entries: new OrderedMap<string, readonly string[]>(ascending),
    lastId: ZERO_STREAM_ID,
    maxDeletedId: ZERO_STREAM_ID,
    entriesAdded: 0,
    groups: new Map(),
    size: EMPTY_STREAM_SIZE,
  };
}

/** The stream under the key; undefined without one. */
export function streamAt(database: Database, key: string): Stream | undefined {
  return collectionAt<Stream>(database, key, 'stream');
}

/** The stream under the key, which is made if there is no value. Undefined when there is another kind of value. */
export function streamForChange(database: Database, key: string): Stream | undefined {
  return collectionAt<Stream>(database, key, 'stream', newStream);
}

/** Adds an entry at the end. One whose id is not higher than every other is ignored. */
export function addEntry(database: Database, stream: Stream, id: string, fields: readonly string[]): void {
  if (id <= stream.lastId) return;
  stream.entries.set(id, fields);
  stream.lastId = id;
  stream.entriesAdded++;
  resize(database, stream, entrySize(fields));
}

/** Deletes an entry, and remembers the highest id that was deleted. */
export function deleteEntry(database: Database, stream: Stream, id: string): void {
  if (removeEntry(database, stream, id) && id > stream.maxDeletedId) stream.maxDeletedId = id;
}

/** Deletes the first entries. Redis does not count them among the deleted ones. */
export function trimEntries(database: Database, stream: Stream, count: number): void {
  for (let left = count; left > 0; left--) {
    const first = stream.entries.first();
    if (first === undefined) return;
    removeEntry(database, stream, first[0]);
  }
}

function removeEntry(database: Database, stream: Stream, id: string): boolean {
  const fields = stream.entries.get(id);
  if (fields === undefined) return false;
  stream.entries.delete(id);
  resize(database, stream, -entrySize(fields));
  return true;
}

function entrySize(fields: readonly string[]): number {
  return fields.reduce((sum, text) => sum + TEXT_SIZE + text.length, STREAM_ENTRY_SIZE);
}

/** Adds a group. One that exists stays as it is. */
export function addGroup(
  database: Database,
  stream: Stream,
  name: string,
  { lastId, entriesRead }: Pick<Group, 'lastId' | 'entriesRead'>,
): void {
  if (stream.groups.has(name)) return;
  const pending = new OrderedMap<string, Pending>(ascending);
  stream.groups.set(name, { lastId, entriesRead, consumers: new Map(), pending });
  resize(database, stream, GROUP_SIZE + name.length);
}

export function deleteGroup(database: Database, stream: Stream, name: string): void {
  const group = stream.groups.get(name);
  if (group === undefined) return;
  for (const consumer of [...group.consumers.keys()]) deleteConsumer(database, stream, group, consumer);
  stream.groups.delete(name);
  resize(database, stream, -GROUP_SIZE - name.length);
}

/** The consumer of this name, which is made when it is missing. @param at when it was seen, in ms since the epoch */
export function consumerForChange(
  database: Database,
  stream: Stream,
  group: Group,
  name: string,
  at: number,
): Consumer {
  const present = group.consumers.get(name);
  if (present !== undefined) return present;
  const consumer: Consumer = { seenAt: at, pending: new OrderedMap<string, true>(ascending) };
  group.consumers.set(name, consumer);
  resize(database, stream, CONSUMER_SIZE + name.length);
  return consumer;
}

/** Deletes a consumer, and forgets what is pending for it. */
export function deleteConsumer(database: Database, stream: Stream, group: Group, name: string): void {
  const consumer = group.consumers.get(name);
  if (consumer === undefined) return;
  for (const id of [...consumer.pending.keys()]) acknowledge(database, stream, group, id);
  group.consumers.delete(name);
  resize(database, stream, -CONSUMER_SIZE - name.length);
}

/** Notes that an entry is pending for the consumer of `pending`, and for no other. */
export function setPending(database: Database, stream: Stream, group: Group, id: string, pending: Pending): void {
  const old = group.pending.get(id);
  if (old === undefined) resize(database, stream, PENDING_SIZE);
  else if (old.consumer !== pending.consumer) group.consumers.get(old.consumer)?.pending.delete(id);
  group.pending.set(id, pending);
  consumerForChange(database, stream, group, pending.consumer, pending.deliveredAt).pending.set(id, true);
}

/** An entry is not pending any more. */
export function acknowledge(database: Database, stream: Stream, group: Group, id: string): void {
  const pending = group.pending.get(id);
  if (pending === undefined) return;
  group.pending.delete(id);
  group.consumers.get(pending.consumer)?.pending.delete(id);
  resize(database, stream, -PENDING_SIZE);
}
