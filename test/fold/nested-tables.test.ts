/** A Map is a table at any depth: what readers keep, what may move, what a failed commit leaves, and what a change costs. */

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { RefoldError } from '../../src/core/errors.ts';
import type { RecordedEvent } from '../../src/core/event.ts';
import { Deque } from '../../src/fold/collections/deque.ts';
import { ascending, OrderedMap } from '../../src/fold/collections/ordered-map.ts';
import { encodeState, hashState } from '../../src/fold/encoding/state-codec.ts';
import { openAtomicState, openDirectState, openStrictState, type Unwieldy } from '../../src/fold/live-state.ts';
import { plain } from '../../src/fold/own-copy.ts';
import { sample } from '../sample.ts';
import { initialState, OPERATIONS, recordScript, reducers as scripted, scripts } from './fold-scripts.ts';
import { refusalOf } from './refusals.ts';

type Change = (state: any) => unknown;

const line = (n: number) => ({ n, tags: [n] });
const tableOf = (keys: Iterable<number>) => new Map<number, any>(Array.from(keys, (key) => [key, line(key)]));
const table = (...keys: number[]) => tableOf(keys);
const cart = (n: number) => ({ name: `cart ${n}`, tags: [n], lines: table(1, 2, 3) });
const wide = () => Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`w${n}`, n])) as Record<string, any>;

const state = () => ({
  carts: new Map<number, any>([1, 2].map((n) => [n, cart(n)])),
  other: new Map<number, any>(),
  pages: new Map<number, any>([[1, table(1)]]),
  deep: { a: { b: { c: new Map([['k', { inner: table(5) }]]) } }, count: 0 },
  list: [table(1), { index: table(2) }] as any[],
  set: new Set<any>([table(7)]),
  wide: { ...wide(), index: table(4), entry: { index: table(6) } } as any,
  line: new Deque<any>([{ index: table(8) }]),
  ranks: new OrderedMap<number, any>(ascending, [[1, { index: table(9) }]]),
});

const eventsOf = (changes: readonly Change[]): RecordedEvent[] =>
  changes.map((_, index) => ({ sequence: index + 1, recordedAt: 1, type: `C${index}`, version: 1, data: {} }));

const reducersOf = (changes: readonly Change[]) =>
  Object.fromEntries(changes.map((change, index) => [`C${index}`, (s: any) => void change(s)]));

const open = () => openAtomicState<any>(state());

/** Folds the changes as one commit. */
const commit = (live: { fold: (reducers: any, events: any) => void }, ...changes: Change[]): void =>
  live.fold(reducersOf(changes), eventsOf(changes));

/** The refusal of a commit; the state must be as before. */
function refusal(live: ReturnType<typeof open>, ...changes: Change[]): RefoldError {
  return refusalOf(live, () => commit(live, ...changes));
}

/** The changes as one commit, as one commit each, and folded directly come to the same. */
function same(...changes: Change[]): any {
  const [together, apart, direct] = [open(), open(), openDirectState<any>(state())];
  commit(together, ...changes);
  for (const change of changes) commit(apart, change);
  commit(direct, ...changes);
  expect(hashState(together.value)).toBe(hashState(direct.value));
  expect(hashState(apart.value)).toBe(hashState(direct.value));
  return together.value;
}

describe('a Map below the top level is live', () => {
  test.each<[string, (s: any) => any]>([
    ['in an entry', (s) => s.carts.get(1).lines],
    ['in a Map', (s) => s.pages.get(1)],
    ['in a Map in an entry of a Map in objects', (s) => s.deep.a.b.c.get('k').inner],
    ['in an array', (s) => s.list[0]],
    ['in an object in an array', (s) => s.list[1].index],
    ['in a Set', (s) => [...s.set][0]],
    ['in a large object', (s) => s.wide.index],
    ['in an object in a large object', (s) => s.wide.entry.index],
    ['in an item of a Deque', (s) => s.line.at(0).index],
    ['in an entry of an OrderedMap', (s) => s.ranks.get(1).index],
  ])('%s', (_where, tableIn) => {
    const live = open();
    const root = live.value;
    const taken = tableIn(live.value);
    const { size } = taken;
    const first = taken.entries().next().value;
    const add: Change = (s) => tableIn(s).set(50, line(50));
    const change: Change = (s) => tableIn(s).get(50).n++;
    commit(live, add, change);
    expect(tableIn(live.value)).toBe(taken);
    expect(live.value).toBe(root);
    expect(taken.size).toBe(size + 1);
    expect(taken.get(50)).toEqual({ n: 51, tags: [50] });
    expect(taken.get(first[0])).toBe(first[1]);
    commit(live, (s) => tableIn(s).delete(50));
    expect(taken.size).toBe(size);
    for (const method of ['set', 'delete', 'clear']) expect(() => taken[method](1, 2)).toThrow(TypeError);
    expect(Object.isFrozen(taken)).toBe(true);
    same(add, change, (s) => tableIn(s).clear(), add);
  });

  test('an entry keeps its identity when only a Map in it changed, and gets another when anything else did', () => {
    const live = open();
    const { carts, deep } = live.value;
    const [one, two] = [carts.get(1), carts.get(2)];
    commit(
      live,
      (s) => s.carts.get(1).lines.set(9, line(9)),
      (s) => s.deep.a.b.c.get('k').inner.clear(),
    );
    expect([carts.get(1), carts.get(2), live.value.deep]).toEqual([one, two, deep]);
    expect([carts.get(1) === one, carts.get(2) === two, live.value.deep === deep]).toEqual([true, true, true]);
    commit(live, (s) => void (s.carts.get(1).name = 'new'));
    expect(carts.get(1)).not.toBe(one);
    expect(carts.get(1).lines).toBe(one.lines);
    expect(one.name).toBe('cart 1');
  });

  test('what a reader took stays as it was, but for the Maps in it', () => {
    const live = open();
    const taken = live.value.carts.get(1);
    const [first, fixed, cloned] = [taken.lines.get(1), new Map(taken.lines), structuredClone(taken.lines)];
    const before = plain(live.value);
    commit(live, (s) => {
      const one = s.carts.get(1);
      one.tags.push(2);
      one.lines.get(1).tags.push(9);
      one.lines.delete(2);
      s.list[1].more = 1;
    });
    expect([taken.tags, first]).toEqual([[1], line(1)]);
    expect([...fixed.keys(), ...cloned.keys()]).toEqual([1, 2, 3, 1, 2, 3]);
    expect(fixed).toEqual(before.carts.get(1).lines);
    expect([...taken.lines.keys()]).toEqual([1, 3]);
    expect(taken.lines.get(1).tags).toEqual([1, 9]);
  });
});

describe('a Map has one place', () => {
  const move: Change = (s) => {
    const one = s.carts.get(1);
    s.carts.delete(1);
    s.other.set(5, one);
    one.lines.set(8, line(8));
  };
  const toTop: Change = (s) => {
    s.top = s.carts.get(2).lines;
    s.carts.get(2).lines = new Map([[1, line(1)]]);
    s.top.delete(1);
  };
  const fromTop: Change = (s) => {
    s.carts.get(2).lines = s.top;
    delete s.top;
  };
  const swap: Change = (s) => {
    [s.list[0], s.wide.index] = [s.wide.index, s.list[0]];
    s.list[0].set(3, line(3));
  };

  test.each<[string, Change[]]>([
    ['an entry moves with its Map', [move]],
    ['a Map moves to the top level and back', [toTop, (s) => s.top.set(6, line(6)), fromTop]],
    ['two Maps change places', [swap, swap, (s) => s.wide.index.clear()]],
    ['a top-level table moves below', [(s) => void ([s.list[0], s.pages] = [s.pages, new Map()])]],
    [
      'a Map moves out of an entry that is deleted',
      [
        (s) => {
          s.list[0] = s.carts.get(1).lines;
          s.carts.delete(1);
        },
      ],
    ],
    ['a Map is replaced', [(s) => void (s.carts.get(1).lines = new Map([...s.carts.get(1).lines].reverse()))]],
    [
      'a Map moves, and an equal one takes its place',
      [(s) => void ([s.list[0], s.carts.get(1).lines] = [s.carts.get(1).lines, table(1, 2, 3)])],
    ],
    [
      'a top-level table moves, and an equal one takes its place',
      [(s) => void ([s.list[0], s.pages] = [s.pages, new Map([[1, table(1)]])]), (s) => s.list[0].clear()],
    ],
    [
      'an entry is deleted after its Map has changed, and a line of it moves',
      [
        (s) => s.carts.get(1).lines.set(4, line(4)),
        (s) => s.carts.get(1).lines.get(4).n++ && s.other.set(4, s.carts.get(1).lines.get(4)) && s.carts.delete(1),
        (s) => void (s.other.get(4).n = 7),
      ],
    ],
  ])('%s', (_what, changes) => {
    same(...changes);
    same(...changes.flatMap((change) => [change, (s: any) => s.other.set(1, { n: s.other.size })]));
  });

  test('a Map that moves stays the same object', () => {
    const live = open();
    const [lines, second] = [live.value.carts.get(1).lines, live.value.carts.get(2).lines];
    commit(live, move, toTop);
    expect(live.value.other.get(5).lines).toBe(lines);
    expect(live.value.top).toBe(second);
    commit(live, fromTop);
    expect(live.value.carts.get(2).lines).toBe(second);
    expect([...second.keys()]).toEqual([2, 3]);
  });

  test.each<[string, Change, at: string, other: string]>([
    ['two entries', (s) => s.other.set(1, { lines: s.carts.get(1).lines }), 'other[1].lines', 'carts[1].lines'],
    ['an entry and a Map', (s) => s.pages.set(2, s.carts.get(1).lines), 'pages[2]', 'carts[1].lines'],
    ['an entry and the top level', (s) => void (s.top = s.carts.get(1).lines), 'top', 'carts[1].lines'],
    ['a large object and an array', (s) => void (s.list[0] = s.wide.index), 'list[0]', 'wide.index'],
    ['the top level and an entry', (s) => void (s.carts.get(1).lines = s.pages), 'carts[1].lines', 'pages'],
    ['a copy of its entry', (s) => s.carts.set(2, { ...s.carts.get(1), tags: [] }), 'carts[2].lines', 'carts[1].lines'],
    [
      'after it has changed',
      (s) => s.carts.get(1).lines.clear() ?? s.deep.a.b.c.set('x', s.carts.get(1).lines),
      'deep.a.b.c.x',
      'carts[1].lines',
    ],
  ])('%s: refused, and the error names both places', (_what, change, at, other) => {
    const error = refusal(open(), change);
    const places = [error.at!, /also at (.+)$/.exec(error.message)?.[1] ?? 'none'].sort();
    expect(places).toEqual([at, other].sort());
  });

  test('a Map in itself, a frozen one, and one of another time are refused', () => {
    const live = open();
    const raw = live.value.carts.get(1).lines;
    refusal(live, (s) => s.carts.get(1).lines.set(9, { in: s.carts.get(1).lines }));
    refusal(live, (s) => void Object.freeze(s.carts.get(1).lines));
    refusal(live, (s) => s.other.set(1, { lines: raw }));
    let kept: any;
    const keep: Change = (s) => void (kept = s.carts.get(1).lines);
    const caught: Change = () => {
      try {
        kept.set(1, line(1));
      } catch {}
    };
    expect(refusal(live, keep, caught)).toMatchObject({
      sequence: 2,
      message: expect.stringContaining('earlier event'),
    });
    expect(refusal(live, keep, (s) => s.other.set(1, { lines: kept }))).toMatchObject({
      sequence: 2,
      at: 'other[1].lines',
    });
    commit(live, keep);
    expect(() => kept.set(9, line(9))).toThrow(TypeError);
    expect(raw.has(9)).toBe(false);
  });
});

test('a commit that fails leaves nothing in any Map, and the next one folds as if it had not been', () => {
  const live = open();
  const before = plain(live.value);
  const half: Change[] = [
    (s) => s.carts.get(1).lines.set(1, { n: 0 }).delete(2),
    (s) => {
      s.carts.get(1).lines.get(1).n++;
      s.deep.a.b.c.get('k').inner.clear();
      s.wide.entry.index.set(1, 1);
      s.list[0].get(1).tags.push(2);
      s.pages.get(1).set(2, line(2));
      s.carts.set(3, cart(3));
    },
    (s) => s.carts.get(3).lines.clear(),
  ];
  const fail: Change = () => {
    throw new Error('no');
  };
  for (let done = 1; done <= half.length; done++) {
    refusal(live, ...half.slice(0, done), fail);
    expect(plain(live.value)).toEqual(before);
  }
  refusal(live, ...half, (s) => s.other.set(1, () => 1));
  const direct = openDirectState<any>(state());
  for (const fold of [live, direct]) commit(fold, ...half);
  expect(hashState(live.value)).toBe(hashState(direct.value));
});

describe('a captured state', () => {
  const changes: Change[] = [
    (s) => s.carts.get(1).lines.set(1, line(100)),
    (s) => s.carts.get(1).lines.delete(2),
    (s) => s.carts.get(1).lines.set(2, line(2)),
    (s) => s.carts.get(2).lines.clear(),
    (s) => s.other.set(2, s.carts.get(2)) && s.carts.delete(2),
    (s) => s.other.get(2).lines.set(9, line(9)),
    (s) => s.deep.a.b.c.get('k').inner.set(1, line(1)),
    (s) => s.carts.clear(),
    (s) => s.pages.get(1).delete(1),
    (s) => s.wide.index.set(4, 4),
    (s) => [...s.set][0].set(1, 1),
    (s) => s.line.at(0).index.clear(),
    (s) => s.ranks.get(1).index.set(2, 2),
  ];

  test.each([0, 1, 2, 3, 5, 8, 13, 21, 34, 55])('is encoded as it was, with a commit from chunk %i on', (from) => {
    const live = open();
    const expected = Buffer.concat([...encodeState(live.value)]);
    const capture = live.capture()!;
    const encoding = encodeState(capture.state, 16);
    const chunks: Uint8Array[] = [];
    for (let step = encoding.next(), at = 0; step.done !== true; step = encoding.next(), at++) {
      chunks.push(step.value);
      const change = changes[at - from];
      if (change !== undefined) commit(live, change);
    }
    capture.release();
    expect(Buffer.concat(chunks).equals(expected)).toBe(true);
    expect(Buffer.concat([...encodeState(live.value)]).equals(expected)).toBe(from > 55);
  });

  test('notes the keys of a Map once, at its first change', () => {
    const live = open();
    const capture = live.capture()!;
    const keys = vi.spyOn(Map.prototype, 'keys');
    const noted = (): number => keys.mock.contexts.filter((map) => map === live.value.carts.get(1).lines).length;
    commit(live, (s) => s.carts.get(2).lines.set(1, line(5)));
    expect(noted()).toBe(0);
    commit(live, (s) => s.carts.get(1).lines.set(1, line(5)));
    commit(live, (s) => s.carts.get(1).lines.set(1, line(6)));
    expect(noted()).toBe(1);
    capture.release();
    commit(live, (s) => s.carts.get(1).lines.set(1, line(7)));
    expect(noted()).toBe(1);
    keys.mockRestore();
  });
});

describe('a commit costs what it touches of a Map in an entry', () => {
  const SIZE = 200_000;
  const large = () => ({
    carts: new Map([[1, { name: 'large', lines: tableOf(Array(SIZE).keys()) }]]),
    wide: { ...wide(), entry: { index: tableOf(Array(SIZE).keys()) } },
  });
  const live = openAtomicState<any>(large());

  test.each<[string, Change]>([
    ['set', (s) => s.carts.get(1).lines.set(7, line(8))],
    ['add', (s) => s.carts.get(1).lines.set(-1, line(8))],
    ['change', (s) => s.carts.get(1).lines.get(5_000).n++],
    ['delete and add', (s) => s.carts.get(1).lines.delete(9) && s.carts.get(1).lines.set(9, line(9))],
    ['another member of the entry', (s) => void (s.carts.get(1).name += '!')],
    [
      'the entry moves',
      (s) => s.carts.set(2, s.carts.get(1)) && s.carts.delete(1) && s.carts.set(1, s.carts.get(2)) && s.carts.delete(2),
    ],
    ['below a large object', (s) => s.wide.entry.index.get(3).n++],
  ])('%s', (_what, change) => {
    const calls = ['set', 'get', 'has', 'delete', 'keys', 'entries', 'values'] as const;
    const spies = calls.map((name) => vi.spyOn(Map.prototype, name));
    const copied = vi.spyOn(Array, 'from');
    commit(live, change);
    const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    for (const spy of [...spies, copied]) spy.mockRestore();
    expect(count).toBeLessThan(120);
    expect(live.value.carts.get(1).lines.size).toBeGreaterThan(SIZE - 2);
  });
});

describe('a state that is only staged', () => {
  const event = eventsOf([() => {}])[0]!;
  const fold = (staged: { fold: (reducers: any, event: RecordedEvent) => void }, change: Change): void =>
    staged.fold({ C0: (s: any) => void change(s) }, event);

  test.each(['atomic', 'direct'] as const)('shows what events make of a Map in an entry: %s fold', (kind) => {
    const live = kind === 'atomic' ? open() : openDirectState<any>(state());
    const hash = hashState(live.value);
    const first = live.stage('the first');
    fold(first, (s) => s.carts.get(1).lines.set(50, line(50)));
    const { lines } = (first.state as any).carts.get(1);
    fold(first, (s) => s.carts.get(1).lines.get(50).n++);
    const second = live.stage('the second');
    fold(second, (s) => s.carts.get(1).lines.delete(1));
    expect([...lines.keys()]).toEqual([1, 2, 3, 50]);
    expect(lines.get(50).n).toBe(51);
    expect([...(second.state as any).carts.get(1).lines.keys()]).toEqual([2, 3]);
    expect(() => lines.set(1, 1)).toThrow('read-only');
    first.end('it is over');
    expect(() => lines.size).toThrow('it is over');
    expect(hashState(live.value)).toBe(hash);
  });

  test('an open commit shows it in what a reader has taken before, and then in the state', () => {
    const live = open();
    const transaction = live.open('an open commit');
    const { carts, other, deep } = transaction.state as any;
    const one = carts.get(1);
    expect(carts.get(1)).toBe(one);
    fold(transaction, (s) => s.carts.get(1).lines.delete(1));
    fold(transaction, (s) => s.other.set(9, { n: 1, list: [1] }));
    expect([...one.lines.keys()]).toEqual([2, 3]);
    expect([...deep.a.b.c.get('k').inner.keys()]).toEqual([5]);
    const flat = other.get(9);
    expect(Object.isFrozen(flat)).toBe(true);
    expect([...live.value.carts.get(1).lines.keys()]).toEqual([1, 2, 3]);
    transaction.take();
    transaction.end('it is over');
    expect([...live.value.carts.get(1).lines.keys()]).toEqual([2, 3]);
    // What a callback returns may be read afterwards.
    expect([one.name, one.lines, flat.n]).toEqual(['cart 1', live.value.carts.get(1).lines, 1]);
    expect(one.lines).toBe(live.value.carts.get(1).lines);
  });
});

describe('strict folding', () => {
  const watched = (run: () => void) => {
    run();
    return { readClock: false, drewNumbers: false, clockAheadMs: 0 };
  };

  test('finds no fault in a reducer that obeys the rules', () => {
    fc.assert(
      fc.property(
        scripts(Object.keys(OPERATIONS)),
        fc.constantFrom('atomic' as const, 'direct' as const),
        (script, kind) => {
          const live = openStrictState(initialState(), kind, watched);
          for (const commit of script.filter(({ fails }) => !fails)) live.fold(scripted, recordScript(commit));
        },
      ),
      { numRuns: sample(20) },
    );
  });

  test('finds a difference in a Map in an entry', () => {
    const live = openStrictState<any>(state(), 'atomic', watched);
    let calls = 0;
    const change: Change = (s) => s.carts.get(1).lines.set(1, { n: calls++ });
    expect(() => commit(live, change)).toThrow(expect.objectContaining({ at: 'carts[1].lines[1].n' }));
    expect([...live.value.carts.get(1).lines]).toEqual([...table(1, 2, 3)]);
  });
});

describe('what cannot be a table is reported, once for each kind of place', () => {
  const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, k) => [`k${k}`, { n: k }])) as any;
  const found: Unwieldy[] = [];
  const live = openAtomicState<any>(
    {
      docs: new Map([1, 2].map((n) => [n, { parts: Array.from({ length: 3_000 }, (_, k) => ({ k })) }])),
      byId: { ...many(5_000), k7: { table: table(1) } },
      members: new Set(Array(2_500).keys()),
      list: Array.from({ length: 1_999 }, (_, k) => k),
      table: new Map(Array.from({ length: 5_000 }, (_, k) => [k, k])),
      line: new Deque(Array(5_000).keys()),
    },
    undefined,
    undefined,
    (each) => found.push(each),
  );

  test.each<[string, Change, Unwieldy | undefined]>([
    ['reading', (s) => [s.docs.get(1).parts[5].k, s.byId.k5.n, s.members.has(1), s.list.length], undefined],
    ['tables and Deques', (s) => [s.table.set(1, 2), s.line.push(1)], undefined],
    ['an array of fewer items', (s) => s.list.push(1), { path: 'list', kind: 'array', members: 2_000 }],
    [
      'an item of an array',
      (s) => s.docs.get(1).parts[5].k++,
      { path: 'docs[1].parts', kind: 'array', members: 3_000 },
    ],
    ['the same of another entry', (s) => s.docs.get(2).parts.push(1), undefined],
    ['a Map below an object', (s) => s.byId.k7.table.clear(), { path: 'byId', kind: 'object', members: 5_000 }],
    ['a member of that object', (s) => delete s.byId.k9, undefined],
    ['a Set', (s) => s.members.add('x'), { path: 'members', kind: 'set', members: 2_501 }],
  ])('%s', (_what, change, expected) => {
    found.length = 0;
    commit(live, change);
    expect(found).toEqual(expected === undefined ? [] : [expected]);
  });

  test('a long list that a reducer puts in the place of another', () => {
    const told: Unwieldy[] = [];
    const replaced = openAtomicState<any>({ list: [] }, undefined, undefined, (each) => told.push(each));
    commit(replaced, (s) => void (s.list = Array(3_000).fill(0)));
    expect(told).toEqual([]);
    commit(replaced, (s) => void (s.list = [...s.list, 1]));
    expect(told).toEqual([{ path: 'list', kind: 'array', members: 3_001 }]);
  });
});
