/** Round prices and times on the axes. */
import { describe, expect, test } from 'vitest';
import { priceTicks, timeTicks, zoneOffset } from '../../../../src/studio/page/book/heatmap/ticks.ts';

describe('prices', () => {
  const write = (price: number): string => `${price / 100}`;

  test('are round, and not closer than asked for', () => {
    expect(priceTicks({ low: 57_493, high: 57_521 }, 280, 60, write)).toEqual([
      { at: 57_500, label: '575' },
      { at: 57_510, label: '575.1' },
      { at: 57_520, label: '575.2' },
    ]);
  });

  test('are bounded', () => {
    expect(priceTicks({ low: 0, high: 1e6 }, 1e9, 1, write).length).toBeLessThanOrEqual(201);
    expect(priceTicks({ low: 0.2, high: 0.8 }, 100, 10, write)).toEqual([]);
  });
});

describe('times', () => {
  const day = Date.UTC(2012, 5, 21);
  const newYork = (time: number): number => zoneOffset('America/New_York', time);

  test.each([
    ['half an hour', 30 * 60_000, ['10:40', '10:50', '11:00'], 240],
    ['ten seconds', 10_000, ['10:31:10', '10:31:15'], 300],
    ['one second', 1_000, ['10:31:07.400', '10:31:07.600', '10:31:07.800', '10:31:08.000', '10:31:08.200'], 150],
  ])('of %s', (_what, span, labels, pixels) => {
    const from = day + ((14 * 60 + 31) * 60 + 7.3) * 1_000;
    expect(timeTicks({ from, to: from + span }, 800, pixels, newYork).map(({ label }) => label)).toEqual(labels);
  });

  test('stand where the wall clock of the zone says', () => {
    const [first] = timeTicks({ from: day, to: day + 86_400_000 }, 800, 200, newYork);
    expect(first).toEqual({ at: day + 4 * 3_600_000, label: '00:00' });
  });

  test('of many days are dates', () => {
    const labels = timeTicks({ from: day, to: day + 10 * 86_400_000 }, 500, 100, () => 0).map(({ label }) => label);
    expect(labels[0]).toBe('2012-06-21');
  });
});

describe('the offset of a zone', () => {
  test.each([
    ['America/New_York', Date.UTC(2012, 5, 21), -4],
    ['America/New_York', Date.UTC(2012, 0, 21), -5],
    ['UTC', Date.UTC(2012, 0, 21, 0, 0, 0, 999), 0],
    ['-04:00', Date.UTC(2012, 0, 21, 0, 0, 0, 1), -4],
    ['Asia/Kolkata', 0.5, 5.5],
  ])('%s at %d', (zone, time, hours) => {
    expect(zoneOffset(zone, time)).toBe(hours * 3_600_000);
  });
});
