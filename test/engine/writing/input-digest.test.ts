/** The digest of a call's input: the same for the same values, other for others, and the same in every release. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOfCommand, digestOfEvents } from '../../../src/engine/writing/outcomes/input-digest.ts';

const of = (input: unknown): number => digestOfCommand('command', input);

test.each<[unknown, number]>([
  [{}, 459_056_259],
  [{ orderId: 7, symbol: 'GOOG', side: 'buy', price: 580.25, tags: ['a', null, true] }, -1_267_519_361],
  [
    new Map<unknown, unknown>([
      ['a', new Set([1n])],
      [new Date(5), Uint8Array.of(1, 2)],
    ]),
    -1_148_632_516,
  ],
  ['заказ 😀', 1_346_710_465],
])('the digest of %o stays as it is in files', (input, expected) => {
  expect(of(input)).toBe(expected);
});

test('the digest of events stays as it is in files', () => {
  const events = [
    { type: 'Paid', data: { cents: 5 } },
    { type: 'Noted', data: { text: 'x' } },
  ];
  expect(digestOfEvents(events)).toBe(1_718_419_168);
  expect(digestOfEvents(events.toReversed())).not.toBe(digestOfEvents(events));
});

describe('equal inputs have one digest', () => {
  test('whatever the order of keys, and with or without members that are undefined', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(of(shuffled(value))).toBe(of(value));
        expect(of(structuredClone(value))).toBe(of(value));
      }),
    );
  });

  test.each<[string, unknown, unknown]>([
    ['-0 and 0', { n: -0 }, { n: 0 }],
    ['two NaN', Number.NaN, 0 / 0],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a buffer and an array of its bytes', Buffer.from('ab'), Uint8Array.of(97, 98)],
    ['two URLs', new URL('http://a/b'), new URL('http://a/b')],
  ])('%s', (_what, a, b) => {
    expect(of(a)).toBe(of(b));
  });

  test('a value in many places, and a value that holds itself', () => {
    const tree = (depth: number): object => (depth === 0 ? { leaf: 1 } : { a: tree(depth - 1), b: tree(depth - 1) });
    let shared: object = { leaf: 1 };
    for (let depth = 0; depth < 10; depth++) shared = { a: shared, b: shared };
    expect(of(shared)).toBe(of(tree(10)));
    for (let depth = 0; depth < 100; depth++) shared = { a: shared, b: shared };
    expect(of(shared)).toBe(of(structuredClone(shared)));
    const ring: { next?: object } = {};
    ring.next = { next: { next: ring } };
    expect(of(ring)).toBe(of(structuredClone(ring)));
    let deep: unknown[] = [];
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(of(deep)).toBe(of([deep]));
  });
});

describe('other inputs have other digests', () => {
  const values = [
    ...[undefined, null, true, false, 0, 1, -1, 0.5, 1e300, '', '0', '1', 'null', 'a', 'b', 'ab', 'ba', 1n, 'true'],
    ...[[], {}, [[]], [null], [1], [0], [1, 2], [2, 1], ['a', 'b'], ['ab', ''], { a: 1 }, { b: 1 }, { a: '1' }],
    ...[{ a: { b: 1 } }, { a: 1, b: 1 }, { a: { b: 1 }, c: 2 }, { a: { b: 1, c: 2 } }, { a: null }, { a: [] }],
    ...[new Map(), new Set(), new Map([['a', 1]]), new Set(['a', 1]), new Set([1, 2]), new Set([2, 1])],
    ...[new Date(0), new Date(1), Uint8Array.of(), Uint8Array.of(1), Uint8Array.of(1, 0), new URL('http://a/')],
  ];

  test('of all kinds', () => {
    expect(new Set(values.map(of)).size).toBe(values.length);
    expect(digestOfCommand('a', 1)).not.toBe(digestOfCommand('b', 1));
    expect(digestOfCommand('A', { x: 1 })).not.toBe(digestOfEvents([{ type: 'A', data: { x: 1 } }]));
  });

  test('of JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const areSame = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(of(a) === of(b)).toBe(areSame);
      }),
    );
  });

  test('of many that differ in one number', () => {
    const digests = new Set<number>();
    for (let n = 0; n < 100_000; n++) digests.add(of({ order: n, quantity: 1 }));
    expect(digests.size).toBeGreaterThan(99_990); // one or two of them share 32 bits
    for (const digest of digests) if ((digest | 0) !== digest) expect.fail(String(digest));
  });
});

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => [key, shuffled(member)]);
  return Object.fromEntries([['left out', undefined], ...entries.toReversed()]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
