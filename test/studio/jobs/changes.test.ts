import { diffStates, type StateDifference } from 'refold';
import { describe, expect, test } from 'vitest';
import { MOST_COUNTED, shownChange, shownDifferences } from '../../../src/studio/jobs/changes.ts';

const CHANGE = { sequence: 7, recordedAt: 70, type: 'Put' };

describe('a change of a place', () => {
  test('shows both sides, and the beginning of a long text', () => {
    expect(shownChange({ ...CHANGE, before: 1, after: 'x'.repeat(5_000) }, ['a'])).toEqual({
      ...CHANGE,
      before: { kind: 'value', value: 1 },
      after: { kind: 'value', value: 'x'.repeat(1_024), length: 5_000 },
    });
  });

  test('has no side where nothing stood, and one where undefined stood', () => {
    expect(shownChange({ ...CHANGE, after: undefined }, ['a'])).toEqual({
      ...CHANGE,
      after: { kind: 'value', value: { $undefined: true } },
    });
  });

  test('in a collection tells the first differences inside, by their full paths', () => {
    const before = new Map([[1, { n: 1 }]]);
    const after = new Map([
      [1, { n: 2 }],
      [5, { n: 5 }],
    ]);
    expect(shownChange({ ...CHANGE, before, after }, ['orders'])).toEqual({
      ...CHANGE,
      before: { kind: 'map', total: 1 },
      after: { kind: 'map', total: 2 },
      insideInAll: 2,
      inside: [
        { path: 'orders[1].n', before: { kind: 'value', value: 1 }, after: { kind: 'value', value: 2 } },
        { path: 'orders[5]', after: { kind: 'object', total: 1 } },
      ],
    });
    expect(shownChange({ ...CHANGE, before, after: [1] }, ['orders'])).not.toHaveProperty('inside');
  });
});

describe('differences', () => {
  const before = {
    a: new Map([
      [1, 1],
      [2, 2],
      [3, { n: 3, m: 3 }],
    ] as [number, unknown][]),
    b: 1,
    c: { x: 1, y: 2 },
  };
  const after = {
    a: new Map([
      [2, 0],
      [3, { n: 4, m: 4 }],
      [4, 4],
    ] as [number, unknown][]),
    b: 2,
    c: { y: 2, x: 1 },
  };

  test('are counted by property and entry', () => {
    const { tables, changesInAll, complete } = shownDifferences(diffStates(before, after, 100), 2);
    expect(tables).toEqual([
      { path: 'a', new: 1, gone: 1, changed: 2 },
      { path: 'b', new: 0, gone: 0, changed: 0 },
      { path: 'c', new: 0, gone: 0, changed: 0, isReordered: true },
    ]);
    expect({ changesInAll, complete }).toEqual({ changesInAll: 7, complete: true });
  });

  test('are told up to a limit, in full paths', () => {
    const { changes } = shownDifferences(diffStates(before, after, 100), 100);
    expect(changes.map(({ path }) => path)).toEqual(['a[1]', 'a[2]', 'a[3].n', 'a[3].m', 'a[4]', 'b', 'c']);
    expect(changes.at(-1)).toMatchObject({ isOrder: true });
    expect(shownDifferences(diffStates(before, after, 100), 2).changes).toHaveLength(2);
  });

  test('beyond the most that are counted say so', () => {
    const many = Array.from(
      { length: MOST_COUNTED + 1 },
      (): StateDifference => ({ path: 'a', parts: ['a'], after: 1 }),
    );
    expect(shownDifferences(many, 1)).toMatchObject({ changesInAll: MOST_COUNTED, complete: false });
    expect(shownDifferences(many.slice(1), 1)).toMatchObject({ changesInAll: MOST_COUNTED, complete: true });
  });
});
