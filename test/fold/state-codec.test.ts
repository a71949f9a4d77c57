import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefoldError, type RefoldError } from '../../src/core/errors.ts';
import { Deque } from '../../src/fold/collections/deque.ts';
import { ascending, descending, OrderedMap } from '../../src/fold/collections/ordered-map.ts';
import {
  COLLECTIONS_FORMAT,
  decodeInSteps,
  decodeState,
  encodeState,
  hashState,
  STATE_FORMAT,
} from '../../src/fold/encoding/state-codec.ts';
import { openAtomicState } from '../../src/fold/live-state.ts';
import { sample } from '../sample.ts';
import { COMPARATORS, INITIAL, legalState } from './legal-states.ts';

const bytesOf = (state: object, chunkBytes = 1_000): Buffer => Buffer.concat([...encodeState(state, chunkBytes)]);

type Scored = Parameters<typeof COMPARATORS.byScore>[0];

/** The format that a snapshot with this state says. */
const formatOf = (state: object): number => {
  const steps = encodeState(state);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

const dequeOf = (change: (deque: Deque<number>) => unknown, ...items: number[]): Deque<number> => {
  const deque = new Deque<number>();
  for (let n = 0; n < 1_000; n++) deque.push(n);
  deque.clear();
  deque.unshift(...items);
  change(deque);
  return deque;
};

const caught = (run: () => unknown): RefoldError => {
  try {
    run();
  } catch (error) {
    if (isRefoldError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

/** Splits bytes into chunks of different sizes, some of them empty. */
function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

/** Uses Node's equality of values and prototypes, because a key called constructor misleads vitest's. */
function expectSame(actual: object, expected: object): void {
  assert.deepStrictEqual(inOrder(actual), inOrder(expected));
}

/** Turns collections into lists and adds the keys of objects, so that their order counts. */
function inOrder(value: unknown): unknown {
  if (value instanceof Map) return ['Map', [...value].map(inOrder)];
  if (value instanceof OrderedMap) return ['OrderedMap', value.compare, [...value].map(inOrder)];
  if (value instanceof Deque) return ['Deque', [...value].map(inOrder)];
  if (value instanceof Set) return ['Set', [...value].map(inOrder)];
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value;
  return [Object.getPrototypeOf(value), Object.entries(value).map(inOrder)];
}

describe('any legal state', () => {
  test('decodes from its bytes with the same values, types and orders', () => {
    fc.assert(
      fc.property(legalState, (state) => {
        const back = decodeState([bytesOf(state)], INITIAL as object, COMPARATORS);
        // This also shows that no two different states have the same bytes.
        expectSame(back, state);
        expect(hashState(back)).toBe(hashState(state));
      }),
      { numRuns: sample(400) },
    );
  });

  test('encodes and decodes with chunks of any size', () => {
    const sizes = fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }).filter((all) => all.some((size) => size > 0));
    fc.assert(
      fc.property(legalState, fc.integer({ min: 1, max: 40 }), sizes, (state, chunkBytes, readSizes) => {
        const chunks = [...encodeState(state, chunkBytes)];
        const whole = Buffer.concat(chunks);
        expect(whole.equals(bytesOf(state))).toBe(true);
        for (const chunk of chunks.slice(0, -1)) expect(chunk.length).toBe(chunkBytes);
        expectSame(decodeState(chunks, INITIAL as object, COMPARATORS), state);
        expectSame(decodeState(cut(whole, readSizes), INITIAL as object, COMPARATORS), state);
      }),
      { numRuns: sample(100) },
    );
  });

  test('has the same hash as an atomic state', () => {
    fc.assert(
      fc.property(legalState, (state) => {
        const copy = decodeState([bytesOf(state)], INITIAL as object, COMPARATORS);
        expect(hashState(openAtomicState(copy).value)).toBe(hashState(state));
      }),
      { numRuns: sample(100) },
    );
  });
});

describe('the hash', () => {
  test('is SHA-256 of the bytes', () => {
    const state = { a: [1, 'x'], b: new Map([[1, 2n]]) };
    expect(hashState(state)).toBe(createHash('sha256').update(bytesOf(state)).digest('hex'));
  });

  // Changing these values means changing the format: snapshots of an older release would be refused.
  test('and the bytes of this format never change', () => {
    const state = {
      orders: new Map([
        [1, { id: 1, side: 'buy', price: 10_000, open: true }],
        [2, { id: 2, side: 'sell', price: -1.5, open: false }],
      ]),
      levels: new OrderedMap(descending<number>, [
        [1, new Set(['a'])],
        [2, new Set()],
      ]),
      rest: [null, undefined, -0, Number.NaN, 2 ** 40, -300, 12n, -(2n ** 70n), 'é', '€', '\ud800', 'long'.repeat(9)],
      leaves: {
        date: new Date(1),
        bytes: new Uint16Array([1, 256]),
        buffer: new ArrayBuffer(2),
        bare: Object.create(null),
      },
    };
    expect(STATE_FORMAT).toBe(1);
    expect(bytesOf(state).toString('hex')).toMatchInlineSnapshot(
      `"010e04266f72646572731002810c042269642473696465257072696365246f70656e812362757904904e038240822473656c6c06000000000000f8bf02266c6576656c731202821100811101216124726573740b0c000106000000000000008006000000000000f87f0480808080802005ac0207010c080900000000000000004021e90a01ac200a0100d809246c6f6e676c6f6e676c6f6e676c6f6e676c6f6e676c6f6e676c6f6e676c6f6e676c6f6e67266c65617665730c04246461746525627974657326627566666572246261726513000000000000f03f16040401000001140200000f0c00"`,
    );
    expect(hashState(state)).toMatchInlineSnapshot(
      `"6a544b087e3a3800f3558943ccbdcd79fba2154920bcfc56358fcecb814df080"`,
    );
  });

  // New tags, which a state gets only where it holds a Deque, or an OrderedMap below the top level.
  test('the bytes of Deques and of OrderedMaps below the top level never change, either', () => {
    const state = {
      queue: new Deque(['a', 1, new Deque()]),
      games: new Map([
        [
          'g',
          {
            board: new OrderedMap<Scored, null>(COMPARATORS.byScore, [
              [{ score: 2, member: 'b' }, null],
              [{ score: 1, member: 'c' }, null],
            ]),
            closing: new OrderedMap<number, boolean>(descending, [[1, true]]),
          },
        ],
      ]),
    };
    expect(bytesOf(state).toString('hex')).toMatchInlineSnapshot(
      `"010e02257175657565180321618118002567616d6573100121670c0225626f61726427636c6f73696e671727627953636f7265020c022573636f7265266d656d626572812163004182216200172a64657363656e64696e67018103"`,
    );
    expect(hashState(state)).toMatchInlineSnapshot(
      `"a7575bdb06836437d2d8508beb86fce3a688455393d17740fff2d09204c440e2"`,
    );
    expect(formatOf(state)).toBe(COLLECTIONS_FORMAT);
    expect(formatOf({ levels: new OrderedMap(ascending<number>), list: [new Map()] })).toBe(STATE_FORMAT);
  });

  test('is equal for equal states that were made differently', () => {
    expect(hashState({ a: new Deque([2, 3, 4]) })).toBe(hashState({ a: dequeOf((deque) => deque.push(3, 4), 2) }));
    const { buffer } = new Uint8Array([9, 9, 1, 2]);
    const canonical = new Float64Array([Number.NaN]);
    const negative = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0001n]).buffer);
    expect(hashState({ a: new Uint8Array(buffer, 2) })).toBe(hashState({ a: new Uint8Array([1, 2]) }));
    expect(hashState({ a: negative, b: negative[0] })).toBe(hashState({ a: canonical, b: Number.NaN }));
    expect(hashState({ a: `${'x'.repeat(20)}${'y'.repeat(20)}` })).toBe(
      hashState({ a: 'x'.repeat(20).concat('y'.repeat(20)) }),
    );
  });

  test('differs for all of these', () => {
    const nothing = Object.create(null);
    const values: unknown[] = [
      ...[1, '1', 1n, 1.5, true, [1], new Set([1]), new Map([[1, 1]]), { 1: 1 }, new Date(1), new Uint8Array([1])],
      ...[
        0,
        -0,
        '0',
        0n,
        '',
        null,
        undefined,
        false,
        Number.NaN,
        'NaN',
        -1,
        -1n,
        2 ** 53,
        2n ** 53n,
        Number.POSITIVE_INFINITY,
      ],
      ...[
        {},
        nothing,
        [],
        new Map(),
        new Set(),
        new Date(Number.NaN),
        new Date(0),
        new ArrayBuffer(0),
        new ArrayBuffer(1),
      ],
      ...[
        new Uint8Array(),
        new Int8Array(),
        new Uint8ClampedArray(),
        new DataView(new ArrayBuffer(0)),
        new Int8Array([1]),
      ],
      ...[
        new Uint16Array([1]),
        new Int16Array([1]),
        new Uint8Array([1, 0]),
        new Float32Array([1]),
        new Float64Array([1]),
      ],
      ...[
        [[1], 2],
        [1, [2]],
        [1, 2],
        [2, 1],
        [[1, 2]],
        ['12'],
        ['1', '2'],
        [undefined],
        [null],
        { a: undefined },
        { a: null },
      ],
      ...[
        { a: 1, b: 2 },
        { b: 2, a: 1 },
        { ab: 1, '': 2 },
        { a: { b: 2 } },
        { a: 1, b: { a: 1 } },
        { a: { a: 1 }, b: 1 },
      ],
      ...[
        new Map([['a', 1]]),
        new Map([[1, 'a']]),
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ],
      ...[
        new Set([1, 2]),
        new Set([2, 1]),
        new Set(['a', 1]),
        new Map([['a', undefined]]),
        'é',
        'e\u0301',
        '\ud800',
        '\udc00',
        '\ufffd',
      ],
      ...[
        'x'.repeat(31),
        'x'.repeat(32),
        'x'.repeat(33),
        '€'.repeat(32),
        127,
        128,
        129,
        16_383,
        16_384,
        -127,
        -128,
        2 ** 31,
        -(2 ** 31),
      ],
    ];
    const hashes = values.map((value) => hashState({ value }));
    expect(new Set(hashes).size).toBe(values.length);
  });

  test('differs between a Map and an OrderedMap, and under another name', () => {
    const ordered = new OrderedMap(ascending<number>, [[1, 1]]);
    expect(new Set([{ a: ordered }, { a: new Map([[1, 1]]) }, { b: ordered }].map(hashState)).size).toBe(3);
  });
});

describe('large and odd states', () => {
  test('yield chunks before they are encoded completely', () => {
    const rows = new Map(Array.from({ length: 20_000 }, (_, n) => [n, { n, text: `row ${n}` }]));
    let read = 0;
    rows[Symbol.iterator] = function* () {
      for (const entry of Map.prototype.entries.call(rows)) {
        read++;
        yield entry;
      }
      return undefined;
    };
    const first = encodeState({ rows }, 1_000).next();
    expect(first.value).toHaveLength(1_000);
    expect(read).toBeLessThan(200);
  });

  /** A state whose members are nearly all below its second level, in every kind of collection. */
  const nested = (members: number): object => {
    const rows = Array.from({ length: members }, (_, n) => ({ n, tags: [`t${n}`] }));
    return {
      databases: [
        {
          map: new Map(rows.map((row) => [row.n, row])),
          set: new Set(rows.map(({ n }) => n)),
          array: rows.map((row) => ({ ...row })),
          dictionary: Object.fromEntries(rows.map(({ n }) => [`k${n}`, n])),
          deque: new Deque(rows.map(({ n }) => [n])),
          ordered: new OrderedMap<number, object>(
            ascending,
            rows.map(({ n }) => [n, { n }]),
          ),
        },
      ],
    };
  };

  test('yield a chunk as soon as it is full, also deep inside nested collections', () => {
    const read = { members: 0, most: 0 };
    const state = nested(3_000) as { databases: [{ map: Map<number, { n: number }> }] };
    for (const row of state.databases[0].map.values()) {
      const { n } = row;
      Object.defineProperty(row, 'n', {
        get: () => {
          read.members++;
          return n;
        },
        enumerable: true,
      });
    }
    let chunks = 0;
    for (const chunk of encodeState(state, 1_000)) {
      read.most = Math.max(read.most, read.members);
      read.members = 0;
      chunks += chunk.length > 0 ? 1 : 0;
    }
    expect(chunks).toBeGreaterThan(100);
    // A row takes more than eight bytes.
    expect(read.most).toBeLessThan(1_000 / 8);
  });

  test('pause after every few members while they are decoded, also deep inside nested collections', () => {
    const state = nested(5_000);
    const chunks = [...encodeState(state)];
    let taken = 0;
    let most = 0;
    const bytes = function* () {
      for (const chunk of chunks) {
        for (let at = 0; at < chunk.length; at += 16) {
          taken++;
          yield chunk.subarray(at, at + 16);
        }
      }
    };
    const steps = decodeInSteps(bytes(), {});
    for (;;) {
      const step = steps.next();
      most = Math.max(most, taken);
      taken = 0;
      if (step.done !== true) continue;
      expectSame(step.value, state);
      break;
    }
    // 512 members, of at most 32 bytes each.
    expect(most).toBeLessThan(512 * 2);
  });

  test('may hold a string larger than many chunks, of one or two bytes per unit', () => {
    const state = { narrow: 'é1'.repeat(100_000), wide: '€\ud800'.repeat(100_000), last: 1 };
    const chunks = [...encodeState(state, 4_096)];
    expect(chunks.length).toBeGreaterThan(100);
    expect(decodeState(chunks, {})).toStrictEqual(state);
  });

  test('may hold more shapes than the limit, and dictionaries of many keys', () => {
    const state = {
      shapes: Array.from({ length: 5_000 }, (_, n) => ({ [`k${n}`]: n, same: 1 })),
      again: Array.from({ length: 5_000 }, (_, n) => ({ [`k${n}`]: -n, same: 2 })),
      dictionary: Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`user ${n}`, { n }])),
    };
    expect(decodeState(encodeState(state), {})).toStrictEqual(state);
  });

  test('encode a hole in an array as undefined', () => {
    const holes: number[] = [];
    holes[2] = 1;
    expect(decodeState(encodeState({ holes }), {})).toStrictEqual({ holes: [undefined, undefined, 1] });
  });

  test('may hold a key called __proto__ without changing a prototype', () => {
    const state = JSON.parse('{"__proto__":{"a":1},"list":[{"__proto__":{"b":2},"c":3}]}');
    const back = decodeState(encodeState(state), {});
    expect(JSON.stringify(back)).toBe(JSON.stringify(state));
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.keys({})).toEqual([]);
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  test('may be nested as deeply as allowed', () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
      return value;
    };
    const state = { deep: nested(1_000) };
    expect(hashState(decodeState(encodeState(state), {}))).toBe(hashState(state));
    expect(caught(() => hashState({ deep: nested(1_001) }))).toMatchObject({ code: 'REDUCER_FAILED' });
  });
});

describe('a value that is not a state is refused with its path', () => {
  const cyclic: unknown[] = [];
  cyclic.push({ cyclic });
  test.each<[string, object, string]>([
    ['a function', { a: [{ f() {} }] }, 'a[0].f'],
    ['a symbol', { a: new Map([['k', Symbol('s')]]) }, 'a.k'],
    ['a symbol as a key', { a: new Map([[Symbol('s'), 1]]) }, 'a[Symbol(s)]'],
    ['a promise', { 'a b': Promise.resolve() }, '["a b"]'],
    ['an instance', { a: new Set([new URL('x:')]) }, 'a[0]'],
    ['a Buffer', { a: { b: Buffer.from('') } }, 'a.b'],
    ['a shared buffer', { a: new SharedArrayBuffer(1) }, 'a'],
    [
      'an OrderedMap whose comparator has no name',
      { a: new Map([[17, new OrderedMap((a: number, b: number) => a - b)]]) },
      'a[17]',
    ],
    ['a subclass of Map', { a: new (class Registry extends Map {})() }, 'a'],
    ['a root that is a table', new Map(), ''],
    ['a root that is an array', [], ''],
  ])('%s', (_name, state, at) => {
    const error = caught(() => hashState(state));
    expect(error).toMatchObject({ code: 'REDUCER_FAILED', at });
    expect(error.hint).toBeTruthy();
  });

  test('a cycle is refused', () => {
    expect(caught(() => hashState({ cyclic }))).toMatchObject({ code: 'REDUCER_FAILED' });
  });
});

describe('an OrderedMap takes its order from the initial state', () => {
  const bytes = bytesOf({
    levels: new OrderedMap(ascending<number>, [
      [1, 'a'],
      [2, 'b'],
    ]),
  });

  test('the same comparator', () => {
    const back = decodeState([bytes], { levels: new OrderedMap<number, string>(ascending) });
    expect(back.levels).toBeInstanceOf(OrderedMap);
    expect(back.levels.nextAfter(1)).toEqual([2, 'b']);
  });

  test('another comparator', () => {
    const back = decodeState([bytes], { levels: new OrderedMap<number, string>(descending) });
    expect([...back.levels.keys()]).toEqual([2, 1]);
  });

  test('is a MODEL_MISMATCH where the initial state has no OrderedMap', () => {
    expect(caught(() => decodeState([bytes], {}))).toMatchObject({ code: 'MODEL_MISMATCH', at: 'levels' });
    expect(caught(() => decodeState([bytes], { levels: new Map() }))).toMatchObject({ code: 'MODEL_MISMATCH' });
  });
});
