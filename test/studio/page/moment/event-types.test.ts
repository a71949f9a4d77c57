import { expect, test } from 'vitest';
import { hueOf, orderOf, takeTypeCounts } from '../../../../src/studio/page/moment/event-types.ts';

const counts = (given: Record<string, number>) => new Map(Object.entries(given));

test('types come by frequency, and by name where they are as frequent', () => {
  expect(orderOf([], counts({ b: 1, c: 5, a: 1 }))).toEqual(['c', 'a', 'b']);
});

test('a type keeps its place while the log grows', () => {
  const known = orderOf([], counts({ a: 5, b: 1 }));
  expect(orderOf(known, counts({ a: 5, b: 900, c: 50, d: 60 }))).toEqual(['a', 'b', 'd', 'c']);
  expect(orderOf(known, counts({ b: 2 }))).toBe(known);
});

test('eight types have a hue, and the rest is grey', () => {
  takeTypeCounts(counts(Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`t${n}`, 100 - n]))), true);
  expect(hueOf('t0')).toBe('--type-0');
  expect(hueOf('t7')).toBe('--type-7');
  expect(hueOf('t8')).toBe('--type-rest');
  expect(hueOf('constructor')).toBe('--type-rest');
  takeTypeCounts(counts({ other: 1 }), true);
  expect(hueOf('other')).toBe('--type-0');
  expect(hueOf('t0')).toBe('--type-rest');
});
