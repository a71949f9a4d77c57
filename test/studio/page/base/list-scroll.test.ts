import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  afterScroll,
  elementHeight,
  isCondensed,
  type ListScroll,
  lowestTop,
  ROW_HEIGHT,
  rowAfterKey,
  scrollTopOf,
  sightedRows,
  TALLEST,
  topShowing,
  within,
} from '../../../../src/studio/page/base/list-scroll.ts';

const MILLIONS: ListScroll = { rows: 10_000_000, viewport: 610, top: 0 };

const scrolls = fc
  .record({
    rows: fc.nat(20_000_000),
    viewport: fc.integer({ min: 1, max: 2_000 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ rows, viewport, part }) => ({ rows, viewport, top: Math.round(part * lowestTop({ rows, viewport })) }));

test('what is in sight covers the viewport, and no row more than is needed', () => {
  fc.assert(
    fc.property(scrolls, (scroll) => {
      const { first, end, offset } = sightedRows(scroll);
      expect(offset).toBeLessThanOrEqual(0);
      expect(offset).toBeGreaterThan(-ROW_HEIGHT);
      const below = offset + (end - first) * ROW_HEIGHT;
      expect(below >= scroll.viewport || end === scroll.rows).toBe(true);
      expect(end - first).toBeLessThanOrEqual(Math.ceil(scroll.viewport / ROW_HEIGHT) + 1);
    }),
  );
});

test('the scrollbar spans the list, whatever its height', () => {
  expect(elementHeight(10_000_000)).toBe(TALLEST);
  expect(isCondensed(400_000)).toBe(false);
  expect(isCondensed(400_001)).toBe(true);
  const lowest = TALLEST - MILLIONS.viewport;
  expect(sightedRows({ ...MILLIONS, top: afterScroll(MILLIONS, 0, lowest) }).end).toBe(10_000_000);
  expect(sightedRows({ ...MILLIONS, top: afterScroll(MILLIONS, lowest, 0) }).first).toBe(0);
  const middle = afterScroll(MILLIONS, 0, lowest / 2);
  expect(Math.abs(sightedRows({ ...MILLIONS, top: middle }).first - 5_000_000)).toBeLessThan(30);
});

test('a short move of the scrollbar moves by rows', () => {
  const top = 100_000_000;
  const place = scrollTopOf({ ...MILLIONS, top });
  expect(afterScroll({ ...MILLIONS, top }, place, place + 60)).toBe(top + 60);
  expect(afterScroll({ ...MILLIONS, top }, place, place - 600)).toBe(top - 600);
});

test('the element is where the list is', () => {
  fc.assert(
    fc.property(scrolls, (scroll) => {
      const place = scrollTopOf(scroll);
      expect(place).toBeGreaterThanOrEqual(0);
      expect(place).toBeLessThanOrEqual(Math.max(0, elementHeight(scroll.rows) - scroll.viewport) + 1e-6);
    }),
  );
});

test('a row that is shown is in sight; one that is in sight already moves nothing', () => {
  fc.assert(
    fc.property(scrolls, fc.nat(), (scroll, number) => {
      if (scroll.rows === 0 || scroll.viewport < ROW_HEIGHT) return;
      const row = number % scroll.rows;
      const top = topShowing(scroll, row);
      expect(top).toBe(within(scroll, top));
      expect(row * ROW_HEIGHT).toBeGreaterThanOrEqual(top);
      expect((row + 1) * ROW_HEIGHT).toBeLessThanOrEqual(top + scroll.viewport);
      expect(topShowing({ ...scroll, top }, row)).toBe(top);
    }),
  );
});

test.each([
  ['ArrowDown', 6],
  ['ArrowUp', 4],
  ['PageDown', 14],
  ['PageUp', 0],
  ['Home', 0],
  ['End', 99],
  ['Enter', undefined],
  ['ArrowLeft', undefined],
])('%s leads from row 5 of 100, ten of them in sight, to %s', (key, row) => {
  expect(rowAfterKey(key, 5, { rows: 100, viewport: 10 * ROW_HEIGHT })).toBe(row);
});

test('keys stay within the list, also in one that is empty or too low for a row', () => {
  expect(rowAfterKey('ArrowDown', 99, { rows: 100, viewport: 200 })).toBe(99);
  expect(rowAfterKey('End', 0, { rows: 0, viewport: 200 })).toBe(0);
  expect(rowAfterKey('PageDown', 5, { rows: 100, viewport: 10 })).toBe(6);
});
