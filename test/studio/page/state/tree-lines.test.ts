import { describe, expect, test } from 'vitest';
import { lookAt } from '../../../../src/studio/moments/look.ts';
import {
  FIRST_ROWS,
  LEAST_WINDOW,
  looksOf,
  MOST_OPEN_PLACES,
  type Open,
  type TreeLine,
  treeLines,
} from '../../../../src/studio/page/state/tree-lines.ts';
import type { Change } from '../../../../src/studio/wire.ts';

const STATE = {
  last: 5,
  orders: new Map(Array.from({ length: 80 }, (_, n) => [n, { price: n, side: 'buy' }])),
  strange: { 'a.b': { c: 1 }, 'x"y': 2 },
  empty: new Map(),
  keys: new Map<unknown, unknown>([[{ a: 1 }, { b: 1 }]]),
};

const one = (value: number) => ({ kind: 'value', value }) as const;
const change = (path: string, before?: number, after?: number): Change => ({
  path,
  ...(before !== undefined && { before: one(before) }),
  ...(after !== undefined && { after: one(after) }),
});

const opened = (...paths: string[]): Open => new Map(['', ...paths].map((path) => [path, FIRST_ROWS]));

function linesOf(open: Open, changes: readonly Change[] = []): TreeLine[] {
  return treeLines(lookAt(STATE, looksOf(open)), open, changes);
}

const said = (lines: readonly TreeLine[]) => lines.map(({ kind, level, path }) => `${kind} ${level} ${path}`);
const rowAt = (lines: readonly TreeLine[], path: string) =>
  lines.find((line) => line.path === path && line.kind !== 'more')!;

describe('the lines of a tree', () => {
  test('are the members of the state, and the rows of what is open', () => {
    expect(said(linesOf(opened()))).toEqual(Object.keys(STATE).map((name) => `row 1 ${name}`));
    const lines = linesOf(opened('strange', 'strange["a.b"]'));
    expect(said(lines).slice(2, 6)).toEqual([
      'row 1 strange',
      'row 2 strange["a.b"]',
      'row 3 strange["a.b"].c',
      'row 2 strange["x\\"y"]',
    ]);
    expect(rowAt(lines, 'strange')).toMatchObject({ opens: true, isOpen: true, position: 3, total: 5 });
  });

  test('say how many rows are not shown, and show more of them when they are asked for', () => {
    const lines = linesOf(opened('orders'));
    expect(lines).toHaveLength(5 + FIRST_ROWS + 1);
    expect(lines[2 + FIRST_ROWS]).toMatchObject({ kind: 'more', path: 'orders', rows: 30, isLoading: false });
    expect(linesOf(new Map([...opened(), ['orders', 200]]))).toHaveLength(5 + 80);
  });

  test('say that rows are not there yet', () => {
    const lines = treeLines(lookAt(STATE, looksOf(opened())), opened('orders'), []);
    expect(lines[2]).toMatchObject({ kind: 'more', path: 'orders', level: 2, isLoading: true });
  });

  test('do not open what is empty, and what no path leads to', () => {
    const lines = linesOf(opened('empty', 'keys', 'keys[object]'));
    expect(rowAt(lines, 'empty')).toMatchObject({ opens: false, isOpen: false });
    expect(rowAt(lines, 'keys[object]')).toMatchObject({ opens: false, isOpen: false });
  });

  test('are not made of the few rows that another pane looks at', () => {
    const few = lookAt(STATE, [{ path: 'orders', from: 0, count: 20 }, ...looksOf(opened())]);
    expect(treeLines(few, opened('orders'), [])[2]).toMatchObject({ isLoading: true });
  });
});

describe('what the event changed', () => {
  test('is marked on its row, and on what is closed around it', () => {
    const changes = [change('last', 4, 5), change('orders[3].price', 1, 3), change('orders[3].side', 1, 2)];
    const closed = linesOf(opened(), changes);
    expect(rowAt(closed, 'last')).toMatchObject({ change: changes[0] });
    expect(rowAt(closed, 'orders')).toMatchObject({ inside: { first: changes[1], total: 2 } });
    expect(rowAt(closed, 'orders')).not.toHaveProperty('change');
    const open = linesOf(opened('orders', 'orders[3]'), changes);
    expect(rowAt(open, 'orders')).not.toHaveProperty('inside');
    expect(rowAt(open, 'orders[3]')).not.toHaveProperty('inside');
    expect(rowAt(open, 'orders[3].price')).toMatchObject({ kind: 'row', change: changes[1] });
    expect(rowAt(open, 'orders[4]')).not.toHaveProperty('inside');
  });

  test('outside of the rows is listed behind them: removed places, and those further on', () => {
    const changes = [change('orders[99]', 1), change('orders[70].price', 1, 70)];
    const lines = linesOf(opened('orders'), changes);
    expect(said(lines).slice(2 + FIRST_ROWS, 5 + FIRST_ROWS)).toEqual([
      'change 2 orders[99]',
      'change 2 orders[70].price',
      'more 2 orders',
    ]);
    expect(rowAt(lines, 'orders[70].price')).toMatchObject({ text: '[70].price', change: changes[1] });
  });

  test('outside of the rows is counted where it is much', () => {
    const changes = Array.from({ length: 20 }, (_, n) => change(`orders[${100 + n}]`, 1));
    expect(linesOf(opened('orders'), changes).at(-4)).toMatchObject({ kind: 'more', rows: 30, changes: 12 });
  });

  test('is marked inside of a place that was replaced, where that is open', () => {
    const inside = [change('orders[3].price', 1, 3)];
    const replaced = [{ ...change('orders[3]', 1, 2), inside, insideInAll: 1 }];
    const lines = linesOf(opened('orders', 'orders[3]'), replaced);
    expect(rowAt(lines, 'orders[3]')).toMatchObject({ change: replaced[0] });
    expect(rowAt(lines, 'orders[3].price')).toMatchObject({ change: inside[0] });
  });
});

describe('what is asked for', () => {
  test('is what is open, and not what stands in a closed place', () => {
    expect(looksOf(opened('orders[3]', 'strange')).map(({ path }) => path)).toEqual(['', 'strange']);
  });

  test('is bounded, and shared out: the smallest windows stay whole', () => {
    const open: Open = new Map(['', ...Array.from({ length: 70 }, (_, n) => `p${n}`)].map((path) => [path, 500]));
    const looks = looksOf(new Map([...open, ['p3', 30]]));
    expect(looks).toHaveLength(MOST_OPEN_PLACES);
    expect(looks.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(1_500);
    expect(Math.min(...looks.map(({ count }) => count))).toBeGreaterThanOrEqual(LEAST_WINDOW - 1);
    expect(
      looksOf(
        new Map([
          ['', 30],
          ['a', 5_000],
        ]),
      ),
    ).toMatchObject([{ count: 30 }, { count: 1_470 }]);
  });
});
