/** Paths: written, read back, and followed into a state. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffStates } from '../../src/fold/diff.ts';
import { describePath, placeAt } from '../../src/fold/path.ts';
import { ascending, Deque, formatPath, OrderedMap, type Path, parsePath, valueAt } from '../../src/index.ts';
import { sample } from '../sample.ts';

describe('a path as text', () => {
  test.each<[Path, string]>([
    [[], ''],
    [['orders', 17, 'price'], 'orders[17].price'],
    [['orders', '17'], 'orders["17"]'],
    [['a b', 0, ''], '["a b"][0][""]'],
    [['levels', -1.5], 'levels[-1.5]'],
    [['big', 9_007_199_254_740_993n], 'big[9007199254740993]'],
    [['a.b', 'c]"'], '["a.b"]["c]\\""]'],
    [['größe', '$x', '_y'], 'größe.$x._y'],
    [['at', new Date(5)], 'at[5]'],
    [['by', { x: 1 }, true], 'by[object][true]'],
  ])('%o reads %s', (path, text) => {
    expect(formatPath(path)).toBe(text);
  });

  test('is cut short in a message only', () => {
    const path = Array.from({ length: 20 }, (_, index) => index);
    expect(formatPath(path)).toMatch(/^\[0\].*\[19\]$/);
    expect(describePath(path)).toMatch(/^\[0\].*\[9\]\.…$/);
  });

  test('reads back as the same path, for all keys that are texts, numbers and bigints', () => {
    const key = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('17', '-1', 'NaN', '007', '__proto__', 'a.b', '["x"]', '…'),
      fc.double({ noNaN: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
      fc.integer(),
      fc.bigInt({ min: 2n ** 64n }),
      fc.bigInt({ max: -(2n ** 64n) }),
    );
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 6 }), (path) => {
        expect(parsePath(formatPath(path))).toStrictEqual(path);
      }),
      { numRuns: sample(3_000) },
    );
  });
});

describe('parsePath', () => {
  test.each<[string, Path]>([
    ['orders.42.price', ['orders', 42, 'price']],
    ['orders[42]["43"]', ['orders', 42, '43']],
    ['users[007]', ['users', '007']],
    ['a[b c]', ['a', 'b c']],
    ['n[NaN]', ['n', 'NaN']],
  ])('%s', (text, path) => {
    expect(parsePath(text)).toStrictEqual(path);
  });

  test.each(['', 'orders.', '.', 'orders[42', 'orders[42]price', 'a..b', 'a["\\x"]', 'a[]'])('refuses %j', (text) => {
    expect(() => parsePath(text)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', at: text }));
  });

  test.each([undefined, null, 7, {}, Symbol('x')])('refuses what is not a text: %o', (text) => {
    expect(() => parsePath(text as string)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    expect(() => valueAt({}, text as unknown as Path)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    expect(() => formatPath(text as unknown as Path)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe('valueAt', () => {
  const state = {
    orders: new Map<unknown, unknown>([
      [42, { price: 7 }],
      ['43', 'text'],
      [44n, 'big'],
      [45, 'number'],
      ['45', 'text beside it'],
      [undefined, 'odd'],
    ]),
    levels: new OrderedMap<number, string>(ascending, [[-1.5, 'low']]),
    tags: new Set(['a', 'b']),
    list: [['x', 'y']],
    bytes: new Uint8Array([9]),
    nothing: null,
    queue: new Deque([{ id: 7 }, undefined]),
    games: [{ board: new OrderedMap<number, string>(ascending, [[3, 'three']]) }],
  };

  test.each<[string, unknown]>([
    ['orders[42].price', 7],
    ['orders[43]', 'text'],
    ['orders[44]', 'big'],
    ['orders[45]', 'number'],
    ['orders["45"]', 'text beside it'],
    ['orders["42"]', undefined],
    ['orders[46]', undefined],
    ['levels[-1.5]', 'low'],
    ['levels["-1.5"]', undefined],
    ['levels.low', undefined],
    ['tags[1]', 'b'],
    ['tags[2]', undefined],
    ['list[0][1]', 'y'],
    ['bytes[0]', 9],
    ['nothing', null],
    ['queue[0].id', 7],
    ['queue["0"].id', 7],
    ['queue[1]', undefined],
    ['queue[-1].id', undefined],
    ['queue.size', undefined],
    ['games[0].board[3]', 'three'],
    ['nothing.more', undefined],
    ['toString', undefined],
    ['constructor.name', undefined],
  ])('%s', (text, value) => {
    expect(valueAt(state, parsePath(text))).toBe(value);
  });

  test('finds a key that is not a text, and the state itself', () => {
    expect(valueAt(state, ['orders', undefined])).toBe('odd');
    expect(valueAt(state, ['orders', {}])).toBeUndefined();
    expect(valueAt(state, [])).toBe(state);
  });

  test('takes a key without a text, which only a table can have', () => {
    const key = Object.create(null);
    const rows = new Map([[key, 'row']]);
    expect(valueAt({ rows }, ['rows', key])).toBe('row');
    expect([{ rows }, [1], new Set([1]), new Deque([1])].map((value) => valueAt(value, [key]))).toEqual(
      Array.from({ length: 4 }),
    );
  });

  test('finds a member of a Set by its index, as an item of a Deque', () => {
    for (const list of [new Set(['a', undefined]), new Deque(['a', undefined])]) {
      expect([0, '0', '00', '', null, true, -1, 0.5, 2].map((part) => placeAt(list, [part])?.value)).toEqual([
        ...['a', 'a'],
        ...Array.from({ length: 7 }),
      ]);
      expect([placeAt(list, [1]), placeAt(list, [2])]).toEqual([{ value: undefined }, undefined]);
    }
  });

  test('finds both sides of every difference', () => {
    const changed = { ...state, levels: new OrderedMap<number, string>(ascending, [[-1.5, 'high']]), list: [['x']] };
    const differences = diffStates(state, changed);
    expect(differences.map(({ path }) => path)).toEqual(['levels[-1.5]', 'list[0][1]']);
    for (const { parts, before, after } of differences) {
      expect([valueAt(state, parts), valueAt(changed, parts)]).toEqual([before, after]);
    }
  });
});
