/** One commit, folded event by event by the application. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  ascending,
  defineModel,
  OrderedMap,
  openStore,
  plain,
  type RecordedEvent,
  replay,
  type Transaction,
} from '../../../src/index.ts';
import { openTemporaryStore } from '../../../src/testing.ts';
import { errorOf, temporaryPath } from '../harness.ts';

/** Called by the reducer of Put. */
let hook: () => void = () => {};

const model = defineModel({
  name: 'shelf',
  events: {
    Put: z.object({ id: z.int(), n: z.int(), note: z.string().optional() }),
    Shifted: z.object({ by: z.int() }),
    Broken: z.object({}),
    Late: z.object({}),
  },
  initialState: () => ({
    items: new Map<number, { n: number; seen: number[] }>(),
    levels: new OrderedMap<number, { n: number }>(ascending),
    list: Array.from({ length: 300 }, (_, n) => ({ n })),
    total: 0,
  }),
  reducers: {
    Put(state, { id, n }, { sequence }) {
      hook();
      const item = state.items.get(id);
      if (item === undefined) state.items.set(id, { n, seen: [sequence] });
      else {
        item.n += n;
        item.seen.push(sequence);
      }
      state.levels.set(id, { n });
      state.list[id]!.n += n;
      state.total += n;
    },
    Shifted(state, { by }) {
      for (const [, level] of state.levels) level.n += by;
      for (const each of state.list) each.n += by;
    },
    Broken(state) {
      state.total = -1;
      throw new Error('broken');
    },
    Late(state) {
      state.total += 1;
    },
  },
  commands: { noop: { input: z.object({}), decide: () => [] } },
});

type Tx = Transaction<ReturnType<typeof model.initialState>, any>;
const put = (id: number, n: number) => ({ type: 'Put' as const, data: { id, n } });
const BROKEN = { type: 'Broken' as const, data: {} };

const WAYS = [
  { fold: 'atomic', strict: false },
  { fold: 'direct', strict: false },
  { fold: 'atomic', strict: true },
  { fold: 'direct', strict: true },
] as const;

describe.each(WAYS)('transact, $fold fold, strict $strict', (options) => {
  const open = (path = ':memory:') => openStore(model, { path, clock: () => 1000, ...options });

  test('makes one commit of events that are folded one by one', async () => {
    const path = await temporaryPath();
    const heard: (readonly RecordedEvent[])[] = [];
    let hash: string;
    {
      await using store = await open(path);
      await store.append(put(7, 1));
      store.subscribe((events) => void heard.push(events));
      const seen: unknown[] = [];
      const written = store.transact((tx) => {
        const { items, levels } = tx.state;
        seen.push([tx.sequence, tx.now, tx.state.total]);
        tx.append(put(1, 5));
        seen.push([tx.sequence, tx.state.total, items.get(1)?.n, levels.first()?.[1].n, tx.state.list[1]?.n]);
        tx.append([put(1, 2), { type: 'Shifted', data: { by: 10 } }]);
        seen.push([tx.sequence, items.get(1)?.n, items.size, levels.size, tx.state.list[1]?.n, tx.state.list.length]);
        return tx.state.total;
      });
      expect([store.sequence, store.state.total]).toEqual([4, 8]);
      expect(await written).toEqual({ commit: { firstSequence: 2, lastSequence: 4, recordedAt: 1000 }, result: 8 });
      expect(seen).toEqual([
        [1, 1000, 1],
        [2, 6, 5, 5, 6],
        [4, 7, 2, 2, 18, 300],
      ]);
      expect(heard.map((events) => events.map(({ sequence, type }) => [sequence, type]))).toEqual([
        [
          [2, 'Put'],
          [3, 'Put'],
          [4, 'Shifted'],
        ],
      ]);
      expect(await store.append(put(2, 2))).toMatchObject({ firstSequence: 5 });
      expect((await store.verify()).ok).toBe(true);
      hash = await store.stateHash();
    }
    expect((await replay(model, { path })).stateHash).toBe(hash);
  });

  test('without an event writes nothing', async () => {
    await using store = await open();
    expect(await store.transact(() => 'nothing')).toEqual({ commit: undefined, result: 'nothing' });
    void store.append(put(1, 1));
    expect(await store.transact((tx) => tx.sequence)).toEqual({ commit: undefined, result: 1 });
    expect([store.sequence, store.durableSequence]).toEqual([1, 1]);
  });

  test.each<[string, unknown, object]>([
    ['data that does not fit', put(1.5, 1), { code: 'EVENT_REJECTED', sequence: 3 }],
    ['an unknown type', { type: 'Lost', data: {} }, { code: 'UNKNOWN_EVENT_TYPE', sequence: 3 }],
    ['no event', [], { code: 'EVENT_REJECTED' }],
    ['what is not an event', null, { code: 'EVENT_REJECTED', sequence: 3 }],
  ])('goes on after %s was refused and caught', async (_what, event, expected) => {
    await using store = await open();
    let caught: unknown;
    await store.append(put(1, 1));
    await store.transact((tx) => {
      tx.append(put(2, 1));
      try {
        tx.append(event as never);
      } catch (error) {
        caught = error;
      }
      tx.append(put(2, 5));
      expect(tx.state.items.get(2)?.n).toBe(6);
    });
    expect(caught).toMatchObject(expected);
    expect([store.sequence, store.state.total]).toEqual([3, 7]);
  });

  test('passes on what the callback throws', async () => {
    await using store = await open();
    await store.append(put(1, 1));
    const mine = new Error('mine');
    const failed = store.transact((tx) => {
      tx.append(put(1, 2));
      throw mine;
    });
    await expect(failed).rejects.toBe(mine);
    const kept = options.fold === 'direct';
    expect([store.sequence, store.durableSequence, store.state.total]).toEqual(kept ? [2, 2, 3] : [1, 1, 1]);
    await expect(store.transact(() => bad(mine))).rejects.toBe(mine);
    await store.append(put(1, 4));
    expect((await store.verify()).ok).toBe(true);
  });

  test('refuses a callback that is not synchronous', async () => {
    await using store = await open();
    const hint = expect.stringContaining('synchronous');
    let kept: Tx | undefined;
    const asynchronous = store.transact(async (tx) => {
      kept = tx as Tx;
      tx.append(put(1, 1));
    });
    expect(await errorOf(asynchronous)).toMatchObject({ code: 'INVALID_OPTION', type: 'transact', hint });
    expect([kept, store.sequence]).toEqual([undefined, 0]);
    const promising = store.transact((tx) => {
      kept = tx as Tx;
      tx.append(put(1, 1));
      return Promise.reject(new Error('late'));
    });
    expect(await errorOf(promising)).toMatchObject({ code: 'INVALID_OPTION', hint });
    expect(store.sequence).toBe(options.fold === 'direct' ? 1 : 0);
    expect(await errorOf(() => kept!.append(put(1, 1)))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('is the only way to write in its callback', async () => {
    await using store = await open();
    const tried: Promise<unknown>[] = [];
    await store.transact((tx) => {
      tx.append(put(1, 1));
      tried.push(store.append(put(1, 1)), store.execute('noop', {}), store.snapshot(), store.compact());
      tried.push(store.transact(() => 1));
    });
    for (const each of tried) expect(await errorOf(each)).toMatchObject({ code: 'REENTRANT_WRITE' });
    expect(store.sequence).toBe(1);
  });

  test('refuses an append from a reducer that runs in it', async () => {
    await using store = await open();
    let caught: unknown;
    await store.transact((tx) => {
      hook = () => {
        hook = () => {};
        try {
          tx.append(put(2, 1));
        } catch (error) {
          caught = error;
        }
      };
      tx.append(put(1, 1));
    });
    hook = () => {};
    expect(caught).toMatchObject({ code: 'REENTRANT_WRITE' });
    expect([store.sequence, store.state.items.size]).toEqual([1, 1]);
  });

  test('is over when the callback has returned', async () => {
    await using store = await open();
    let kept: Tx | undefined;
    await store.transact((tx) => {
      kept = tx as Tx;
      tx.append(put(1, 1));
    });
    for (const use of [() => kept!.append(put(1, 1)), () => kept!.state]) {
      expect(await errorOf(use as never)).toMatchObject({ code: 'INVALID_OPTION', type: 'transact' });
    }
    expect(store.sequence).toBe(1);
  });

  test('keeps to the sequence that is expected', async () => {
    await using store = await open();
    await store.append(put(1, 1));
    const conflict = await errorOf(store.transact(() => bad(new Error('ran')), { expectedSequence: 0 }));
    expect(conflict).toMatchObject({ code: 'SEQUENCE_CONFLICT', sequence: 1 });
    const { commit } = await store.transact((tx) => tx.append({ type: 'Late', data: {} }), { expectedSequence: 1 });
    expect(commit).toMatchObject({ firstSequence: 2, lastSequence: 2 });
  });

  test.each<[string, unknown, unknown]>([
    ['no callback', undefined, undefined],
    ['a callback that is not a function', {}, undefined],
    ['an option of append', () => 1, { commandId: 'c' }],
    ['an option that is not an object', () => 1, 7],
    ['an expectedSequence that is not a number', () => 1, { expectedSequence: '1' }],
  ])('refuses %s', async (_what, callback, given) => {
    await using store = await open();
    expect(await errorOf(store.transact(callback as never, given as never))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('runs in its turn while calls wait for room, after those before it and before those behind it', async () => {
    await using store = await open();
    const note = 'x'.repeat(8 * 1024 * 1024);
    const large = (id: number) => ({ type: 'Put' as const, data: { id, n: 1, note } });
    const appended = Array.from({ length: 10 }, (_, index) => store.append(large(index)));
    expect(store.stats().waitingBytes).toBeGreaterThan(0);
    let ran = false;
    const transacted = store.transact((tx) => {
      ran = true;
      tx.append(put(1, 1));
      return tx.sequence;
    });
    const behind = store.append(put(2, 1));
    expect(ran).toBe(false);
    expect(await transacted).toMatchObject({ commit: { firstSequence: 11, lastSequence: 11 }, result: 11 });
    expect(await behind).toMatchObject({ firstSequence: 12 });
    await Promise.all(appended);
  });

  test('types its state, its events and its result', async () => {
    await using store = await open();
    const { result } = await store.transact((tx) => {
      // @ts-expect-error the state is read-only
      const write = (): unknown => (tx.state.total = 5);
      // @ts-expect-error there is no such event
      expect(() => tx.append({ type: 'Lost', data: {} })).toThrow();
      return { write: typeof write, total: tx.state.total };
    });
    const total: number = result.total;
    expect(total).toBe(0);
  });
});

describe.each([false, true])('transact under the atomic fold, strict %s', (strict) => {
  test('continues after a reducer has failed, with the events appended before', async () => {
    await using store = await openStore(model, { path: ':memory:', strict });
    await store.append(put(1, 1));
    const { result } = await store.transact((tx) => {
      tx.append([put(2, 1), { type: 'Shifted', data: { by: 3 } }]);
      const before = tx.state;
      for (const events of [BROKEN, [put(2, 100), BROKEN]]) {
        expect(() => tx.append(events as never)).toThrow(expect.objectContaining({ code: 'REDUCER_FAILED' }));
        expect(tx.sequence).toBe(3);
      }
      expect(() => before.total).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
      tx.append(put(2, 5));
      return plain(tx.state);
    });
    expect(result).toEqual(plain(store.state));
    expect([store.sequence, store.state.total, store.state.items.get(2)?.n]).toEqual([4, 7, 6]);
    expect((await store.verify()).ok).toBe(true);
  });

  test('refuses writes to its state, and what a reader took from it stays as it was', async () => {
    await using store = await openStore(model, { path: ':memory:', strict });
    await store.transact((tx) => {
      tx.append([put(1, 1), { type: 'Shifted', data: { by: 1 } }]);
      const state = tx.state as any;
      const writes = [
        () => (state.total = 1),
        () => state.items.set(3, {}),
        () => state.levels.clear(),
        () => (state.items.get(1).n = 4),
        () => (state.list[4].n = 4),
        () => state.list.push(1),
      ];
      for (const write of writes) expect(write).toThrow();
      const list = tx.state.list.map(({ n }) => n);
      const taken = strict ? undefined : tx.state.list;
      tx.append({ type: 'Shifted', data: { by: 1 } });
      expect(tx.state.list.map(({ n }) => n - 1)).toEqual(list);
      if (taken !== undefined) expect(taken.map(({ n }) => n)).toEqual(list);
    });
    expect((await store.verify()).ok).toBe(true);
  });
});

test('a reducer that fails under the direct fold ends the store; what was appended before it is committed', async () => {
  const path = await temporaryPath();
  {
    await using store = await openStore(model, { path, fold: 'direct' });
    const failed = store.transact((tx) => {
      tx.append(put(1, 3));
      tx.append(BROKEN);
    });
    expect(await errorOf(failed)).toMatchObject({ code: 'REDUCER_FAILED', type: 'Broken', sequence: 2 });
    expect(await errorOf(store.append(put(1, 1)))).toMatchObject({ code: 'STORE_FAILED' });
  }
  await using store = await openStore(model, { path });
  expect([store.sequence, store.state.total]).toEqual([1, 3]);
});

test('a reducer that is not a function of its arguments is found under strict, and nothing is left', async () => {
  await using temporary = await openTemporaryStore(model);
  const { store } = temporary;
  let calls = 0;
  hook = () => {
    if (++calls === 3) throw new Error('now and then');
  };
  expect(await errorOf(store.transact((tx) => tx.append(put(1, 1))))).toMatchObject({ code: 'REDUCER_FAILED' });
  hook = () => {};
  expect([store.sequence, store.state.total]).toEqual([0, 0]);
  await store.append(put(1, 1));
});

function bad(error: Error): never {
  throw error;
}
