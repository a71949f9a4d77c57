/** What a collection may hold, and what one effect may carry. */
import { expect, test } from 'vitest';
import { batchesOf, requireRoom } from '../../../src/redis/calls/limits.ts';
import { MAX_ENTRIES } from '../../../src/redis/model/dense.ts';

test('a collection has room up to the limit', () => {
  expect(() => requireRoom(MAX_ENTRIES - 2, 2)).not.toThrow();
  expect(() => requireRoom(MAX_ENTRIES - 2, 3)).toThrow('ERR a key holds at most 16777215 entries');
});

test('parts hold a thousand texts or about a million characters, in order, and keep pairs together', () => {
  expect([...batchesOf([])]).toEqual([]);
  expect([...batchesOf(['a', 'b'])]).toEqual([['a', 'b']]);
  const many = Array.from({ length: 2_500 }, (_, index) => String(index));
  expect([...batchesOf(many)].map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  expect([...batchesOf(many)].flat()).toEqual(many);
  const long = 'x'.repeat(600_000);
  expect([...batchesOf([long, long, 'a', 'b'])].map(({ length }) => length)).toEqual([1, 3]);
  expect([...batchesOf(['f', long, 'g', long, 'h', 'b'], 2)].map(({ length }) => length)).toEqual([2, 4]);
});
