import { describe, expect, test } from 'vitest';
import { lookAt } from '../../../../src/studio/moments/look.ts';
import {
  cellPath,
  columnsWith,
  isRecord,
  MOST_SHOWN_COLUMNS,
  templateOf,
  windowAround,
} from '../../../../src/studio/page/state/table-columns.ts';

const rowsOf = (entries: readonly unknown[]) =>
  lookAt({ list: entries }, [{ path: 'list', from: 0, count: 100, members: MOST_SHOWN_COLUMNS }])[0]!.rows!;

describe('columns', () => {
  test('are the members of all rows, in the order in which they come', () => {
    const { names, hasValues, areNumbers } = columnsWith(
      rowsOf([
        { a: 1, b: 'x' },
        { c: true, a: 2n },
      ]),
      'array',
    );
    expect({ names, hasValues, areNumbers }).toEqual({
      names: ['a', 'b', 'c'],
      hasValues: false,
      areNumbers: [true, false, false],
    });
  });

  test('have no place for values until there is one: members that were not asked for come later', () => {
    const unasked = lookAt({ list: [{ a: 1 }] }, [{ path: 'list', from: 0, count: 10 }])[0]!.rows!;
    const first = columnsWith(unasked, 'array');
    expect(first).toMatchObject({ names: [], hasValues: false });
    expect(columnsWith(rowsOf([{ a: 1 }]), 'array', first)).toMatchObject({ names: ['a'], hasValues: false });
    expect(columnsWith(rowsOf([{ a: 1 }, {}, 7]), 'array', first)).toMatchObject({ names: ['a'], hasValues: true });
  });

  test('align keys that are numbers, as long as all are', () => {
    const keys = (map: Map<unknown, unknown>) =>
      columnsWith(lookAt({ map }, [{ path: 'map', from: 0, count: 10 }])[0]!.rows!, 'map');
    const first = keys(
      new Map<unknown, unknown>([
        [1, 'a'],
        [20n, 'b'],
      ]),
    );
    expect(first.isKeyNumber).toBe(true);
    expect(
      keys(
        new Map<unknown, unknown>([
          [1, 'a'],
          [true, 'b'],
        ]),
      ).isKeyNumber,
    ).toBe(false);
    expect(columnsWith(rowsOf([1]), 'map', { ...first, isKeyNumber: false }).isKeyNumber).toBe(false);
  });

  test('stay where they are when other rows come, and become no narrower', () => {
    const first = columnsWith(rowsOf([{ a: 'a long text', b: 1 }]), 'array');
    const then = columnsWith(rowsOf([{ z: 1, b: 'text', a: 'x' }, 7]), 'array', first);
    expect(then.names).toEqual(['a', 'b', 'z']);
    expect(then.hasValues).toBe(true);
    expect(then.areNumbers).toEqual([false, false, true]);
    expect(then.widths.members[0]).toBe(first.widths.members[0]);
    expect(columnsWith([], 'array', then)).toEqual(then);
  });

  test('are bounded in number and width', () => {
    const wide = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`m${n}`, 'x'.repeat(500)]));
    const { names, widths } = columnsWith(rowsOf([wide]), 'array');
    expect(names).toHaveLength(MOST_SHOWN_COLUMNS);
    expect(Math.max(...widths.members)).toBeLessThan(40);
  });

  test('lead to places: the entry, or its member', () => {
    const [row] = rowsOf([{ 'a b': 1 }]);
    expect(isRecord(row!)).toBe(true);
    expect(cellPath(row!, undefined)).toBe('list[0]');
    expect(cellPath(row!, 'a b')).toBe('list[0]["a b"]');
    expect(rowsOf([7, [1], new Map()]).some(isRecord)).toBe(false);
  });
});

test('the last column takes what is left, unless it holds numbers', () => {
  const wide = templateOf(columnsWith(rowsOf([{ n: 1, text: 'a' }]), 'array'));
  expect(wide.columns).toMatch(/minmax\(.*, 1fr\)$/);
  const narrow = templateOf(columnsWith(rowsOf([{ text: 'a', n: 1 }]), 'array'));
  expect(narrow.columns).toMatch(/px\) 1fr$/);
});

test('a window has all rows in sight, in whole steps', () => {
  for (let first = 0; first < 400; first += 7) {
    for (const shown of [0, 1, 33, 50, 120]) {
      const { from, count } = windowAround(first, first + shown);
      expect(from).toBeLessThanOrEqual(first);
      expect(from + count).toBeGreaterThanOrEqual(first + shown);
      expect(from % 50).toBe(0);
    }
  }
  expect(windowAround(0, 1_000_000).count).toBe(300);
});
