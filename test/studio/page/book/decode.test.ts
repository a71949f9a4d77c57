/** The bytes of a tile say the same as its JSON, and anything else is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTile, divisorOf, priceOf } from '../../../../src/studio/page/book/heatmap/tiles/decode.ts';
import { keyOf, makeColumn } from '../../../../src/studio/views/tiles/column.ts';
import { tileAsBytes, tileAsJson } from '../../../../src/studio/views/tiles/tile-answer.ts';
import type { RestingSide, TapeRow, TileAnswer } from '../../../../src/studio/wire.ts';
import { tileBytes, tileOf } from './tile-fixture.ts';

const side = fc.constantFrom<RestingSide>('buy', 'sell');
const amount = fc.float({ min: 1, max: 1e6, noNaN: true }).map(Math.fround);

/** Cells of a column: one for a price and a side. */
const column = (priceStep: number) =>
  fc
    .uniqueArray(fc.tuple(fc.nat(500), amount, side), { maxLength: 12, selector: ([n, , of]) => `${n} ${of}` })
    .map((cells) =>
      cells
        .map(([n, quantity, of]) => [1_000 + n * priceStep, quantity, of] as const)
        .sort((one, other) => one[0] - other[0] || (one[2] === 'buy' ? -1 : 1)),
    );

const trade: fc.Arbitrary<TapeRow> = fc
  .record({
    sequence: fc.nat(),
    time: fc.double({ min: 0, max: 1e12, noNaN: true }),
    quantity: fc.nat(),
    of: fc.option(side),
    mark: fc.option(fc.string({ minLength: 1 })),
    hidden: fc.boolean(),
    price: fc.option(fc.nat()),
  })
  .map(({ of, mark, hidden, ...rest }) => ({
    ...rest,
    side: of,
    ...(hidden && { hidden: true as const }),
    ...(mark !== null && { mark }),
  }));

const tile: fc.Arbitrary<TileAnswer> = fc
  .record({
    columns: fc.integer({ min: 0, max: 9 }),
    priceStep: fc.constantFrom(1, 1, 5),
    trades: fc.array(trade, { maxLength: 5 }),
  })
  .chain(({ columns, priceStep, trades }) => {
    const some = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { minLength: columns, maxLength: columns });
    const best = fc.option(fc.nat());
    return fc
      .record({
        levels: some(column(priceStep)),
        bid: some(best),
        ask: some(best),
        spread: some(best),
        other: some(best),
      })
      .map(({ spread, other, ...rest }) =>
        tileOf({
          ...rest,
          priceStep,
          trades,
          lines: { spread, 'ein "Maß"': other },
          from: 1.5,
          step: 0.25,
          generation: 'a ✓',
        }),
      );
  });

/** What a decoded tile says, as JSON. */
function told(bytes: ArrayBuffer): Pick<TileAnswer, 'levels' | 'bid' | 'ask' | 'trades' | 'lines'> {
  const tile = decodeTile(bytes);
  const orNull = (values: Iterable<number>): (number | null)[] =>
    [...values].map((value) => (Number.isNaN(value) ? null : value));
  const marks = [...tile.marks];
  return {
    levels: [...tile.end].map((end, n) => {
      const cells = Array.from(
        { length: end - (n === 0 ? 0 : tile.end[n - 1]!) },
        (_, cell) => end - 1 - cell,
      ).reverse();
      return cells.map((cell) => {
        const place = tile.place[cell]!;
        return [priceOf(tile, place), tile.quantity[cell]!, place % 2 === 0 ? 'buy' : 'sell'] as const;
      });
    }),
    ...{ bid: orNull(tile.bid), ask: orNull(tile.ask) },
    trades: [...tile.tradeKind].map((kind, n) => ({
      ...{ sequence: tile.tradeSequence[n]!, time: tile.tradeTime[n]!, quantity: tile.tradeQuantity[n]! },
      price: orNull([tile.tradePrice[n]!])[0]!,
      side: ([null, 'buy', 'sell'] as const)[kind & 3]!,
      ...((kind & 4) !== 0 && { hidden: true as const }),
      ...((kind & 8) !== 0 && { mark: marks.shift()! }),
    })),
    lines: Object.fromEntries([...tile.lineValues].map(([name, values]) => [name, orNull(values)])),
  };
}

describe('the bytes of a tile', () => {
  test('say what its JSON says', () => {
    fc.assert(
      fc.property(tile, (json) => {
        const { levels, bid, ask, trades, lines } = json;
        expect(told(tileBytes(json))).toEqual({ levels, bid, ask, trades, lines });
      }),
    );
  });

  test('tell how long they are', () => {
    const bytes = tileBytes(tileOf({ levels: [[[10, 5, 'buy']]] }));
    expect(decodeTile(bytes).bytes).toBe(bytes.byteLength);
  });

  const whole = tileBytes(tileOf({ levels: [[[10, 5, 'buy']]], lines: { spread: [1] } }));
  test.each([
    ['none', new ArrayBuffer(0)],
    ['too few', whole.slice(0, 7)],
    ['cut short', whole.slice(0, -1)],
    ['one too many', new Uint8Array([...new Uint8Array(whole), 0]).buffer],
    ['those of something else', new TextEncoder().encode('{"code":"x"}    ').buffer],
    ['a head that is longer than all', changed(whole, 4, 0xfffffff8)],
    ['a head of an odd length', changed(whole, 4, 13)],
    ['a head that is not JSON', changed(whole, 8, 0)],
  ])('are refused: %s', (_what, bytes) => {
    expect(() => decodeTile(bytes as ArrayBuffer)).toThrow(expect.objectContaining({ code: 'BAD_TILE' }));
  });
});

function changed(bytes: ArrayBuffer, offset: number, word: number): ArrayBuffer {
  const copy = bytes.slice(0);
  new DataView(copy).setUint32(offset, word, true);
  return copy;
}

describe('the bytes of the server', () => {
  const best = fc.oneof(fc.nat(2_000), fc.constant(Number.NaN));
  const served = fc
    .record({
      ...{ weight: fc.constantFrom(0, 2, 7.25), bid: best, ask: best, spread: best },
      areas: fc.dictionary(fc.nat(3_000).map(String), fc.double({ min: 0, max: 1e9, noNaN: true })),
      prints: fc.array(trade, { maxLength: 3 }),
    })
    .map(({ weight, bid, ask, spread, areas, prints }) =>
      makeColumn({
        ...{ weight, best: { bid, ask }, lines: [spread], prints, printsInAll: prints.length },
        areas: new Map(
          Object.entries(areas).map(([price, area]) => [
            keyOf(Number(price) - 500, Number(price) % 3 === 0 ? 'sell' : 'buy'),
            area,
          ]),
        ),
      }),
    );

  test('say what its JSON says, to the precision of 32 bits', () => {
    fc.assert(
      fc.property(fc.array(served, { minLength: 1, maxLength: 8 }), (columns) => {
        const tile = {
          ...{ stretch: { from: 64, step: 8, columns: columns.length }, columns },
          ...{ sampled: false, complete: true, generation: '1.0.x' },
        };
        const view = { known: 10, depth: 10, lines: ['spread'] };
        const json = tileAsJson(tile, view);
        const { from, step, known, depth, priceStep, tradesInAll } = decodeTile(tileAsBytes(tile, view).buffer);
        expect(json).toMatchObject({ from, step, known, depth, priceStep, tradesInAll });
        const { bid, ask, trades, lines } = json;
        const levels = json.levels.map((column) =>
          column.map(([price, quantity, of]) => [price, Math.fround(quantity), of] as const),
        );
        expect(told(tileAsBytes(tile, view).buffer)).toEqual({ levels, bid, ask, trades, lines });
      }),
    );
  });
});

describe('the tick', () => {
  test.each([
    ['is not known from one price', [[5_000], [5_000]], 0],
    ['divides the distances of all prices', [[57_507, 57_607], [57_907]], 100],
    ['is 0 without cells', [[]], 0],
  ])('%s', (_what, prices, tick) => {
    const columns = prices.map((column) =>
      makeColumn({
        ...{ weight: 1, best: { bid: Number.NaN, ask: Number.NaN }, lines: [], prints: [], printsInAll: 0 },
        areas: new Map(
          column.flatMap((price) => [[keyOf(price, 'buy'), 1] as const, [keyOf(price, 'sell'), 1] as const]),
        ),
      }),
    );
    const tile = {
      ...{ stretch: { from: 64, step: 8, columns: columns.length }, columns },
      ...{ sampled: false, complete: true, generation: '1.0.x' },
    };
    const bytes = tileAsBytes(tile, { known: 10, depth: 10, lines: [] });
    expect(decodeTile(bytes.buffer).tick).toBe(tick);
  });

  test.each([
    [0, 0, 0],
    [0, 7, 7],
    [12, 18, 6],
    [7, 1, 1],
  ])('%i and %i: %i', (a, b, divisor) => {
    expect(divisorOf(a, b)).toBe(divisor);
  });
});
