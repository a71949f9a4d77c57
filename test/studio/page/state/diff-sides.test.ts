import { expect, test } from 'vitest';
import { inDirection } from '../../../../src/studio/page/state/asked/diff-sides.ts';
import type { DiffAnswer } from '../../../../src/studio/wire.ts';

const value = (n: number) => ({ kind: 'value', value: n }) as const;
const ANSWER: DiffAnswer = {
  ...{ from: 1, to: 9, events: 8, types: { Put: 8 }, changesInAll: 3, complete: true },
  tables: [{ path: 'a', new: 1, gone: 2, changed: 3 }],
  changes: [
    { path: 'a[1]', before: value(1), after: value(2) },
    { path: 'a[2]', after: value(3) },
    { path: 'a[3]', before: value(4) },
  ],
};

test('from the earlier moment to the later one the answer stands as it is', () => {
  expect(inDirection(ANSWER)).toBe(ANSWER);
});

test('from the later moment to the earlier one new and gone are the other way round', () => {
  expect(inDirection({ ...ANSWER, isSwapped: true })).toMatchObject({
    ...{ from: 9, to: 1, events: 8 },
    tables: [{ path: 'a', new: 2, gone: 1, changed: 3 }],
    changes: [
      { path: 'a[1]', before: value(2), after: value(1) },
      { path: 'a[2]', before: value(3) },
      { path: 'a[3]', after: value(4) },
    ],
  });
  const [, added] = inDirection({ ...ANSWER, isSwapped: true }).changes;
  expect(added).not.toHaveProperty('after');
});
