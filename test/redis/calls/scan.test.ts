import { describe, expect, test } from 'vitest';
import { CommandError } from '../../../src/redis/calls/errors.ts';
import { scanCursor, scanOptions, scanStep } from '../../../src/redis/calls/scan.ts';
import { dense, denseDelete, denseSet } from '../../../src/redis/model/dense.ts';
import { chanceOf } from '../../faults/judging/chance.ts';

const SEEDS = 60;

describe('a walk', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    test(`sees every entry that stays, while others come and go (seed ${seed})`, () => {
      const chance = chanceOf(seed);
      const entries = dense<number>();
      const size = chance.below(seed % 3 === 0 ? 100 : 2_000);
      for (let i = 0; i < size; i++) denseSet(entries, `key${i}`, i);
      const staying = new Set(entries.keys.filter(() => chance.below(2) === 0));
      const seen = new Set<string>();
      let next = size;
      let cursor = 0;
      do {
        const step = scanStep(entries, cursor, 1 + chance.below(50), undefined);
        for (const at of step.found) seen.add(entries.keys[at]!);
        cursor = step.cursor;
        for (let changes = chance.below(60); changes > 0; changes--) {
          const key = chance.below(2) === 0 ? entries.keys[chance.below(entries.keys.length)] : undefined;
          if (key === undefined) denseSet(entries, `key${next++}`, 0);
          else if (!staying.has(key)) denseDelete(entries, key);
        }
      } while (cursor !== 0);
      expect([...staying].filter((key) => !seen.has(key))).toEqual([]);
    });
  }

  test('gives each entry once when nothing changes', () => {
    const entries = dense<true>();
    for (let i = 0; i < 1_000; i++) denseSet(entries, String(i), true);
    const found: number[] = [];
    let cursor = 0;
    do {
      const step = scanStep(entries, cursor, 7, undefined);
      found.push(...step.found);
      cursor = step.cursor;
    } while (cursor !== 0);
    expect(found.length).toBe(1_000);
    expect(new Set(found).size).toBe(1_000);
  });

  test('begins at the back with a cursor beyond the end', () => {
    const entries = dense<true>();
    denseSet(entries, 'a', true);
    expect(scanStep(entries, 99, 10, undefined)).toEqual({ cursor: 0, found: [0] });
    expect(scanStep(dense(), 99, 10, undefined)).toEqual({ cursor: 0, found: [] });
  });
});

test('a cursor is read as C reads unsigned numbers', () => {
  expect(['0', '17', '+5', ''].map(scanCursor)).toEqual([0, 17, 5, 0]);
  expect(scanCursor('18446744073709551615')).toBe(Number(2n ** 64n - 1n));
  for (const text of [' 1', '1x', 'x', '18446744073709551616', '1.5']) {
    expect(() => scanCursor(text), text).toThrow(new CommandError('ERR invalid cursor'));
  }
});

test('options are read in any order and case', () => {
  const options = scanOptions(['scan', '0', 'count', '5', 'Match', 'a*', 'TYPE', 'LIST'], 2, true);
  expect(options.count).toBe(5);
  expect(options.type).toBe('list');
  expect(options.matches?.('abc')).toBe(true);
  const errors: readonly (readonly [readonly string[], string])[] = [
    [['COUNT', '0'], 'ERR syntax error'],
    [['COUNT', 'x'], 'ERR value is not an integer or out of range'],
    [['COUNT'], 'ERR syntax error'],
    [['TYPE', 'list'], 'ERR syntax error'],
    [['FOO', 'bar'], 'ERR syntax error'],
  ];
  for (const [args, message] of errors) expect(() => scanOptions(args, 0, false)).toThrow(new CommandError(message));
});
