/** The filter of ids: it never says "no" to an id that it was given, seldom "perhaps" to another, and stays small. */
import { describe, expect, test } from 'vitest';
import { IdFilter } from '../../src/log/paging/id-filter.ts';
import { sampleOf } from '../sample.ts';

/** Ids as applications make them: the same `index` gives the same id. */
const KINDS: Readonly<Record<string, (index: number) => string>> = {
  'counted ids': (index) => `order-${index}`,
  'bare numbers': (index) => String(index),
  'ids like random UUIDs': (index) => uuid(index, 1),
  'ids like UUIDs that begin with the time': (index) => `01933a7e-${hex(index)}-7000-8000-${hex(mix(index))}`,
  'ids of 200 characters that differ at the end': (index) => 'x'.repeat(192) + hex(index),
  'ids of 200 characters that differ at the start': (index) => hex(index) + 'x'.repeat(192),
  'ids beyond Latin-1': (index) => `заказ-${index}-😀`,
  'the shortest ids': (index) =>
    String.fromCharCode(33 + (index % 90), 33 + (Math.floor(index / 90) % 90), 33 + index / 8100),
};

const SEEDS = [0, 1, -1, 0x9e3779b1, 2 ** 32 - 1];

describe('added ids', () => {
  test.each(sampleOf(Object.entries(KINDS)))('are all found at every size: %s', (_, idOf) => {
    for (const seed of SEEDS) {
      const filter = new IdFilter(seed);
      let next = 1;
      for (let index = 0; index < 20_000; index++) {
        filter.add(idOf(index));
        if (!filter.mayHold(idOf(index))) expect.fail(idOf(index)); // an expectation for each would take seconds
        if (index !== next) continue;
        next = Math.ceil(next * 1.3); // so that every growth is followed by a look at all
        for (let earlier = 0; earlier <= index; earlier++)
          if (!filter.mayHold(idOf(earlier))) expect.fail(idOf(earlier));
      }
    }
  });

  test('are found with any characters', () => {
    const odd = ['', ' ', '\0', 'a\0b', 'a\0c', '\ufffd', 'é', 'e\u0301', '😀', '__proto__', 'x'.repeat(100_000)];
    for (const seed of SEEDS) {
      const filter = new IdFilter(seed);
      for (const id of odd) filter.add(id);
      for (const id of odd) expect(filter.mayHold(id)).toBe(true);
    }
  });

  test('are found in their UTF-8 form', () => {
    const filter = new IdFilter(1);
    filter.add('a\ud800');
    expect(filter.mayHold('a\ufffd')).toBe(true);
    expect(filter.mayHold('a\ud800')).toBe(true);
    filter.addOld('b\ufffd');
    expect(filter.mayHold('b\udc00')).toBe(true);
  });

  test('are distinguished from new ones', () => {
    const filter = new IdFilter(7);
    filter.addOld('old');
    expect(filter.add('new')).toBe(true);
    expect(filter.add('new')).toBe(false);
    expect(filter.add('old')).toBe(false);
    filter.turnOver();
    expect(filter.add('new')).toBe(false);
  });
});

describe('generations', () => {
  test('keep the ids of the last two only', () => {
    const filter = new IdFilter(3);
    const idOf = (generation: number, index: number) => uuid(index, generation);
    for (let generation = 1; generation <= 6; generation++) {
      for (let index = 0; index < 3_000; index++) filter.add(idOf(generation, index));
      for (const held of [generation, generation - 1]) {
        for (let index = 0; held > 0 && index < 3_000; index++) expect(filter.mayHold(idOf(held, index))).toBe(true);
      }
      filter.turnOver();
    }
    const before = Array.from({ length: 3_000 }, (_, index) => idOf(3, index));
    expect(before.filter((id) => filter.mayHold(id)).length).toBeLessThan(10);
  });

  test('count their distinct ids', () => {
    const filter = new IdFilter(3);
    for (const id of ['a', 'b', 'a', 'c']) filter.add(id);
    filter.addOld('d');
    expect([filter.newer, filter.older]).toEqual([3, 1]);
    filter.turnOver();
    expect([filter.newer, filter.older]).toEqual([0, 3]);
  });
});

describe('cost', () => {
  test.each(sampleOf(Object.entries(KINDS).slice(0, 7)))(
    'is at most about one false positive in 10,000 for 200,000 ids: %s',
    (_, idOf) => {
      const filter = new IdFilter(0x5eed);
      for (let index = 0; index < 100_000; index++) filter.addOld(idOf(index));
      for (let index = 100_000; index < 200_000; index++) filter.add(idOf(index));
      let taken = 0;
      for (let index = 1_000_000; index < 1_500_000; index++) if (filter.mayHold(idOf(index))) taken++;
      expect(taken / 500_000).toBeLessThan(1 / 5_000); // 200,000 ÷ 2^32 is expected, 1 in 21,000
      expect(filter.older + filter.newer).toBeGreaterThan(200_000 * 0.999); // and few of them share a hash
    },
  );

  test('is at most 16 bytes per id beyond 1 KB, growth included', () => {
    const filter = new IdFilter(1);
    let before = filter.bytes;
    for (let count = 1; count <= 250_000; count++) {
      filter.add(uuid(count, 1));
      const { bytes } = filter;
      const peak = bytes + (bytes - before); // while a part grows to twice its size, both are there
      if (peak > 1_024 + 16 * count) expect.fail(`${peak} bytes for ${count} ids`);
      before = bytes;
    }
  });

  test('is 1 MB for two generations of 101,000 ids', () => {
    const filter = new IdFilter(1);
    for (let generation = 0; generation < 2; generation++) {
      filter.turnOver();
      for (let index = 0; index < 101_000; index++) filter.add(uuid(index, generation));
    }
    expect(filter.bytes).toBe(2 ** 20);
  });

  test('depends on the seed: false positives of one seed say nothing about another', () => {
    const held = (seed: number): Set<number> => {
      const filter = new IdFilter(seed);
      for (let index = 0; index < 100_000; index++) filter.add(`a${index}`);
      const others = Array.from({ length: 300_000 }, (_, index) => index);
      return new Set(others.filter((index) => filter.mayHold(`b${index}`)));
    };
    const other = held(2);
    expect([...held(1)].filter((index) => other.has(index))).toEqual([]);
  });
});

function mix(index: number): number {
  let hash = Math.imul(index ^ (index >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function hex(number: number): string {
  return (number >>> 0).toString(16).padStart(8, '0');
}

function uuid(index: number, series: number): string {
  const [a, b, c] = [mix(index), mix(index + 0x1000000 * series), hex(index)];
  return `${hex(a)}-${hex(b).slice(0, 4)}-4${hex(b).slice(5)}-8${hex(a ^ series).slice(5)}-${series}${c}`;
}
