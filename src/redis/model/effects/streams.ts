/** Effects on streams: entries, and positions that only XSETID changes. Ids are `milliseconds-sequence`. */
import { z } from 'zod';
import { bytes, type EffectGroup, type OnKey, onKey } from '../catalog.ts';
import { databaseOf } from '../key-space.ts';
import { isStreamId, sortableStreamId } from '../stream-ids.ts';
import { addEntry, deleteEntry, streamAt, streamForChange, trimEntries } from '../streams.ts';

export type StreamEffects = {
  /** The key holds an empty stream. */
  readonly StreamCreated: OnKey;
  /** An entry with one field. */
  readonly EntryAdded: OnKey & { readonly id: string; readonly field: string; readonly value: string };
  /** An entry with several fields. Fields and values alternate. */
  readonly WideEntryAdded: OnKey & { readonly id: string; readonly fields: readonly string[] };
  readonly EntriesDeleted: OnKey & { readonly ids: readonly string[] };
  /** The first entries left, because the stream was too long or they were too old. */
  readonly StreamTrimmed: OnKey & { readonly count: number };
  readonly StreamPositionSet: OnKey & {
    readonly lastId: string;
    readonly maxDeletedId: string;
    readonly entriesAdded: number;
  };
};

/** A stream id in an effect. A function checks it, because the engine need not ask zod then. */
export const streamId: z.ZodType<string, string> = z
  .custom<string>(isStreamId)
  .meta({ type: 'string', pattern: String.raw`^\d{1,20}-\d{1,20}$` });

const count = z.number().int();

export const streamEffects: EffectGroup<StreamEffects> = {
  events: {
    StreamCreated: z.object(onKey),
    EntryAdded: z.object({ ...onKey, id: streamId, field: bytes, value: bytes }),
    WideEntryAdded: z.object({ ...onKey, id: streamId, fields: z.array(bytes) }),
    EntriesDeleted: z.object({ ...onKey, ids: z.array(streamId) }),
    StreamTrimmed: z.object({ ...onKey, count }),
    StreamPositionSet: z.object({ ...onKey, lastId: streamId, maxDeletedId: streamId, entriesAdded: count }),
  },
  reducers: {
    StreamCreated: (space, { db, key }) => void streamForChange(databaseOf(space, db), key),
    EntryAdded: (space, { db, key, id, field, value }) => {
      const target = databaseOf(space, db);
      const stream = streamForChange(target, key);
      if (stream !== undefined) addEntry(target, stream, sortableStreamId(id), [field, value]);
    },
    WideEntryAdded: (space, { db, key, id, fields }) => {
      const target = databaseOf(space, db);
      const stream = streamForChange(target, key);
      if (stream !== undefined) addEntry(target, stream, sortableStreamId(id), fields);
    },
    EntriesDeleted: (space, { db, key, ids }) => {
      const target = databaseOf(space, db);
      const stream = streamAt(target, key);
      if (stream !== undefined) for (const id of ids) deleteEntry(target, stream, sortableStreamId(id));
    },
    StreamTrimmed: (space, { db, key, count }) => {
      const target = databaseOf(space, db);
      const stream = streamAt(target, key);
      if (stream !== undefined) trimEntries(target, stream, count);
    },
    StreamPositionSet: (space, { db, key, lastId, maxDeletedId, entriesAdded }) => {
      const stream = streamAt(databaseOf(space, db), key);
      if (stream === undefined) return;
      stream.lastId = sortableStreamId(lastId);
      stream.maxDeletedId = sortableStreamId(maxDeletedId);
      stream.entriesAdded = entriesAdded;
    },
  },
};
