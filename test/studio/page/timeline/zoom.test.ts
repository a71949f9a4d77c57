import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitted, panned, showing, wheelFactor, zoomed } from '../../../../src/studio/page/timeline/zoom.ts';

const whole = { lo: 1, hi: 10_001 };

test('zooming keeps what lies under the pointer', () => {
  const span = { lo: 100, hi: 300 };
  for (const anchor of [100, 150, 299]) {
    for (const factor of [0.25, 0.9, 1.5, 4]) {
      const next = zoomed(span, anchor, factor);
      expect((anchor - next.lo) / (next.hi - next.lo)).toBeCloseTo((anchor - 100) / 200, 9);
      expect(next.hi - next.lo).toBeCloseTo(200 * factor, 9);
    }
  }
});

test('what is shown lies within the log, and is never less than ten events', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e5, max: 1e5, noNaN: true }),
      fc.double({ min: 0, max: 1e5, noNaN: true }),
      (lo, length) => {
        const span = fitted({ lo, hi: lo + length }, whole) ?? whole;
        expect(span.lo).toBeGreaterThanOrEqual(whole.lo);
        expect(span.hi).toBeLessThanOrEqual(whole.hi + 1e-6);
        expect(span.hi - span.lo).toBeGreaterThanOrEqual(Math.min(10, 10_000) - 1e-6);
        expect(span.hi - span.lo).toBeCloseTo(Math.min(10_000, Math.max(10, length)), 3);
      },
    ),
    { verbose: 1 },
  );
});

test('all of the log is not a part of it', () => {
  expect(fitted(whole, whole)).toBeUndefined();
  expect(fitted({ lo: -5, hi: 20_000 }, whole)).toBeUndefined();
  expect(fitted({ lo: 1, hi: 3 }, { lo: 1, hi: 4 })).toBeUndefined();
});

test('a moment that leaves what is shown takes it along by as little as needed', () => {
  const span = { lo: 100, hi: 200 };
  expect(showing(span, 150)).toBe(span);
  expect(showing(span, 200)).toEqual({ lo: 110, hi: 210 });
  expect(showing(span, 50)).toEqual({ lo: 40, hi: 140 });
  expect(panned(span, -30)).toEqual({ lo: 70, hi: 170 });
});

test.each([
  [100, 0, false, Math.exp(0.2)],
  [-100, 0, false, Math.exp(-0.2)],
  [3, 1, false, Math.exp(0.12)],
  [10, 0, true, Math.exp(0.1)],
  [1e6, 0, false, 4],
  [-1e6, 2, false, 0.25],
  [0, 0, false, 1],
])('a wheel of %d (mode %d, pinch %s) zooms by %d', (deltaY, mode, isPinch, factor) => {
  expect(wheelFactor(deltaY, mode, isPinch)).toBeCloseTo(factor, 9);
});
