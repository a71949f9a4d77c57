import { Deque, OrderedMap, parsePath, plain, toTaggedJson, valueAt } from 'refold';
import { describe, expect, test } from 'vitest';
import { lookAt, MOST_LOOKS, MOST_MEMBERS, MOST_ROWS, readLooks } from '../../../src/studio/moments/look.ts';
import { LONGEST_VALUE, showValue } from '../../../src/studio/moments/show-value.ts';
import { ANSWER_BYTES } from '../../../src/studio/server/answering.ts';
import type { Row } from '../../../src/studio/wire.ts';

const STATE = {
  orders: new Map([
    [7, { side: 'buy', price: 10 }],
    [9, { side: 'sell', price: 12 }],
  ]),
  levels: new OrderedMap<string, number>(
    (a, b) => (a < b ? -1 : Number(a > b)),
    [
      ['b', 2],
      ['a', 1],
      ['c', 3],
    ],
  ),
  tags: new Set(['x', 'y']),
  queue: new Deque([5, 6, 7]),
  list: ['p', 'q'],
  since: new Date(0),
  total: 12n,
  none: undefined,
  empty: null,
  bytes: new Uint8Array([1, 2]),
  'strange key': { 'a.b': 1 },
};

const whole = (path: string) => lookAt(STATE, [{ path, from: 0, count: 100 }])[0]!;

describe('what is in sight', () => {
  test('a Map is shown by its size, and its rows by their paths', () => {
    expect(whole('orders')).toEqual({
      path: 'orders',
      shown: { kind: 'map', total: 2 },
      from: 0,
      rows: [
        { path: 'orders[7]', key: 7, shown: { kind: 'object', total: 2 } },
        { path: 'orders[9]', key: 9, shown: { kind: 'object', total: 2 } },
      ],
    });
  });

  test.each([
    ['levels', 'orderedMap', ['levels.a', 'levels.b', 'levels.c']],
    ['tags', 'set', ['tags[0]', 'tags[1]']],
    ['queue', 'deque', ['queue[0]', 'queue[1]', 'queue[2]']],
    ['list', 'array', ['list[0]', 'list[1]']],
    ['["strange key"]', 'object', ['["strange key"]["a.b"]']],
  ])('%s is %s with its rows in order', (path, kind, rows) => {
    const looked = whole(path);
    expect(looked.shown).toEqual({ kind, total: rows.length });
    expect(looked.rows!.map((row) => row.path)).toEqual(rows);
  });

  test('each row has the value that stands at its path', () => {
    for (const { path } of whole('').rows!) {
      for (const row of whole(path).rows ?? []) {
        expect(row.shown).toEqual(showValue(valueAt(STATE, parsePath(row.path))));
      }
    }
  });

  test('windows put together are the whole', () => {
    for (const path of ['orders', 'levels', 'tags', 'queue', 'list', '']) {
      const { rows, shown } = whole(path);
      const windows = Array.from({ length: shown!.total! }, (_, from) => ({ path, from, count: 1 }));
      expect(lookAt(STATE, windows).flatMap((one) => one.rows)).toEqual(rows);
    }
  });

  test('a window beyond the end is empty', () => {
    for (const path of ['orders', 'levels', 'tags', 'queue', 'list', '']) {
      expect(lookAt(STATE, [{ path, from: 50, count: 10 }])[0]).toMatchObject({ rows: [] });
    }
  });

  test.each([
    ['since', { $date: '1970-01-01T00:00:00.000Z' }],
    ['total', { $bigint: '12' }],
    ['empty', null],
  ])('%s is a value', (path, value) => {
    expect(whole(path)).toEqual({ path, shown: { kind: 'value', value } });
  });

  test('where nothing stands, nothing is shown', () => {
    expect(whole('orders[8]')).toEqual({ path: 'orders[8]' });
  });

  test('a long text is shown by its beginning and length', () => {
    const long = 'é'.repeat(LONGEST_VALUE + 1);
    const shown = showValue(long);
    expect(shown).toMatchObject({ kind: 'value', length: long.length });
    expect(long.startsWith(shown.value as string)).toBe(true);
    expect(showValue('é'.repeat(LONGEST_VALUE))).not.toHaveProperty('length');
  });

  test('many bytes are shown by their beginning and length, and few are shown whole', () => {
    expect(showValue(STATE.bytes)).toEqual({ kind: 'bytes', value: toTaggedJson(STATE.bytes) });
    const many = new Float64Array(100_000);
    const shown = showValue(many);
    expect(shown).toMatchObject({ kind: 'bytes', length: 800_000 });
    expect(JSON.stringify(shown).length).toBeLessThan(LONGEST_VALUE);
    expect(showValue(new DataView(new ArrayBuffer(90_000), 10))).toMatchObject({ length: 89_990 });
  });

  test('the more is in sight, the less of each text is shown; far more than an answer holds is refused early', () => {
    let read = 0;
    const many = new Proxy(
      Array.from({ length: 100_000 }, () => 'x'.repeat(50_000)),
      {
        get: (target, name) => {
          if (name === 'at') read++;
          return Reflect.get(target, name);
        },
      },
    );
    const rows = (count: number) => lookAt({ many }, [{ path: 'many', from: 0, count }])[0]!.rows!;
    expect(rows(10).every(({ shown }) => shown.value === many[0])).toBe(true);
    const shown = rows(1_000).map((row) => row.shown);
    expect(shown[0]).toEqual({ kind: 'value', value: many[0] });
    expect(shown.at(-1)).toEqual({ kind: 'value', value: expect.stringMatching(/^x{32,256}$/), length: 50_000 });
    expect(JSON.stringify(shown).length).toBeLessThan(ANSWER_BYTES);
    read = 0;
    expect(() => rows(100_000)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', hint: expect.any(String) }));
    expect(read).toBeLessThan(20_000);
  });

  test('rows show their first members, and those of what does not open show none', () => {
    const [looked] = lookAt(STATE, [{ path: 'orders', from: 0, count: 1, members: 1 }]);
    expect(looked!.rows).toEqual([
      {
        ...{ path: 'orders[7]', key: 7, shown: { kind: 'object', total: 2 } },
        members: [{ key: 'side', shown: { kind: 'value', value: 'buy' } }],
      },
    ]);
    expect(lookAt(STATE, [{ path: 'list', from: 0, count: 1, members: 5 }])[0]!.rows![0]).not.toHaveProperty('members');
  });

  test('undefined that is there is not the same as nothing', () => {
    expect(whole('none')).toEqual({ path: 'none', shown: { kind: 'value', value: { $undefined: true } } });
    expect(whole('nothing')).toEqual({ path: 'nothing' });
    expect(whole('none.deeper')).toEqual({ path: 'none.deeper' });
  });

  test('an entry that no path leads to says so', () => {
    const keys = [1, 'a.b', 2n, 'x'.repeat(2_000), { a: 1 }, new Date(0), null, Number.NaN, '\ud800'];
    const { rows } = lookAt({ map: new Map(keys.map((key) => [key, {}])) }, [
      { path: 'map', from: 0, count: 9 },
    ])[0] as { rows: readonly Row[] };
    expect(rows.map(({ isClosed = false }) => isClosed)).toEqual([...Array(3).fill(false), ...Array(6).fill(true)]);
    expect(rows[3]!.path.length).toBeLessThan(1_100);
    const alike = new Map<unknown, unknown>([
      [1, 'number'],
      [1n, 'bigint'],
    ]);
    expect(lookAt({ alike }, [{ path: 'alike', from: 0, count: 2 }])[0]!.rows![1]).toMatchObject({ isClosed: true });
  });

  test('the state is only read', () => {
    const before = plain(STATE);
    whole('');
    expect(plain(STATE)).toEqual(before);
  });
});

describe('reading what is in sight', () => {
  test('rows are left out where none are asked for', () => {
    expect(readLooks('[{"path":"a.b"},{"path":"","from":3,"count":4}]')).toEqual([
      { path: 'a.b', from: 0, count: 0 },
      { path: '', from: 3, count: 4 },
    ]);
    expect(readLooks(null)).toEqual([]);
    expect(readLooks('')).toEqual([]);
  });

  test.each([
    '{',
    '7',
    '{}',
    'null',
    '[null]',
    '[7]',
    '[{}]',
    '[{"path":7}]',
    '[{"path":"a["}]',
    '[{"path":"a","from":-1}]',
    '[{"path":"a","from":1.5}]',
    '[{"path":"a","count":"9"}]',
    '[{"path":"a","members":-1}]',
    `[{"path":"a","members":${MOST_MEMBERS + 1}}]`,
    JSON.stringify(Array.from({ length: MOST_LOOKS + 1 }, () => ({ path: 'a' }))),
    JSON.stringify([
      { path: 'a', count: MOST_ROWS },
      { path: 'b', count: 1 },
    ]),
    '['.repeat(100_000),
  ])('%.40s is refused', (text) => {
    expect(() => readLooks(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', hint: expect.any(String) }),
    );
  });
});
