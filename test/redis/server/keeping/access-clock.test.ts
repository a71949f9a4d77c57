import { describe, expect, test } from 'vitest';
import { AccessTable } from '../../../../src/redis/server/keeping/access-clock.ts';
import { FakeConfig } from './fakes.ts';

const START = 1_700_000_000_000;
const MINUTE = 60_000;

function tableOf(policy: string, index = [0, 1, 2], keyCount = () => 10): AccessTable {
  const space = { keyCount, databaseOf: (db: number) => index[db]!, now: Date.now };
  return new AccessTable(new FakeConfig({ 'maxmemory-policy': policy }), space, START, () => 0.5);
}

describe('with an LRU policy', () => {
  test('a key is idle since its last use, or since the beginning', () => {
    const table = tableOf('allkeys-lru');
    expect(table.idleSeconds(0, 'never used', START + 9_000)).toBe(9);
    table.touch(0, 'key', START + 1_000);
    expect(table.idleSeconds(0, 'key', START + 9_000)).toBe(8);
    expect(table.idleSeconds(1, 'key', START + 9_000)).toBe(9);
    table.setIdle(0, 'key', 100, START);
    expect(table.idleSeconds(0, 'key', START + 1_000)).toBe(101);
  });

  test('a database keeps its uses when it gets another number', () => {
    const index = [0, 1];
    const table = tableOf('allkeys-lru', index);
    table.touch(0, 'key', START + 5_000);
    index.reverse();
    expect(table.idleSeconds(1, 'key', START + 9_000)).toBe(4);
    expect(table.idleSeconds(0, 'key', START + 9_000)).toBe(9);
  });

  test('uses stay known while the table grows', () => {
    let keys = 0;
    const table = tableOf('allkeys-lru', [0], () => keys);
    for (let at = 0; at < 2_000; at++) table.touch(0, `key:${at}`, START + 50_000);
    keys = 1_000_000;
    for (let at = 0; at < 10; at++) table.keyChanged(0, `another:${at}`, 'StringSet');
    const idle = Array.from({ length: 2_000 }, (_, at) => table.idleSeconds(0, `key:${at}`, START + 60_000));
    expect(idle.filter((seconds) => seconds !== 10)).toEqual([]);
  });
});

describe('with an LFU policy', () => {
  test('a new key counts 5, and a deleted one is forgotten', () => {
    const table = tableOf('allkeys-lfu');
    expect(table.frequency(0, 'key', START)).toBe(5);
    table.touch(0, 'key', START);
    expect(table.frequency(0, 'key', START)).toBe(6);
    table.keyChanged(0, 'key', 'KeyDeleted');
    table.keyChanged(0, 'key', 'StringSet');
    expect(table.frequency(0, 'key', Date.now())).toBe(5);
  });

  test('the count grows ever more rarely, and falls with each minute', () => {
    const table = tableOf('allkeys-lfu');
    for (let each = 0; each < 50; each++) table.touch(0, 'key', START);
    expect(table.frequency(0, 'key', START)).toBe(6);
    table.setFrequency(0, 'key', 200, START);
    expect(table.frequency(0, 'key', START + 30 * MINUTE)).toBe(170);
    expect(table.frequency(0, 'key', START + 300 * MINUTE)).toBe(0);
  });
});
