/** What a ladder marks as changed, what stands under a crosshair, and how prices, quantities and times are written. */
import { describe, expect, test } from 'vitest';
import { readoutAt, readoutText, tradeAt } from '../../../../src/studio/page/book/heatmap/readout.ts';
import { tradesInSight } from '../../../../src/studio/page/book/heatmap/sights.ts';
import { decodeTile } from '../../../../src/studio/page/book/heatmap/tiles/decode.ts';
import { ladderChanges } from '../../../../src/studio/page/book/ladder-changes.ts';
import { priceText, quantityText, timeOfEvent, viewTime } from '../../../../src/studio/page/book/scaled.ts';
import type { LadderAnswer, LadderLevel } from '../../../../src/studio/wire.ts';
import { tileBytes, tileOf } from './tile-fixture.ts';

const levels = (...pairs: readonly (readonly [number, number])[]): LadderLevel[] =>
  pairs.map(([price, quantity]) => ({ price, quantity }));
const ladder = (bids: LadderLevel[], asks: LadderLevel[]): LadderAnswer => ({ kind: 'ladder', bids, asks });

describe('a ladder', () => {
  const before = ladder(levels([100, 5], [99, 7], [98, 1]), levels([101, 5], [102, 7], [103, 1]));

  test.each([
    ['nothing', before, [], []],
    ['a quantity', ladder(levels([100, 6], [99, 7], [98, 1]), before.asks as LadderLevel[]), [100], []],
    [
      'a new best level',
      ladder(levels([100, 5], [99, 7], [98, 1]), levels([100.5, 2], [101, 5], [102, 7])),
      [],
      [100.5],
    ],
    ['a level between', ladder(levels([100, 5], [99.5, 2], [99, 7]), before.asks as LadderLevel[]), [99.5], []],
    [
      'a level that went, and one that slid in',
      ladder(levels([100, 5], [98, 1], [97, 9]), levels([102, 7], [103, 1], [104, 3])),
      [],
      [],
    ],
  ])('that has changed by %s', (_what, after, bids, asks) => {
    const changes = ladderChanges(before, after);
    expect([[...changes.bids], [...changes.asks]]).toEqual([bids, asks]);
  });

  test('marks a level that has another number of orders', () => {
    const with1 = ladder([{ price: 9, quantity: 5, orders: 1 }], []);
    const with2 = ladder([{ price: 9, quantity: 5, orders: 2 }], []);
    expect([...ladderChanges(with1, with2).bids]).toEqual([9]);
  });

  test('marks nothing at first, and all of a side that was empty', () => {
    expect([...ladderChanges(undefined, before).bids]).toEqual([]);
    expect([...ladderChanges(ladder([], []), before).bids]).toEqual([100, 99, 98]);
  });
});

describe('numbers', () => {
  test.each([
    [5_753_100, 4, '575.31'],
    [5_753_150, 4, '575.315'],
    [61_234_500, 2, '612,345.00'],
    [7, 0, '7'],
    [-1, 4, '-0.0001'],
  ])('a price of %d with %i decimals is %s', (price, priceDecimals, text) => {
    expect(priceText(price, { priceDecimals })).toBe(text);
  });

  test.each([
    [300, 0, '300'],
    [312.4567, 0, '312.5'],
    [0.4567, 0, '0.46'],
    [1_234_567, 0, '1,234,567'],
    [150_000_000, 8, '1.50'],
  ])('a quantity of %d with %i decimals is %s', (quantity, quantityDecimals, text) => {
    expect(quantityText(quantity, { quantityDecimals })).toBe(text);
  });

  test('a time is written in the zone of the view', () => {
    expect(viewTime(Date.UTC(2012, 5, 21, 14, 31, 7, 123) + 0.75, { zone: 'America/New_York' })).toBe('10:31:07.123');
  });

  test.each([
    ['nanoseconds below it', { ns: 250_000 }, 5.25],
    ['no meta', undefined, 5],
    ['another meta', { ns: 'x' }, 5],
    ['a meta that is text', 'ns', 5],
    ['too many nanoseconds', { ns: 1e9 }, 5],
  ])('the time of an event with %s', (_what, meta, time) => {
    expect(timeOfEvent(5, meta)).toBe(time);
  });
});

describe('many trades', () => {
  const [buy, sell] = ['buy', 'sell'] as const;
  const sides = [buy, sell, null];
  const trades = Array.from({ length: 600 }, (_, n) => ({
    ...{ sequence: n + 1, time: n * 10, price: 100 + (n % 7), quantity: 1 + (n % 50), side: sides[n % 3]! },
    ...(n % 5 === 0 && { hidden: true as const }),
  }));
  const marks = [0, 1, 2].map((n) => ({
    ...{ sequence: 601 + n, time: 6_000 + n, price: null, quantity: 0, side: null, mark: `mark ${n}` },
  }));
  const tile = decodeTile(tileBytes(tileOf({ step: 2_000, levels: [[], [], [], []], trades: [...trades, ...marks] })));
  const frame = { from: 0, to: 8_000, low: 90, high: 130 };
  const drawn = [{ tile, span: { from: 0, to: 8_000 } }];
  const shownIn = (width: number, from = frame.from) =>
    tradesInSight(drawn, { frame: { ...frame, from, to: from + 8_000 }, tick: 1, width, height: 100 }, 1);

  test('are gathered where there is no room: nothing is lost, and marks stay apart', () => {
    const shown = shownIn(100);
    expect(shown.length).toBeLessThan(200);
    expect(shown.reduce((sum, { trades: some }) => sum + some, 0)).toBe(603);
    expect(shown.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(
      trades.reduce((sum, { quantity }) => sum + quantity, 0),
    );
    expect(shown.filter(({ index }) => index >= 600)).toHaveLength(3);
  });

  test('stand for the largest of them, of one kind', () => {
    for (const one of shownIn(100)) {
      expect(one.kind).toBe(tile.tradeKind[one.index]);
      expect(one.quantity).toBeGreaterThanOrEqual(tile.tradeQuantity[one.index]!);
      if (one.trades === 1) expect(one.quantity).toBe(tile.tradeQuantity[one.index]);
    }
  });

  test('stay together while the picture moves', () => {
    const groups = (from: number): string[] =>
      shownIn(100, from)
        .map(({ index, trades: some }) => `${index} ${some}`)
        .toSorted();
    expect(groups(-80)).toEqual(groups(0));
  });

  test('are told by their number, and the largest of them', () => {
    const shown = shownIn(100).find(({ trades: some }) => some > 1)!;
    const sights = { plot: { frame, tick: 1, width: 100, height: 100 }, drawn, trades: [shown], scale: 1 };
    const text = readoutText(readoutAt(sights, shown.x, shown.y), { priceDecimals: 0, quantityDecimals: 0 });
    expect(text).toMatch(new RegExp(` ${shown.quantity}(, hidden)? in ${shown.trades} trades, the largest `));
  });

  test('are drawn one by one where there is room', () => {
    expect(shownIn(4_000).every(({ trades: some }) => some === 1)).toBe(true);
  });
});

describe('under the crosshair', () => {
  const scale = { priceDecimals: 2, quantityDecimals: 0, zone: 'UTC' };
  const [buy, sell] = ['buy', 'sell'] as const;
  const trades = [
    { sequence: 7, time: 1_000, price: 101, quantity: 50, side: buy },
    { sequence: 8, time: 5_000, price: 104, quantity: 200, side: sell, hidden: true as const },
    { sequence: 9, time: 7_000, price: null, quantity: 0, side: null, mark: 'row 3\u202e differs' },
  ];
  const tile = decodeTile(tileBytes(tileOf({ step: 2_000, levels: [[[101, 30.5, sell]], [], [], []], trades })));
  const plot = { frame: { from: 0, to: 8_000, low: 99.5, high: 107.5 }, tick: 1, width: 80, height: 80 };
  const drawn = [{ tile, span: { from: 0, to: 8_000 } }];
  const sights = { plot, drawn, trades: tradesInSight(drawn, plot, 1), scale: 1 };

  test('a cell is told with its price, time and quantity', () => {
    const found = readoutAt(sights, 19, 65);
    expect(found).toMatchObject({ price: 101, from: 0, to: 2_000, cell: { quantity: 30.5 } });
    expect(readoutText(found, scale)).toBe('1.01 · 00:00:00.000 + 2.0 s · 30.5 ask');
  });

  test.each([
    [100, '575.00 · 00:00:00.000 + 1.0 s · 30 bid'],
    [20, '575.00–575.80 · 00:00:00.000 + 1.0 s · 30 bid'],
  ])('a price has an end where prices are %i apart', (tick, text) => {
    const tile = decodeTile(tileBytes(tileOf({ step: 1_000, priceStep: 100, levels: [[[57_500, 30, buy]]] })));
    const plot = { frame: { from: 0, to: 1_000, low: 57_450, high: 57_650 }, tick, width: 10, height: 10 };
    const sights = { plot, drawn: [{ tile, span: { from: 0, to: 1_000 } }], trades: [], scale: 1 };
    expect(readoutText(readoutAt(sights, 5, 6), scale)).toBe(text);
  });

  test('an empty place is told with the nearest price', () => {
    const found = readoutAt(sights, 30, 12);
    expect(found).toMatchObject({ price: 106, from: 2_000, to: 4_000, cell: undefined });
    expect(readoutText(found, scale)).toBe('1.06 · 00:00:02.000 + 2.0 s');
  });

  test('a place without a tile is told as well', () => {
    expect(readoutText(readoutAt({ ...sights, drawn: [], trades: [] }, 0, 0), scale)).toBe('1.07 · 00:00:00.050');
  });

  test.each([
    [11, 65, '1.01 · 00:00:01.000 · ▲ bought 50'],
    [50, 35, '1.04 · 00:00:05.000 · ▼ sold 200, hidden'],
    [70, 72, '00:00:07.000 · row 3\u202e differs'],
  ])('a trade near %i, %i is told', (x, y, text) => {
    expect(readoutText(readoutAt(sights, x, y), scale)).toBe(text);
  });

  test('a trade is found within its circle only, and the nearest of two', () => {
    expect(tradeAt(sights, 10, 65)?.index).toBe(0);
    expect(tradeAt(sights, 30, 65)).toBeUndefined();
  });
});
