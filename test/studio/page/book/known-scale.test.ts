import { expect, test } from 'vitest';
import { withKnownScale } from '../../../../src/studio/page/book/known-scale.ts';

const before = (name: string, of = '') => ({
  ...{ name, of, subjects: [], title: ': all levels', priceDecimals: 0, quantityDecimals: 0, panes: {} },
});
const later = (name: string, of: string) => ({
  ...{ name, of, subjects: ['X', 'Y'], title: `${of}: all levels`, priceDecimals: 4, quantityDecimals: 1, panes: {} },
});

test('numbers are written as before where there is no symbol yet', () => {
  expect(withKnownScale(before('book'))).toEqual(before('book'));
  expect(withKnownScale(later('book', 'X'))).toEqual(later('book', 'X'));
  expect(withKnownScale(before('book'))).toEqual({ ...later('book', 'X'), subjects: [] });
  expect(withKnownScale(before('book', 'X'))).toEqual({ ...later('book', 'X'), subjects: [] });
});

test('those of another symbol or view are not taken', () => {
  withKnownScale(later('book', 'X'));
  expect(withKnownScale(before('book', 'Y'))).toEqual(before('book', 'Y'));
  expect(withKnownScale(before('other'))).toEqual(before('other'));
});

test('a view of the whole state, and one that failed, stay as they are', () => {
  withKnownScale(later('book', 'X'));
  const { of: _, subjects: __, ...whole } = before('book');
  expect(withKnownScale(whole)).toBe(whole);
  const failed = { ...before('book'), problem: { code: 'VIEW_FAILED', message: 'boom' } };
  expect(withKnownScale(failed)).toBe(failed);
});
