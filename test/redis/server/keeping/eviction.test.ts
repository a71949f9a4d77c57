import { describe, expect, test } from 'vitest';
import { sizeOfSpace } from '../../../../src/redis/model/key-space.ts';
import { AccessTable } from '../../../../src/redis/server/keeping/access-clock.ts';
import { Evictor } from '../../../../src/redis/server/keeping/eviction.ts';
import { chanceOf } from '../../../faults/judging/chance.ts';
import { type FakeCall, FakeConfig, fakeCall, putKeys } from './fakes.ts';

const NOW = 1_700_000_000_000;

/** 100 keys in database 0, and 100 in database 3. Every second one expires, key 1 first. */
function prepare(policy: string): FakeCall & { readonly evictor: Evictor; readonly access: AccessTable } {
  const config = new FakeConfig({ 'maxmemory-policy': policy });
  const fake = fakeCall(config, NOW);
  const access = new AccessTable(
    config,
    { keyCount: () => 200, databaseOf: (db) => db, now: Date.now },
    NOW - 100_000_000,
  );
  for (const db of [0, 3]) {
    putKeys(fake.call, db, 100);
    for (let at = 1; at < 100; at += 2) fake.call.apply('ExpirySet', { db, key: `key:${at}`, at: NOW + 1_000 * at });
  }
  fake.effects.length = 0;
  return { ...fake, evictor: new Evictor(config, access, chanceOf(1).next), access };
}

describe('eviction', () => {
  for (const policy of ['allkeys-lru', 'allkeys-lfu', 'allkeys-random']) {
    test(`${policy} evicts until there is room, and may take every key`, () => {
      const { call, space, effects, evictor } = prepare(policy);
      const half = sizeOfSpace(space) / 2;
      expect(evictor.makeRoom(call, () => sizeOfSpace(space) > half)).toBe(true);
      expect(sizeOfSpace(space)).toBeLessThanOrEqual(half);
      expect(new Set(effects.map(({ type }) => type))).toEqual(new Set(['KeyEvicted']));
      expect(call.parts.stats.evicted).toBe(effects.length);
      expect(evictor.makeRoom(call, () => true)).toBe(false);
      expect(sizeOfSpace(space)).toBe(0);
    });
  }

  for (const policy of ['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl']) {
    test(`${policy} leaves keys that do not expire`, () => {
      const { call, space, effects, evictor } = prepare(policy);
      expect(evictor.makeRoom(call, () => true)).toBe(false);
      expect(effects.length).toBe(100);
      for (const db of [0, 3]) {
        const { keys } = space.databases[db]!.keys;
        expect(keys.every((key) => Number(key.slice(4)) % 2 === 0)).toBe(true);
        expect(keys.length).toBe(50);
      }
    });
  }

  test('noeviction evicts nothing', () => {
    const { call, effects, evictor } = prepare('noeviction');
    expect(evictor.makeRoom(call, () => true)).toBe(false);
    expect(effects).toEqual([]);
  });

  test('LRU takes keys that were not used for long, volatile-ttl those that expire first', () => {
    const lru = prepare('allkeys-lru');
    for (let at = 0; at < 100; at += 4) for (const db of [0, 3]) lru.access.touch(db, `key:${at}`, NOW);
    for (let count = 0; count < 60; count++) lru.evictor.makeRoom(lru.call, () => lru.effects.length <= count);
    expect(lru.effects.filter(({ data }) => Number(data.key.slice(4)) % 4 === 0)).toEqual([]);

    const ttl = prepare('volatile-ttl');
    for (let count = 0; count < 20; count++) ttl.evictor.makeRoom(ttl.call, () => ttl.effects.length <= count);
    const numbers = ttl.effects.map(({ data }) => Number(data.key.slice(4)));
    expect(numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toBeLessThan(35);
  });
});
