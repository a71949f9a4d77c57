/** The rule for values in a state: each value has one place and one owner, in both folds. */

import { isDeepStrictEqual } from 'node:util';
import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { RefoldError } from '../../src/core/errors.ts';
import type { RecordedEvent } from '../../src/core/event.ts';
import { Deque } from '../../src/fold/collections/deque.ts';
import { ascending, OrderedMap } from '../../src/fold/collections/ordered-map.ts';
import { hashState } from '../../src/fold/encoding/state-codec.ts';
import { openAtomicState, openDirectState } from '../../src/fold/live-state.ts';
import { plain } from '../../src/fold/own-copy.ts';
import { refusalOf } from './refusals.ts';

type Change = (state: any, data: any, event: any) => unknown;

const row = (n: number) => ({ n, tags: [n], at: new Date(n), bytes: new Uint8Array([n, n]) });
/** About 300 members: too many to copy as a whole. */
const large = () => ({
  list: Array.from({ length: 60 }, (_, n) => row(n)),
  map: new Map([1, 2].map((n) => [n, row(n)])),
  set: new Set(Array.from({ length: 200 }, (_, n) => `m${n}`)),
  text: 'large',
});
const state = () => ({
  rows: new Map<unknown, any>([1, 2, 3].map((n) => [n, row(n)])),
  archive: new Map<unknown, any>(),
  levels: new OrderedMap<number, any>(ascending, [[10, row(10)]]),
  small: { one: row(1), two: null as any, list: [1, 2, 3] as any[] },
  large: large() as any,
  bytes: new Uint8Array([1, 2, 3]),
  at: new Date(7),
});

const eventOf = (type: string, sequence = 1, meta?: object): RecordedEvent => ({
  sequence,
  recordedAt: 1,
  type,
  version: 1,
  data: { n: 1, list: [1] },
  ...(meta === undefined ? {} : { meta: meta as never }),
});

function refusal(change: Change, event = eventOf('Changed')): RefoldError {
  const live = openAtomicState<any>(state());
  return refusalOf(live, () => live.fold({ Changed: change }, [event]));
}

/**
 * The states of both folds after the changes. Each change is one event; the events form one commit, or one commit each.
 */
function same(...changes: Change[]): any {
  const reducers = Object.fromEntries(changes.map((change, index) => [`C${index}`, change]));
  const events = () => changes.map((_, index) => eventOf(`C${index}`, index + 1));
  const [together, apart, direct] = [
    openAtomicState<any>(state()),
    openAtomicState<any>(state()),
    openDirectState<any>(state()),
  ];
  together.fold(reducers, events());
  for (const event of events()) apart.fold(reducers, [event]);
  direct.fold(reducers, events());
  expect(hashState(together.value)).toBe(hashState(direct.value));
  expect(hashState(apart.value)).toBe(hashState(direct.value));
  return direct.value;
}

describe('a value in two places is refused, and the error names both places', () => {
  test.each<[string, Change, at: string, other: string]>([
    [
      'a new value',
      (s) => {
        const v = row(9);
        s.rows.set(8, v);
        s.rows.set(9, v);
      },
      'rows[9]',
      'rows[8]',
    ],
    ['a value that was read', (s) => void s.archive.set(1, s.rows.get(1)), 'archive[1]', 'rows[1]'],
    [
      'a value that was read and changed',
      (s) => {
        s.rows.get(1).n = 5;
        s.archive.set(1, s.rows.get(1));
      },
      'archive[1]',
      'rows[1]',
    ],
    ['a part of a value that was read', (s) => void (s.small.two = s.rows.get(2).tags), 'rows[2].tags', 'small.two'],
    [
      'a part of a value that changed',
      (s) => {
        s.rows.get(2).n = 0;
        s.small.two = s.rows.get(2).tags;
      },
      'rows[2].tags',
      'small.two',
    ],
    [
      'a value twice in one new value',
      (s) => {
        const t = [1];
        s.small.two = { a: t, b: t };
      },
      'small.two.b',
      'small.two.a',
    ],
    ['a part of a large value', (s) => void (s.small.two = s.large.list[3]), 'small.two', 'large.list[3]'],
    [
      'a value twice in a large value',
      (s) => void (s.large.list[0] = s.large.list[3]),
      'large.list[0]',
      'large.list[3]',
    ],
    ['a Map of a large value', (s) => void (s.small.two = { in: s.large.map }), 'small.two.in', 'large.map'],
    ['a Set of a large value', (s) => void (s.large.again = s.large.set), 'large.again', 'large.set'],
    ['an entry of an OrderedMap', (s) => void s.levels.set(11, s.levels.get(10)), 'levels[11]', 'levels[10]'],
    ['a table', (s) => void (s.archive = s.rows), 'archive', 'rows'],
    ['a table below the top level', (s) => void (s.small.two = [s.rows]), 'small.two[0]', 'rows'],
    ['a date', (s) => void (s.small.two = s.at), 'small.two', 'at'],
    ['bytes', (s) => void (s.small.two = s.bytes), 'small.two', 'bytes'],
    [
      'a value that is also a key',
      (s) => {
        const k = ['k'];
        s.archive.set(k, k);
      },
      'archive[object]',
      'archive[object]',
    ],
  ])('%s', (_what, change, at, other) => {
    const error = refusal(change);
    expect([error.at, error.message].join(' ')).toContain(at);
    const places = [error.at!, /also at (.+)$/.exec(error.message)?.[1] ?? error.at!].sort();
    expect(places).toEqual([at, other].sort());
  });

  test('two views of one buffer are in two places', () => {
    const error = refusal((s) => {
      const buffer = new ArrayBuffer(8);
      s.small.one = new Uint8Array(buffer);
      s.small.two = new Float64Array(buffer);
    });
    expect(error.at).toBe('small.two');
  });

  test('if two events of a commit put a value into two places, the error names the second event', () => {
    const live = openAtomicState<any>(state());
    const reducers = {
      Read: (s: any) => void (s.small.two = { ...s.rows.get(1), tags: [], at: null, bytes: null }),
      Shared: (s: any) => void (s.small.list = s.rows.get(1).tags),
    };
    expect(() => live.fold(reducers, [eventOf('Read', 1), eventOf('Shared', 2)])).toThrow(
      expect.objectContaining({ code: 'REDUCER_FAILED', sequence: 2, type: 'Shared' }),
    );
  });
});

describe('moving a value is allowed', () => {
  test.each<[string, Change]>([
    [
      'an entry',
      (s) => {
        s.archive.set(1, s.rows.get(1));
        s.rows.delete(1);
      },
    ],
    [
      'an entry that changed',
      (s) => {
        const v = s.rows.get(1);
        v.n++;
        s.rows.delete(1);
        s.archive.set(1, v);
        v.tags.push(2);
      },
    ],
    [
      'a part, out of a value that is deleted',
      (s) => {
        s.small.two = s.rows.get(1).tags;
        s.rows.delete(1);
      },
    ],
    [
      'two entries, swapped',
      (s) => {
        const [a, b] = [s.rows.get(1), s.rows.get(2)];
        s.rows.set(1, b).set(2, a);
      },
    ],
    [
      'an entry to the end of a table',
      (s) => {
        const v = s.rows.get(1);
        s.rows.delete(1);
        s.rows.set(1, v);
      },
    ],
    [
      'an entry of an OrderedMap',
      (s) => {
        const v = s.levels.first()[1];
        s.levels.delete(10);
        s.levels.set(20, v);
      },
    ],
    ['an item out of a large list', (s) => void s.archive.set('x', s.large.list.shift())],
    [
      'an item into a large list',
      (s) => {
        s.large.list.push(s.rows.get(3));
        s.rows.delete(3);
      },
    ],
    ['items within a large list', (s) => void s.large.list.reverse()],
    ['items by a splice', (s) => void s.large.list.splice(10, 5, ...s.large.list.splice(30, 2))],
    ['items by sorting', (s) => void s.large.list.sort((a: any, b: any) => b.n - a.n)],
    [
      'a Map out of a large value',
      (s) => {
        s.small.two = s.large.map;
        delete s.large.map;
      },
    ],
    [
      'a table',
      (s) => {
        s.small.two = s.rows;
        delete s.rows;
      },
    ],
    [
      'tables, swapped',
      (s) => {
        [s.rows, s.archive] = [s.archive, s.rows];
      },
    ],
    ['the data of the event', (s, data) => void s.archive.set('d', data)],
    ['the data as event.data', (s, _d, event) => void s.archive.set('d', event.data)],
    ['the whole event', (s, _d, event) => void s.archive.set('e', event)],
  ])('%s', (_what, change) => {
    same(change, (s) => void s.small.list.push(4), change.length > 9 ? () => {} : (s) => s.archive.size);
  });
});

describe('a value that other code has frozen is refused', () => {
  const CONSTANT = Object.freeze({ a: 1 });
  test.each<[string, Change, at: string]>([
    ['a constant', (s) => void (s.small.two = CONSTANT), 'small.two'],
    ['a constant within a new value', (s) => void s.rows.set(9, { deep: [CONSTANT] }), 'rows[9].deep[0]'],
    ['a shallowly frozen value', (s) => void (s.small.two = Object.freeze({ a: { b: 1 } })), 'small.two'],
    ['sealed', (s) => void (s.small.two = Object.seal([1])), 'small.two'],
    ['a value that is not extensible', (s) => void (s.small.two = Object.preventExtensions({})), 'small.two'],
    ['a value that was read', (s) => void Object.freeze(s.rows.get(1)), 'rows[1]'],
    ['a part of a value that was read', (s) => void Object.freeze(s.rows.get(1).tags), 'rows[1].tags'],
    ['a frozen wrapper of an instance', (s) => void (s.small.two = Object.freeze([new URL('x:')])), 'small.two'],
    ['a frozen wrapper of a function', (s) => void (s.small.two = Object.freeze({ f: () => 1 })), 'small.two'],
    ['a frozen wrapper of a draft', (s) => void (s.small.two = Object.freeze({ f: s.large.list })), 'small.two'],
    ['meta', (s, _d, { meta }) => void (s.small.two = meta), 'small.two'],
  ])('%s', (_what, change, at) => {
    const meta = Object.freeze({ by: 'me' });
    expect(refusal(change, eventOf('Changed', 1, meta)).at).toBe(at);
  });

  test('the draft of a large value cannot be frozen', () => {
    expect(refusal((s) => void Object.freeze(s.large.list)).cause).toBeInstanceOf(TypeError);
    expect(refusal((s) => void Object.freeze(s)).cause).toBeInstanceOf(TypeError);
  });

  test('a value of another state, and a value kept from an earlier commit', () => {
    const other = openAtomicState(state()).value.rows.get(1);
    expect(refusal((s) => void s.archive.set(1, other)).at).toBe('archive[1]');
    const live = openAtomicState<any>(state());
    const kept = live.value.rows.get(2);
    expect(() => live.fold({ Kept: (s) => void s.archive.set(1, kept) }, [eventOf('Kept')])).toThrow('archive[1]');
  });
});

describe('a value that a snapshot would lose is refused', () => {
  test.each<[string, Change, at?: string]>([
    [
      'a getter',
      (s) =>
        void s.rows.set(9, {
          get n() {
            return 1;
          },
        }),
      'rows[9].n',
    ],
    ['a setter', (s) => void s.rows.set(9, { set n(_n: number) {} }), 'rows[9].n'],
    [
      'a nested getter',
      (s) =>
        void (s.small.two = [
          {
            get n() {
              return 1;
            },
          },
        ]),
      'small.two[0].n',
    ],
    [
      'a getter in an object that replaces an object with the same keys',
      (s) =>
        void s.rows.set(1, {
          ...row(1),
          get n() {
            return 1;
          },
        }),
      'rows[1].n',
    ],
    [
      'a getter at the root',
      (s) => void Object.defineProperty(s, 'x', { get: () => 1, enumerable: true, configurable: true }),
      'x',
    ],
    [
      'a getter in a large value',
      (s) => void Object.defineProperty(s.large, 'x', { get: () => 1, enumerable: true, configurable: true }),
      'large.x',
    ],
    ['a hidden member', (s) => void Object.defineProperty(s.rows.get(1), 'x', { value: 1 })],
    [
      'a hidden member of an otherwise unchanged object',
      (s) => void Object.defineProperty((s.small.two = {}), 'x', { value: 1 }),
    ],
    ['a hidden property', (s) => void Object.defineProperty(s, 'x', { value: 1, configurable: true }), 'x'],
    ['a symbol', (s) => void (s.rows.get(1)[Symbol('x')] = 1)],
    ['a symbol in a large value', (s) => void (s.large[Symbol('x')] = 1)],
    ['a symbol at the root', (s) => void (s[Symbol('x')] = 1)],
    ['a hole', (s) => void delete s.small.list[1], 'small.list'],
    ['a hole in a new array', (s) => void (s.small.two = new Array(3)), 'small.two'],
    ['a hole made by setting length', (s) => void (s.small.list.length = 9), 'small.list'],
    ['a hole in a large list', (s) => void delete s.large.list[3], 'large.list'],
    ['a hole in a large list made by setting length', (s) => void (s.large.list.length += 2), 'large.list'],
    ['a hole in a large list, beyond its end', (s) => void (s.large.list[99] = 1), 'large.list'],
    ['a member of an array', (s) => void (s.small.list.total = 6), 'small.list.total'],
    ['a member of a large array', (s) => void (s.large.list.total = 6), 'large.list.total'],
    ['a member of a new Map', (s) => void (s.small.two = Object.assign(new Map(), { x: 1 })), 'small.two.x'],
    ['a member of a date', (s) => void (s.small.two = Object.assign(new Date(1), { x: 1 })), 'small.two.x'],
    ['a proxy', (s) => void (s.small.two = new Proxy({ a: 1 }, {})), 'small.two'],
    ['a key that is a symbol', (s) => void s.archive.set(Symbol('k'), 1)],
    ['a key that is a function', (s) => void s.archive.set(() => 1, 1)],
    ['a key that is a symbol in a new Map', (s) => void (s.small.two = new Map([[Symbol('k'), 1]]))],
    ['a symbol in a Set', (s) => void s.large.set.add(Symbol('m'))],
    ['a function in a Set', (s) => void s.large.set.add(() => 1)],
    ['shared memory', (s) => void (s.small.two = new Uint8Array(new SharedArrayBuffer(4))), 'small.two'],
    ['another prototype', (s) => void Object.setPrototypeOf(s.rows.get(1), { a: 1 }), 'rows[1]'],
    ['another prototype of a large value', (s) => void Object.setPrototypeOf(s.large, { a: 1 })],
    ['an array with another prototype', (s) => void Object.setPrototypeOf(s.small.list, { a: 1 })],
    ['an array without a prototype', (s) => void Object.setPrototypeOf(s.small.list, null)],
    ['an array with the prototype of an object', (s) => void Object.setPrototypeOf(s.small.list, Object.prototype)],
    ['a Map with another prototype', (s) => void (s.small.two = Object.setPrototypeOf(new Map(), { a: 1 }))],
    ['an instance', (s) => void (s.small.two = new (class Foo {})()), 'small.two'],
    ['an instance of a subclass of Map', (s) => void (s.small.two = new (class Bar extends Map {})()), 'small.two'],
    [
      'an object whose prototype is an object without a prototype',
      (s) => void (s.small.two = Object.create(Object.create(null))),
      'small.two',
    ],
  ])('%s', (_what, change, at) => {
    const error = refusal(change);
    if (at !== undefined) expect(error.at).toBe(at);
    expect(error.hint).toBeTruthy();
  });
});

describe('a value that is changed in place', () => {
  const changes: Change[] = [
    (s) => void s.at.setTime(99),
    (s) => void (s.bytes[0] = 99),
    (s) => void s.rows.get(1).at.setTime(5),
    (s) => void (s.rows.get(1).bytes[1] = 77),
    (s) => void s.large.list[2].at.setTime(5),
    (s) => void (s.large.list[2].bytes[1] = 77),
  ];
  test('is the same as on replay', () => {
    same(...changes);
  });

  test('is unchanged when the event is refused', () => {
    for (const change of changes) {
      refusal((s) => {
        change(s, undefined, undefined);
        throw new Error('no');
      });
    }
  });
});

test('two drafted values that swap their places, in an object that the same event replaces', () => {
  same(
    (s) => void (s.pair = { a: new Deque(['a']), b: new Deque(['b']), n: 0 }),
    (s) => void s.pair.n++,
    (s) => {
      const { pair } = s;
      [pair.a, pair.b] = [pair.b, pair.a];
      s.pair = { a: pair.a, b: pair.b };
    },
  );
});

describe('an OrderedMap stays in its property, with its comparator', () => {
  test.each<[string, Change]>([
    ['a new one in its place', (s) => void (s.levels = new OrderedMap<number, unknown>(ascending))],
    ['re-sorted', (s) => void (s.levels = new OrderedMap<number, any>((a, b) => b - a, []))],
    ['an additional one', (s) => void (s.others = new OrderedMap<number, unknown>(ascending))],
    [
      'moved',
      (s) => {
        s.others = s.levels;
        delete s.levels;
      },
    ],
    ['in two places', (s) => void (s.others = s.levels)],
    ['deleted', (s) => void delete s.levels],
    ['replaced by something else', (s) => void (s.levels = 1)],
    ['below the top, without a name', (s) => void (s.small.two = new OrderedMap<number, any>((a, b) => a - b))],
  ])('%s', (_what, change) => {
    expect(refusal(change).message).toMatch(/OrderedMap/);
    const direct = openDirectState<any>(state());
    if (_what.startsWith('below the top')) return; // the direct fold looks at the top level only
    expect(() => direct.fold({ Changed: change }, [eventOf('Changed')])).toThrow(
      expect.objectContaining({ code: 'REDUCER_FAILED' }),
    );
    expect(direct.isWhole).toBe(false);
  });

  test('an OrderedMap may be put back into its property', () => {
    same((s) => {
      const { levels } = s;
      delete s.levels;
      s.levels = levels;
      levels.set(30, row(30));
    });
  });

  test.each<[string, (a: number, b: number) => any]>([
    ['gives the same answer for swapped arguments', (a, b) => (a === b ? 0 : -1)],
    ['gives NaN for some keys', (a, b) => (a + b === 15 ? Number.NaN : a - b)],
  ])('a comparator that %s is refused when it is noticed', (_what, compare) => {
    const live = openAtomicState({ m: new OrderedMap<number, number>(compare, [[10, 1]]) });
    const set = (s: any): unknown => s.m.set(5, 1);
    expect(() => live.fold({ Set: set }, [eventOf('Set')])).toThrow(
      expect.objectContaining({ code: 'REDUCER_FAILED' }),
    );
  });

  test('changing a key object after set does not change the map', () => {
    const byParts = (a: number[], b: number[]): number => a[0]! - b[0]! || a[1]! - b[1]!;
    const initial = () => ({ m: new OrderedMap<number[], number>(byParts, [[[1, 1], 1]]), seen: [] as unknown[] });
    const change = (s: any): void => {
      const key = [2, 2];
      s.m.set(key, 2);
      key[0] = 0;
      s.m.set([3, 3], 3);
      s.seen.push(s.m.get([2, 2]), [...s.m.keys()].map(String).join(' '));
    };
    const [live, direct] = [openAtomicState<any>(initial()), openDirectState<any>(initial())];
    live.fold({ C: change }, [eventOf('C')]);
    direct.fold({ C: change }, [eventOf('C')]);
    expect(live.value.seen).toEqual([2, '1,1 2,2 3,3']);
    expect(hashState(live.value)).toBe(hashState(direct.value));
  });

  test('if a comparator treats two keys as equal, the map keeps the last one that was set', () => {
    const byLetter = (a: string, b: string): number => ascending(a.toLowerCase(), b.toLowerCase());
    const initial = () => ({ m: new OrderedMap<string, any>(byLetter, [['a', { n: 1 }]]), keys: '' });
    const read = (s: any): void => {
      s.m.get('A').n++;
      s.keys += [...s.m.keys()];
    };
    const set = (s: any): void => {
      s.m.get('a').n++;
      s.m.set('A', { n: 9 });
      s.keys += [...s.m.keys()];
    };
    const [live, direct] = [openAtomicState<any>(initial()), openDirectState<any>(initial())];
    for (const fold of [live, direct]) fold.fold({ read, set }, [eventOf('read'), eventOf('set'), eventOf('read')]);
    expect(live.value.keys).toBe('aAA');
    expect(hashState(live.value)).toBe(hashState(direct.value));
  });
});

describe('a value of another realm', () => {
  const foreign = (code: string): any => vm.runInNewContext(code);
  test.each([
    ['an object', '({ a: 1 })'],
    ['an array', '[1, [2], { b: 3 }]'],
    ['a Map', 'new Map([[1, { a: new Map([[2, 3]]) }]])'],
    ['a Set', 'new Set([1, 2])'],
    ['a Date', 'new Date(5)'],
    ['a typed array', 'new Float64Array([1.5, NaN])'],
    ['an ArrayBuffer', 'new ArrayBuffer(3)'],
    ['a DataView', 'new DataView(new ArrayBuffer(3))'],
  ])('%s becomes a value of this realm', (_what, code) => {
    const live = openAtomicState<any>({});
    live.fold({ Put: (s: any) => void (s.x = { in: foreign(code) }) }, [eventOf('Put')]);
    const home = vm.runInThisContext(code);
    expect(live.value.x.in).toStrictEqual(home);
    const direct = openDirectState<any>({});
    direct.fold({ Put: (s: any) => void (s.x = { in: foreign(code) }) }, [eventOf('Put')]);
    expect(hashState(live.value)).toBe(hashState(direct.value));
  });

  test('a Date of fake timers becomes an ordinary Date', () => {
    const live = openAtomicState<any>({ at: null });
    const faked = Object.assign(new Date(5), { constructor: Date });
    live.fold({ Put: (s: any) => void (s.at = faked) }, [eventOf('Put')]);
    expect(Reflect.ownKeys(live.value.at)).toEqual([]);
  });

  test('an instance of a subclass of Date becomes an ordinary Date', () => {
    class Stamp extends Date {
      override valueOf(): number {
        return 0;
      }
    }
    const live = openAtomicState<any>({ at: null });
    live.fold({ Put: (s: any) => void (s.at = new Stamp(5)) }, [eventOf('Put')]);
    expect(Object.getPrototypeOf(live.value.at)).toBe(Date.prototype);
    expect(live.value.at.getTime()).toBe(5);
  });
});

describe('a draft behaves like the value that it stands for', () => {
  test.each<[string, Change]>([
    [
      'to JSON.stringify',
      (s) => void (s.small.two = JSON.stringify({ ...s, bytes: 0, large: s.large.list.slice(0, 2) })),
    ],
    [
      'to Object.keys',
      (s) =>
        void (s.small.two = [s.rows, s.levels, s.large, s.large.map, s.large.set].map((v) => Object.keys(v).join())),
    ],
    [
      'to checks of own properties',
      (s) => void (s.small.two = [s.rows, s.large.set].map((v) => Object.getOwnPropertyNames(v).join())),
    ],
    ['to reading its tag', (s) => void (s.small.two = [s.rows, s.levels, s.large.set].map(String))],
    ['to spreading', (s) => void (s.small.two = [...s.rows.keys(), ...s.large.set])],
    [
      'to instanceof',
      (s) => void (s.small.two = [s.rows instanceof Map, s.large.set instanceof Set, s.large.map instanceof Map]),
    ],
    ['to Array.isArray', (s) => void (s.small.two = [Array.isArray(s.large.list), Array.isArray(s.small.list)])],
    [
      'to deep equality of plain parts',
      (s) =>
        void (s.small.two = [isDeepStrictEqual(s.large.list[1], row(1)), isDeepStrictEqual(s.rows.get(1), row(1))]),
    ],
    ['to deep equality of a large list', (s) => void (s.small.two = isDeepStrictEqual(s.large.list, large().list))],
    ['to set methods', (s) => void (s.small.two = [...s.large.set.union(new Set(['z']))].join())],
  ])('%s', (_what, change) => {
    same(change);
  });

  test.each<[string, Change]>([
    ['structuredClone of a table', (s) => structuredClone(s.rows)],
    ['structuredClone of a large value', (s) => structuredClone(s.large)],
    ['structuredClone of a large list', (s) => structuredClone(s.large.list)],
    ['structuredClone of a Set', (s) => structuredClone(s.large.set)],
    ['structuredClone of the root', (s) => structuredClone(s)],
    ['isDeepStrictEqual of a table', (s) => isDeepStrictEqual(s.rows, new Map())],
    ['isDeepStrictEqual of a Set', (s) => isDeepStrictEqual(new Set(), s.large.set)],
    ['reading the constructor, as libraries do', (s) => new s.rows.constructor()],
  ])('%s is refused, and the hint suggests plain()', (_what, change) => {
    const error = refusal((s) => void change(s, undefined, undefined));
    expect(`${error.message} ${error.hint}`).toContain('plain(draft)');
  });

  test('plain() gives a value that can be cloned and compared, the same in both folds', () => {
    const direct = same((s) => {
      const all = plain({ rows: s.rows, large: s.large, root: Object.keys(plain(s)) });
      s.small.two = structuredClone(all);
      s.small.one = isDeepStrictEqual(plain(s.rows), state().rows);
    });
    expect(direct.small.one).toBe(true);
    expect(direct.small.two.rows).toEqual(state().rows);
  });
});

describe('the return value of a reducer', () => {
  test.each<[string, Change]>([
    ['a new root', (s) => ({ ...s, small: 1 })],
    ['a new root without a prototype', (s) => Object.assign(Object.create(null), s)],
    ['a promise', async () => {}],
    // biome-ignore lint/suspicious/noThenProperty: the test needs a thenable
    ['a thenable', () => ({ then() {} })],
  ])('%s is refused in both folds', (_what, change) => {
    expect(refusal(change).hint).toMatch(/^Change the draft/);
    expect(() => openDirectState<any>(state()).fold({ Changed: change }, [eventOf('Changed')])).toThrow(
      expect.objectContaining({ code: 'REDUCER_FAILED' }),
    );
  });

  test('anything else is ignored', () => {
    same(
      (s) => s,
      (s) => s.rows.set(7, row(7)),
      (s) => s.small,
      () => ({ rows: 1 }),
      () => [1],
      () => () => 1,
      (s) => Object.assign(s, { more: 1 }),
    );
  });
});

test('opening a state copies values that are frozen or in two places, and reports their paths', () => {
  const shared = row(1);
  const found: string[] = [];
  const live = openAtomicState<any>(
    { a: new Map([[1, shared]]), b: [shared, Object.freeze({ c: { d: 1 } })], e: { f: shared.tags } },
    (path) => found.push(path),
  );
  expect(found).toEqual(['b[0]', 'b[1]', 'e.f']);
  const change = (s: any): void => {
    s.a.get(1).tags.push(2);
    s.b[1].c.d = 2;
  };
  live.fold({ C: change }, [eventOf('C')]);
  expect([live.value.b[0].tags, live.value.e.f, live.value.b[1]]).toEqual([[1], [1], { c: { d: 2 } }]);
});

test('a table that is moved and also put below the top level is refused, in either order', () => {
  for (const order of [
    ['small', 'rows', 'archive'],
    ['archive', 'rows', 'small'],
  ]) {
    const error = refusal((s) => {
      for (const key of order) void s[key];
      const { rows, archive } = s;
      s.small.two = rows;
      s.rows = archive;
      s.archive = rows;
    });
    expect(['archive', 'small.two']).toContain(error.at);
  }
});

describe('an error that only a draft throws refuses the commit even if the reducer catches it', () => {
  const caught =
    (change: Change): Change =>
    (s, data, event) => {
      try {
        change(s, data, event);
      } catch {
        s.small.two = 'caught';
      }
    };
  let kept: any;
  test.each<[string, Change]>([
    ['freezing a large value', (s) => void Object.freeze(s.large.list)],
    ['freezing the root', (s) => void Object.freeze(s)],
    ['freezing a table', (s) => void Object.freeze(s.rows)],
    ['freezing an ordered table', (s) => void Object.freeze(s.levels)],
    ['freezing a large Set', (s) => void Object.freeze(s.large.set)],
    ['another prototype', (s) => void Object.setPrototypeOf(s.large.list, null)],
    ['comparing a table with isDeepStrictEqual', (s) => void isDeepStrictEqual(s.rows, new Map())],
    ['a key that cannot be compared with the others', (s) => void s.levels.set({ k: 1 }, 1)],
  ])('%s', (_what, change) => {
    refusal(caught(change));
  });

  test('changing a draft that was kept from an earlier event of the commit', () => {
    const live = openAtomicState<any>(state());
    const keep: Change = (s) => void (kept = s.large.list);
    const change: Change = caught(() => void kept.push(1));
    expect(() => live.fold({ keep, change }, [eventOf('keep', 1), eventOf('change', 2)])).toThrow(
      expect.objectContaining({ code: 'REDUCER_FAILED', sequence: 2 }),
    );
  });
});

test('a value that throws when it is inspected gives a typed error', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const liar = new Proxy({ n: 1 }, { ownKeys: () => ['n', 'x'], getOwnPropertyDescriptor: () => undefined });
  for (const value of [proxy, liar, [proxy], { liar }, new Map([[proxy, 1]])]) {
    refusal((s) => void (s.small.two = value));
    refusal((s) => void (s.small.two = Object.seal([value])));
    for (const use of [() => openAtomicState({ value }), () => hashState({ value })]) {
      expect(use).toThrow(expect.objectContaining({ code: 'REDUCER_FAILED' }));
    }
  }
  const cycle = new Map<string, unknown>();
  cycle.set('self', cycle);
  refusal((s) => void ((s.small.two = cycle) && (s.small.one = cycle)));
});

test('a reducer that changes its event does not change the error message', () => {
  const error = refusal((_s, _data, event) => {
    event.sequence = 99;
    event.type = 'Other';
    throw new Error('no');
  });
  expect(error).toMatchObject({ type: 'Changed', sequence: 1 });
});
