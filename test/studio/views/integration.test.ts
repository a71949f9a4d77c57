/** Columns of a heatmap against the naive integral: a sum over every stretch between two events. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Column,
  EMPTY_COLUMN,
  mergeColumns,
  placeOf,
  quantitiesOf,
} from '../../../src/studio/views/tiles/column.ts';
import { ColumnStore, gridOf } from '../../../src/studio/views/tiles/column-store.ts';
import { Integration, type Stretch } from '../../../src/studio/views/tiles/integration.ts';
import type { ViewLevel } from '../../../src/studio/views/view.ts';
import { sample } from '../../sample.ts';

/** At a time the book becomes this one. */
interface Step {
  readonly time: number;
  readonly levels: readonly ViewLevel[];
}

/** Prices 90 to 99 are bid, 101 to 110 are asked. */
const level = fc.record({ away: fc.integer({ min: 1, max: 10 }), quantity: fc.integer({ min: 1, max: 1_000 }) });
const sideLevels = fc.uniqueArray(level, { selector: ({ away }) => away, maxLength: 6 });
const book = fc
  .record({ bids: sideLevels, asks: sideLevels })
  .map(({ bids, asks }): readonly ViewLevel[] => [
    ...bids
      .toSorted((a, b) => a.away - b.away)
      .map(({ away, quantity }) => ({ side: 'buy' as const, price: 100 - away, quantity })),
    ...asks
      .toSorted((a, b) => a.away - b.away)
      .map(({ away, quantity }) => ({ side: 'sell' as const, price: 100 + away, quantity })),
  ]);
/** Times are quarters of ms, so that sums are exact and events fall on the edges of columns. */
const steps = fc
  .array(fc.record({ time: fc.integer({ min: 0, max: 400 }).map((quarter) => quarter / 4), levels: book }), {
    maxLength: 30,
  })
  .map((all) => all.toSorted((a, b) => a.time - b.time));
const stretches = fc.record({
  from: fc.integer({ min: -20, max: 300 }).map((quarter) => quarter / 4),
  step: fc.constantFrom(0.25, 0.5, 1, 3, 16),
  columns: fc.integer({ min: 1, max: 40 }),
});

function sidesOf(levels: readonly ViewLevel[]) {
  return { bids: levels.filter(({ side }) => side === 'buy'), asks: levels.filter(({ side }) => side === 'sell') };
}

/** As a walk calls it: what is before the stretch first, then each event of it. */
function integrate(all: readonly Step[], stretch: Stretch): Column[] {
  const columns: Column[] = [];
  const integration = new Integration(stretch, (at, column) => {
    expect(at).toBe(columns.length);
    columns.push(column);
  });
  const before = all.filter(({ time }) => time < stretch.from).at(-1);
  if (before !== undefined) integration.begin(sidesOf(before.levels), [before.levels.length]);
  for (const { time, levels } of all)
    if (time >= stretch.from) integration.add({ time, sides: sidesOf(levels), lines: [levels.length] });
  integration.end(all.at(-1)?.time ?? Number.NEGATIVE_INFINITY);
  return columns;
}

/** Key → mean, by the definition. */
function naive(all: readonly Step[], from: number, to: number): Map<string, number> | undefined {
  const [first, last] = [all[0]?.time, all.at(-1)?.time];
  if (first === undefined || last === undefined || to <= first || from > last) return undefined;
  const [start, end] = [Math.max(from, first), Math.min(to, last)];
  const mean = new Map<string, number>();
  const add = (levels: readonly ViewLevel[], share: number): void => {
    for (const { side, price, quantity } of levels) {
      const key = `${side} ${price}`;
      if (share > 0) mean.set(key, (mean.get(key) ?? 0) + Number(quantity) * share);
    }
  };
  if (start === end) add(all.filter(({ time }) => time <= end).at(-1)!.levels, 1);
  else
    for (const [at, { time, levels }] of all.entries()) {
      const until = Math.min(end, all[at + 1]?.time ?? end);
      add(levels, Math.max(0, until - Math.max(start, time)) / (end - start));
    }
  return mean;
}

function cellsOf(column: Column): Map<string, number> | undefined {
  if (!column.isCovered) return undefined;
  const quantities = quantitiesOf(column);
  return new Map(column.keys.map((key, at) => [`${placeOf(key).side} ${placeOf(key).price}`, quantities[at]!]));
}

function expectCells(given: Map<string, number> | undefined, wanted: Map<string, number> | undefined): void {
  expect(given === undefined).toBe(wanted === undefined);
  expect([...(given ?? []).keys()].toSorted()).toEqual([...(wanted ?? []).keys()].toSorted());
  for (const [key, quantity] of wanted ?? []) expect(given!.get(key)).toBeCloseTo(quantity, 6);
}

describe('columns', () => {
  test('are the naive integral', () => {
    fc.assert(
      fc.property(steps, stretches, (all, stretch) => {
        const columns = integrate(all, stretch);
        expect(columns.length).toBe(stretch.columns);
        for (const [at, column] of columns.entries()) {
          const from = stretch.from + at * stretch.step;
          expectCells(cellsOf(column), naive(all, from, from + stretch.step));
        }
      }),
      { numRuns: sample(400) },
    );
  });

  test('say the best prices and the lines at their ends', () => {
    fc.assert(
      fc.property(steps, stretches, (all, stretch) => {
        for (const [at, { isCovered, bid, ask, lines }] of integrate(all, stretch).entries()) {
          if (!isCovered) continue;
          const end = stretch.from + (at + 1) * stretch.step;
          const last = all.filter(({ time }) => time < end).at(-1)!;
          const { bids, asks } = sidesOf(last.levels);
          expect([bid, ask, lines]).toEqual([
            bids[0]?.price ?? Number.NaN,
            asks[0]?.price ?? Number.NaN,
            [last.levels.length],
          ]);
        }
      }),
      { numRuns: sample(200) },
    );
  });

  test('of twice the length are merged from two halves', () => {
    fc.assert(
      fc.property(steps, stretches, (all, { from, step, columns }) => {
        const halves = integrate(all, { from, step, columns: 2 * columns });
        const wholes = integrate(all, { from, step: 2 * step, columns });
        for (const [at, whole] of wholes.entries()) {
          const merged = mergeColumns(halves[2 * at]!, halves[2 * at + 1]!);
          expectCells(cellsOf(merged), cellsOf(whole));
          const { bid, ask, lines, isCovered } = merged;
          expect([bid, ask, lines, isCovered]).toEqual([whole.bid, whole.ask, whole.lines, whole.isCovered]);
          expect(merged.weight).toBeCloseTo(whole.weight, 9);
        }
      }),
      { numRuns: sample(300) },
    );
  });

  test('keep the largest prints, and count all of them', () => {
    const columns: Column[] = [];
    const integration = new Integration({ from: 0, step: 10, columns: 2 }, (_, column) => void columns.push(column));
    integration.begin(sidesOf([]), []);
    for (let n = 1; n <= 500; n++) {
      const print = { sequence: n, time: n / 50, price: 1, quantity: (n * 7919) % 500, side: null };
      integration.add({ time: n / 50, print: n === 3 ? { ...print, quantity: 0, mark: 'halt' } : print });
    }
    integration.end(undefined);
    const [first, second] = columns;
    expect(first).toMatchObject({ printsInAll: 499 });
    expect(first!.prints.map(({ quantity }) => quantity).filter((quantity) => quantity >= 440).length).toBeGreaterThan(
      50,
    );
    expect(first!.prints.length).toBe(64);
    expect(first!.prints[0]).toMatchObject({ mark: 'halt' });
    expect(first!.prints.map(({ sequence }) => sequence)).toEqual(
      first!.prints.map(({ sequence }) => sequence).toSorted((a, b) => a - b),
    );
    expect(second).toMatchObject({ printsInAll: 1 });
    expect(mergeColumns(first!, second!)).toMatchObject({ printsInAll: 500 });
  });
});

describe('the store', () => {
  const column = (weight: number): Column => ({ ...EMPTY_COLUMN, isCovered: true, weight, keys: [2], areas: [weight] });

  test('merges a column from finer ones on the same grid, and from nothing else', () => {
    const store = new ColumnStore();
    const { grid, first } = gridOf('book', 32, 4);
    expect([grid.phase, first]).toEqual([0, 8]);
    for (const index of [8, 9, 10]) store.set(grid, index, column(index));
    const coarse = gridOf('book', 32, 8).grid;
    expect(store.get(coarse, 4)).toMatchObject({ weight: 17, areas: [17] });
    expect(store.get(coarse, 5)).toBeUndefined();
    expect(store.get(gridOf('book', 32, 16).grid, 2)).toBeUndefined();
    store.set(grid, 11, column(11));
    expect(store.get(gridOf('book', 32, 16).grid, 2)).toMatchObject({ weight: 38 });
    expect(store.get({ ...coarse, view: 'other' }, 4)).toBeUndefined();
    expect(store.get(gridOf('book', 33, 8).grid, 4)).toBeUndefined();
    expect(store.get(gridOf('book', 32, 2).grid, 16)).toBeUndefined();
  });

  test('stays within its bytes, and drops what was not used for longest', () => {
    const store = new ColumnStore(4_000);
    const { grid } = gridOf('book', 0, 3);
    for (let index = 0; index < 100; index++) {
      store.set(grid, index, column(index));
      store.get(grid, 0);
      expect(store.bytes).toBeLessThanOrEqual(4_000);
    }
    expect(store.get(grid, 0)).toMatchObject({ weight: 0 });
    expect(store.get(grid, 99)).toMatchObject({ weight: 99 });
    expect(store.get(grid, 50)).toBeUndefined();
  });
});
