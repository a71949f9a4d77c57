/** Which tiles are fetched, and which are drawn meanwhile. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  powerFor,
  spanOf,
  TILE_COLUMNS,
  type TilePlace,
  tileName,
  tilesIn,
  tilesToDraw,
  tilesToFetch,
} from '../../../../src/studio/page/book/heatmap/tiles/tile-plan.ts';

describe('the power of a scale', () => {
  test.each([
    [1, 0],
    [1.01, 1],
    [1_800, 11],
    [2_048, 11],
    [0.3, -1],
    [1e-6, -3],
    [1e12, 27],
  ])('of %d ms a pixel is %i', (msPerPixel, power) => {
    expect(powerFor(msPerPixel)).toBe(power);
  });

  test('has columns of one pixel to two', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.2, max: 1e7, noNaN: true }), (msPerPixel) => {
        const pixels = 2 ** powerFor(msPerPixel) / msPerPixel;
        expect(pixels).toBeGreaterThan(1 - 1e-6);
        expect(pixels).toBeLessThan(2 + 1e-6);
      }),
    );
  });
});

const LENGTH = TILE_COLUMNS * 2 ** 4;

describe('the tiles of a span', () => {
  test('lie on a grid', () => {
    expect(spanOf({ power: 4, index: 3 })).toEqual({ from: 3 * LENGTH, to: 4 * LENGTH });
    expect(tilesIn(4, { from: LENGTH, to: 3 * LENGTH }).map(({ index }) => index)).toEqual([1, 2]);
    expect(tilesIn(4, { from: LENGTH - 1, to: 3 * LENGTH + 1 }).map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(tilesIn(4, { from: LENGTH, to: LENGTH })).toEqual([]);
  });

  test('are exact in time at every power', () => {
    const from = Date.UTC(2100, 0, 1);
    const [first] = tilesIn(-3, { from, to: from + 1 });
    expect(spanOf(first!).to - spanOf(first!).from).toBe(TILE_COLUMNS / 8);
  });
});

describe('what is fetched', () => {
  const shown = { from: 0, to: 5 * LENGTH };

  test('begins at the moment', () => {
    const places = tilesToFetch(4, shown, shown, 2.5 * LENGTH);
    expect(places.map(({ index }) => index)).toEqual([2, 1, 3, 0, 4]);
  });

  test('is only what the log holds', () => {
    const log = { from: 1.5 * LENGTH, to: 2.5 * LENGTH };
    expect(tilesToFetch(4, shown, log, 0).map(({ index }) => index)).toEqual([1, 2]);
    expect(tilesToFetch(4, shown, { from: 9 * LENGTH, to: 10 * LENGTH }, 0)).toEqual([]);
  });

  test('has the last event, also at the beginning of a tile', () => {
    const log = { from: 0, to: LENGTH };
    expect(tilesToFetch(4, shown, log, 0).map(({ index }) => index)).toEqual([0, 1]);
  });
});

describe('what is drawn', () => {
  const shown = { from: 0, to: 2 * LENGTH };
  const having = (...places: readonly TilePlace[]) => {
    const names = new Set(places.map(tileName));
    return tilesToDraw(4, shown, (place) => names.has(tileName(place)));
  };
  const [first, second] = [
    { power: 4, index: 0 },
    { power: 4, index: 1 },
  ];

  test('is each tile that is here', () => {
    expect(having(first, second)).toEqual([
      { place: first, span: spanOf(first) },
      { place: second, span: spanOf(second) },
    ]);
  });

  test('is a coarser one in the place of what is not, the finest of them', () => {
    const [coarse, coarser] = [
      { power: 6, index: 0 },
      { power: 9, index: 0 },
    ];
    expect(having(second, coarse, coarser)).toEqual([
      { place: coarse, span: spanOf(first) },
      { place: second, span: spanOf(second) },
    ]);
  });

  test('is finer ones over a coarser one', () => {
    const [coarse, fine, finer] = [
      { power: 5, index: 0 },
      { power: 3, index: 1 },
      { power: 2, index: 0 },
    ];
    expect(having(second, coarse, fine, finer)).toEqual([
      { place: coarse, span: spanOf(first) },
      { place: finer, span: spanOf(finer) },
      { place: fine, span: spanOf(fine) },
      { place: second, span: spanOf(second) },
    ]);
  });

  test('is nothing where nothing is', () => {
    expect(having()).toEqual([]);
    expect(having({ power: 4, index: 2 })).toEqual([]);
  });
});
