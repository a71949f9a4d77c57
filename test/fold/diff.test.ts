import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deque } from '../../src/fold/collections/deque.ts';
import { ascending, OrderedMap } from '../../src/fold/collections/ordered-map.ts';
import { diffStates } from '../../src/fold/diff.ts';
import { hashState } from '../../src/fold/encoding/state-codec.ts';
import { sample } from '../sample.ts';

const byScore = (a: { score: number }, b: { score: number }): number => a.score - b.score;

test.each<[string, unknown, unknown, unknown[]]>([
  ['nothing', { a: [1, new Date(1)] }, { a: [1, new Date(1)] }, []],
  ['a value', { a: { b: 1 } }, { a: { b: 2 } }, [['a.b', 1, 2]]],
  ['a type', { a: 1 }, { a: '1' }, [['a', 1, '1']]],
  ['-0', { a: 0 }, { a: -0 }, [['a', 0, -0]]],
  ['an entry', { a: new Map([[7, { p: 1 }]]) }, { a: new Map([[7, { p: 2 }]]) }, [['a[7].p', 1, 2]]],
  [
    'removed and added members',
    { a: 1 },
    { b: 2 },
    [
      ['a', 1, undefined],
      ['b', undefined, 2],
    ],
  ],
  ['a member of a Set', { a: new Set([1, 2]) }, { a: new Set([1, 3]) }, [['a[1]', 2, 3]]],
  [
    'an entry of an OrderedMap',
    { a: new OrderedMap(ascending<number>, [[1, 1]]) },
    { a: new OrderedMap(ascending<number>) },
    [['a[1]', 1, undefined]],
  ],
  [
    'an item of a Deque',
    { a: new Deque([1, 2]) },
    { a: new Deque([1, 3, 4]) },
    [
      ['a[1]', 2, 3],
      ['a[2]', undefined, 4],
    ],
  ],
  ['an array in the place of a Deque', { a: new Deque() }, { a: [] }, [['a', new Deque(), []]]],
  [
    'an entry whose key is an object, by its content',
    {
      a: [
        new OrderedMap(byScore, [
          [{ score: 1 }, 'x'],
          [{ score: 2 }, 'y'],
        ]),
      ],
      b: new Map([[[1, new Date(2)], 1]]),
    },
    {
      a: [
        new OrderedMap(byScore, [
          [{ score: 1 }, 'x'],
          [{ score: 2 }, 'z'],
        ]),
      ],
      b: new Map([[[1, new Date(2)], 1]]),
    },
    [['a[0][object]', 'y', 'z']],
  ],
  ['an order', { a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }, [['a (order)', ['x', 'y'], ['y', 'x']]]],
  ['the order of the root', { x: 1, y: 2 }, { y: 2, x: 1 }, [['(order)', ['x', 'y'], ['y', 'x']]]],
  ['unusual keys', { 'a b': [{ '': 1 }] }, { 'a b': [{ '': 2 }] }, [['["a b"][0][""]', 1, 2]]],
  ['a date', { a: new Date(1) }, { a: new Date(2) }, [['a', new Date(1), new Date(2)]]],
  ['bytes', { a: new Uint8Array([1]) }, { a: new Uint8Array([2]) }, [['a', new Uint8Array([1]), new Uint8Array([2])]]],
])('finds %s', (_name, before, after, expected) => {
  expect(diffStates(before, after).map(({ path, before: b, after: a }) => [path, b, a])).toStrictEqual(expected);
});

test('stops at the limit', () => {
  const list = (n: number): number[] => Array.from({ length: 1_000 }, (_, index) => index * n);
  expect(diffStates({ list: list(1) }, { list: list(2) }, 3)).toHaveLength(3);
});

test('finds a difference if and only if the hashes differ', () => {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(0, -0, 1, '1', 1n, null, undefined, Number.NaN),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { noNullPrototype: false }),
      fc.array(fc.tuple(fc.constantFrom(1, 'a'), tie('value')), { maxLength: 2 }).map((entries) => new Map(entries)),
    ),
  }));
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(diffStates({ a }, { a: b }).length === 0).toBe(hashState({ a }) === hashState({ a: b }));
    }),
    { numRuns: sample(2_000) },
  );
});
