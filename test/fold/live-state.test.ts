import assert from 'node:assert/strict';
import { describe, expect, test } from 'vitest';
import { isRefoldError, type RefoldError } from '../../src/core/errors.ts';
import type { RecordedEvent } from '../../src/core/event.ts';
import { ascending, OrderedMap } from '../../src/fold/collections/ordered-map.ts';
import { hashState } from '../../src/fold/encoding/state-codec.ts';
import { type FoldReducers, foldDirect, openAtomicState, openDirectState } from '../../src/fold/live-state.ts';

/** Events that have only a type. Each reducer is named after what it does. */
const events = (...types: string[]): RecordedEvent[] =>
  types.map((type, index) => ({
    sequence: index + 1,
    recordedAt: 0,
    type,
    version: 1,
    data: { list: [1] },
  }));

const caught = (run: () => void): RefoldError => {
  try {
    run();
  } catch (error) {
    if (isRefoldError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

interface Order {
  quantity: number;
  tags?: string[];
}
const book = () => ({
  orders: new Map<number, Order>([
    [1, { quantity: 10 }],
    [2, { quantity: 20 }],
  ]),
  levels: new OrderedMap<number, Order>(ascending, [[100, { quantity: 30 }]]),
  last: { id: 2, at: new Date(5) },
  count: 2,
});
type Book = ReturnType<typeof book>;

describe('the atomic state that readers see', () => {
  test('equals the state that was opened', () => {
    const live = openAtomicState(book());
    live.fold({ Touched: (s: Book) => void s.orders.get(1)!.quantity++ }, events('Touched'));
    const expected = book();
    expected.orders.get(1)!.quantity = 11;
    expect(live.value).toEqual(expected);
    expect(live.value).toStrictEqual(expected);
    expect(live.value.orders).toEqual(
      new Map([
        [1, { quantity: 11 }],
        [2, { quantity: 20 }],
      ]),
    );
    assert.deepStrictEqual(live.value.orders, expected.orders);
    expect(structuredClone(live.value.orders)).toEqual(expected.orders);
  });

  test.each<[string, (s: Book) => unknown]>([
    ['a table', (s) => s.orders.set(3, { quantity: 1 })],
    ['a table by deleting', (s) => s.orders.delete(1)],
    ['a table by clearing', (s) => s.orders.clear()],
    ['an ordered table', (s) => s.levels.set(1, { quantity: 1 })],
    ['an ordered table by deleting', (s) => s.levels.delete(100)],
    ['an entry', (s) => (s.orders.get(1)!.quantity = 0)],
    ['an entry of an ordered table', (s) => (s.levels.first()![1].quantity = 0)],
    ['a nested value', (s) => (s.last.id = 0)],
    ['the root', (s) => (s.count = 0)],
  ])('cannot be changed from outside: %s', (_what, change) => {
    for (const live of [openAtomicState(book()), folded()]) {
      expect(() => change(live.value)).toThrow(TypeError);
      expect(live.value.orders.size).toBe(2);
    }
  });

  const folded = () => {
    const live = openAtomicState(book());
    const touch = (s: Book): void => {
      s.orders.get(1)!.quantity++;
      s.levels.get(100)!.quantity++;
      s.last.id++;
      s.count++;
    };
    live.fold({ Touched: touch }, events('Touched'));
    return live;
  };

  test('keeps every value that a commit did not touch, and its root if only tables changed', () => {
    const live = openAtomicState(book());
    const { value: root } = live;
    const [first, second, last] = [root.orders.get(1), root.orders.get(2), root.last];
    live.fold(
      {
        Read: (s: Book) => void [s.orders.get(1)!.quantity, s.levels.first(), s.last.id, [...s.orders.values()]],
        Changed: (s: Book) => void (s.orders.get(2)!.quantity = 0),
      },
      events('Read', 'Changed'),
    );
    expect(live.value).toBe(root);
    expect(root.orders.get(1)).toBe(first);
    expect(root.last).toBe(last);
    expect(root.orders.get(2)).not.toBe(second);
  });

  test('a table always stays the same object, and iterating it shows the current entries', () => {
    const live = openAtomicState(book());
    const { levels } = live.value;
    const steps = levels.keys();
    expect(steps.next().value).toBe(100);
    live.fold({ Added: (s: Book) => void s.levels.set(200, { quantity: 1 }) }, events('Added'));
    expect(live.value.levels).toBe(levels);
    expect(steps.next().value).toBe(200);
  });
});

describe('the error of a failed commit names its event, and the state is unchanged', () => {
  const half = (s: Book): void => {
    s.orders.get(1)!.quantity = 0;
    s.orders.set(3, { quantity: 3 });
    s.orders.delete(2);
    s.levels.clear();
    s.last.id = 99;
    s.count = 99;
    (s as Record<string, unknown>).extra = 1;
    delete (s as Partial<Book>).last;
  };
  const leaveBehind = (value: unknown) => (s: Book) => void s.orders.set(7, { quantity: value as number });
  const cyclic: Record<string, unknown> = { name: 'cycle' };
  cyclic.self = { cyclic };

  test.each<[string, FoldReducers[string], Partial<RefoldError>]>([
    [
      'a reducer throws',
      () => assert.fail('no'),
      { message: 'Cannot fold Bad at sequence 2: no', type: 'Bad', sequence: 2 },
    ],
    ['a reducer is async', async (s: Book) => void s.count++, { type: 'Bad', sequence: 2 }],
    ['a reducer rejects later', () => Promise.reject(new Error('later')), { type: 'Bad' }],
    ['a function is left in the state', leaveBehind(() => 1), { at: 'orders[7].quantity', sequence: 2 }],
    ['a symbol', leaveBehind(Symbol('s')), { at: 'orders[7].quantity' }],
    ['a promise', leaveBehind(Promise.resolve(1)), { at: 'orders[7].quantity' }],
    ['an instance', leaveBehind([{ 'a b': new (class Order {})() }]), { at: 'orders[7].quantity[0]["a b"]' }],
    ['a frozen instance', leaveBehind(Object.freeze(new URL('x:'))), { at: 'orders[7].quantity' }],
    ['a clone of a table draft', (s: any) => void (s.copy = structuredClone(s.orders)), { type: 'Bad' }],
    ['a Buffer', leaveBehind(Buffer.from('x')), { at: 'orders[7].quantity' }],
    ['a regular expression', leaveBehind(/x/), { at: 'orders[7].quantity' }],
    [
      'an OrderedMap whose comparator has no name',
      leaveBehind(new OrderedMap<number, number>((a, b) => a - b)),
      { at: 'orders[7].quantity' },
    ],
    ['a cycle', leaveBehind(cyclic), {}],
    ['a nested draft of an OrderedMap', (s: any) => void (s.x = { y: [s.levels] }), { at: 'x.y[0]' }],
    ['another prototype', (s: Book) => void Object.setPrototypeOf(s, { evil: true }), {}],
  ])('%s', (_name, Bad, expected) => {
    const live = openAtomicState(book());
    const [hash, root] = [hashState(live.value), live.value];
    const error = caught(() => live.fold({ Half: half, Bad }, events('Half', 'Bad')));
    expect(error).toMatchObject({ code: 'REDUCER_FAILED', ...expected });
    expect(error.hint).toBeTruthy();
    expect(live.value).toBe(root);
    expect(live.value).toEqual(book());
    expect(hashState(live.value)).toBe(hash);
    live.fold({ Half: half }, events('Half'));
    expect([...live.value.orders]).toEqual([
      [1, { quantity: 0 }],
      [3, { quantity: 3 }],
    ]);
  });

  test.each(['Unknown', 'toString', '__proto__', 'constructor'])('an event type without reducer: %s', (type) => {
    const live = openAtomicState(book());
    expect(caught(() => live.fold({}, events(type)))).toMatchObject({ code: 'UNKNOWN_EVENT_TYPE', type, sequence: 1 });
    expect(caught(() => foldDirect({}, book(), events(type)))).toMatchObject({ code: 'UNKNOWN_EVENT_TYPE', type });
  });

  test('a state that is not plain data is refused when it is opened', () => {
    expect(caught(() => openAtomicState({ a: { b: new Map([['k', new URL('x:')]]) } }))).toMatchObject({ at: 'a.b.k' });
    expect(caught(() => openAtomicState(new Map()))).toMatchObject({ code: 'REDUCER_FAILED' });
  });
});

/** Every reducer here must have the same effect on a draft and on the state itself. */
describe('a draft behaves as the state does', () => {
  const same = (...reducers: ((s: any, data: any) => unknown)[]): any => {
    const named = Object.fromEntries(reducers.map((reducer, index) => [`R${index}`, reducer]));
    const types = Object.keys(named);
    const together = openAtomicState<any>(book());
    const apart = openAtomicState<any>(book());
    const direct = openDirectState<any>(book());
    together.fold(named, events(...types));
    for (const type of types) apart.fold(named, events(type));
    direct.fold(named, structuredClone(events(...types)));
    expect(together.value).toStrictEqual(direct.value);
    expect(hashState(together.value)).toBe(hashState(direct.value));
    expect(hashState(apart.value)).toBe(hashState(direct.value));
    return direct.value;
  };

  test('a reducer may return any value except a promise', () => {
    same(
      (s) => s.orders.set(5, { quantity: 5 }),
      (s) => s,
      () => 1,
      (s) => s.orders,
    );
  });

  test('tables are instances of Map and have its tag', () => {
    const seen = same((s) => {
      s.seen = [
        s.orders instanceof Map,
        s.levels instanceof OrderedMap,
        Object.prototype.toString.call(s.orders),
        s.orders.size,
      ];
    }).seen;
    expect(seen).toEqual([true, true, '[object Map]', 2]);
  });

  test('the root keeps the usual key order after adding, deleting and reading', () => {
    const { keys } = same((s) => {
      delete s.count;
      s[7] = 'index keys come first';
      s.count = 1;
      s.orders.get(1);
      s.keys = [Object.keys(s), Reflect.ownKeys(s), 'last' in s, 'gone' in s, Object.entries({ ...s }).length];
      s.last.id = Object.getOwnPropertyDescriptor(s, 'orders')?.value.size;
      delete s.last;
    });
    expect(keys[0]).toEqual(['7', 'orders', 'levels', 'last', 'count']);
  });

  test('an object keeps the usual key order, too', () => {
    const { orders, levels } = same(
      (s) => s.orders.set(1, { quantity: 10, none: undefined, also: 1 }),
      (s) => {
        const { quantity } = s.orders.get(1);
        delete s.orders.get(1).quantity;
        s.orders.get(1).quantity = quantity;
        delete s.orders.get(1).none;
        s.levels.set(100, { none: undefined, ...s.levels.get(100) });
      },
      (s) => delete s.levels.get(100).none,
    );
    expect([Object.keys(orders.get(1)), Object.keys(levels.get(100))]).toEqual([['also', 'quantity'], ['quantity']]);
  });

  test('reading a value twice gives the same object', () => {
    const { seen } = same((s) => {
      s.orders.set(7, { quantity: 7 });
      const [order, level] = [s.orders.get(1), s.levels.get(100)];
      const [[, first], [, ranged], [, walked]] = [s.levels.first(), ...s.levels.range(), ...s.orders];
      const twice = (read: () => unknown): boolean => Object.is(read(), read());
      s.seen = [twice(() => s.orders), twice(() => s.last), order === s.orders.get(1), order === walked];
      s.seen.push(
        level === first,
        level === ranged,
        twice(() => s.orders.get(7)),
      );
    });
    expect(seen).toEqual(Array(7).fill(true));
  });

  test('only the inherited members of Object exist', () => {
    const { seen } = same((s) => {
      s.seen = [
        s.constructor === Object,
        Reflect.get(s, '__proto__') === Object.prototype,
        typeof s.toString,
        'constructor' in s,
        s.then === undefined,
      ];
    });
    expect(seen).toEqual([true, true, 'function', true, true]);
  });

  test('a reducer can replace, delete and add a table', () => {
    same(
      (s) => {
        s.orders.get(1).quantity = 7;
        s.orders = new Map([...s.orders].reverse());
        s.orders.set(9, { quantity: 9 });
      },
      (s) => s.orders.get(9).quantity++,
      (s) => void (s.more = new Map([[1, new Map([[2, { deep: true }]])]])),
      (s) => void (s.more.get(1).get(2).deep = false),
    );
  });

  test('two tables can be swapped', () => {
    const reducers = {
      Swap(s: any) {
        [s.a, s.b] = [s.b, s.a];
      },
      Change(s: any) {
        s.a.set(3, { n: 3 });
        for (const row of [...s.a.values(), ...s.b.values()]) row.n++;
      },
      Wrap(s: any) {
        s.c = { inside: [s.a] };
        delete s.a;
      },
    };
    const initial = () => ({ a: new Map([[1, { n: 1 }]]), b: new Map([[2, { n: 2 }]]) });
    const live = openAtomicState<any>(initial());
    const direct = openDirectState<any>(initial());
    for (const state of [live, direct]) {
      state.fold(reducers, events('Swap', 'Change'));
      state.fold(reducers, events('Change', 'Swap', 'Swap', 'Wrap'));
    }
    expect(live.value).toEqual(direct.value);
    expect(hashState(live.value)).toBe(hashState(direct.value));
  });

  test("an event's data can be kept and changed in the same commit", () => {
    same(
      (s, data) => {
        s.kept = data;
        s.orders.set(3, { ...data, list: [...data.list], quantity: 1 });
      },
      (s) => {
        s.kept.list.push(2);
        s.orders.get(3).list.push(3);
      },
    );
  });

  test('-0 and NaN are kept', () => {
    const { orders } = same(
      (s) => (s.orders.get(1).quantity = 0),
      (s) => {
        s.orders.get(1).quantity *= -1;
        s.orders.get(2).quantity = Number.NaN;
        s.count = -0;
      },
    );
    expect([...orders.values()].map(({ quantity }: Order) => quantity)).toEqual([-0, Number.NaN]);
  });

  test('keys are the same as in a Map: NaN, -0, undefined, objects', () => {
    const object = Object.freeze({});
    same((s) => {
      for (const key of [Number.NaN, -0, undefined, null, '1', 1n]) s.orders.set(key, { quantity: 1 });
      s.seen = [
        s.orders.has(Number.NaN),
        s.orders.has(0),
        s.orders.get(-0).quantity,
        s.orders.delete(Number.NaN),
        s.orders.has(Number.NaN),
      ];
      s.orders.set(object, 1).delete(object);
    });
  });

  test('dates, bytes, bigints and collections below the top level', () => {
    same(
      (s) => {
        s.orders.set(3, {
          at: new Date(1),
          bytes: new Uint8Array([1, 2]),
          big: 1n,
          set: new Set([[1]]),
          map: new Map([['k', { n: 1 }]]),
        });
        s.last.at = new Date(Number(s.last.at) + 1);
      },
      (s) => {
        const order = s.orders.get(3);
        order.at = new Date(Number(order.at) + order.bytes.length);
        order.big += 1n;
        order.set.add('new');
        order.map.get('k').n++;
        order.map.set('l', { n: 0 });
      },
      (s) => {
        const order = s.orders.get(3);
        for (const list of order.set) if (Array.isArray(list)) list.push(2);
        order.map.delete('k');
      },
    );
  });

  test('large values behave the same way', () => {
    same(
      (s) => {
        s.orders.set(3, {
          list: Array.from({ length: 500 }, (_, n) => ({ n })),
          map: new Map([[1, { n: 1 }]]),
          at: new Date(3),
        });
        s.large = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, { n }]));
      },
      (s) => {
        const { list, map, at } = s.orders.get(3);
        list[250].n = -1;
        list.splice(10, 5, { n: 'new' });
        map.get(1).n += Number(at);
        s.large.k7.n = 0;
        delete s.large.k8;
        s.large.part = list[100];
        list[100] = undefined;
      },
      (s) => void (s.large.part.n = 'moved'),
    );
  });

  test('a key called __proto__ is an ordinary key', () => {
    const { orders } = same(
      (s) => {
        const order = JSON.parse('{"quantity":1,"__proto__":{"polluted":true}}');
        s.orders.set(3, order);
      },
      (s) => s.orders.get(3).quantity++,
    );
    expect(Object.keys(orders.get(3))).toEqual(['quantity', '__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('a key called __proto__ is an ordinary key in a large value', () => {
    const { large } = same(
      (s) => {
        const members = Array.from({ length: 300 }, (_, n) => `"k${n}":{"n":${n}}`).join();
        s.large = JSON.parse(`{${members},"__proto__":{"n":1}}`);
      },
      (s) => void Object.getOwnPropertyDescriptor(s.large, '__proto__')!.value.n++,
    );
    expect(Object.getOwnPropertyDescriptor(large, '__proto__')?.value).toEqual({ n: 2 });
    expect(Object.getPrototypeOf(large)).toBe(Object.prototype);
  });
});

test('a draft that is kept after its commit changes nothing', () => {
  const live = openAtomicState<any>(book());
  let leaked: any;
  let leakedParts: any[] = [];
  live.fold(
    {
      Leak(s: Book) {
        leaked = s;
        leakedParts = [s.orders, s.levels, s.orders.get(1), s.levels.get(100), s.last];
        s.count++;
        s.levels.get(100)!.quantity = 31;
        s.orders.get(1)!.quantity = 11;
      },
    },
    events('Leak'),
  );
  const hash = hashState(live.value);
  const [orders, levels, ...entries] = leakedParts;
  const attempts = [
    () => orders.set(8, 8),
    () => orders.clear(),
    () => levels.set(8, 8),
    () => levels.clear(),
    ...entries.map((entry) => () => (entry.quantity = 0)),
    () => (leaked.count = 0),
    () => leaked.orders.set(1, 1),
    () => leaked.levels.set(1, 1),
  ];
  for (const attempt of attempts) {
    try {
      attempt();
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
    }
  }
  expect(hashState(live.value)).toBe(hash);
});

describe('the direct fold', () => {
  test('changes the state itself, and stops at the event that fails', () => {
    const state = { n: 0 };
    const error = caught(() =>
      foldDirect(
        { Added: (s: any) => void s.n++, Bad: () => assert.fail('no') },
        state,
        events('Added', 'Added', 'Bad', 'Added'),
      ),
    );
    expect(error).toMatchObject({ code: 'REDUCER_FAILED', type: 'Bad', sequence: 3 });
    expect(error.cause).toBeInstanceOf(Error);
    expect(state.n).toBe(2);
  });

  test('throws the errors of the event source unchanged', () => {
    const damaged = function* (): Generator<RecordedEvent> {
      yield* events('Added');
      throw new RangeError('damaged block');
    };
    expect(() => foldDirect({ Added() {} }, {}, damaged())).toThrow(RangeError);
  });

  test('gives access to the state itself, unfrozen, through the same interface', () => {
    const state = book();
    const live = openDirectState(state);
    live.fold({ Touched: (s: Book) => void s.count++ }, events('Touched'));
    expect(live.value).toBe(state);
    expect(state.count).toBe(3);
    expect(caught(() => live.fold({ Late: async () => {} }, events('Late')))).toMatchObject({ code: 'REDUCER_FAILED' });
  });
});
