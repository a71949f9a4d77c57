/** Where a list is while its height changes. */
import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { ListPlace } from '../../../../src/studio/page/base/long-list.tsx';

const ROW = 20;

function placeOf(rows: number): ListPlace {
  const place = new ListPlace(signal(rows));
  place.resize(10 * ROW);
  return place;
}

test('a row that was brought into sight stays there when the list becomes lower', () => {
  for (const row of [50, 98, 99]) {
    const place = placeOf(100);
    place.show(row);
    place.resize(7 * ROW);
    const { top, viewport } = place.scroll.value;
    expect(top).toBeLessThanOrEqual(row * ROW);
    expect(top + viewport).toBeGreaterThanOrEqual((row + 1) * ROW);
  }
});

test('a list that was scrolled away from that row stays where it is', () => {
  const place = placeOf(100);
  place.show(50);
  place.to(0);
  place.resize(7 * ROW);
  expect(place.scroll.value.top).toBe(0);
});
