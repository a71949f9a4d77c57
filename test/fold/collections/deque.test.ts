import fc from 'fast-check';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import type { DeepReadonly } from '../../../src/core/event.ts';
import { Deque, forkOfDeque, type ReadonlyDeque } from '../../../src/fold/collections/deque.ts';
import { Ring } from '../../../src/fold/collections/ring.ts';
import { sample } from '../../sample.ts';

/** One step on a deque and on an array. Its results are compared as well. */
interface Step {
  readonly name: string;
  readonly onDeque: (deque: Deque<number>) => unknown;
  readonly onArray: (array: number[]) => unknown;
}

const many = fc.nat(1_200).map((count) => Array.from({ length: count }, (_, n) => n));
const value = fc.nat(99);
/** From the start or from the end; often beyond both. */
const index = fc.integer({ min: -3_000, max: 3_000 });

const step: fc.Arbitrary<Step> = fc.oneof(
  many.map((values) => ({
    name: `push ${values.length}`,
    onDeque: (deque: Deque<number>) => deque.push(...values),
    onArray: (array: number[]) => array.push(...values),
  })),
  many.map((values) => ({
    name: `unshift ${values.length}`,
    onDeque: (deque: Deque<number>) => deque.unshift(...values),
    onArray: (array: number[]) => array.unshift(...values),
  })),
  fc.nat(700).map((count) => ({
    name: `pop ${count}`,
    onDeque: (deque: Deque<number>) => Array.from({ length: count }, () => deque.pop()),
    onArray: (array: number[]) => Array.from({ length: count }, () => array.pop()),
  })),
  fc.nat(700).map((count) => ({
    name: `shift ${count}`,
    onDeque: (deque: Deque<number>) => Array.from({ length: count }, () => deque.shift()),
    onArray: (array: number[]) => Array.from({ length: count }, () => array.shift()),
  })),
  {
    weight: 4,
    arbitrary: fc.tuple(index, value, fc.nat(40)).map(([at, n, times]) => ({
      name: `insert ${at} ${times} times`,
      onDeque: (deque: Deque<number>) => {
        for (let time = 0; time <= times; time++) deque.insert(at + 37 * time, n);
      },
      onArray: (array: number[]) => {
        for (let time = 0; time <= times; time++) array.splice(at + 37 * time, 0, n);
      },
    })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(index, fc.nat(40)).map(([at, times]) => ({
      name: `delete ${at} ${times} times`,
      onDeque: (deque: Deque<number>) => Array.from({ length: times }, (_, n) => deque.delete(at + 53 * n)),
      onArray: (array: number[]) =>
        Array.from({ length: times }, (_, n) => {
          const from = at + 53 * n;
          return from >= -array.length && from < array.length && array.splice(from, 1).length === 1;
        }),
    })),
  },
  fc.tuple(index, value).map(([at, n]) => ({
    name: `set ${at}`,
    onDeque: (deque: Deque<number>) => deque.set(at, n),
    onArray: (array: number[]) => {
      const from = at < 0 ? array.length + at : at;
      if (from < 0 || from >= array.length) return false;
      array[from] = n;
      return true;
    },
  })),
  fc.tuple(index, index).map(([start, end]) => ({
    name: `truncate ${start} ${end}`,
    onDeque: (deque: Deque<number>) => deque.truncate(start, end),
    onArray: (array: number[]) => {
      const kept = array.slice(start, end);
      array.length = 0;
      for (const item of kept) array.push(item);
    },
  })),
  fc.constant({
    name: 'clear',
    onDeque: (deque: Deque<number>) => deque.clear(),
    onArray: (array: number[]) => void (array.length = 0),
  }),
);

const steps = fc.array(step, { maxLength: 30, size: 'max' });

const expectSame = (deque: Deque<number>, array: readonly number[], probe: number): void => {
  expect(deque.size).toBe(array.length);
  expect(deque.slice()).toEqual(array);
  expect(deque.at(probe)).toBe(array.at(probe));
};

describe('a Deque behaves like an array', () => {
  test('in every step, with the same answers', () => {
    fc.assert(
      fc.property(steps, index, (all, probe) => {
        const deque = new Deque<number>();
        const array: number[] = [];
        for (const { onDeque, onArray } of all) {
          expect(onDeque(deque)).toEqual(onArray(array));
          expectSame(deque, array, probe);
        }
        expect([...deque]).toEqual(array);
        expect([...deque.values()]).toEqual(array);
        expect([...deque.entries()]).toEqual([...array.entries()]);
        expect(deque.slice(probe)).toEqual(array.slice(probe));
        expect(deque.slice(0, probe)).toEqual(array.slice(0, probe));
        const visited: number[] = [];
        deque.forEach((item, at, it) => void visited.push(item, at, it.size));
        expect(visited).toEqual(array.flatMap((item, at) => [item, at, array.length]));
      }),
      { numRuns: sample(300) },
    );
  });

  test('a fork and its origin change apart', () => {
    fc.assert(
      fc.property(steps, steps, steps, (before, onOrigin, onFork) => {
        const origin = new Deque<number>();
        const array: number[] = [];
        for (const { onDeque, onArray } of before) [onDeque(origin), onArray(array)];
        const fork = new Deque(forkOfDeque(origin));
        const copy = array.slice();
        for (let turn = 0; turn < Math.max(onOrigin.length, onFork.length); turn++) {
          if (onOrigin[turn] !== undefined) [onOrigin[turn]!.onDeque(origin), onOrigin[turn]!.onArray(array)];
          if (onFork[turn] !== undefined) [onFork[turn]!.onDeque(fork), onFork[turn]!.onArray(copy)];
        }
        expectSame(origin, array, 0);
        expectSame(fork, copy, 0);
      }),
      { numRuns: sample(150) },
    );
  });

  test('indices are those of an array: fractions are cut off, and other values mean 0', () => {
    const deque = new Deque(['a', 'b', 'c']);
    for (const at of [1.9, -1.9, -0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(deque.at(at)).toBe(['a', 'b', 'c'].at(at));
      expect(deque.slice(at)).toEqual(['a', 'b', 'c'].slice(at));
    }
  });

  test('undefined is an item', () => {
    const deque = new Deque<number | undefined>([undefined, 1, undefined]);
    expect([deque.size, [...deque], deque.pop(), deque.shift(), deque.size]).toEqual([
      3,
      [undefined, 1, undefined],
      undefined,
      undefined,
      1,
    ]);
    expect([deque.set(0, undefined), deque.set(1, 2), deque.delete(1), [...deque]]).toEqual([
      true,
      false,
      false,
      [undefined],
    ]);
  });
});

test('an iteration is live: it visits what is added ahead, and ends where the deque ends then', () => {
  const deque = new Deque([1, 2, 3, 4]);
  const visited: number[] = [];
  for (const item of deque) {
    visited.push(item);
    if (item === 1) deque.push(5);
    if (item === 3) deque.pop();
    if (item === 4) deque.clear();
  }
  expect(visited).toEqual([1, 2, 3, 4]);
});

describe('the cost of a step on a million items', () => {
  const SIZE = 1_000_000;
  const COUNTED = ['set', 'push', 'pop', 'shift', 'unshift'] as const;

  /** Counts the items that rings write or allocate while `run` runs. A step is asserted by work, not by time. */
  const workOf = (run: () => void): number => {
    let work = 0;
    const spies = COUNTED.map((name) => {
      const method = Ring.prototype[name] as (...args: unknown[]) => unknown;
      return vi.spyOn(Ring.prototype, name).mockImplementation(function (this: Ring<unknown>, ...args: unknown[]) {
        work++;
        return method.apply(this, args) as never;
      });
    });
    const { fill } = Array.prototype;
    spies.push(
      vi.spyOn(Array.prototype, 'fill').mockImplementation(function (this: unknown[], item: unknown) {
        work += this.length;
        return fill.call(this, item);
      }) as never,
    );
    try {
      run();
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    return work;
  };

  const million = (): Deque<number> => {
    const deque = new Deque<number>();
    for (let n = 0; n < SIZE; n++) deque.push(n);
    return deque;
  };

  test('growth adds a ring, and moves no items', () => {
    const deque = million();
    const costs = Array.from({ length: 2_000 }, (_, n) =>
      workOf(() => (n % 2 === 0 ? deque.push(n) : deque.unshift(n))),
    );
    expect(deque.size).toBe(SIZE + 2_000);
    expect(Math.max(...costs)).toBeLessThanOrEqual(1 + 512);
    expect(costs.filter((cost) => cost > 1).length).toBeLessThanOrEqual(4);
  });

  test('both ends, and reading or replacing at any index, touch one item', () => {
    const deque = million();
    deque.push(...Array.from({ length: 300 }, (_, n) => SIZE + n)); // so that the last ring is not nearly empty
    expect(workOf(() => expect([deque.pop(), deque.shift()]).toEqual([SIZE + 299, 0]))).toBe(2);
    expect(workOf(() => expect([deque.pop(), deque.shift()]).toEqual([SIZE + 298, 1]))).toBe(2);
    expect(workOf(() => expect(deque.at(SIZE / 2)).toBe(SIZE / 2 + 2))).toBe(0);
    expect(workOf(() => deque.set(SIZE / 2, 0))).toBe(1);
  });

  test('an insertion or a deletion in the middle touches one ring, and one item of each ring to the nearer end', () => {
    const deque = million();
    // Half of the rings pass an item on: it leaves one ring and enters the next.
    const passed = SIZE / 512;
    expect(workOf(() => deque.insert(SIZE / 2, -1))).toBeLessThan(2 * 512 + passed);
    expect(workOf(() => deque.delete(SIZE / 2))).toBeLessThan(2 * 512 + passed);
    expect(workOf(() => deque.insert(700, -1))).toBeLessThan(2 * 512);
    expect(workOf(() => deque.delete(SIZE - 700))).toBeLessThan(2 * 512);
    expect([deque.size, deque.at(699), deque.at(700), deque.at(-1)]).toEqual([SIZE, 699, -1, SIZE - 1]);
  });

  test('cutting off both ends touches two rings', () => {
    const deque = million();
    expect(workOf(() => deque.truncate(100_001, -100_001))).toBeLessThan(2 * 512 + 2 * 512);
    expect([deque.size, deque.at(0), deque.at(-1)]).toEqual([SIZE - 200_002, 100_001, SIZE - 100_002]);
  });

  test('a fork copies no items, and a write to it copies one ring', () => {
    const deque = million();
    let fork: Deque<number> | undefined;
    expect(workOf(() => (fork = new Deque(forkOfDeque(deque))))).toBe(0);
    expect(workOf(() => fork!.set(5, -1))).toBeLessThan(600);
    expect([deque.at(5), fork!.at(5)]).toEqual([5, -1]);
  });
});

test('a short deque takes little memory, and one that has become short gives memory back', () => {
  const slotsOf = (run: () => void): number => {
    let slots = 0;
    const { fill } = Array.prototype;
    const spy = vi.spyOn(Array.prototype, 'fill').mockImplementation(function (this: unknown[], item: unknown) {
      slots = this.length;
      return fill.call(this, item);
    });
    run();
    spy.mockRestore();
    return slots;
  };
  expect(slotsOf(() => new Deque(['a', 'b', 'c']))).toBe(4);
  expect(slotsOf(() => new Deque<string>().unshift('a'))).toBe(4);
  const deque = new Deque(Array.from({ length: 5_000 }, (_, n) => n));
  expect(slotsOf(() => deque.truncate(2_000, 2_003))).toBeLessThanOrEqual(16);
  expect([...deque]).toEqual([2_000, 2_001, 2_002]);
});

test('its read-only view has its read methods, with items read-only', () => {
  type View = DeepReadonly<Deque<{ a: number }>>;
  expectTypeOf<View>().toEqualTypeOf<ReadonlyDeque<{ readonly a: number }>>();
  const view: View = new Deque([{ a: 1 }]);
  expect([view.at(0)?.a, view.size, view.slice().length]).toEqual([1, 1, 1]);
  // Checked by the compiler only.
  (): void => {
    // @ts-expect-error a read-only view has no push
    view.push({ a: 2 });
    // @ts-expect-error its items are read-only
    view.at(0)!.a = 2;
  };
});
