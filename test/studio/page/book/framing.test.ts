/** Which part of time and price is shown. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  followedPrices,
  followedTime,
  mostSpan,
  panned,
  pricesToSee,
  SHORTEST_SPAN,
  usualSpan,
  zoomedPrice,
  zoomedTime,
} from '../../../../src/studio/page/book/heatmap/framing.ts';

const MINUTE = 60_000;
const DAY = { from: 0, to: 390 * MINUTE };

describe('the usual span', () => {
  test.each([
    ['is 30 minutes for a day', DAY, 30 * MINUTE],
    ['is ten seconds for a second', { from: 5, to: 1_005 }, 10_000],
    ['is ten seconds for no time', { from: 5, to: 5 }, 10_000],
    ['is ten minutes for eight', { from: 0, to: 8 * MINUTE }, 10 * MINUTE],
    ['is 30 minutes for eleven', { from: 0, to: 11 * MINUTE }, 30 * MINUTE],
  ])('%s', (_what, log, span) => {
    expect(usualSpan(log)).toBe(span);
  });
});

describe('following the moment', () => {
  const span = 30 * MINUTE;
  const opened = followedTime(undefined, span, 100 * MINUTE, DAY);

  test('opens with the moment near the right edge', () => {
    expect(opened).toEqual({ from: 74.5 * MINUTE, to: 104.5 * MINUTE });
  });

  test('stands still while the moment is inside', () => {
    expect(followedTime(opened, span, 80 * MINUTE, DAY)).toBe(opened);
    expect(followedTime(opened, span, 103 * MINUTE, DAY)).toBe(opened);
  });

  test('moves on when the moment comes to an edge', () => {
    expect(followedTime(opened, span, 104 * MINUTE, DAY)).toEqual({ from: 78.5 * MINUTE, to: 108.5 * MINUTE });
    expect(followedTime(opened, span, 75 * MINUTE, DAY)).toEqual({ from: 70.5 * MINUTE, to: 100.5 * MINUTE });
  });

  test('shows the beginning with a little room before it', () => {
    const first = followedTime(undefined, span, 0, DAY);
    expect(first).toEqual({ from: -0.9 * MINUTE, to: 29.1 * MINUTE });
    expect(followedTime(first, span, 0, DAY)).toBe(first);
  });

  test('shows all of a log that is shorter than the span', () => {
    const log = { from: 1_000, to: 9_000 };
    expect(followedTime(undefined, 10_000, 9_000, log)).toEqual({ from: 700, to: 10_700 });
  });

  test('stays on all of a day that was zoomed out to, however its times are rounded', () => {
    const day = { from: 1_340_285_400_015, to: 1_340_308_799_872 };
    const usual = followedTime(undefined, span, day.to, day);
    const zoomed = zoomedTime(usual, usual.from + 100_000.1, 1_000, day);
    const shown = followedTime(zoomed, zoomed.to - zoomed.from, day.to, day);
    expect(shown.from).toBeLessThan(day.from);
    expect(shown.to).toBeGreaterThan(day.to);
  });

  test('has the moment in sight, wherever it was and is', () => {
    const time = fc.integer({ min: DAY.from, max: DAY.to });
    fc.assert(
      fc.property(time, time, fc.integer({ min: SHORTEST_SPAN, max: mostSpan(DAY) }), (before, now, width) => {
        const shown = followedTime(followedTime(undefined, width, before, DAY), width, now, DAY);
        expect(shown.to - shown.from).toBeCloseTo(width, 3);
        expect(shown.from).toBeLessThanOrEqual(now);
        expect(shown.to).toBeGreaterThanOrEqual(now);
      }),
    );
  });
});

describe('zooming', () => {
  const shown = { from: 100_000, to: 200_000 };

  test('keeps the time under the pointer where it is', () => {
    expect(zoomedTime(shown, 125_000, 0.5, DAY)).toEqual({ from: 112_500, to: 162_500 });
  });

  test.each([
    ['in', 1e-9, SHORTEST_SPAN],
    ['out', 1e9, mostSpan(DAY)],
  ])('%s ends', (_what, factor, span) => {
    const { from, to } = zoomedTime(shown, 150_000, factor, DAY);
    expect(to - from).toBeCloseTo(span, 3);
  });

  test('keeps the price under the pointer where it is', () => {
    expect(zoomedPrice({ ...shown, low: 100, high: 200 }, 175, 2, 1)).toEqual({ ...shown, low: 25, high: 225 });
  });

  test.each([
    ['in', 1e-9, 80],
    ['out', 1e12, 2_000_000],
  ])('%s of prices ends', (_what, factor, height) => {
    const { low, high } = zoomedPrice({ ...shown, low: 0, high: 1_000 }, 500, factor, 10);
    expect(high - low).toBeCloseTo(height, 6);
  });
});

describe('panning', () => {
  const shown = { from: 100_000, to: 200_000, low: 10, high: 20 };

  test('moves by time and price', () => {
    expect(panned(shown, 5_000, -2, DAY)).toEqual({ from: 105_000, to: 205_000, low: 8, high: 18 });
  });

  test.each([-1e12, 1e12])('by %d ms leaves a piece of the log in sight', (by) => {
    const { from, to } = panned(shown, by, 0, DAY);
    expect(to - from).toBe(100_000);
    expect(to).toBeGreaterThan(DAY.from);
    expect(from).toBeLessThan(DAY.to);
  });
});

describe('following the prices', () => {
  const seen = { low: 1_000, high: 2_000 };
  const shown = followedPrices(undefined, seen, 1);

  test('shows all of them with a margin', () => {
    expect(shown).toEqual({ low: 920, high: 2_080 });
  });

  test.each([
    ['they are a little other', { low: 950, high: 2_050 }, true],
    ['they leave the picture', { low: 900, high: 1_900 }, false],
    ['they need less than half of it', { low: 1_400, high: 1_600 }, false],
  ])('when %s', (_what, next, isSame) => {
    expect(followedPrices(shown, next, 1) === shown).toBe(isSame);
  });

  test('shows some ticks around a single price', () => {
    const { low, high } = followedPrices(undefined, { low: 500, high: 500 }, 10);
    expect([low < 470, high > 530]).toEqual([true, true]);
  });
});

describe('what is to be seen', () => {
  test('is nothing without best prices', () => {
    expect(pricesToSee([1], [2], [])).toBeUndefined();
  });

  test('leaves out the farthest, but never a best price', () => {
    const lows = [1, ...Array.from({ length: 30 }, () => 90)];
    const highs = [...Array.from({ length: 30 }, () => 110), 900];
    expect(pricesToSee(lows, highs, [99, 101])).toEqual({ low: 90, high: 110 });
    expect(pricesToSee(lows, highs, [50, 300])).toEqual({ low: 50, high: 300 });
  });

  test('is the best prices where there are no cells', () => {
    expect(pricesToSee([], [], [99, 101])).toEqual({ low: 99, high: 101 });
  });
});
