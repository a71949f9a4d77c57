/** Suggestions of known names. */
import { describe, expect, test } from 'vitest';
import { listNearest, nearestFirst, shortened } from '../../src/core/nearest.ts';

describe('nearestFirst', () => {
  test.each([
    ['ItemAded', ['CartCleared', 'ItemRemoved', 'ItemAdded'], 'ItemAdded'],
    ['itemadded', ['ItemAddeds', 'ITEMADDED'], 'ITEMADDED'],
    ['dryrun', ['history', 'dryRun'], 'dryRun'],
    ['', ['abc', 'a'], 'a'],
    ['\ud800x', ['y', 'x'], 'x'],
  ])('%j of %j is %s', (wanted, known, nearest) => {
    expect(nearestFirst(wanted, known)[0]).toBe(nearest);
  });

  test('keeps the order of names at the same distance', () => {
    expect(nearestFirst('x', ['b', 'a', 'c'])).toEqual(['b', 'a', 'c']);
  });

  test('is cheap for names of any length', () => {
    const start = 'Item'.repeat(5_000_000);
    expect(nearestFirst(start, ['a', 'ItemItem'])[0]).toBe('ItemItem');
  });
});

describe('listNearest', () => {
  test('lists at most ten, and says how many more', () => {
    const known = Array.from({ length: 13 }, (_, index) => `Type${index}`);
    expect(listNearest('Type12', known)).toMatch(/^Type12, Type1, Type2, .* and 3 more$/);
    expect(listNearest('Type12', known).split(', ')).toHaveLength(10);
    expect(listNearest('x', known.slice(0, 10))).not.toContain('more');
    expect(listNearest('x', [])).toBe('none');
  });
});

test('a name in a message is short and well-formed', () => {
  expect(shortened('a\ud800')).toBe('a\ufffd');
  expect(shortened('x'.repeat(1_000)).length).toBe(101);
});
