import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Bucket,
  bucketsWithin,
  rangeOf,
  type Scale,
  sequenceAt,
  spanOfRange,
  xOf,
} from '../../../../src/studio/page/timeline/scale.ts';

const bySequence = (first: number, last: number, lo: number, hi: number, width: number): Scale => ({
  ...{ by: 'sequence', span: { lo, hi }, width, first, last, layers: [] },
});

/** Buckets of so many events each, one unit of time apart; an empty one lies between its neighbours. */
function timed(events: readonly number[], start = 1_000, length = 100): Bucket[] {
  let next = 1;
  return events.map((count, index) => {
    const bucket = { first: next, last: next + count - 1, events: count, types: { a: count } };
    next += count;
    return { ...bucket, start: start + index * length, end: start + (index + 1) * length };
  });
}

const byTime = (layers: readonly (readonly Bucket[])[], lo: number, hi: number, width = 1_000): Scale => ({
  ...{ by: 'time', span: { lo, hi }, width, first: 1, last: layers.at(-1)!.at(-1)!.last, layers },
});

test('the first and the last pixel are the first and the last event', () => {
  const scale = bySequence(1, 211_455, 1, 211_456, 1_264);
  expect(sequenceAt(scale, 0)).toBe(1);
  expect(sequenceAt(scale, 1_264)).toBe(211_455);
  expect(sequenceAt(scale, -50)).toBe(1);
  expect(sequenceAt(scale, 5_000)).toBe(211_455);
});

test('the pixel of an event leads back to it, however far one has zoomed in', () => {
  fc.assert(
    fc.property(
      fc.nat(1_000_000),
      fc.integer({ min: 10, max: 5_000 }),
      fc.integer({ min: 100, max: 3_000 }),
      (lo, length, width) => {
        const scale = bySequence(1, 2_000_000, lo + 1, lo + 1 + length, width);
        for (const sequence of [lo + 1, lo + 1 + Math.floor(length / 3), lo + length]) {
          expect(sequenceAt(scale, xOf(scale, sequence))).toBe(sequence);
        }
      },
    ),
    { verbose: 1 },
  );
});

test('by time an event lies within its bucket, and its pixel leads back to it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 30 }), (events) => {
      fc.pre(events.some((count) => count > 0));
      const buckets = timed(events);
      const scale = byTime([buckets], 1_000, 1_000 + events.length * 100);
      for (const { first, last, start, end } of buckets) {
        for (let sequence = first; sequence <= last; sequence++) {
          const x = xOf(scale, sequence);
          expect(sequenceAt(scale, x)).toBe(sequence);
          const value = 1_000 + (x / 1_000) * events.length * 100;
          expect(value > start! && value < end!).toBe(true);
        }
      }
    }),
    { verbose: 1 },
  );
});

test('where nothing was recorded, the moment is that of the last event before', () => {
  const scale = byTime([timed([5, 0, 0, 5])], 1_000, 1_400);
  expect(sequenceAt(scale, 400)).toBe(5);
  expect(sequenceAt(scale, 740)).toBe(5);
  expect(sequenceAt(scale, 751)).toBe(6);
});

test('the finest layer that reaches there is used, and the coarse one elsewhere', () => {
  const coarse: Bucket[] = [{ first: 1, last: 100, events: 100, types: {}, start: 0, end: 1_000 }];
  // All but one of the hundred events were recorded within the second tenth of the time.
  const fine: Bucket[] = [{ first: 2, last: 100, events: 99, types: {}, start: 100, end: 200 }];
  const scale = byTime([fine, coarse], 0, 1_000);
  expect(xOf(scale, 51)).toBeCloseTo(150, 0);
  expect(sequenceAt(scale, 150)).toBe(51);
  expect(sequenceAt(scale, 500)).toBe(51); // the coarse layer says so
});

test('a range of sequences and what is shown lead to each other', () => {
  const scale = bySequence(1, 10_000, 1, 10_001, 1_000);
  const span = spanOfRange(scale, 1_000, 2_000);
  expect(rangeOf({ ...scale, span })).toEqual({ from: 1_000, to: 2_000 });
  const times = byTime([timed([10, 0, 10, 10])], 1_000, 1_400);
  const { from, to } = rangeOf({ ...times, span: spanOfRange(times, 11, 20) });
  expect([from, to]).toEqual([11, 20]);
});

test('only the buckets that can be seen are drawn', () => {
  const buckets = timed([1, 2, 3, 4, 5]);
  expect(bucketsWithin('time', buckets, { lo: 1_150, hi: 1_300 }).map(({ events }) => events)).toEqual([2, 3]);
  expect(bucketsWithin('sequence', buckets, { lo: 3, hi: 5 }).map(({ events }) => events)).toEqual([2, 3]);
  expect(bucketsWithin('time', [], { lo: 0, hi: 1 })).toEqual([]);
});
