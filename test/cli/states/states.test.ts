/** `state` and `at` on tables: rows, keys, tables as tables, and keys that were deleted. One log, in this process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from 'refold';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import shelf from '../fixtures/shelf.ts';
import { runHere } from '../screen.ts';

const folder = mkdtempSync(join(tmpdir(), 'refold-states-'));
const file = join(folder, 'shelf.db');
const MODEL = ['--model', fileURLToPath(new URL('../fixtures/shelf.ts', import.meta.url))];
const ORDERS = 120;

/** Orders 1 to 120, of which order 42 is cancelled at 122 and repriced before. */
beforeAll(async () => {
  let now = Date.UTC(2024, 0, 31, 12);
  await using store = await openStore(shelf, { path: file, clock: () => (now += 1_000) });
  for (let orderId = 1; orderId <= ORDERS; orderId++) {
    const side = orderId % 2 === 0 ? 'sell' : 'buy';
    const note = orderId === 3 ? '\u001b[31mred\u202e \u0007' : undefined;
    await store.append({ type: 'Placed', data: { orderId, side, price: 100 + (orderId % 7), note } });
  }
  await store.append({ type: 'Repriced', data: { orderId: 42, price: 7 } });
  await store.append({ type: 'Cancelled', data: { orderId: 42 } });
  await store.append([
    { type: 'Visited', data: { user: 'ada' } },
    { type: 'Visited', data: { user: 'a.b' } },
    { type: 'Left', data: { user: 'ada' } },
  ]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function printed(args: readonly string[], columns?: number): Promise<string> {
  const { code, stdout, stderr } = await runHere([args[0]!, file, ...args.slice(1), ...MODEL], { columns });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

async function json(...args: string[]): Promise<any> {
  return JSON.parse(await printed([...args, '--json']));
}

describe('a table', () => {
  test('has a row for each entry, and says what was left out', async () => {
    const lines = (await printed(['state', 'orders'], 80)).split('\n');
    expect(lines.slice(0, 7)).toEqual([
      'sequence  125',
      'path      orders',
      'table     Map, 119 entries',
      '',
      expect.stringMatching(/^key {2}side {2}price {2}tags +note$/),
      expect.stringMatching(/^ {2}1 {2}buy +101 {2}\[ 'new' \]$/),
      expect.stringMatching(/^ {2}2 {2}sell +102 {2}\[ 'new' \]$/),
    ]);
    expect(lines.slice(-2)).toEqual(['… 69 more: --rows 51..100, or --json', '']);
  });

  test('is called by its name: an OrderedMap too', async () => {
    expect(await printed(['state', 'levels'])).toContain('table     OrderedMap, 7 entries\n\nkey  quantity  count\n');
    expect(await printed(['state'])).toMatch(/levels: OrderedMap\(7\) \{/);
    expect(await printed(['state'])).toMatch(/recent: Deque\(120\) \[/);
  });

  test('has an index, if it is an array', async () => {
    const text = await printed(['state', 'lines']);
    expect(text).toContain('table     array, 120 items');
    expect(text).toMatch(/^index {2}id {2}text/m);
  });

  test('never has more columns than the terminal, and no character that it obeys', async () => {
    for (const columns of [80, 50, 200]) {
      for (const path of [[], ['orders'], ['lines'], ['orders', '--keys'], ['seen', '--rows', '1..']]) {
        const text = await printed(['state', ...path], columns);
        if (path.length > 0)
          expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
      }
    }
  });

  test('escapes what reorders text with colours as well', async () => {
    const { stdout } = await runHere(['state', file, 'orders[3]', ...MODEL], { columns: 80, colours: true });
    expect(stdout).toContain('\u001b[32m');
    expect(stdout).toContain(String.raw`\u202e`);
    expect(stdout).not.toContain('\u202e');
    expect(stdout.split('\u001b[31mred')).toHaveLength(1);
  });
});

describe('--rows', () => {
  test.each([
    ['100..101', [101, 102], { from: 100, to: 101 }],
    ['118..', [119, 120], { from: 118, to: 119 }],
    ['..2', [1, 2], { from: 1, to: 2 }],
    ['42', [43], { from: 42, to: 42 }],
    ['119..5,000', [120], { from: 119, to: 119 }],
  ])('%s', async (rows, keys, place) => {
    const answer = await json('state', 'orders', '--rows', rows);
    expect(answer).toMatchObject({ model: 'shelf', sequence: 125, path: 'orders', rows: { ...place, of: 119 } });
    expect(answer.value.$map.map(([key]: [number]) => key)).toEqual(keys);
    expect(await json('at', 'last', 'orders', '--keys', '--rows', rows)).toMatchObject({
      keys,
      count: 119,
      rows: place,
    });
  });

  test('gives a table of the same kind', async () => {
    expect((await json('state', 'levels', '--rows', '2')).value).toEqual({
      $orderedMap: [[101, { quantity: 120, count: 18 }]],
    });
    expect((await json('state', 'seen', '--rows', '1')).value).toEqual({ $set: ['buy'] });
    expect((await json('state', 'recent', '--rows', '2..3')).value).toEqual({ $deque: [2, 3] });
    expect((await json('state', 'lines', '--rows', '2')).value).toEqual([{ id: 2, text: '' }]);
    expect((await json('state', 'users', '--rows', '1')).value).toEqual({ 'a.b': { visits: 1 } });
    expect((await json('state', '--rows', '7')).state).toEqual({ total: 119 });
  });

  test('prints every row that was asked for', async () => {
    const text = await printed(['state', 'orders', '--rows', '..100']);
    expect(text).toContain('table     Map, rows 1 to 100 of 119\n');
    expect(text.trimEnd().split('\n')).toHaveLength(4 + 1 + 100);
    expect(await printed(['state', 'recent', '--rows', '2..3'])).toContain(
      'index  value\n    1      2\n    2      3\n',
    );
  });

  test.each([
    ['0', 'Give rows from 1 on.'],
    ['0..5', 'Give rows from 1 on.'],
    ['200..100', 'Give the smaller number first'],
    ['..', 'Give rows such as'],
    ['a..b', 'Give rows such as'],
    ['1..2..3', 'Give rows such as'],
    ['-5', 'Give rows such as'],
    ['1.5', 'Give rows such as'],
    ['', 'Give rows such as'],
    ['99999999999999999999', 'Give smaller numbers'],
  ])('%j is refused', async (rows, problem) => {
    const { code, stdout, stderr } = await runHere(['state', file, 'orders', `--rows=${rows}`, ...MODEL]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(problem);
  });

  test.each([
    [['total', '--rows', '1'], 'Cannot show rows of total: it is a number'],
    [['total', '--keys'], 'Cannot show the keys of total: it is a number'],
    [['orders[1].side', '--keys'], 'Cannot show the keys of orders[1].side: it is a string'],
    [['orders', '--rows', '120..'], 'Cannot show row 120 of orders: it has 119 entries'],
  ])('%j is refused, with a hint', async (args, message) => {
    const { code, stderr } = await runHere(['state', file, ...args, ...MODEL]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^refold: .+\nhint: .+\n$/);
    expect(stderr).toContain(message);
  });
});

describe('--keys', () => {
  test('prints the properties of the state, with what they lead to', async () => {
    const text = await printed(['state', '--keys']);
    expect(text).toContain('orders  Map, 119 entries\nlevels  OrderedMap, 7 entries\nusers\nseen    Set, 2 items\n');
    expect(await json('state', '--keys')).toEqual({
      model: 'shelf',
      sequence: 125,
      count: 7,
      keys: ['orders', 'levels', 'users', 'seen', 'recent', 'lines', 'total'],
    });
  });

  test('prints the first keys of a table', async () => {
    const text = await printed(['state', 'orders', '--keys']);
    expect(text).toContain('\n\n1\n2\n3\n');
    expect(text).toContain('\n… 69 more: --rows 51..100, or --json\n');
    const { keys, count, path } = await json('state', 'orders', '--keys');
    expect({ count, path, length: keys.length }).toEqual({ count: 119, path: 'orders', length: 119 });
  });

  test('gives the items of a Set, and the indexes of an array or Deque', async () => {
    expect((await json('state', 'seen', '--keys')).keys).toEqual(['buy', 'sell']);
    expect((await json('state', 'recent', '--keys', '--rows', '119..')).keys).toEqual([118, 119]);
    expect(await printed(['state', 'lines', '--keys'])).toContain('\n\n0 to 119\n');
    expect(await printed(['state', 'users', '--keys'])).toMatch(/\n\n"a\.b"\n$/);
    expect(await printed(['state', 'orders[1]', '--keys'])).toContain('side\nprice\ntags   array, 1 item\n');
  });
});

describe('a key that was deleted', () => {
  async function hintOf(...args: string[]): Promise<string> {
    const { code, stderr } = await runHere([...args, ...MODEL]);
    expect(code).toBe(2);
    return /^hint: (.*)$/m.exec(stderr)![1]!;
  }

  test('was there until an event, and the command of the hint runs', async () => {
    const hint = await hintOf('state', file, 'orders.42.price');
    expect(hint).toBe(`It was there until event 122: refold why ${file} 'orders[42]' --model ${MODEL[1]}`);
    const words = hint.slice(hint.indexOf('why')).replaceAll("'", '').split(' ');
    const { code, stdout } = await runHere(words);
    expect(code).toBe(0);
    expect(stdout).toContain('there is no orders[42]');
    expect(stdout).toMatch(/^ +122 .* → gone +Cancelled/m);
  });

  test('at a past place', async () => {
    expect(await hintOf('at', file, '123', 'orders[42]')).toContain('event 122: refold why');
    expect(await hintOf('at', file, '123', 'orders[42]')).toMatch(/--before 124$/);
    expect(await hintOf('at', file, '41', 'orders[42]')).toMatch(
      /^It never was there in events 1 to 41\. There are 1, 2, /,
    );
    expect(await hintOf('at', file, '0', 'orders[42]')).toBe('It is empty');
  });

  test('that never was there', async () => {
    expect(await hintOf('state', file, 'orders[777]')).toMatch(
      /^It never was there in events 1 to 125\. There are 1, 2,/,
    );
  });

  test('also from an object of entries', async () => {
    expect(await hintOf('state', file, 'users.ada')).toMatch(/^It was there until event 125: refold why /);
    expect(await hintOf('state', file, 'users.eve')).toBe('There are a.b');
    expect(await hintOf('state', file, 'ordrs')).toMatch(/^There are orders, levels, users/);
  });
});
