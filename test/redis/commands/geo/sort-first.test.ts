/** The sort that stops after the wanted items. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortFirst } from '../../../../src/redis/commands/geo/sort-first.ts';

test('the first items are those of a whole sort, and no item is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 300 }), fc.nat(300), (numbers, wanted) => {
      const items = numbers.map((number, place) => ({ number, place }));
      sortFirst(items, wanted, (a, b) => a.number - b.number);
      const sorted = numbers.toSorted((a, b) => a - b);
      expect(items.slice(0, wanted).map(({ number }) => number)).toEqual(sorted.slice(0, wanted));
      expect(items.map(({ place }) => place).sort((a, b) => a - b)).toEqual([...numbers.keys()]);
    }),
  );
});
