/** Where projections continue in a copy that ends at a sequence. Pure. */
import { expect, test } from 'vitest';
import { checkpointsUpTo } from '../../../src/engine/upkeep/filling.ts';

test.each<[what: string, checkpoint: number, snapshots: readonly number[], expected: number | undefined]>([
  ['before the end stays', 4, [2], 4],
  ['at the end stays', 5, [], 5],
  ['after the end moves to the newest state in the copy', 6, [2, 4], 4],
  ['after the end, without a state in the copy, is left out', 6, [], undefined],
])('a checkpoint %s', (_what, sequence, saved, expected) => {
  const snapshots = [...saved.map((at) => ({ owner: 'view', sequence: at })), { owner: 'other', sequence: 5 }];
  const kept = checkpointsUpTo([{ projection: 'view', sequence }], snapshots, 5);
  expect(kept).toEqual(expected === undefined ? [] : [{ projection: 'view', sequence: expected }]);
});
