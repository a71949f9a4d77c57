import { expect, test } from 'vitest';
import { roundStep, roundTime } from '../../../../src/studio/page/base/round-steps.ts';

test.each([
  [0.2, 1],
  [0.3, 1],
  [1, 1],
  [1.1, 2],
  [3, 5],
  [6, 10],
  [51, 100],
  [20_001, 50_000],
  [Number.NaN, 1],
])('the round step from %d on is %d', (least, step) => expect(roundStep(least)).toBe(step));

const DAY = 86_400_000;

test.each([
  [0.2, 1],
  [501, 1_000],
  [16_000, 30_000],
  [40 * 60_000, 60 * 60_000],
  [3 * DAY, 7 * DAY],
  [4_000 * DAY, 500_000_000_000],
])('the round time from %d ms on is %d ms', (least, step) => expect(roundTime(least)).toBe(step));
