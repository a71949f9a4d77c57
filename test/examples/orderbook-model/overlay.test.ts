/** The scratch copy behaves like the tables it stands for, and never writes through. */
import fc from 'fast-check';
import { ascending, descending, OrderedMap } from 'refold';
import { expect, test } from 'vitest';
import { overlayOf } from '../../../examples/orderbook/model/overlay.ts';
import { initialState, type Queue } from '../../../examples/orderbook/model/state.ts';

const queue = (quantity: number): Queue => ({ quantity, count: 1, head: 1, tail: 1 });

const step = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key: fc.nat(12), quantity: fc.nat(9) }),
  fc.record({ do: fc.constant('delete' as const), key: fc.nat(12) }),
  fc.record({ do: fc.constant('change' as const), key: fc.nat(12), quantity: fc.nat(9) }),
  fc.record({ do: fc.constant('look' as const), key: fc.nat(12) }),
);

test.each([
  ['asks' as const, ascending],
  ['bids' as const, descending],
])('%s: any steps give what a copy of the table gives, and leave the table alone', (side, compare) => {
  fc.assert(
    fc.property(fc.array(fc.nat(12)), fc.array(step, { size: 'max', maxLength: 60 }), (keys, steps) => {
      const base = new OrderedMap<number, Queue>(
        compare,
        keys.map((key) => [key, queue(100 + key)]),
      );
      const plain = new OrderedMap<number, Queue>(
        compare,
        [...base].map(([key, value]) => [key, { ...value }]),
      );
      const before = structuredClone([...base]);
      const overlay = overlayOf({ ...initialState(), [side]: base })[side];
      for (const one of steps) {
        for (const table of [plain, overlay]) {
          if (one.do === 'set') table.set(one.key, queue(one.quantity));
          if (one.do === 'delete') table.delete(one.key);
          if (one.do === 'change') Object.assign(table.get(one.key) ?? {}, { quantity: one.quantity });
        }
        expect(overlay.get(one.key)).toEqual(plain.get(one.key));
        expect(overlay.has(one.key)).toBe(plain.has(one.key));
        expect(walk(overlay)).toEqual(walk(plain));
      }
      expect([...base]).toEqual(before);
    }),
  );

  function walk(table: OrderedMap<number, Queue>): [number, Queue][] {
    const entries: [number, Queue][] = [];
    const start = compare === ascending ? -1 : 99;
    for (let entry = table.nextAfter(start); entry !== undefined; entry = table.nextAfter(entry[0]))
      entries.push(entry);
    return entries;
  }
});
