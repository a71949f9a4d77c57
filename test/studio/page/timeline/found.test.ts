import { expect, test } from 'vitest';
import { share } from '../../../../src/studio/page/base/format.ts';
import { bucketUnder, foundAt, sealedSpan } from '../../../../src/studio/page/timeline/found.ts';
import { layerOf } from '../../../../src/studio/page/timeline/layer.ts';
import type { Scale } from '../../../../src/studio/page/timeline/scale.ts';
import type { LogAnswer } from '../../../../src/studio/wire.ts';

const scale: Scale = {
  by: 'sequence',
  span: { lo: 101, hi: 1_101 },
  width: 1_000,
  first: 101,
  last: 1_100,
  layers: [],
};
const log = {
  ...{ firstSequence: 101, lastSequence: 1_100, recovery: { events: 100, milliseconds: 3 } },
  ...{ sealedThrough: 600, sealedBlocks: 2, sealedBytes: 10 },
  snapshots: [
    { sequence: 1_000, recordedAt: 5, bytes: 7 },
    { sequence: 500, recordedAt: 4, bytes: 7, isUsable: false },
  ],
  problems: [{ sequence: 601, lastSequence: 650 }],
} as unknown as LogAnswer;

test.each([
  ['a snapshot', 899.5, 4, 'snapshot'],
  ['beside a snapshot', 395, 4, 'snapshot'],
  ['the line of recovery', 950, 10, 'recovery'],
  ['nothing above the bars', 700, 4, undefined],
  ['a bar below a snapshot', 899.5, 40, undefined],
  ['the dropped history', 2, 40, 'dropped'],
  ['a damaged block', 520, 40, 'damaged'],
  ['nothing above a damaged block', 520, 4, undefined],
  ['what lies beside it', 560, 40, undefined],
  ['what is sealed', 499, 64, 'sealed'],
  ['nothing below a bar that is not sealed', 602, 64, undefined],
])('%s is found', (_, x, y, is) => expect(foundAt(scale, log, x, y)?.is).toBe(is));

test('dropped history lies at the left end of the log alone', () => {
  expect(foundAt({ ...scale, span: { lo: 300, hi: 400 } }, log, 2, 40)).toBeUndefined();
  expect(foundAt(scale, { ...log, firstSequence: 1 }, 2, 40)).toBeUndefined();
});

test.each([
  ['all that is sealed', scale.span, { left: 1, right: 501 }],
  ['a part that ends in sight', { lo: 501, hi: 701 }, { left: 0, right: 499 }],
  ['a part that is sealed', { lo: 201, hi: 301 }, { left: 0, right: 1_000 }],
  ['a part that is not', { lo: 701, hi: 801 }, undefined],
])('the line below the bars shows %s', (_what, span, line) => {
  expect(sealedSpan({ ...scale, span }, log)).toEqual(line);
});

test('a log of which nothing is sealed has no line', () => {
  const { sealedThrough: _none, ...unsealed } = log;
  expect(sealedSpan(scale, unsealed as LogAnswer)).toBeUndefined();
});

test('the bucket under the pointer is of the finest layer that reaches there', () => {
  const bucket = (first: number, last: number) => ({ first, last, events: last - first + 1, types: {} });
  const coarse = layerOf(
    { from: 101, to: 1_100, events: 1_000, types: {}, buckets: [bucket(101, 600), bucket(601, 1_100)] },
    'sequence',
    'g',
  );
  const fine = layerOf(
    { from: 201, to: 300, events: 100, types: {}, buckets: [bucket(201, 250), bucket(251, 300)] },
    'sequence',
    'g',
  );
  expect(bucketUnder(scale, [fine, coarse], 160)?.first).toBe(251);
  expect(bucketUnder(scale, [fine, coarse], 250)?.first).toBe(101);
  expect(bucketUnder(scale, [undefined, coarse], 999)?.first).toBe(601);
  expect(bucketUnder({ ...scale, by: 'time' }, [fine, coarse], 160)).toBeUndefined();
});

test.each([
  [0, 10, '0%'],
  [1, 100_000, '< 0.1%'],
  [99_999, 100_000, '> 99.9%'],
  [1, 3, '33.3%'],
  [5, 5, '100.0%'],
  [0, 0, '0%'],
])('%d of %d is %s', (part, whole, text) => expect(share(part, whole)).toBe(text));
