import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticksOf } from '../../../../src/studio/page/timeline/ticks.ts';

test('labels are round, as many as fit, and within what is shown', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('sequence', 'time'),
      fc.integer({ min: 0, max: 2e12 }),
      fc.integer({ min: 10, max: 1e12 }),
      fc.integer({ min: 1, max: 30 }),
      (by, lo, length, most) => {
        const ticks = ticksOf(by as 'time', { lo, hi: lo + length }, most, 'UTC');
        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        for (const [index, { value }] of ticks.entries()) {
          expect(value >= lo && value < lo + length).toBe(true);
          if (index > 0) expect(value).toBeGreaterThan(ticks[index - 1]!.value);
        }
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
      },
    ),
    { verbose: 1 },
  );
});

test('times are as short as their step allows', () => {
  const start = Date.UTC(2026, 0, 5, 14, 30);
  const labels = (ms: number) => ticksOf('time', { lo: start, hi: start + ms }, 3, 'UTC').map(({ label }) => label);
  expect(labels(3 * 3_600_000)).toEqual(['15:00', '16:00', '17:00']);
  expect(labels(3_000)).toEqual(['14:30:00', '14:30:01', '14:30:02']);
  expect(labels(30)).toEqual(['14:30:00.000', '14:30:00.010', '14:30:00.020']);
  expect(labels(36 * 3_600_000)).toEqual(['2026-01-06', '12:00', '2026-01-07']);
});
