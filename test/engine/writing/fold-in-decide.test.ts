/** Before it decides, a command sees the state as its events would make it. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ascending, type DecideContext, Deque, defineModel, OrderedMap, openStore, plain } from '../../../src/index.ts';
import { specification } from '../../../src/testing.ts';
import { errorOf } from '../harness.ts';

interface Item {
  n: number;
  tags: string[];
}

/** What `try` does when it decides; its result is kept in `seen`. */
let attempt: (state: any, context: DecideContext) => unknown = () => undefined;
let seen: any;
/** Called by the reducer of Put. */
let hook: () => void = () => {};

const many = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const model = defineModel({
  name: 'shelf',
  events: {
    Put: z.object({ id: z.int(), n: z.int() }),
    Removed: z.object({ id: z.int() }),
    Renamed: z.object({ name: z.string() }),
    Broken: z.object({}),
  },
  initialState: () => ({
    items: new Map<number, Item>(),
    levels: new OrderedMap<number, Item>(ascending),
    list: many(200).map((n): Item => ({ n, tags: [] })),
    names: new Set<string>(),
    pairs: new Set<{ n: number }>([{ n: 0 }, ...many(150).map((n) => ({ n }))]),
    deep: { by: { name: 'none', map: new Map<string, { n: number }>([['a', { n: 1 }]]) } },
    queue: new Deque<Item | string>(),
    games: new Map<string, { line: Deque<Item>; board: OrderedMap<number, Item> }>(),
    last: 0,
    meta: '',
  }),
  reducers: {
    Put(state, { id, n }, event) {
      hook();
      const item = state.items.get(id);
      if (item === undefined) state.items.set(id, { n, tags: [] });
      else item.n += n;
      const level = state.levels.get(id) ?? { n: 0, tags: [] };
      level.n += n;
      level.tags.push(`at ${event.sequence}`);
      state.levels.set(id, level);
      for (const [, each] of state.levels.range()) each.n += 1;
      for (const pair of state.pairs) pair.n += 1;
      state.queue.push(`put ${n}`, { n, tags: [] });
      if (!state.games.has('g')) state.games.set('g', { line: new Deque(), board: new OrderedMap(ascending) });
      const { line, board } = state.games.get('g')!;
      line.unshift({ n, tags: [] });
      line.at(-1)!.n += 1;
      board.set(id, { n, tags: [] });
      board.at(0)![1].n += 10;
      state.list[id]!.n += 1000 * n;
      state.last = event.sequence;
      state.meta = JSON.stringify([event.recordedAt, event.meta]);
    },
    Removed(state, { id }) {
      state.items.delete(id);
      state.levels.delete(id);
    },
    Renamed(state, { name }) {
      state.deep.by.name = name;
      state.deep.by.map.set('b', { n: 2 });
      state.names.add(name);
    },
    Broken() {
      throw new Error('broken');
    },
  },
  commands: {
    try: {
      input: z.object({}),
      decide: (state, _input, context) => {
        seen = attempt(state, context);
        return [];
      },
    },
  },
});

const put = (id: number, n: number) => ({ type: 'Put' as const, data: { id, n } });
const script = [put(1, 5), put(2, 7), { type: 'Removed' as const, data: { id: 1 } }, put(3, 1), put(2, 1)];

describe.each([
  { fold: 'atomic', strict: false },
  { fold: 'direct', strict: false },
  { fold: 'atomic', strict: true },
  { fold: 'direct', strict: true },
] as const)('fold in decide, $fold fold, strict $strict', (options) => {
  const open = () => openStore(model, { path: ':memory:', clock: () => 1000, ...options });

  test('gives the state as an append would make it, and leaves the state alone', async () => {
    await using store = await open();
    await using other = await open();
    await store.append(script);
    await other.append(script);
    const before = await store.stateHash();
    const events = [put(2, 3), { type: 'Renamed' as const, data: { name: 'new' } }, put(9, 1), put(2, 2)];
    attempt = (_state, { fold }) => plain(fold(events as never));
    await store.execute('try', {});
    expect([await store.stateHash(), store.sequence]).toEqual([before, script.length]);
    await other.append(events as never);
    expect(seen).toEqual(plain(other.state));
  });

  test('starts from the state each time, or continues from its last view', async () => {
    await using store = await open();
    await store.append(put(1, 1));
    attempt = (state, { fold }) => {
      const first = fold(put(1, 1));
      const second = fold([put(1, 10)]);
      const third = fold(put(1, 100), second);
      return [state, first, second, third, fold([])].map((each: any) => [each.items.get(1).n, each.last]);
    };
    await store.execute('try', {});
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
      [111, 3],
      [111, 3],
      [1, 1],
    ]);
  });

  test('gives events the time, the sequence and the meta that they will have', async () => {
    await using store = await open();
    attempt = (_state, { fold, now, sequence }) => [now, sequence, (fold([put(1, 1), put(1, 1)]) as any).meta];
    await store.execute('try', {}, { meta: { by: 'me' } });
    expect(seen).toEqual([1000, 0, JSON.stringify([1000, { by: 'me' }])]);
  });

  test('shows what it staged through every method of its collections', async () => {
    await using store = await open();
    await store.append(script);
    attempt = (_state, { fold }) => {
      const { items, levels, list, names, deep, queue, games } = fold([put(2, 1), put(8, 1)]) as any;
      return {
        items: [items.size, items.has(8), [...items.keys()], [...items.values()].map((item: any) => item.n)],
        levels: [levels.size, levels.first()[0], levels.last()[0], levels.nextAfter(2)[0], levels.nextBefore(2)],
        ranges: [...levels.range({ from: 3, reverse: true, to: 9 })].map(([key]) => key),
        kinds: [items instanceof Map, levels instanceof OrderedMap, names instanceof Set, Array.isArray(list)],
        list: [list.length, list.filter((each: any) => each.n > 900).length, list.at(-1).n, JSON.stringify(list[0])],
        sets: [names.isSubsetOf?.(new Set(['x'])) ?? true, names.has('x'), names.size],
        deep: [Object.keys(deep.by), 'name' in deep.by, deep.by.map.get('a').n, { ...deep.by }.name],
        same: Object.is(items.get(2), [...items.values()][0]),
        ...collections(queue, games.get('g')),
      };
    };
    await store.execute('try', {});
    expect(seen).toEqual({
      items: [3, true, [2, 3, 8], [9, 1, 1]],
      levels: [3, 2, 8, 3, undefined],
      ranges: [8, 3],
      kinds: [true, true, true, true],
      list: [200, 4, 199, '{"n":0,"tags":[]}'],
      sets: [true, false, 0],
      deep: [['name', 'map'], true, 1, 'none'],
      same: true,
      queue: [true, 12, 'put 5', 'put 1', 1, 12, [1, 'put 1'], [10, 'put 1'], 1],
      line: [6, [1, 1, 1, 1, 7, 11]],
      board: [true, 4, 3, 8, [8, 3], [2, 3], 1],
    });
  });

  /** What every method that reads gives. */
  const collections = (queue: any, { line, board }: any) => ({
    queue: [
      ...[queue instanceof Deque, queue.size, queue.at(0), queue.slice(-2, -1)[0], queue.at(-1).n],
      ...[[...queue].length, [queue.slice(1, 2)[0].tags.length + 1, queue.slice(-2)[0]]],
      ...[[...queue.entries()].at(-2), Object.is(queue.at(1), [...queue.values()][1]) ? 1 : 0],
    ],
    line: [line.size, [...line].map(({ n }) => n)],
    board: [
      ...[board instanceof OrderedMap, board.size, board.rank(8), board.at(-1)[0]],
      ...[
        [...board.range({ start: 2, reverse: true })].map(([key]) => key),
        [...board.range({ start: 1, end: 3 })].map(([key]) => key),
      ],
      board.at(1)[1].n,
    ],
  });

  const writes: [string, (view: any) => unknown][] = [
    ['the root', (view) => (view.last = 5)],
    ['a new member of the root', (view) => (view.more = 5)],
    ['a deletion from the root', (view) => delete view.last],
    ['a definition', (view) => Object.defineProperty(view, 'last', { value: 1 })],
    ['a prototype', (view) => Object.setPrototypeOf(view, null)],
    ['freezing', (view) => Object.freeze(view)],
    ['a Map', (view) => view.items.set(1, {})],
    ['a Map, deleting', (view) => view.items.delete(2)],
    ['a Map, clearing', (view) => view.items.clear()],
    ['an entry', (view) => (view.items.get(2).n = 5)],
    ['an entry of an OrderedMap', (view) => (view.levels.first()[1].n = 5)],
    ['what stands in it', (view) => view.levels.first()[1].tags.push('x')],
    ['an OrderedMap', (view) => view.levels.set(1, {})],
    ['an OrderedMap, deleting', (view) => view.levels.delete(2)],
    ['an OrderedMap, clearing', (view) => view.levels.clear()],
    ['an OrderedMap within', (view) => view.games.get('g').board.set(1, {})],
    ['an entry of an OrderedMap within', (view) => (view.games.get('g').board.at(0)[1].n = 5)],
    ['a Deque', (view) => view.queue.push('x')],
    ['a Deque, taking out', (view) => view.queue.shift()],
    ['a Deque, taking out of its end', (view) => view.queue.pop()],
    ['a Deque, adding at its beginning', (view) => view.queue.unshift('x')],
    ['a Deque, inserting', (view) => view.queue.insert(1, 'x')],
    ['a Deque, replacing', (view) => view.queue.set(0, 'x')],
    ['a Deque, deleting', (view) => view.queue.delete(0)],
    ['a Deque, truncating', (view) => view.queue.truncate(0, 1)],
    ['a Deque, clearing', (view) => view.queue.clear()],
    ['an item of a Deque', (view) => (view.queue.at(1).n = 5)],
    ['an array', (view) => view.list.push(1)],
    ['an item', (view) => (view.list[150].n = 1)],
    ['an array, sorting', (view) => view.list.sort()],
    ['a Set', (view) => view.names.add('x')],
    ['a member of a Set', (view) => ([...view.pairs][3].n = 1)],
    ['an object within', (view) => (view.deep.by.name = 'x')],
    ['a Map within', (view) => view.deep.by.map.get('a').n++],
  ];

  test.each(writes)('refuses a write to it: %s', async (_what, write) => {
    await using store = await open();
    await store.append(script);
    const before = await store.stateHash();
    attempt = (_state, { fold }) => {
      for (const view of [fold([]), fold(put(2, 1))]) {
        expect(() => write(view)).toThrow(expect.objectContaining({ name: 'RefoldError', code: 'INVALID_OPTION' }));
      }
    };
    await store.execute('try', {});
    expect(await store.stateHash()).toBe(before);
  });

  test('is over when decide returns', async () => {
    await using store = await open();
    await store.append(script);
    attempt = (_state, { fold }) => {
      const view = fold(put(2, 1)) as any;
      const { items, levels, list, names, queue } = view;
      return { fold, view, items, levels, list, names, queue, item: items.get(2), iterator: items.values() };
    };
    await store.execute('try', {});
    const uses: (() => unknown)[] = [
      () => seen.view.last,
      () => Object.keys(seen.view),
      () => seen.items.get(2),
      () => seen.items.size,
      () => seen.levels.first(),
      () => [...seen.levels],
      () => seen.levels.at(0),
      () => seen.levels.rank(0),
      () => seen.queue.size,
      () => [...seen.queue],
      () => seen.list[0],
      () => [...seen.names],
      () => seen.item.n,
      () => seen.iterator.next(),
    ];
    for (const use of uses) {
      expect(await errorOf(use as never)).toMatchObject({
        code: 'INVALID_OPTION',
        message: 'Cannot use the state that fold gave: decide has returned',
      });
    }
    expect(await errorOf(() => seen.fold(put(1, 1)))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  test.each<[string, unknown, object]>([
    ['a reducer that throws', { type: 'Broken', data: {} }, { code: 'REDUCER_FAILED', type: 'Broken', sequence: 7 }],
    ['data that does not fit', put(1.5, 1), { code: 'EVENT_REJECTED', type: 'Put', sequence: 7 }],
    ['an unknown type', { type: 'Lost', data: {} }, { code: 'UNKNOWN_EVENT_TYPE', sequence: 7 }],
    ['what is not an event', 7, { code: 'EVENT_REJECTED', sequence: 7 }],
  ])('passes on the refusal of %s, which decide may catch', async (_what, event, expected) => {
    await using store = await open();
    await store.append(script);
    attempt = (_state, { fold }) => {
      let caught: unknown;
      try {
        fold([put(4, 1), event] as never);
      } catch (error) {
        caught = error;
      }
      return [caught, (fold(put(4, 2)) as any).items.get(4).n];
    };
    expect(await store.execute('try', {})).toMatchObject({ status: 'accepted' });
    expect(seen).toEqual([expect.objectContaining(expected), 2]);
    attempt = (_state, { fold }) => fold(event as never);
    const error = await errorOf(store.execute('try', {}));
    expect([error.code, (error.cause as { code: string }).code]).toEqual([
      'COMMAND_FAILED',
      (expected as { code: string }).code,
    ]);
    await store.append(put(4, 1));
    expect(store.state.items.get(4)).toMatchObject({ n: 1 });
  });

  test('works in a command that had to wait for its turn', async () => {
    await using store = await open();
    const name = 'x'.repeat(8 * 1024 * 1024);
    const filling = Array.from({ length: 9 }, () => store.append({ type: 'Renamed', data: { name } }));
    filling.push(store.append(put(1, 1)));
    attempt = (_state, { fold, sequence }) => [sequence, (fold(put(1, 2)) as any).items.get(1).n];
    seen = undefined;
    const executed = store.execute('try', {});
    expect(store.stats().waitingBytes).toBeGreaterThan(0);
    expect(seen).toBe(undefined);
    await Promise.all([...filling, executed]);
    expect(seen).toEqual([10, 3]);
  });

  test('does not continue from anything but its last view', async () => {
    await using store = await open();
    attempt = (state, { fold }) => {
      const first = fold(put(1, 1));
      const failed = fold([]);
      try {
        fold({ type: 'Broken', data: {} } as never, failed);
      } catch {}
      expect(() => (failed as any).last).toThrow('an event could not be folded into it');
      for (const onto of [first, state, {}, null]) {
        expect(() => fold(put(1, 1), onto as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
      }
    };
    expect(await store.execute('try', {})).toMatchObject({ status: 'accepted' });
  });

  test('refuses a write of the store from a reducer that runs in it', async () => {
    await using store = await open();
    let tried: Promise<unknown> | undefined;
    attempt = (_state, { fold }) => {
      hook = () => void (tried ??= store.append(put(1, 1)));
      return plain(fold(put(1, 1)));
    };
    await store.execute('try', {});
    hook = () => {};
    expect(await errorOf(tried!)).toMatchObject({ code: 'REENTRANT_WRITE' });
    expect(store.sequence).toBe(0);
  });
});

test('a story can also fold', () => {
  attempt = (_state, { fold }) => (fold(put(1, 2)) as any).items.get(1).n;
  specification(model)([put(1, 1)])
    .when('try', {})
    .then([]);
  expect(seen).toBe(3);
});

test('the context makes events of the model', async () => {
  await using store = await openStore(
    defineModel({
      name: 'shelf',
      events: { Put: z.object({ id: z.int() }) },
      initialState: () => ({ ids: new Map<number, true>() }),
      reducers: { Put: ({ ids }, { id }) => void ids.set(id, true) },
      commands: {
        putAll: {
          input: z.array(z.int()),
          decide: ({ ids }, wanted, { event }) =>
            wanted.filter((id) => !ids.has(id)).map((id) => event('Put', { id }, { by: 'ada' })),
        },
        err: { input: z.object({}), decide: (_state, _input, { event }) => event('Took' as 'Put', { id: 1 }) },
      },
    }),
    { path: ':memory:' },
  );
  await store.execute('putAll', [1]);
  const outcome = await store.execute('putAll', [1, 2, 3]);
  expect(outcome.status === 'accepted' && outcome.events?.map(({ data, meta }) => [data.id, meta])).toEqual([
    [2, { by: 'ada' }],
    [3, { by: 'ada' }],
  ]);
  expect(await errorOf(store.execute('err', {}))).toMatchObject({ code: 'COMMAND_FAILED' });
});
