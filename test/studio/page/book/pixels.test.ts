/** Cells to pixels and back: each pixel is the colour of the cell that is found under it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { colourOf, inksOf } from '../../../../src/studio/page/book/heatmap/colours/colours.ts';
import { paletteOf } from '../../../../src/studio/page/book/heatmap/colours/palette.ts';
import {
  cellAt,
  paintTile,
  priceAt,
  type Raster,
  timeAt,
  xOf,
  yOf,
} from '../../../../src/studio/page/book/heatmap/pixels.ts';
import { decodeTile } from '../../../../src/studio/page/book/heatmap/tiles/decode.ts';
import type { TileAnswer } from '../../../../src/studio/wire.ts';
import { tileBytes, tileOf } from './tile-fixture.ts';

const GROUND = 0xff161110;
const INKS = inksOf(paletteOf('dark', 'usual'), { floor: 1, ceiling: 1_000 });

function rasterOf(part: Partial<Raster> & Pick<Raster, 'frame'>): Raster {
  const { width = 8, height = 6 } = part;
  return { tick: 1, ...part, width, height, pixels: new Uint32Array(width * height).fill(GROUND) };
}

function painted(raster: Raster, json: TileAnswer): Raster {
  const tile = decodeTile(tileBytes(json));
  paintTile(raster, tile, INKS, tile.from, tile.from + tile.columns * tile.step);
  return raster;
}

/** The picture as text: a letter for each quantity, a dot for the ground. */
function drawn({ pixels, width, height }: Raster, letters: Readonly<Record<string, number>>): string[] {
  const names = new Map(Object.entries(letters).map(([name, quantity]) => [colourOf(quantity, INKS), name]));
  const letter = (pixel: number): string => (pixel === GROUND ? '.' : (names.get(pixel) ?? '?'));
  return Array.from({ length: height }, (_, y) =>
    [...pixels.subarray(y * width, (y + 1) * width)].map(letter).join(''),
  );
}

describe('a tile is painted', () => {
  const frame = { from: 0, to: 8, low: 99.5, high: 102.5 };
  const LETTERS = { a: 10, b: 100, c: 1_000 };

  test('each cell around its price, each column over its time', () => {
    const json = tileOf({
      step: 4,
      levels: [
        [
          [100, 10, 'buy'],
          [102, 100, 'sell'],
        ],
        [[101, 1_000, 'sell']],
      ],
    });
    expect(drawn(painted(rasterOf({ frame }), json), LETTERS)).toEqual([
      'bbbb....',
      'bbbb....',
      '....cccc',
      '....cccc',
      'aaaa....',
      'aaaa....',
    ]);
  });

  test('with what is out of sight cut off', () => {
    const json = tileOf({
      from: -4,
      step: 8,
      levels: [
        [
          [99, 10, 'buy'],
          [103, 10, 'sell'],
          [100, 100, 'buy'],
        ],
        [[102, 10, 'sell']],
      ],
    });
    const narrow = rasterOf({ frame: { from: 0, to: 8, low: 100, high: 102 }, height: 4 });
    expect(drawn(painted(narrow, json), LETTERS)).toEqual(['....aaaa', '........', '........', 'bbbb....']);
  });

  test('with the largest quantity where cells share a pixel', () => {
    const json = tileOf({
      step: 8,
      levels: [
        [
          [100, 100, 'buy'],
          [101, 10, 'buy'],
          [102, 1_000, 'sell'],
          [102, 10, 'buy'],
        ],
      ],
    });
    const low = rasterOf({ frame: { from: 0, to: 8, low: 94, high: 106 }, height: 3, width: 1 });
    expect(drawn(painted(low, json), LETTERS)).toEqual(['.', 'c', '.']);
  });

  test('with prices that were put together as one block', () => {
    const json = tileOf({
      step: 8,
      priceStep: 2,
      levels: [
        [
          [100, 10, 'buy'],
          [102, 100, 'sell'],
        ],
      ],
    });
    expect(drawn(painted(rasterOf({ frame, width: 1 }), json), LETTERS)).toEqual(['b', 'b', 'a', 'a', 'a', 'a']);
  });

  test('in the ticks of the market', () => {
    const json = tileOf({
      step: 8,
      levels: [
        [
          [100, 10, 'buy'],
          [300, 100, 'sell'],
        ],
      ],
    });
    const raster = rasterOf({ frame: { from: 0, to: 8, low: 50, high: 350 }, width: 1, tick: 100 });
    expect(drawn(painted(raster, json), LETTERS)).toEqual(['b', 'b', '.', '.', 'a', 'a']);
  });

  test('only in the time that it stands in for', () => {
    const tile = decodeTile(tileBytes(tileOf({ step: 8, levels: [[[100, 10, 'buy']]] })));
    const raster = rasterOf({ frame, height: 3 });
    paintTile(raster, tile, INKS, 2, 5);
    expect(drawn(raster, LETTERS)).toEqual(['........', '........', '..aaa...']);
  });
});

describe('every pixel', () => {
  const cell = fc.tuple(
    fc.integer({ min: 1_000, max: 1_030 }),
    fc.integer({ min: 1, max: 2_000 }),
    fc.constantFrom('buy' as const, 'sell' as const),
  );
  const column = fc
    .uniqueArray(cell, { maxLength: 10, selector: ([price, , side]) => `${price} ${side}` })
    .map((cells) => cells.sort((one, other) => one[0] - other[0] || (one[2] === 'buy' ? -1 : 1)));
  const picture = fc.record({
    levels: fc.array(column, { minLength: 1, maxLength: 6 }),
    step: fc.constantFrom(0.25, 1, 4),
    from: fc.integer({ min: 0, max: 3 }),
    start: fc.double({ min: -3, max: 8, noNaN: true }),
    span: fc.double({ min: 2, max: 20, noNaN: true }),
    low: fc.double({ min: 990, max: 1_020, noNaN: true }),
    high: fc.double({ min: 5, max: 60, noNaN: true }),
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
  });

  test('is the colour of the cell that is found there', () => {
    fc.assert(
      fc.property(picture, ({ levels, step, from, start, span, low, high, width, height }) => {
        const json = tileOf({ levels, step, from });
        const tile = decodeTile(tileBytes(json));
        const raster = painted(
          rasterOf({ frame: { from: start, to: start + span, low, high: low + high }, width, height }),
          json,
        );
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const found = cellAt(raster, tile, x, y);
            expect([x, y, raster.pixels[y * width + x]]).toEqual([
              x,
              y,
              found === undefined ? GROUND : colourOf(found.quantity, INKS),
            ]);
          }
      }),
    );
  });

  test('whose middle is the border of two columns belongs to the later one', () => {
    const json = tileOf({ step: 0.25, from: 0, levels: [[], [[1_000, 1, 'buy']], []] });
    const raster = painted(
      rasterOf({ frame: { from: 0, to: 2, low: 993, high: 998 + 5 }, width: 14, height: 1 }),
      json,
    );
    const tile = decodeTile(tileBytes(json));
    expect(cellAt(raster, tile, 2, 0)?.quantity).toBe(1);
    expect(cellAt(raster, tile, 3, 0)).toBeUndefined();
    expect([...raster.pixels].map((pixel) => pixel !== GROUND).indexOf(false, 2)).toBe(3);
  });

  test('says which cell of the JSON it is', () => {
    const json = tileOf({ step: 4, from: 4, levels: [[[100, 10.5, 'buy']], [[101, 20, 'sell']]] });
    const raster = rasterOf({ frame: { from: 0, to: 16, low: 99.5, high: 101.5 }, width: 16, height: 2 });
    const tile = decodeTile(tileBytes(json));
    expect(cellAt(raster, tile, 7, 1)).toEqual({
      price: 100,
      priceStep: 1,
      from: 4,
      to: 8,
      quantity: 10.5,
      side: 'buy',
    });
    expect(cellAt(raster, tile, 8, 0)).toEqual({
      price: 101,
      priceStep: 1,
      from: 8,
      to: 12,
      quantity: 20,
      side: 'sell',
    });
    expect(cellAt(raster, tile, 8, 1)).toBeUndefined();
    expect(cellAt(raster, tile, 3, 1)).toBeUndefined();
    expect(cellAt(raster, tile, 12, 0)).toBeUndefined();
  });
});

test('times and prices go to pixels and back', () => {
  const raster = rasterOf({ frame: { from: 1_000, to: 1_800, low: 50, high: 110 }, width: 8, height: 6 });
  expect([xOf(raster, 1_000), xOf(raster, 1_800), xOf(raster, 1_449)]).toEqual([0, 8, 4]);
  expect([yOf(raster, 110), yOf(raster, 50), yOf(raster, 79)]).toEqual([0, 6, 3]);
  expect([timeAt(raster, 0), timeAt(raster, 7.9)]).toEqual([1_050, 1_750]);
  expect([priceAt(raster, 0), priceAt(raster, 5)]).toEqual([105, 55]);
});
