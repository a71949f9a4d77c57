/** The engine begins with a copy of what `initialState` gives. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  ascending,
  MemoryContents as Contents,
  defineModel,
  defineProjection,
  type MemoryContents,
  OrderedMap,
  openMemoryLog,
  openStore,
} from '../../../src/index.ts';

const SAME = {
  list: [] as number[],
  rows: new Map<number, { n: number }>([[0, { n: 0 }]]),
  levels: new OrderedMap<number, { n: number }>(ascending, [[1, { n: 1 }]]),
};
const FROZEN = Object.freeze({
  list: Object.freeze([] as number[]),
  rows: new Map([[0, Object.freeze({ n: 0 })]]),
  levels: new OrderedMap<number, { n: number }>(ascending, [[1, Object.freeze({ n: 1 })]]),
});

const KINDS: [string, () => any][] = [
  ['the same object each time', () => SAME],
  ['a frozen object', () => FROZEN],
  ['a spread of a constant', () => ({ ...SAME })],
  [
    'a part in two places',
    () => {
      const row = { n: 0 };
      return { list: [], rows: new Map([[0, row]]), levels: new OrderedMap(ascending<number>, [[1, row]]) };
    },
  ],
  [
    'one table in two places',
    () => {
      const rows = new Map([[0, { n: 0 }]]);
      return { list: [], rows, again: rows, levels: new OrderedMap(ascending<number>, [[1, { n: 1 }]]) };
    },
  ],
  [
    'a getter',
    () => ({
      get list() {
        return [];
      },
      rows: new Map([[0, { n: 0 }]]),
      levels: new OrderedMap(ascending<number>, [[1, { n: 1 }]]),
    }),
  ],
  [
    'no prototype',
    () =>
      Object.assign(Object.create(null), {
        list: [],
        rows: new Map([[0, { n: 0 }]]),
        levels: new OrderedMap(ascending<number>, [[1, { n: 1 }]]),
      }),
  ],
];

const reducers = {
  Added(state: any, { n }: { n: number }) {
    state.list.push(n);
    state.rows.get(0).n += n;
    state.rows.set(n, { n });
    state.levels.get(1).n += n;
  },
};
const modelOf = (initialState: () => any) =>
  defineModel({ name: 'initial', events: { Added: z.object({ n: z.number() }) }, initialState, reducers });

const reopen = (contents: MemoryContents, initialState: () => any, fold: 'atomic' | 'direct') =>
  openStore(modelOf(initialState), { log: openMemoryLog({ contents }), fold });

describe.each(['atomic', 'direct'] as const)('under the %s fold', (fold) => {
  test.each(KINDS)('%s', async (_what, initialState) => {
    const contents = new Contents();
    const store = await reopen(contents, initialState, fold);
    const before = await store.stateHash();
    const projection = await store.project(defineProjection({ name: 'view', initialState, reducers } as any));
    for (const n of [1, 2, 3]) await store.append({ type: 'Added', data: { n } });
    await projection.catchUp();
    const hash = await store.stateHash();
    expect((await store.at({ sequence: 0 })).state.list).toEqual([]);
    expect((await store.at({ sequence: 3 })).state.list).toEqual([1, 2, 3]);
    expect((projection.state as any).list).toEqual([1, 2, 3]);
    expect((await store.verify()).ok).toBe(true);
    await store.close();
    for (const other of ['atomic', 'direct'] as const) {
      contents.snapshots.splice(0);
      await using again = await reopen(contents, initialState, other);
      expect(await again.stateHash()).toBe(hash);
    }
    await using fresh = await reopen(new Contents(), initialState, fold);
    expect(await fresh.stateHash()).toBe(before);
  });
});

test.each<[string, () => any]>([
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  [
    'throws a value without a text',
    () => {
      throw Object.create(null);
    },
  ],
  ['gives nothing', () => undefined],
  ['gives a promise', async () => ({})],
  [
    'gives a cycle',
    () => {
      const a: any = {};
      a.a = a;
      return a;
    },
  ],
  ['gives an array', () => []],
  ['gives a Map', () => new Map()],
  ['gives an instance', () => new URL('x:')],
  [
    'gives an OrderedMap below the top level whose comparator the model does not name',
    () => ({ a: { m: new OrderedMap<number, number>((a, b) => a - b) } }),
  ],
  ['gives a frozen wrapper of an instance', () => Object.freeze({ a: Object.freeze([new URL('x:')]) })],
  ['gives a Map keyed by a symbol', () => ({ m: new Map([[Symbol('k'), 1]]) })],
  ['gives a nested function', () => ({ f: () => 1 })],
  [
    'has a comparator that throws',
    () => ({
      m: new OrderedMap<number, number>(() => {
        throw new Error('no');
      }, [
        [1, 1],
        [2, 2],
      ]),
    }),
  ],
])('an initial state that %s is refused with a typed error, and the log is unchanged', async (_what, initialState) => {
  const contents = new Contents();
  for (const fold of ['atomic', 'direct'] as const)
    await expect(reopen(contents, initialState, fold)).rejects.toMatchObject({
      name: 'RefoldError',
      hint: expect.any(String),
    });
  expect(contents.head.sequence).toBe(0);
});
