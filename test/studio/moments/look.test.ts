import { Deque, OrderedMap, parsePath, plain, toTaggedJson, valueAt } from 'refold';
import { describe, expect, test } from 'vitest';
import {
  LONGEST_VALUE,
  lookAt,
  MOST_LOOKS,
  MOST_ROWS,
  readLooks,
  showValue,
} from '../../../src/studio/moments/look.ts';

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

  test('more than an answer holds is refused before all of it is put together', () => {
    let read = 0;
    const many = new Proxy(
      Array.from({ length: 1_000 }, () => 'x'.repeat(50_000)),
      {
        get: (target, name) => {
          if (name === 'at') read++;
          return Reflect.get(target, name);
        },
      },
    );
    expect(() => lookAt({ many }, [{ path: 'many', from: 0, count: 1_000 }])).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', hint: expect.any(String) }),
    );
    expect(read).toBeLessThan(50);
    expect(lookAt({ many }, [{ path: 'many', from: 0, count: 20 }])[0]!.rows).toHaveLength(20);
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
