/** Values of the key space in the plain form that files, payloads and digests are made of. */

import { textOf } from '../calls/lookup.ts';
import { dumpPayload } from '../files/rdb/dump.ts';
import { DatasetDigest, digestOfValue, EMPTY_DIGEST } from '../files/values/digest.ts';
import type { RedisEntry, RedisValue, StreamGroup } from '../files/values/value.ts';
import { DATABASES, type Database, databaseOf, expiryOf, type KeySpace, valueAtKey } from '../model/key-space.ts';
import { plainStreamId } from '../model/stream-ids.ts';
import type { Group, Stream, Value } from '../model/values.ts';

/** The value in the plain form. A collection is copied. */
export function plainValue(value: Value): RedisValue {
  if (typeof value === 'string') return { kind: 'string', value };
  switch (value.kind) {
    case 'bytes':
      return { kind: 'string', value: textOf(value) };
    case 'list':
      return { kind: 'list', items: [...value.items] };
    case 'hash':
      return { kind: 'hash', pairs: value.fields.keys.map((field, at) => [field, value.fields.values[at]!] as const) };
    case 'set':
      return { kind: 'set', members: value.members.keys.slice() };
    case 'zset':
      return { kind: 'zset', members: value.scores.keys.map((name, at) => [name, value.scores.values[at]!] as const) };
    case 'stream':
      return plainStream(value);
  }
}

function plainStream(stream: Stream): RedisValue {
  const entries = [...stream.entries].map(([id, texts]) => ({ id: plainStreamId(id), fields: pairs(texts) }));
  return {
    kind: 'stream',
    entries,
    firstId: entries[0]?.id ?? '0-0',
    lastId: plainStreamId(stream.lastId),
    maxDeletedId: plainStreamId(stream.maxDeletedId),
    entriesAdded: BigInt(stream.entriesAdded),
    groups: [...stream.groups].map(([name, group]) => plainGroup(name, group)),
  };
}

function plainGroup(name: string, { lastId, entriesRead, consumers, pending }: Group): StreamGroup {
  return {
    name,
    lastId: plainStreamId(lastId),
    entriesRead: BigInt(entriesRead),
    consumers: [...consumers].map(([consumer, { seenAt }]) => ({ name: consumer, seenAt })),
    pending: [...pending].map(([id, { consumer, deliveredAt, deliveries }]) => {
      return { id: plainStreamId(id), consumer, deliveredAt, deliveries: BigInt(deliveries) };
    }),
  };
}

function pairs(texts: readonly string[]): (readonly [string, string])[] {
  return Array.from({ length: texts.length / 2 }, (_, at) => [texts[2 * at]!, texts[2 * at + 1]!]);
}

/** Every key, database by database as clients number them. Each value is made when it is asked for. */
export function* plainEntries(space: KeySpace): Generator<RedisEntry, void> {
  for (let number = 0; number < DATABASES; number += 1) {
    const database = databaseOf(space, number);
    for (const [at, key] of database.keys.keys.entries()) {
      const value = plainValue(database.keys.values[at]!);
      yield { database: number, key, value, expireAt: expiryOf(database, key) };
    }
  }
}

/** What DUMP answers for a value. */
export function dumpOf(value: Value): string {
  return dumpPayload(plainValue(value));
}

/** DEBUG DIGEST. */
export function digestOfSpace(space: KeySpace): string {
  const digest = new DatasetDigest();
  let started: number | undefined;
  for (const { database, key, value, expireAt } of plainEntries(space)) {
    if (database !== started) digest.database(database);
    started = database;
    digest.key(key, value, expireAt !== undefined);
  }
  return digest.hex();
}

/** DEBUG DIGEST-VALUE of one key. */
export function digestOfKey(database: Database, key: string): string {
  const value = valueAtKey(database, key);
  if (value === undefined) return EMPTY_DIGEST;
  return digestOfValue(plainValue(value), expiryOf(database, key) !== undefined);
}
