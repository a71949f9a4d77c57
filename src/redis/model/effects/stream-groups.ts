/** Effects on consumer groups of streams. Ids are `milliseconds-sequence`. */
import { z } from 'zod';
import { bytes, type EffectGroup, type OnKey, onKey, time } from '../catalog.ts';
import { type Database, databaseOf, type KeySpace } from '../key-space.ts';
import { sortableStreamId } from '../stream-ids.ts';
import {
  acknowledge,
  addGroup,
  consumerForChange,
  deleteConsumer,
  deleteGroup,
  setPending,
  streamAt,
} from '../streams.ts';
import type { Group, Stream } from '../values.ts';
import { streamId } from './streams.ts';

type OnGroup = OnKey & { readonly group: string };
type OnConsumer = OnGroup & { readonly consumer: string };
type Position = { readonly lastId: string; readonly entriesRead: number };

export type StreamGroupEffects = {
  /** `entriesRead` is -1 when it is not known. */
  readonly GroupCreated: OnGroup & Position;
  /** The group has read so far. */
  readonly GroupPositionSet: OnGroup & Position;
  readonly GroupDestroyed: OnGroup;
  /** `at` is in ms since the epoch. */
  readonly ConsumerCreated: OnConsumer & { readonly at: number };
  readonly ConsumerDeleted: OnConsumer;
  /** A consumer got an entry for the first time. The group has read so far. */
  readonly EntryDelivered: OnConsumer & { readonly id: string; readonly at: number; readonly entriesRead: number };
  /** A consumer got several entries for the first time. The group has read up to the last one. */
  readonly EntriesDelivered: OnConsumer & {
    readonly ids: readonly string[];
    readonly at: number;
    readonly entriesRead: number;
  };
  /** A consumer got entries again that are pending for it. */
  readonly EntriesRedelivered: OnConsumer & { readonly ids: readonly string[]; readonly at: number };
  /** Entries are pending for this consumer now. Each has been delivered so many times, lastly at this time. */
  readonly EntriesClaimed: OnConsumer & {
    readonly ids: readonly string[];
    readonly deliveries: readonly number[];
    readonly at: number;
  };
  readonly EntryAcknowledged: OnGroup & { readonly id: string };
  /** Entries are not pending any more: acknowledged, or found to be deleted. */
  readonly EntriesAcknowledged: OnGroup & { readonly ids: readonly string[] };
};

const onGroup = { ...onKey, group: bytes };
const onConsumer = { ...onGroup, consumer: bytes };
const count = z.number().int();
const ids = z.array(streamId);

export const streamGroupEffects: EffectGroup<StreamGroupEffects> = {
  events: {
    GroupCreated: z.object({ ...onGroup, lastId: streamId, entriesRead: count }),
    GroupPositionSet: z.object({ ...onGroup, lastId: streamId, entriesRead: count }),
    GroupDestroyed: z.object(onGroup),
    ConsumerCreated: z.object({ ...onConsumer, at: time }),
    ConsumerDeleted: z.object(onConsumer),
    EntryDelivered: z.object({ ...onConsumer, id: streamId, at: time, entriesRead: count }),
    EntriesDelivered: z.object({ ...onConsumer, ids, at: time, entriesRead: count }),
    EntriesRedelivered: z.object({ ...onConsumer, ids, at: time }),
    EntriesClaimed: z.object({ ...onConsumer, ids, deliveries: z.array(count), at: time }),
    EntryAcknowledged: z.object({ ...onGroup, id: streamId }),
    EntriesAcknowledged: z.object({ ...onGroup, ids }),
  },
  reducers: {
    GroupCreated: (space, { db, key, group, lastId, entriesRead }) => {
      const target = databaseOf(space, db);
      const stream = streamAt(target, key);
      if (stream !== undefined) addGroup(target, stream, group, { lastId: sortableStreamId(lastId), entriesRead });
    },
    GroupPositionSet: (space, data) => {
      const found = groupAt(space, data);
      if (found !== undefined) moveGroup(found.group, data.lastId, data.entriesRead);
    },
    GroupDestroyed: (space, { db, key, group }) => {
      const target = databaseOf(space, db);
      const stream = streamAt(target, key);
      if (stream !== undefined) deleteGroup(target, stream, group);
    },
    ConsumerCreated: (space, data) => {
      const found = groupAt(space, data);
      if (found !== undefined) consumerForChange(found.target, found.stream, found.group, data.consumer, data.at);
    },
    ConsumerDeleted: (space, data) => {
      const found = groupAt(space, data);
      if (found !== undefined) deleteConsumer(found.target, found.stream, found.group, data.consumer);
    },
    EntryDelivered: (space, data) => deliver(space, data, [data.id], data.entriesRead),
    EntriesDelivered: (space, data) => deliver(space, data, data.ids, data.entriesRead),
    EntriesRedelivered: (space, data) => {
      const found = groupAt(space, data);
      if (found === undefined) return;
      const { target, stream, group } = found;
      const { consumer, at } = data;
      see(group, consumer, at);
      for (const id of data.ids.map(sortableStreamId)) {
        const pending = group.pending.get(id);
        if (pending?.consumer !== consumer) continue;
        setPending(target, stream, group, id, { consumer, deliveredAt: at, deliveries: pending.deliveries + 1 });
      }
    },
    EntriesClaimed: (space, data) => {
      const found = groupAt(space, data);
      if (found === undefined) return;
      const { target, stream, group } = found;
      const { consumer, at, deliveries } = data;
      for (const [index, id] of data.ids.entries()) {
        const pending = { consumer, deliveredAt: at, deliveries: deliveries[index] ?? 1 };
        setPending(target, stream, group, sortableStreamId(id), pending);
      }
    },
    EntryAcknowledged: (space, data) => acknowledgeAll(space, data, [data.id]),
    EntriesAcknowledged: (space, data) => acknowledgeAll(space, data, data.ids),
  },
};

interface FoundGroup {
  readonly target: Database;
  readonly stream: Stream;
  readonly group: Group;
}

function groupAt(space: KeySpace, { db, key, group: name }: OnGroup): FoundGroup | undefined {
  const target = databaseOf(space, db);
  const stream = streamAt(target, key);
  const group = stream?.groups.get(name);
  return stream === undefined || group === undefined ? undefined : { target, stream, group };
}

function moveGroup(group: Group, lastId: string, entriesRead: number): void {
  group.lastId = sortableStreamId(lastId);
  group.entriesRead = entriesRead;
}

function deliver(
  space: KeySpace,
  on: OnConsumer & { readonly at: number },
  ids: readonly string[],
  entriesRead: number,
): void {
  const found = groupAt(space, on);
  const last = ids.at(-1);
  if (found === undefined || last === undefined) return;
  const { target, stream, group } = found;
  const { consumer, at } = on;
  for (const id of ids) {
    setPending(target, stream, group, sortableStreamId(id), { consumer, deliveredAt: at, deliveries: 1 });
  }
  see(group, consumer, at);
  moveGroup(group, last, entriesRead);
}

function see(group: Group, name: string, at: number): void {
  const consumer = group.consumers.get(name);
  if (consumer !== undefined && at > consumer.seenAt) consumer.seenAt = at;
}

function acknowledgeAll(space: KeySpace, on: OnGroup, ids: readonly string[]): void {
  const found = groupAt(space, on);
  if (found === undefined) return;
  for (const id of ids) acknowledge(found.target, found.stream, found.group, sortableStreamId(id));
}
