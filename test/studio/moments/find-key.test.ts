import { ascending, Deque, OrderedMap } from 'refold';
import { expect, test } from 'vitest';
import { findKey } from '../../../src/studio/moments/find-key.ts';

const names = ['banana', 'apple', 'app', 'apply', 'a'];
const map = new Map(names.map((name) => [name, { name }]));
const ordered = new OrderedMap<number, string>(
  ascending,
  [5, 51, 52, 7].map((key) => [key, String(key)]),
);

test.each<[string, unknown, string, number, object]>([
  ['the exact key behind others that begin like it', map, 'app', 0, { found: 2, isExact: true }],
  ['the first that begins like it', map, 'appl', 0, { found: 1, isExact: false }],
  ['the next that begins like it', map, 'appl', 2, { found: 3, isExact: false }],
  ['the next, though an exact one stands before', map, 'app', 3, { found: 3, isExact: false }],
  ['no key that begins in capitals', map, 'App', 0, {}],
  ['a number', ordered, '52', 0, { found: 3, isExact: true }],
  ['numbers by their first digit', ordered, '5', 1, { found: 2, isExact: false }],
  ['a number written otherwise', ordered, '5.0', 0, {}],
  ['a bigint', new Map([[12n, 1]]), '12', 0, { found: 0, isExact: true }],
  ['a Date', new Map([[new Date(0), 1]]), '1970', 0, { found: 0, isExact: false }],
  [
    'a boolean and null',
    new Map<unknown, number>([
      [null, 0],
      [true, 1],
    ]),
    'true',
    0,
    { found: 1, isExact: true },
  ],
  ['a key that is an object', new Map([[{ a: 1 }, 1]]), '[obj', 0, { found: 0, isExact: false }],
  ['a member', { one: 1, two: 2 }, 'two', 0, { found: 1, isExact: true }],
  ['an index', ['a', 'b'], '1', 0, { found: 1, isExact: true }],
  ['an index beyond the end', new Deque(['a']), '1', 0, {}],
  ['what is not an index', new Set(['a']), 'a', 0, {}],
  ['nothing in what is not a table', 7, '7', 0, {}],
])('%s is found', (_what, table, text, after, found) => {
  const { total: _, ...rest } = findKey(table, text, after);
  expect(rest).toEqual({ ...found, complete: true });
});
