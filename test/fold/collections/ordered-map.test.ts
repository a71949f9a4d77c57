import fc from 'fast-check';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import type { DeepReadonly } from '../../../src/core/event.ts';
import { CountedTree } from '../../../src/fold/collections/counted-tree.ts';
import {
  ascending,
  type Comparator,
  descending,
  forkOf,
  OrderedMap,
  type RangeOptions,
  type ReadonlyOrderedMap,
} from '../../../src/fold/collections/ordered-map.ts';
import { sample } from '../../sample.ts';

/** The same map as a sorted array: slow, but clearly correct. */
class SortedArray<K, V> {
  entries: [K, V][] = [];
  readonly compare: Comparator<K>;
  constructor(compare: Comparator<K>) {
    this.compare = compare;
  }
  set(key: K, value: V): void {
    this.delete(key);
    this.entries.push([key, value]);
    this.entries.sort((a, b) => this.compare(a[0], b[0]));
  }
  delete(key: K): boolean {
    const size = this.entries.length;
    this.entries = this.entries.filter(([other]) => this.compare(other, key) !== 0);
    return this.entries.length < size;
  }
  after(key: K): [K, V] | undefined {
    return this.entries.find(([other]) => this.compare(other, key) > 0);
  }
  before(key: K): [K, V] | undefined {
    return this.entries.findLast(([other]) => this.compare(other, key) < 0);
  }
  range({ from, to, fromExclusive, toExclusive, start, end, reverse }: RangeOptions<K>): [K, V][] {
    const between = new Set(this.entries.slice(start, end));
    const found = this.entries.filter((entry) => {
      const [key] = entry;
      if (!between.has(entry)) return false;
      const low = from === undefined ? 1 : this.compare(key, from);
      const high = to === undefined ? -1 : this.compare(key, to);
      return (fromExclusive ? low > 0 : low >= 0) && (toExclusive ? high < 0 : high <= 0);
    });
    return reverse ? found.reverse() : found;
  }
}

const key = fc.integer({ min: -60, max: 60 });
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('set' as const), key, value: fc.option(fc.nat(), { nil: undefined }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
);
const bounds = fc.record(
  {
    from: fc.option(key, { nil: undefined }),
    to: fc.option(key, { nil: undefined }),
    fromExclusive: fc.boolean(),
    toExclusive: fc.boolean(),
    start: fc.option(fc.integer({ min: -130, max: 130 }), { nil: undefined }),
    end: fc.option(fc.integer({ min: -130, max: 130 }), { nil: undefined }),
    reverse: fc.boolean(),
  },
  { requiredKeys: [] },
);

describe('an OrderedMap behaves like a sorted array', () => {
  test.each([
    ['ascending', ascending<number>],
    ['descending', descending<number>],
    ['by absolute value', (a: number, b: number) => Math.abs(a) - Math.abs(b)],
  ])('%s', (_name, compare) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), key, bounds, (steps, probe, range) => {
        const map = new OrderedMap<number, number | undefined>(compare);
        const oracle = new SortedArray<number, number | undefined>(compare);
        for (const { do: what, ...rest } of steps) {
          if (what === 'delete') expect(map.delete(rest.key)).toBe(oracle.delete(rest.key));
          else {
            map.set(rest.key, (rest as { value: number | undefined }).value);
            oracle.set(rest.key, (rest as { value: number | undefined }).value);
          }
        }
        const { entries } = oracle;
        expect([...map]).toStrictEqual(entries);
        expect([...map.keys()]).toStrictEqual(entries.map(([k]) => k));
        expect([...map.values()]).toStrictEqual(entries.map(([, v]) => v));
        expect(map.size).toBe(entries.length);
        expect(map.first()).toStrictEqual(entries[0]);
        expect(map.last()).toStrictEqual(entries.at(-1));
        expect(map.nextAfter(probe)).toStrictEqual(oracle.after(probe));
        expect(map.nextBefore(probe)).toStrictEqual(oracle.before(probe));
        const found = entries.find(([k]) => compare(k, probe) === 0);
        expect(map.has(probe)).toBe(found !== undefined);
        expect(map.get(probe)).toBe(found?.[1]);
        expect(map.rank(probe)).toBe(entries.filter(([k]) => compare(k, probe) < 0).length);
        expect(map.at(probe)).toStrictEqual(entries.at(probe));
        expect([...map.range(range)]).toStrictEqual(oracle.range(range));
      }),
      { numRuns: sample(300) },
    );
  });

  test('keeps its values when many are undefined and leaves merge', () => {
    const map = new OrderedMap<number, string | undefined>(ascending);
    for (let n = 0; n < 2_000; n++) map.set(n, n < 1_000 ? undefined : `v${n}`);
    for (let n = 0; n < 2_000; n++) if (n % 7 !== 0) map.delete(n);
    const left = Array.from({ length: 286 }, (_, n) => n * 7);
    expect([...map]).toStrictEqual(left.map((n) => [n, n < 1_000 ? undefined : `v${n}`]));
  });
});

test('a fork and its origin change apart, whatever is done to either', () => {
  const change = fc.record({ toFork: fc.boolean(), isSet: fc.boolean(), key: fc.integer({ min: 0, max: 400 }) });
  fc.assert(
    fc.property(fc.nat(400), fc.array(change, { maxLength: 300, size: 'max' }), (size, changes) => {
      const origin = new OrderedMap<number, number>(ascending);
      const entries = new Map<number, number>();
      for (let n = 0; n < size; n++) origin.set(n, n) && entries.set(n, n);
      let fork = new OrderedMap<number, number>(ascending, forkOf(origin));
      let copy = new Map(entries);
      changes.forEach(({ toFork, isSet, key: at }, n) => {
        const [map, oracle] = toFork ? [fork, copy] : [origin, entries];
        if (isSet) map.set(at, -n) && oracle.set(at, -n);
        else expect(map.delete(at)).toBe(oracle.delete(at));
        if (n % 50 === 49) [fork, copy] = [new OrderedMap<number, number>(ascending, forkOf(fork)), new Map(copy)];
      });
      const sorted = (map: Map<number, number>): [number, number][] => [...map].sort(([a], [b]) => a - b);
      for (const [map, oracle] of [
        [origin, entries],
        [fork, copy],
      ] as const) {
        expect([...map]).toEqual(sorted(oracle));
        expect([...map.keys()].map((key) => map.rank(key))).toEqual([...map.keys()].map((_, index) => index));
        expect(map.size).toBe(oracle.size);
      }
    }),
    { numRuns: sample(200) },
  );
});

describe('the cost of a step on a million entries', () => {
  const SIZE = 1_000_000;
  let comparisons = 0;
  const counting = (a: number, b: number): number => {
    comparisons++;
    return a - b;
  };
  const costOf = (run: () => unknown): number => {
    comparisons = 0;
    run();
    return comparisons;
  };
  const map = new OrderedMap<number, number>(counting);
  for (let n = 0; n < SIZE; n++) map.set(((n * 7_919) % SIZE) * 2, n);

  test.each<[string, () => unknown]>([
    ['get', () => map.get(1_000_000)],
    ['set an entry that is there', () => map.set(1_000_000, -1)],
    ['set a new entry, and delete it', () => [map.set(1_000_001, 1), map.delete(1_000_001)]],
    ['rank of a key that is there', () => expect(map.rank(1_234_568)).toBe(617_284)],
    ['rank of a key that is not there', () => expect(map.rank(1_234_567)).toBe(617_284)],
    ['nextAfter', () => expect(map.nextAfter(7)?.[0]).toBe(8)],
    ['nextBefore', () => expect(map.nextBefore(7)?.[0]).toBe(6)],
    ['a range of ten between keys', () => expect([...map.range({ from: 999_999, to: 1_000_019 })]).toHaveLength(10)],
    ['the last ten before a key', () => [...map.range({ to: 500_000, reverse: true }).take(10)]],
  ])('%s compares keys at most 100 times', (_name, run) => {
    expect(costOf(run)).toBeLessThan(100);
  });

  test.each<[string, () => unknown]>([
    ['at', () => expect(map.at(500_000)?.[0]).toBe(1_000_000)],
    ['at, from the end', () => expect(map.at(-1)?.[0]).toBe(2 * SIZE - 2)],
    ['first and last', () => [map.first(), map.last()]],
    [
      'ten entries from an index',
      () => expect([...map.range({ start: 700_000, end: 700_010 })].at(-1)![0]).toBe(1_400_018),
    ],
    [
      'ten entries from an index, backwards',
      () => expect([...map.range({ start: -10, reverse: true })].at(-1)![0]).toBe(2 * SIZE - 20),
    ],
  ])('%s compares no keys, and reads few nodes', (_name, run) => {
    const { leafAt } = CountedTree.prototype;
    const spy = vi.spyOn(CountedTree.prototype, 'leafAt').mockImplementation(function (
      this: CountedTree<unknown, unknown>,
      index,
    ) {
      return leafAt.call(this, index);
    });
    expect(costOf(run)).toBe(0);
    expect(spy.mock.calls.length).toBeLessThan(5);
    spy.mockRestore();
  });
});

describe('iteration is live', () => {
  const numbers = (): OrderedMap<number, string> =>
    new OrderedMap(
      ascending,
      [1, 2, 3, 4, 5].map((n) => [n, `v${n}`]),
    );

  test('it visits entries that are added ahead, skips deleted ones, and visits none twice', () => {
    const map = numbers();
    const visited: number[] = [];
    for (const n of map.keys()) {
      visited.push(n);
      if (n === 2) map.delete(3).valueOf();
      if (n === 2) map.set(4.5, 'new').set(0, 'behind');
    }
    expect(visited).toEqual([1, 2, 4, 4.5, 5]);
  });

  test('it sees new values, and clearing the map ends it', () => {
    const map = numbers();
    const visited: string[] = [];
    for (const [n, value] of map) {
      visited.push(value);
      if (n === 1) map.set(2, 'changed');
      if (n === 3) map.clear();
    }
    expect(visited).toEqual(['v1', 'changed', 'v3']);
  });

  test('between keys, it visits entries that are added at either side of the place where it is, up to the bounds', () => {
    const map = numbers();
    const visited: number[] = [];
    for (const [n] of map.range({ from: 2, to: 4 })) {
      visited.push(n);
      if (n === 3) map.set(3.5, 'new').set(4.5, 'beyond').set(1.5, 'behind');
    }
    expect(visited).toEqual([2, 3, 3.5, 4]);
  });

  test('between indices, it visits at most as many entries as there were when it began', () => {
    const map = numbers();
    const visited: number[] = [];
    for (const [n] of map.range({ start: 1, end: 4 })) {
      visited.push(n);
      if (n === 2) map.set(2.5, 'new').delete(1);
    }
    expect(visited).toEqual([2, 2.5, 3]);
  });

  test('it is also live backwards', () => {
    const map = numbers();
    const visited: number[] = [];
    for (const [n] of map.range({ reverse: true, from: 1, fromExclusive: true })) {
      visited.push(n);
      map.delete(n);
      if (n === 4) map.set(2.5, 'new');
    }
    expect(visited).toEqual([5, 4, 3, 2.5, 2]);
    expect([...map.keys()]).toEqual([1]);
  });
});

describe('keys', () => {
  test('strings compare by code unit, in either direction', () => {
    const words = ['b', 'a', 'ä', 'B', '', '\u{1F600}', '\uFFFF'];
    expect([
      ...new OrderedMap(
        ascending<string>,
        words.map((w) => [w, 0]),
      ).keys(),
    ]).toEqual([...words].sort());
    expect([
      ...new OrderedMap(
        descending<string>,
        words.map((w) => [w, 0]),
      ).keys(),
    ]).toEqual([...words].sort().reverse());
  });

  test('that are objects need a custom comparator', () => {
    type Due = readonly [at: number, id: number];
    const queue = new OrderedMap<Due, string>((a, b) => a[0] - b[0] || a[1] - b[1]);
    queue.set([20, 1], 'c').set([10, 2], 'b').set([10, 1], 'a');
    expect([...queue.range({ to: [10, Number.POSITIVE_INFINITY] })].map(([, v]) => v)).toEqual(['a', 'b']);
    expect(queue.has([20, 1])).toBe(true);
  });

  test.each([Number.NaN, undefined])('%s cannot be ordered and is refused', (none) => {
    const map = new OrderedMap<number, number>(ascending, [[1, 1]]);
    expect(() => map.set(none as number, 1)).toThrow(TypeError);
    expect([...map]).toEqual([[1, 1]]);
  });

  test('undefined is never a key of the map', () => {
    const map = new OrderedMap<number, number>(ascending, [[1, 1]]);
    expect([map.has(undefined as never), map.get(undefined as never), map.delete(undefined as never)]).toEqual([
      false,
      undefined,
      false,
    ]);
  });

  test('-0 is 0, as in a Map', () => {
    expect(Object.is(new OrderedMap(ascending<number>, [[-0, 1]]).first()![0], 0)).toBe(true);
  });

  test('the constructor needs a comparator', () => {
    expect(() => new OrderedMap([[1, 2]] as never)).toThrow(/comparator/);
  });
});

test('its read-only view keeps its methods, with values read-only', () => {
  type View = DeepReadonly<OrderedMap<number, { a: number }>>;
  expectTypeOf<View>().toEqualTypeOf<ReadonlyOrderedMap<number, { readonly a: number }>>();
  const view: View = new OrderedMap<number, { a: number }>(ascending, [[1, { a: 1 }]]);
  const nested: DeepReadonly<{ levels: OrderedMap<number, number[]> }> = {
    levels: new OrderedMap(ascending, [[1, [1]]]),
  };
  expect([view.first()?.[1].a, [...view.range({ from: 0 })].length, view.nextAfter(0)?.[0]]).toEqual([1, 1, 1]);
  expect(nested.levels.get(1)?.[0]).toBe(1);
  // Checked by the compiler only.
  (): void => {
    // @ts-expect-error a read-only view has no set
    view.set(1, { a: 2 });
    // @ts-expect-error its values are read-only
    view.first()![1].a = 2;
    // @ts-expect-error nested values are read-only, too
    nested.levels.get(1)!.push(2);
  };
});
