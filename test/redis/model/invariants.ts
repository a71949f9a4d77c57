/** What is true of every key space, and a plain form of it for comparisons. */
import { expect } from 'vitest';
import { denseGet, type ReadonlyDense } from '../../../src/redis/model/dense.ts';
import { type Database, type KeySpace, sizeOfValue } from '../../../src/redis/model/key-space.ts';
import { membersBetween } from '../../../src/redis/model/sorted-sets.ts';
import type { Value } from '../../../src/redis/model/values.ts';
import { plainValue } from '../../../src/redis/plain/plain-value.ts';

/** @throws what `expect` throws, when something of the space does not fit together */
export function expectSound(space: KeySpace): void {
  expect([...space.index].sort((a, b) => a - b)).toEqual(space.databases.map((_, number) => number));
  for (const database of space.databases) expectSoundDatabase(database);
}

function expectSoundDatabase({ keys, expires, size }: Database): void {
  expectSoundDense(keys);
  expectSoundDense(expires);
  expect(expires.keys.filter((key) => !keys.slots.has(key))).toEqual([]);
  for (const value of keys.values) expectSoundValue(value);
  expect(size).toBe(recount({ keys, expires }));
}

/** The size of a database, summed up again. */
function recount({ keys, expires }: Pick<Database, 'keys' | 'expires'>): number {
  const ofKeys = keys.keys.reduce((sum, key, at) => sum + 80 + key.length + sizeOfValue(keys.values[at]!), 0);
  return ofKeys + 72 * expires.keys.length;
}

function expectSoundDense({ slots, keys, values }: ReadonlyDense<unknown>): void {
  expect(values.length).toBe(keys.length);
  expect(slots.size).toBe(keys.length);
  expect(keys.every((key, at) => slots.get(key) === at)).toBe(true);
}

/** Only streams may be empty. */
function expectSoundValue(value: Value): void {
  if (typeof value === 'string') return;
  switch (value.kind) {
    case 'bytes':
      expect(value.length).toBeLessThanOrEqual(value.data.length);
      expect(value.data.subarray(value.length).every((byte) => byte === 0)).toBe(true);
      return;
    case 'list':
      expect(value.items.size).toBeGreaterThan(0);
      return;
    case 'hash':
      expect(value.fields.keys.length).toBeGreaterThan(0);
      expectSoundDense(value.fields);
      return;
    case 'set':
      expect(value.members.keys.length).toBeGreaterThan(0);
      expectSoundDense(value.members);
      return;
    case 'zset': {
      expect(value.scores.keys.length).toBeGreaterThan(0);
      expectSoundDense(value.scores);
      const ordered = [...membersBetween(value, 0, value.order.size)];
      expect(ordered.length).toBe(value.scores.keys.length);
      expect(ordered.filter(({ member, score }) => denseGet(value.scores, member) !== score)).toEqual([]);
      return;
    }
    case 'stream':
      for (const [name, { consumers, pending }] of value.groups) {
        for (const [consumer, { pending: ids }] of consumers) {
          const own = [...pending].filter(([, entry]) => entry.consumer === consumer).map(([id]) => id);
          expect([name, consumer, ...ids.keys()]).toEqual([name, consumer, ...own]);
        }
        expect([...pending.values()].filter(({ consumer }) => !consumers.has(consumer))).toEqual([]);
      }
  }
}

/** Everything that the space says, in a form that `toEqual` compares as a whole. */
export function plainForm({ databases, index }: KeySpace): unknown {
  return {
    index: [...index],
    databases: databases.map(({ keys, expires, size }) => ({
      size,
      values: keys.keys.map((key, at) => [key, plainValue(keys.values[at]!), sizeOfValue(keys.values[at]!)]),
      expires: expires.keys.map((key, at) => [key, expires.values[at]!]),
    })),
  };
}

/** How many elements a collection has, and the characters in them; undefined for other values. */
export function extentOf(value: Value): { readonly count: number; readonly characters: number } | undefined {
  if (typeof value === 'string') return undefined;
  switch (value.kind) {
    case 'list':
      return extent([...value.items], 1);
    case 'hash':
      return extent([...value.fields.keys, ...value.fields.values], 2);
    case 'set':
      return extent(value.members.keys, 1);
    case 'zset':
      return extent([...value.scores.keys, ...value.order.keys()], 2);
    default:
      return undefined;
  }
}

function extent(
  texts: readonly string[],
  textsPerElement: number,
): { readonly count: number; readonly characters: number } {
  return { count: texts.length / textsPerElement, characters: texts.join('').length };
}
