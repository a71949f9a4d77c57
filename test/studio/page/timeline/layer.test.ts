import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  eventsOf,
  grownBy,
  grownEvents,
  isDrawn,
  type Layer,
  layerOf,
  planDetail,
  planEnd,
  typesOf,
  withEnd,
} from '../../../../src/studio/page/timeline/layer.ts';
import type { Scale, TimelineBy } from '../../../../src/studio/page/timeline/scale.ts';

/** Equal buckets over so many events, one ms apart. */
function layer(by: TimelineBy, from: number, to: number, buckets: number): Layer {
  const size = (to - from + 1) / buckets;
  return layerOf(
    {
      ...{ from, to, events: to - from + 1, types: {} },
      buckets: Array.from({ length: buckets }, (_, index) => {
        const [first, last] = [from + index * size, from + (index + 1) * size - 1];
        const times = by === 'time' ? { start: first * 10, end: (last + 1) * 10 } : {};
        return { first, last, events: size, types: { a: size }, ...times };
      }),
    },
    by,
    'g',
  );
}

const scale = (by: TimelineBy, lo: number, hi: number, ...layers: Layer[]): Scale => ({
  ...{ by, span: { lo, hi }, width: 200, first: 1, last: 10_000, layers: layers.map(({ buckets }) => buckets) },
});
const line = (last: number, events: number, types = { a: events }, recordedAt = last * 10) => ({
  ...{ last, events, types, recordedAt, generation: 'g', hasWriter: true, upkeep: '', problems: [] },
});

test('new events are added at the end, and nothing is lost when there are many', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 900 }),
      fc.constantFrom('time', 'sequence'),
      (sizes, by) => {
        let grown = layer(by as TimelineBy, 1, 100, 10);
        let last = 100;
        for (const size of sizes) {
          last += size;
          grown = grownBy(grown, line(last, size, { a: size - 1, b: 1 } as never))!;
        }
        expect(eventsOf(grown)).toBe(last);
        expect(grownEvents(grown)).toBe(last - 100);
        expect(grown.to).toBe(last);
        expect(grown.buckets.length).toBeLessThanOrEqual(10 + 256);
        expect(typesOf(grown).get('b') ?? 0).toBe(sizes.length);
        for (const [index, bucket] of grown.buckets.entries()) {
          expect(bucket.first).toBe((grown.buckets[index - 1]?.last ?? 0) + 1);
          if (by === 'time' && index > 0) expect(bucket.start).toBe(grown.buckets[index - 1]!.end);
        }
      },
    ),
    { verbose: 1 },
  );
});

test('the first events of an empty log make a layer', () => {
  const empty = layerOf({ from: 1, to: 0, events: 0, types: {}, buckets: [] }, 'time', 'g');
  expect(grownBy(empty, line(3, 3))!.buckets).toEqual([
    { first: 1, last: 3, events: 3, types: { a: 3 }, start: 30, end: 31 },
  ]);
});

test('many events that came at once are counted, and those that come meanwhile stay', () => {
  for (const [by, finest] of [
    ['sequence', 18],
    ['time', 17],
  ] as const) {
    let known = grownBy(layer(by, 1, 1_000, 100), line(1_005, 5))!;
    expect(planEnd(known, 100)).toBeUndefined();
    known = grownBy(known, line(1_205, 200))!;
    const plan = planEnd(known, 100)!;
    expect(plan).toEqual({ from: 1_001, to: 1_205, buckets: finest });
    known = grownBy(known, line(1_207, 2))!;
    const { buckets } = layer(by, plan.from, plan.to, 41);
    const finer = withEnd(known, { from: plan.from, to: plan.to, events: 205, types: {}, buckets })!;
    expect([eventsOf(finer), grownEvents(finer), finer.to]).toEqual([1_207, 2, 1_207]);
    expect(planEnd(finer, 100)).toBeUndefined();
    for (const [index, { first }] of finer.buckets.entries())
      expect(first).toBe((finer.buckets[index - 1]?.last ?? 0) + 1);
  }
});

test('time without events before the end that was counted is a bucket without events', () => {
  const known = grownBy(layer('time', 1, 1_000, 100), line(1_005, 5, { a: 5 }, 90_000))!;
  const plan = planEnd(known, 100)!;
  expect(plan.from).toBe(1_001);
  const counted = { first: 1_001, last: 1_005, events: 5, types: { a: 5 }, start: 89_000, end: 90_001 };
  const finer = withEnd(known, { ...plan, events: 5, types: {}, buckets: [counted] })!;
  expect(finer.buckets.slice(-2)).toEqual([
    { first: 1_001, last: 1_000, events: 0, types: {}, start: 10_010, end: 89_000 },
    counted,
  ]);
  expect(eventsOf(finer)).toBe(1_005);
});

test('a count that does not fit what is known is not taken', () => {
  const known = grownBy(layer('sequence', 1, 1_000, 100), line(1_205, 205))!;
  const { buckets } = layer('sequence', 1_001, 1_200, 10);
  expect(withEnd(known, { from: 1_001, to: 1_200, events: 200, types: {}, buckets })).toBeUndefined();
  expect(withEnd(known, { from: 990, to: 1_205, events: 216, types: {}, buckets })).toBeUndefined();
  expect(
    withEnd(layer('sequence', 1, 1_000, 100), { from: 1_001, to: 1_205, events: 0, types: {}, buckets: [] }),
  ).toBeUndefined();
});

test('events that do not follow on the last ones are not added', () => {
  const known = layer('sequence', 1, 100, 10);
  expect(grownBy(known, line(105, 4))).toBeUndefined();
  expect(grownBy(known, line(103, 4))).toBeUndefined();
  expect(grownBy(known, line(100, 0))).toBeUndefined();
});

test('a part is counted more finely when what is known is too coarse, and a half more on each side', () => {
  const whole = layer('sequence', 1, 10_000, 100);
  expect(planDetail(scale('sequence', 1, 10_001), whole, undefined, 100)).toBeUndefined();
  expect(planDetail(scale('sequence', 2_001, 3_001), whole, undefined, 100)).toEqual({ from: 1_501, to: 3_500 });
  const detail = layer('sequence', 1_501, 3_500, 200);
  expect(planDetail(scale('sequence', 2_001, 3_001), whole, detail, 100)).toBeUndefined();
  expect(planDetail(scale('sequence', 2_201, 3_201), whole, detail, 100)).toBeUndefined();
  expect(planDetail(scale('sequence', 2_801, 3_801), whole, detail, 100)).toEqual({ from: 2_301, to: 4_300 });
  expect(planDetail(scale('sequence', 2_001, 2_051), whole, detail, 100)).toEqual({ from: 1_976, to: 2_075 });
  const sampled = { ...layer('sequence', 1, 10_000, 100), isSampled: true };
  expect(planDetail(scale('sequence', 1, 9_000), sampled, undefined, 100)).toBeDefined();
});

test('by time whole buckets are asked for, and the same part is never asked for twice', () => {
  const whole = layer('time', 1, 10_000, 100);
  const here = scale('time', 20_000, 20_100, whole);
  const plan = planDetail(here, whole, undefined, 100)!;
  expect(plan).toEqual({ from: 1901, to: 2_100 });
  const detail = layer('time', plan.from, plan.to, 100);
  const finer = planDetail(scale('time', 20_000, 20_100, detail, whole), whole, detail, 100)!;
  expect(finer.to - finer.from).toBeLessThan(30);
  const finest = layer('time', finer.from, finer.to, 2);
  expect(planDetail(scale('time', 20_000, 20_100, finest, whole), whole, finest, 100)).not.toEqual({
    from: finest.from,
    to: finest.to,
  });
});

test('a layer of another axis, or one much finer than pixels, is not drawn', () => {
  const detail = layer('sequence', 1_001, 1_100, 100);
  expect(isDrawn(scale('sequence', 1_001, 1_101), detail)).toBe(true);
  expect(isDrawn(scale('sequence', 1, 10_001), detail)).toBe(false);
  expect(isDrawn(scale('time', 1_001, 1_101), detail)).toBe(false);
});
