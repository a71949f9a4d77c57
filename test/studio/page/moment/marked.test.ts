import { expect, test } from 'vitest';
import { diffPlan, markAfter, markBefore } from '../../../../src/studio/page/moment/marked.ts';

test.each([
  [[], 5, undefined, undefined, undefined],
  [[5], 5, undefined, undefined, undefined],
  [[1, 3, 9], 5, 3, 9, { from: 3, to: 5 }],
  [[9], 5, undefined, 9, { from: 5, to: 9 }],
  [[3, 5], 5, 3, undefined, { from: 3, to: 5 }],
])('the marks %j have at %d the one before, %s, and the next one, %s', (marks, at, before, after, plan) => {
  expect(markBefore(marks, at)).toBe(before);
  expect(markAfter(marks, at)).toBe(after);
  expect(diffPlan(marks, at)).toEqual(plan);
});
