/** Streams in the state: ids, sizes, and effects that do not fit. */
import { expect, test } from 'vitest';
import { streamGroupEffects } from '../../../src/redis/model/effects/stream-groups.ts';
import { streamEffects } from '../../../src/redis/model/effects/streams.ts';
import {
  databaseOf,
  emptyKeySpace,
  type KeySpace,
  newSet,
  putValue,
  removeKey,
} from '../../../src/redis/model/key-space.ts';
import {
  isStreamId,
  LAST_STREAM_ID,
  nextStreamId,
  plainStreamId,
  previousStreamId,
  sortableStreamId,
  ZERO_STREAM_ID,
} from '../../../src/redis/model/stream-ids.ts';
import { streamAt } from '../../../src/redis/model/streams.ts';

const MAX = '18446744073709551615-18446744073709551615';
const on = { db: 0, key: 's' };
const inGroup = { ...on, group: 'g' };
const forAlice = { ...inGroup, consumer: 'alice', at: 5 };

test('ids sort as their numbers do, and come back as they were', () => {
  const ids = [
    '0-0',
    '0-1',
    '1-0',
    '9-10',
    '10-9',
    '1795742966573-0',
    '9007199254740993-1',
    '18446744073709551615-2',
    MAX,
  ];
  const sortable = ids.map(sortableStreamId);
  expect([...sortable].sort()).toEqual(sortable);
  expect(sortable.map(plainStreamId)).toEqual(ids);
  expect([sortable[0], sortable.at(-1)]).toEqual([ZERO_STREAM_ID, LAST_STREAM_ID]);
});

test('an id has a next and a previous one', () => {
  const next = (id: string) => plainStreamId(nextStreamId(sortableStreamId(id))!);
  expect(next('5-3')).toBe('5-4');
  expect(next('5-18446744073709551615')).toBe('6-0');
  expect(nextStreamId(LAST_STREAM_ID)).toBe(undefined);
  expect(plainStreamId(previousStreamId(sortableStreamId('6-0'))!)).toBe('5-18446744073709551615');
  expect(previousStreamId(ZERO_STREAM_ID)).toBe(undefined);
});

test.for(['', '5', '-', '5-', '-5', 'x-1', '1-1-1', '18446744073709551616-0', '1-99999999999999999999', 7, null])(
  '%j is not an id',
  (id) => {
    expect(isStreamId(id)).toBe(false);
  },
);

test('the size of a database is 0 again when everything has left', () => {
  const space = busyStream();
  const database = databaseOf(space, 0);
  expect(database.size).toBeGreaterThan(2_000);
  streamGroupEffects.reducers.GroupDestroyed(space, inGroup);
  streamEffects.reducers.EntriesDeleted(space, { ...on, ids: ['1-0', '9-9'] });
  streamEffects.reducers.StreamTrimmed(space, { ...on, count: 100 });
  const empty = emptyKeySpace();
  streamEffects.reducers.StreamCreated(empty, on);
  expect(database.size).toBe(databaseOf(empty, 0).size);
  removeKey(database, 's');
  expect(database.size).toBe(0);
});

test('a consumer that is deleted leaves nothing pending', () => {
  const space = busyStream();
  const { reducers } = streamGroupEffects;
  reducers.EntriesClaimed(space, { ...inGroup, consumer: 'bob', ids: ['2-0'], deliveries: [3], at: 7 });
  reducers.ConsumerDeleted(space, forAlice);
  const group = streamAt(databaseOf(space, 0), 's')!.groups.get('g')!;
  expect([...group.consumers.keys()]).toEqual(['bob']);
  expect([...group.pending]).toEqual([[sortableStreamId('2-0'), { consumer: 'bob', deliveredAt: 7, deliveries: 3 }]]);
  expect(group.consumers.get('bob')!.pending.size).toBe(1);
});

test('effects on a missing stream, or on another kind of value, change nothing', () => {
  for (const prepare of [() => undefined, (space: KeySpace) => putValue(databaseOf(space, 0), 's', newSet())]) {
    const space = emptyKeySpace();
    prepare(space);
    const before = structuredClone(space);
    for (const reduce of Object.values(streamGroupEffects.reducers)) {
      (reduce as (space: KeySpace, data: object) => void)(space, dataForAll());
    }
    streamEffects.reducers.EntriesDeleted(space, { ...on, ids: ['1-0'] });
    streamEffects.reducers.StreamTrimmed(space, { ...on, count: 1 });
    streamEffects.reducers.StreamPositionSet(space, { ...on, lastId: '1-0', maxDeletedId: '0-0', entriesAdded: 1 });
    expect(space).toEqual(before);
  }
});

test('an entry whose id is not the highest is ignored', () => {
  const space = busyStream();
  streamEffects.reducers.EntryAdded(space, { ...on, id: '2-0', field: 'f', value: 'late' });
  const stream = streamAt(databaseOf(space, 0), 's')!;
  expect(stream.entries.size).toBe(3);
  expect(stream.entriesAdded).toBe(3);
});

function busyStream(): KeySpace {
  const space = emptyKeySpace();
  streamEffects.reducers.EntryAdded(space, { ...on, id: '1-0', field: 'f', value: 'v' });
  streamEffects.reducers.WideEntryAdded(space, { ...on, id: '2-0', fields: ['f', 'v', 'g', 'w'] });
  streamEffects.reducers.EntryAdded(space, { ...on, id: '3-0', field: 'f', value: 'v' });
  streamGroupEffects.reducers.GroupCreated(space, { ...inGroup, lastId: '0-0', entriesRead: 0 });
  streamGroupEffects.reducers.EntriesDelivered(space, { ...forAlice, ids: ['1-0', '2-0'], entriesRead: 2 });
  streamGroupEffects.reducers.EntryDelivered(space, { ...forAlice, id: '3-0', entriesRead: 3 });
  streamGroupEffects.reducers.EntryAcknowledged(space, { ...inGroup, id: '1-0' });
  return space;
}

/** Has the members of every effect on groups. */
function dataForAll(): object {
  return { ...forAlice, id: '1-0', ids: ['1-0'], deliveries: [1], lastId: '1-0', entriesRead: 1 };
}
