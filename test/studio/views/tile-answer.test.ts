/** A tile as JSON and as bytes: the same, and within the bounds of an answer. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Column, EMPTY_COLUMN, keyOf, makeColumn } from '../../../src/studio/views/tiles/column.ts';
import { MOST_CELLS, tileAsBytes, tileAsJson } from '../../../src/studio/views/tiles/tile-answer.ts';
import type { Tile } from '../../../src/studio/views/tiles/tiles.ts';
import { sample } from '../../sample.ts';
import { decodeTile } from './decode-tile.ts';

const VIEW = { known: 10, depth: 10, lines: ['Spread', 'Größe'] } as const;

function tileOf(columns: readonly Column[]): Tile {
  const stretch = { from: 1_340_285_400_000.125, step: 0.25, columns: columns.length };
  return { stretch, columns, sampled: false, complete: true, generation: '1.0.x' };
}

function columnWith(
  cells: readonly (readonly [price: number, quantity: number, side: 'buy' | 'sell'])[],
  weight = 2,
): Column {
  const areas = new Map(cells.map(([price, quantity, side]) => [keyOf(price, side), quantity * weight]));
  return makeColumn({ weight, areas, best: { bid: 5, ask: Number.NaN }, lines: [1.5], prints: [], printsInAll: 0 });
}

const side = fc.constantFrom('buy' as const, 'sell' as const);
const cell = fc.tuple(
  fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
  fc.float({ min: 1, max: 1_000_000, noNaN: true }),
  side,
);
const print = fc.record(
  {
    sequence: fc.nat(),
    time: fc.integer({ min: 0, max: 2 ** 41 }),
    price: fc.oneof(fc.integer(), fc.constant(null)),
    quantity: fc.nat(),
    side: fc.constantFrom('buy' as const, 'sell' as const, null),
    hidden: fc.constant(true as const),
    mark: fc.string(),
  },
  { requiredKeys: ['sequence', 'time', 'price', 'quantity', 'side'] },
);

describe('a tile', () => {
  test('is the same as JSON and as bytes', () => {
    const columns = fc.array(fc.tuple(fc.array(cell, { maxLength: 8 }), fc.array(print, { maxLength: 5 })), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(columns, (all) => {
        const made = all.map(([cells, prints]): Column => {
          if (cells.length === 0) return { ...EMPTY_COLUMN, prints };
          return { ...columnWith(cells), prints, printsInAll: prints.length };
        });
        const tile = tileOf(made);
        const json = JSON.parse(JSON.stringify(tileAsJson(tile, VIEW)));
        const bytes = JSON.parse(JSON.stringify(decodeTile(tileAsBytes(tile, VIEW).buffer)));
        const rounded = (one: any) => ({
          ...one,
          levels: one.levels.map((column: any) => column.map(([p, q, s]: any) => [p, Math.fround(q), s])),
        });
        expect(rounded(bytes)).toEqual(rounded(json));
        expect(json.trades.length).toBe(all.reduce((sum, [, prints]) => sum + prints.length, 0));
      }),
      { numRuns: sample(200) },
    );
  });

  test('has the step of its prices, and exact prices', () => {
    const tile = tileOf([
      columnWith([
        [575_100, 3, 'buy'],
        [575_300, 4, 'sell'],
      ]),
      EMPTY_COLUMN,
      columnWith([[574_900, 0.5, 'buy']]),
    ]);
    const { priceStep, levels, bid, ask, lines, known, depth } = tileAsJson(tile, VIEW);
    expect(priceStep).toBe(200);
    expect(levels).toEqual([
      [
        [575_100, 3, 'buy'],
        [575_300, 4, 'sell'],
      ],
      [],
      [[574_900, 0.5, 'buy']],
    ]);
    expect([bid, ask]).toEqual([
      [5, null, 5],
      [null, null, null],
    ]);
    expect(lines).toEqual({ Spread: [1.5, null, 1.5], Größe: [null, null, null] });
    expect([known, depth]).toEqual([10, 10]);
  });

  test('groups prices where there are too many cells, and loses no quantity', () => {
    const columns = Array.from({ length: 1_024 }, (_, at) =>
      columnWith(Array.from({ length: 200 }, (_, n) => [7 + 100 * (3 * at + n), 1, n < 100 ? 'buy' : 'sell'] as const)),
    );
    const tile = tileOf(columns);
    const bytes = tileAsBytes(tile, VIEW);
    expect(bytes.byteLength).toBeLessThan(1_048_576);
    for (const [answer, most] of [
      [decodeTile(bytes.buffer), MOST_CELLS.bytes],
      [tileAsJson(tile, VIEW), MOST_CELLS.json],
    ] as const) {
      expect(answer.priceStep).toBeGreaterThan(100);
      expect(answer.priceStep % 100).toBe(0);
      expect(answer.levels.flat().length).toBeLessThanOrEqual(most);
      for (const [at, column] of answer.levels.entries()) {
        const lowest = 7 + 300 * at;
        expect(column.reduce((sum, [, quantity]) => sum + quantity, 0)).toBe(200);
        expect(column[0]![0]).toBeLessThanOrEqual(lowest);
        expect(column[0]![0]).toBeGreaterThan(lowest - answer.priceStep);
        expect(column.filter(([price]) => (price - 7) % answer.priceStep !== 0)).toEqual([]);
      }
    }
    expect(Buffer.byteLength(JSON.stringify(tileAsJson(tile, VIEW)))).toBeLessThan(1_048_576);
  });

  test('tells the largest trades where there are too many', () => {
    const prints = Array.from({ length: 64 }, (_, at) => ({
      sequence: at,
      time: at,
      price: 1,
      quantity: at,
      side: null,
    }));
    const columns = Array.from({ length: 200 }, () => ({ ...columnWith([[1, 1, 'buy']]), prints, printsInAll: 100 }));
    const { trades, tradesInAll } = tileAsJson(tileOf(columns), VIEW);
    expect([trades.length, tradesInAll]).toEqual([4_096, 20_000]);
    expect(Math.min(...trades.map(({ quantity }) => quantity))).toBeGreaterThan(40);
  });
});
