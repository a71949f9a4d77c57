/** The pure parts of the command line: parsing arguments, and printing values. */
import { ascending, Deque, OrderedMap } from 'refold';
import { describe, expect, test } from 'vitest';
import { parseBytes, parseCount, parseDuration, parseSequence } from '../../src/cli/args.ts';
import { ProgressBar } from '../../src/cli/output/progress.ts';
import { renderJson, renderText } from '../../src/cli/output/states/render-state.ts';
import { bytes, count, counted, duration, oneLine, pairs, safeJson, time } from '../../src/cli/output/text.ts';
import { partOf } from '../../src/guests/state-path.ts';

describe('arguments', () => {
  test.each([
    [parseSequence, '0', 0],
    [parseSequence, '1,234_567', 1_234_567],
    [parseCount, '10', 10],
    [parseDuration, '90d', 7_776_000_000],
    [parseDuration, '1.5h', 5_400_000],
    [parseDuration, '250 ms', 250],
    [parseBytes, '1000', 1_000],
    [parseBytes, '500MB', 500_000_000],
    [parseBytes, '1.5 GiB', 1_610_612_736],
  ])('%o reads %s', (parse, text, value) => {
    expect(parse(text)).toBe(value);
  });

  test.each([
    [parseSequence, '-1'],
    [parseSequence, '1.5'],
    [parseSequence, ''],
    [parseSequence, ','],
    [parseSequence, '99999999999999999999'],
    [parseCount, '0'],
    [parseDuration, '90'],
    [parseDuration, '0d'],
    [parseDuration, '3 toString'],
    [parseBytes, 'many'],
  ])('%o refuses %j', (parse, text) => {
    expect(() => parse(text)).toThrow(/./);
  });
});

describe('values for people', () => {
  test.each([
    [count(1_234_567), '1,234,567'],
    [counted(1, 'event'), '1 event'],
    [counted(0, 'event'), '0 events'],
    [bytes(0), '0 B'],
    [bytes(999), '999 B'],
    [bytes(1_000), '1 kB'],
    [bytes(34_249_000), '34.2 MB'],
    [bytes(999_960), '1 MB'],
    [bytes(5e15), '5 PB'],
    [duration(0), '0ms'],
    [duration(345.6), '346ms'],
    [duration(59_960), '59.9s'],
    [duration(75_000), '1m 15s'],
    [duration(90_061_000), '1d 1h 1m 1s'],
    [time(0), '1970-01-01T00:00:00.000Z'],
    [time(1e17), '100000000000000000 ms'],
    [oneLine('a\nb\u001b\u009b\u202e\u2028'), 'a\\u000ab\\u001b\\u009b\\u202e\\u2028'],
    [safeJson('\u009b\u007f"\\'), '"\\u009b\\u007f\\"\\\\"'],
    [
      pairs([
        ['日本', '1'],
        ['cart', '2'],
        ['e\u0301', '3'],
      ]),
      '日本  1\ncart  2\ne\u0301     3\n',
    ],
  ])('%s', (shown, expected) => {
    expect(shown).toBe(expected);
  });
});

describe('states as JSON', () => {
  const json = (value: unknown): unknown => JSON.parse([...renderJson(value)].join(''));

  test.each<[string, unknown, unknown]>([
    [
      'a Map in insertion order',
      new Map<unknown, unknown>([
        ['2', 1],
        [1, { a: null }],
      ]),
      {
        $map: [
          ['2', 1],
          [1, { a: null }],
        ],
      },
    ],
    [
      'an OrderedMap in its comparator’s order',
      new OrderedMap<number, string>(ascending, [
        [10, 'b'],
        [9, 'a'],
      ]),
      {
        $orderedMap: [
          [9, 'a'],
          [10, 'b'],
        ],
      },
    ],
    ['a Deque', new Deque([1n, [new Deque()]]), { $deque: [{ $bigint: '1' }, [{ $deque: [] }]] }],
    [
      'an OrderedMap whose keys are objects, below the top level',
      { games: [{ board: new OrderedMap((a: { n: number }, b: { n: number }) => a.n - b.n, [[{ n: 1 }, 'x']]) }] },
      { games: [{ board: { $orderedMap: [[{ n: 1 }, 'x']] } }] },
    ],
    ['a Set', new Set([1n, 'x']), { $set: [{ $bigint: '1' }, 'x'] }],
    ['a Date', new Date(0), { $date: '1970-01-01T00:00:00.000Z' }],
    ['an invalid Date', new Date(Number.NaN), { $date: null }],
    [
      'numbers that JSON lacks',
      [Number.NaN, -Infinity, -0, 0],
      [{ $number: 'NaN' }, { $number: '-Infinity' }, { $number: '-0' }, 0],
    ],
    ['undefined', { a: undefined }, { a: { $undefined: true } }],
    ['a hole', new Array(1), [{ $undefined: true }]],
    ['bytes', Uint8Array.of(1, 255), { $typedArray: ['Uint8Array', [1, 255]] }],
    ['big integers in an array', BigInt64Array.of(-5n), { $typedArray: ['BigInt64Array', [{ $bigint: '-5' }]] }],
    ['bytes of every kind', new Float64Array([1.5, -0]), { $typedArray: ['Float64Array', [1.5, { $number: '-0' }]] }],
    ['an ArrayBuffer', Uint8Array.of(1, 255).buffer, { $arrayBuffer: [1, 255] }],
    ['an empty ArrayBuffer', { a: new ArrayBuffer(0) }, { a: { $arrayBuffer: [] } }],
    ['the bytes that a DataView shows', new DataView(Uint8Array.of(9, 1, 2, 9).buffer, 1, 2), { $dataView: [1, 2] }],
    [
      'bytes in and as keys of a table',
      new Map([[new ArrayBuffer(1), new DataView(new ArrayBuffer(1))]]),
      { $map: [[{ $arrayBuffer: [0] }, { $dataView: [0] }]] },
    ],
    [
      'keys that are not strings',
      new Map<unknown, unknown>([
        [1n, 0],
        [undefined, 0],
        [null, 0],
        [true, 0],
        [Number.NaN, 0],
        [new Date(0), 0],
      ]),
      {
        $map: [
          [{ $bigint: '1' }, 0],
          [{ $undefined: true }, 0],
          [null, 0],
          [true, 0],
          [{ $number: 'NaN' }, 0],
          [{ $date: '1970-01-01T00:00:00.000Z' }, 0],
        ],
      },
    ],
    [
      'an object without a prototype',
      { a: Object.assign(Object.create(null), { b: 1n }) },
      { a: { $nullPrototype: [['b', { $bigint: '1' }]] } },
    ],
    ['an object that looks like a tag', { $map: [] }, { $object: [['$map', []]] }],
    ['such an object at a deeper level', { a: [{ b: { $x: 1 } }] }, { a: [{ b: { $object: [['$x', 1]] } }] }],
    [
      'tables in tables',
      { t: new Map([[1, new Map([[2, new Set([3])]])]]) },
      { t: { $map: [[1, { $map: [[2, { $set: [3] }]] }]] } },
    ],
  ])('%s', (_, value, expected) => {
    expect(json(value)).toEqual(expected);
  });

  test('a key named __proto__ is an ordinary key', () => {
    const text = [...renderJson({ a: { b: { c: JSON.parse('{"__proto__":1}') } } })].join('');
    expect(text).toBe('{"a":{"b":{"c":{"__proto__":1}}}}');
  });

  test('each entry is a piece, so that a table of any size can be printed', () => {
    const table = new Map(Array.from({ length: 1_000 }, (_, i) => [i, { i }]));
    expect([...renderJson({ table })].length).toBeGreaterThan(1_000);
    const deep = { databases: [{ keys: new Map([['list', { value: new Deque(table.keys()) }]]) }] };
    expect([...renderJson(deep)].length).toBeGreaterThan(1_000);
  });
});

test('a state that is too long for a terminal is truncated with a note', () => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`key${i}`, 'x'.repeat(80)]));
  const lines = renderText({ many }, false).trimEnd().split('\n');
  expect(lines).toHaveLength(201);
  expect(lines.at(-1)).toMatch(/^… \d+ more lines: give the path of a part \(see --keys\), or use --json$/);
});

describe('paths', () => {
  const state = {
    orders: new Map<unknown, unknown>([
      [42, { price: 7 }],
      ['43', 'text'],
      [44n, 'big'],
      ['a.b', { 'c]': 1 }],
    ]),
    levels: new OrderedMap<number, string>(ascending, [[-1.5, 'low']]),
    list: [['x', 'y']],
    queue: new Deque([{ id: 7 }, undefined]),
    nothing: null,
  };

  test.each([
    ['orders[42].price', 7],
    ['orders.42.price', 7],
    ['orders[43]', 'text'],
    ['orders["43"]', 'text'],
    ['orders[44]', 'big'],
    ['orders["a.b"]["c]"]', 1],
    ['levels[-1.5]', 'low'],
    ['list[0][1]', 'y'],
    ['list.length', 1],
    ['queue[0].id', 7],
    ['queue[1]', undefined],
    ['nothing', null],
  ])('%s', (path, value) => {
    expect(partOf(state, path)).toBe(value);
  });

  test.each([
    ['orders["42"]', /no 42 in orders/],
    ['orders[45]', /no 45 in orders/],
    ['nothing.more', /no more in nothing/],
    ['toString', /no toString in the state/],
    ['queue[2]', /no 2 in queue/],
    ['orders.', /Cannot read the path/],
    ['orders[42', /Cannot read the path/],
    ['orders[42]price', /Cannot read the path/],
    ['', /./],
  ])('%j is refused', (path, message) => {
    expect(() => partOf(state, path)).toThrow(message);
  });
});

describe('progress', () => {
  function screen(isTTY = true): {
    terminal: { isTTY: boolean; columns: number; write(text: string): void };
    written: string[];
  } {
    const written: string[] = [];
    return { terminal: { isTTY, columns: 200, write: (text) => written.push(text) }, written };
  }

  test('prints nothing in the first second, then rate and remaining time, and clears the line at the end', () => {
    const { terminal, written } = screen();
    let now = 0;
    const bar = new ProgressBar(terminal, () => now);
    bar.onProgress({ phase: 'replay', done: 1_000, total: 5_000 });
    now = 900;
    bar.onProgress({ phase: 'replay', done: 1_900, total: 5_000 });
    expect(written).toEqual([]);
    now = 2_000;
    bar.onProgress({ phase: 'replay', done: 3_000, total: 5_000 });
    now = 2_050;
    bar.onProgress({ phase: 'replay', done: 3_050, total: 5_000 });
    expect(written).toHaveLength(1); // not more than ten times a second
    expect(written[0]).toContain('replay  ██████████████░░░░░░░░░░   60 %  3,000 of 5,000  1,000/s  ETA 2s');
    bar.clear();
    expect(written[1]).toBe('\r\u001b[2K');
  });

  test('is silent when stderr is not a terminal', () => {
    const { terminal, written } = screen(false);
    let now = 0;
    const bar = new ProgressBar(terminal, () => (now += 5_000));
    for (const done of [0, 1, 2]) bar.update({ label: 'replay', done, total: 3 });
    bar.clear();
    expect(written).toEqual([]);
  });

  test('shows a backup in percent', () => {
    const { terminal, written } = screen();
    let now = 0;
    const bar = new ProgressBar(terminal, () => (now += 60_000));
    bar.onProgress({ phase: 'backup', done: 0, total: 1 });
    bar.onProgress({ phase: 'backup', done: 0.25, total: 1 });
    expect(written.at(-1)).toMatch(/backup {2}█{6}░{18} {3}25 % {2}ETA 3m$/);
  });
});
