/** Event types that became others, retired types, renamed models, and what a rollback meets. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  checkUpgrade,
  defineModel,
  defineProjection,
  defineReactor,
  hashState,
  importEvents,
  MemoryContents,
  openMemoryLog,
  openStore,
  type StoreOptions,
} from '../../../src/index.ts';
import { applyEvent, initialStateOf } from '../../../src/model.ts';
import { checkModel } from '../../../src/testing.ts';
import { sample } from '../../sample.ts';
import { errorOf } from '../harness.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
});

async function opened(model: any, contents: MemoryContents, options: Omit<StoreOptions, 'path' | 'log'> = {}) {
  const store: any = await openStore(model, { log: openMemoryLog({ contents }), ...options });
  open.push(store);
  return store;
}

const transfer = z.object({ from: z.string(), to: z.string(), cents: z.int() });
const entry = z.object({ account: z.string(), cents: z.int() });
const newState = () => ({ balances: new Map<string, number>(), posted: 0 });
type State = ReturnType<typeof newState>;

function post(state: State, { account, cents }: z.output<typeof entry>): void {
  state.balances.set(account, (state.balances.get(account) ?? 0) + cents);
  state.posted += 1;
}

const first = defineModel({
  name: 'ledger',
  events: { TransferPosted: transfer, FeeTaken: entry, Pinged: z.object({}) },
  initialState: newState,
  reducers: {
    TransferPosted: (state, { from, to, cents }) => {
      post(state, { account: from, cents: -cents });
      post(state, { account: to, cents });
    },
    FeeTaken: (state, data) => post(state, data),
    Pinged: () => {},
  },
});

/** A transfer became two entries, a fee one, and a ping none. */
const second = defineModel({
  name: 'ledger',
  events: {
    EntryPosted: {
      schema: entry,
      tags: (d) => [`account:${d.account}`],
      from: {
        TransferPosted: (d: z.output<typeof transfer>) => [
          { account: d.from, cents: -d.cents },
          { account: d.to, cents: d.cents },
        ],
        FeeTaken: (d: z.output<typeof entry>) => d,
        Pinged: () => [],
      },
    },
  },
  initialState: newState,
  reducers: { EntryPosted: post },
});

const move = (from: string, to: string, cents: number) =>
  ({ type: 'TransferPosted', data: { from, to, cents } }) as const;
const fee = (account: string, cents: number) => ({ type: 'FeeTaken', data: { account, cents } }) as const;
const ping = { type: 'Pinged', data: {} } as const;

async function written(events: readonly any[] = [move('a', 'b', 5), ping, fee('b', -1), ping]) {
  const contents = new MemoryContents();
  const store = await openStore(first, { log: openMemoryLog({ contents }) });
  for (const event of events) await store.append(event, { commandId: undefined });
  await store.close();
  return contents;
}

describe('one event that became several, one or none', () => {
  test('is what events gives, with one sequence and its parts', async () => {
    const store = await opened(second, await written());
    const events = await Array.fromAsync<any>(store.events());
    expect(events.map(({ sequence, part, type, data }) => [sequence, part, type, data.account, data.cents])).toEqual([
      [1, 1, 'EntryPosted', 'a', -5],
      [1, 2, 'EntryPosted', 'b', 5],
      [3, undefined, 'EntryPosted', 'b', -1],
    ]);
    expect(store.sequence).toBe(4);
    expect(Object.fromEntries(store.state.balances)).toEqual({ a: -5, b: 4 });
    expect((await store.at({ sequence: 1 })).state.posted).toBe(2);
    const back = await Array.fromAsync<any>(store.events({ reverse: true, limit: 2 }));
    expect(back.map(({ sequence, part }) => [sequence, part])).toEqual([
      [3, undefined],
      [1, 2],
    ]);
  });

  test('is found by its present type and the tags of its parts, before and after retag', async () => {
    const store = await opened(second, await written());
    const find = async (): Promise<unknown> => {
      const found = await Array.fromAsync<any>(store.events({ types: ['EntryPosted'], tag: 'account:b' }));
      return found.map(({ sequence, part }) => [sequence, part]);
    };
    const expected = [
      [1, 2],
      [3, undefined],
    ];
    expect(await find()).toEqual(expected);
    expect(await errorOf(Array.fromAsync(store.events({ types: ['TransferPosted'] })))).toMatchObject({
      code: 'UNKNOWN_EVENT_TYPE',
    });
    await store.append({ type: 'EntryPosted', data: { account: 'c', cents: 1 } });
    await store.retag();
    expect(await find()).toEqual(expected);
    expect((await store.stats()).untaggedEvents).toBe(0);
  });

  test('reaches followers in one batch, by type and tag too', async () => {
    const store = await opened(second, await written());
    const batches: any[] = [];
    for await (const batch of store.follow({ batches: true, types: ['EntryPosted'], tag: 'account:b' })) {
      batches.push(batch);
      if (batch.caughtUp) break;
    }
    expect(batches.flatMap(({ events }) => events).map(({ sequence, part }: any) => [sequence, part])).toEqual([
      [1, 2],
      [3, undefined],
    ]);
    expect(batches.at(-1).sequence).toBe(4);
  });

  test('no batch divides what one recorded event became', async () => {
    const many = defineModel({
      name: 'ledger',
      events: {
        EntryPosted: {
          schema: entry,
          from: { TransferPosted: () => Array.from({ length: 700 }, (_, cents) => ({ account: 'x', cents })) },
        },
      },
      initialState: newState,
      reducers: { EntryPosted: post },
    });
    const contents = await written([move('a', 'b', 1), move('a', 'b', 2), move('a', 'b', 3)]);
    for (const readOnly of [false, true]) {
      const store = await opened(many, contents, { readOnly });
      const ends: number[][] = [];
      for await (const { events, sequence, caughtUp } of store.follow({ batches: true })) {
        ends.push([events[0]?.part, events.at(-1)?.part, sequence]);
        if (caughtUp) break;
      }
      for (const [start, end] of ends) expect([start, end]).toEqual([1, 700]);
      expect(ends.at(-1)?.[2]).toBe(3);
      await store.close();
    }
  });

  test('reaches a reactor as one unit, and what became nothing does not hold it up', async () => {
    const store = await opened(second, await written());
    const done: unknown[] = [];
    const running = await store.react(
      defineReactor(second, {
        name: 'mail',
        from: 'start',
        concurrency: 4,
        partitionBy: ({ data }) => data.account,
        on: { EntryPosted: (event) => void done.push([event.sequence, event.part]) },
      }),
    );
    await running.caughtUp();
    expect(running.sequence).toBe(4);
    expect(done).toContainEqual([1, 1]);
    expect(done.findIndex((one) => String(one) === '1,1')).toBeLessThan(done.findIndex((one) => String(one) === '1,2'));
    expect(done).toHaveLength(3);
  });

  test('a part that fails is tried again alone, and parked with its sequence', async () => {
    const store = await opened(second, await written());
    const tried: string[] = [];
    const running = await store.react(
      defineReactor(second, {
        name: 'mail',
        from: 'start',
        retry: { attempts: 2, backoff: () => 0 },
        onExhausted: 'park',
        on: {
          EntryPosted: ({ sequence, part }) => {
            tried.push(`${sequence}.${part}`);
            if (part === 2) throw new Error('not now');
          },
        },
      }),
    );
    await running.caughtUp();
    expect(tried).toEqual(['1.1', '1.2', '1.2', '3.undefined']);
    expect(running.parked).toMatchObject([{ sequence: 1, attempts: 2 }]);
  });

  test('is folded by projections that know the new type alone', async () => {
    const store = await opened(second, await written());
    const view = await store.project(
      defineProjection(second, {
        name: 'count',
        initialState: () => ({ entries: 0 }),
        reducers: { EntryPosted: (state) => void state.entries++ },
      }),
    );
    expect(view.state.entries).toBe(3);
  });

  test('is what a replica and a page fold', async () => {
    const contents = await written();
    const replica = await opened(second, contents, { readOnly: true, live: true });
    expect(replica.state.posted).toBe(3);
    const state = initialStateOf(second);
    applyEvent(second, state, { sequence: 1, recordedAt: 0, version: 1, ...move('a', 'b', 5) } as never);
    expect(state.posted).toBe(2);
  });

  test('is imported as what it became', async () => {
    const log = openMemoryLog();
    const report = await importEvents(second, { log }, [
      { ...move('a', 'b', 5), recordedAt: 1, commandId: 'x' },
      { ...ping, recordedAt: 2 },
      { ...fee('b', -1), recordedAt: 3, version: 1 },
    ]);
    expect(report).toMatchObject({ events: 3, lastSequence: 3 });
  });

  test('costs no refold where its types have not occurred, and is noticed where they have', async () => {
    const contents = await written();
    const store = await opened(second, contents);
    expect(store.recovery.reason).toMatch(/TransferPosted and 2 more changed, which first mattered at 1/);
    await store.close();
    const again = await opened(second, contents);
    expect(again.recovery).toMatchObject({ eventsReplayed: 0, snapshot: 4 });
    await again.close();
    const turned = defineModel({
      ...(second as any),
      events: {
        EntryPosted: { ...second.events.EntryPosted, from: { ...second.events.EntryPosted.from, FeeTaken: () => [] } },
      },
    });
    const third = await opened(turned as any, contents);
    expect(third.recovery.reason).toMatch(/FeeTaken changed, which first mattered at 3/);
  });
});

describe('a from that fails', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
      /no$/,
    ], // prettier-ignore
    ['gives undefined', () => undefined, /it gave undefined/],
    ['gives a promise', () => Promise.resolve({}), /it gave a promise/],
    ['gives a hole', () => new Array(2), /it gave undefined/],
    ['gives a Date', () => ({ account: new Date() }), /Date|class|plain/],
    ['gives too many', () => new Array(200_000).fill({}), /more than 100000 events/],
    ['changes what it gets', (d: any) => Object.assign(d, { cents: 0 }), /read only|read-only/],
  ])('it %s', async (_name, turn: any, message) => {
    const model = defineModel({
      name: 'ledger',
      events: {
        EntryPosted: { schema: entry, from: { TransferPosted: turn, FeeTaken: () => [], Pinged: () => [] } },
      },
      initialState: newState,
      reducers: { EntryPosted: post },
    });
    const error = await errorOf(opened(model, await written()));
    expect(error).toMatchObject({ code: 'MODEL_MISMATCH', sequence: 1, type: 'TransferPosted' });
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(/from\.TransferPosted of EntryPosted/);
  });
});

describe('the definition', () => {
  const define = (events: any, more: object = {}): unknown =>
    defineModel({ name: 'm', events, initialState: () => ({}), reducers: {}, ...more } as never);
  const schema = z.object({});
  const retired = true;
  test.each<[string, () => unknown, RegExp]>([
    [
      'a from that can still be appended',
      () => define({ A: { schema, retired, from: { B: () => [] } }, B: schema }, { reducers: { B() {} } }),
      /B, which can still be appended/,
    ], // prettier-ignore
    [
      'a circle',
      () => define({ A: { schema, retired, from: { B: () => [] } }, B: { schema, retired, from: { A: () => [] } } }),
      /circle: A from B from A/,
    ], // prettier-ignore
    ['a type from itself', () => define({ A: { schema, retired, from: { A: () => [] } } }), /from itself/],
    ['a from that is not an object', () => define({ A: { schema, retired, from: [] as never } }), /from of A/],
    ['a from without a function', () => define({ A: { schema, retired, from: { B: 1 } } }), /from\.B of A/],
    ['retired that is a text', () => define({ A: { schema, retired: 'yes' } }), /retired of A/],
    ['a type without a reducer', () => define({ A: schema }), /A has no reducer/],
    ['formerly that is a text', () => define({}, { formerly: 'old' }), /formerly is not an array/],
    ['formerly with the present name', () => define({}, { formerly: ['m'] }), /present name/],
    ['formerly with an empty name', () => define({}, { formerly: [''] }), /not a name/],
    ['fingerprint without a version', () => define({}, { fingerprint: 'version' }), /needs a version/],
    ['an unknown fingerprint', () => define({}, { fingerprint: 'hash', version: 1 }), /neither 'sources' nor/],
    [
      'a projection without a version',
      () => defineProjection({ name: 'p', initialState: () => ({}), reducers: {}, fingerprint: 'version' }),
      /needs a version/,
    ], // prettier-ignore
  ])('refuses %s', (_name, make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', hint: expect.any(String) }));
    expect(make).toThrow(message);
  });
});

describe('a retired type', () => {
  const model = defineModel({
    name: 'ledger',
    events: {
      TransferPosted: { schema: transfer, retired: true },
      FeeTaken: { schema: entry, retired: true },
      Pinged: { schema: z.object({}), retired: true },
      EntryPosted: entry,
    },
    initialState: newState,
    reducers: { EntryPosted: post, FeeTaken: post },
    commands: {
      take: { input: entry, decide: (_state, data) => [{ type: 'FeeTaken', data }] as never },
    },
  });

  test('is read, and folded only if it has a reducer', async () => {
    const store = await opened(model, await written());
    expect(store.state.posted).toBe(1);
    expect(await Array.fromAsync(store.events({ types: ['TransferPosted'] }))).toHaveLength(1);
  });

  test('is refused by append, execute, transact and model.event, and nothing is written', async () => {
    const store = await opened(model, await written());
    const refusal = { code: 'EVENT_REJECTED', type: 'FeeTaken', hint: expect.stringMatching(/retired/) };
    expect(await errorOf(store.append(fee('a', 1)))).toMatchObject(refusal);
    expect(await errorOf(store.execute('take', { account: 'a', cents: 1 }))).toMatchObject(refusal);
    expect(await errorOf(store.transact((tx: any) => void tx.append(fee('a', 1))))).toMatchObject(refusal);
    expect(() => (model as any).event('FeeTaken', {})).toThrow(expect.objectContaining(refusal));
    expect(store.sequence).toBe(4);
  });

  test('is imported, because history may hold it', async () => {
    const log = openMemoryLog();
    const report = await importEvents(model, { log }, [{ ...fee('a', 1), recordedAt: 1 }]);
    expect(report.events).toBe(1);
  });

  test('is upcast before it becomes another', async () => {
    const chain = defineModel({
      name: 'ledger',
      events: {
        TransferPosted: {
          version: 2,
          schema: transfer.extend({ memo: z.string() }),
          upcast: { 1: (d: object) => ({ ...d, memo: 'old' }) },
          retired: true,
        },
        FeeTaken: { schema: entry, retired: true },
        Pinged: { schema: z.object({}), retired: true },
        Noted: {
          schema: z.object({ memo: z.string() }),
          from: { TransferPosted: ({ memo }: { memo: string }) => ({ memo }) },
        },
      },
      initialState: () => ({ memos: [] as string[] }),
      reducers: { Noted: (state, { memo }) => void state.memos.push(memo) },
    });
    const store = await opened(chain, await written());
    expect(store.state.memos).toEqual(['old']);
  });
});

describe('a renamed model', () => {
  const renamed = defineModel({ ...(first as any), name: 'accounts', formerly: ['ledger'] } as never) as any;

  test('opens the log, read-only as it is, and renames it with the first commit', async () => {
    const contents = await written();
    const reader = await opened(renamed, contents, { readOnly: true });
    expect(reader.state.posted).toBe(3);
    await reader.close();
    const idle = await opened(renamed, contents);
    await idle.close();
    await (await opened(first, contents)).close(); // nothing was committed: a rollback works
    const store = await opened(renamed, contents);
    await Promise.all([store.append(ping), store.append(fee('a', 1))]);
    await store.close();
    const error = await errorOf(opened(first, contents));
    expect(error).toMatchObject({ code: 'MODEL_MISMATCH', type: 'accounts' });
    expect(error.message).toMatch(/renamed to accounts/);
    expect(error.hint).toMatch(/accounts/);
    expect(await errorOf(opened(first, contents, { readOnly: true }))).toMatchObject({ code: 'MODEL_MISMATCH' });
    expect((await opened(renamed, contents)).sequence).toBe(6);
  });

  test('an import renames it too', async () => {
    const contents = await written();
    await importEvents(renamed, { log: openMemoryLog({ contents }) }, [{ ...ping, recordedAt: Date.now() }]);
    expect(await errorOf(opened(first, contents))).toMatchObject({ code: 'MODEL_MISMATCH' });
  });

  test('a model of another name is refused as before', async () => {
    const other = defineModel({ ...(first as any), name: 'other', formerly: ['else'] } as never) as any;
    const error = await errorOf(opened(other, await written()));
    expect(error.message).toMatch(/it is a log of the model ledger/);
  });
});

describe('a rollback', () => {
  test('meets a type that it does not know: UNKNOWN_EVENT_TYPE', async () => {
    const contents = await written();
    const store = await opened(second, contents);
    await store.append({ type: 'EntryPosted', data: { account: 'a', cents: 1 } });
    await store.close();
    expect(await errorOf(opened(first, contents))).toMatchObject({
      code: 'UNKNOWN_EVENT_TYPE',
      type: 'EntryPosted',
      sequence: 5,
      hint: expect.stringMatching(/newer release/),
    });
  });
});

describe('history that was dropped', () => {
  const counting = (reducer: (state: { n: number }) => void, more: object = {}): any =>
    defineModel({
      name: 'counter',
      events: { Added: z.object({}) },
      initialState: () => ({ n: 0 }),
      reducers: { Added: reducer },
      ...more,
    } as never);
  const one = (state: { n: number }): void => void (state.n += 1);
  const same = (state: { n: number }): void => void state.n++;

  async function discarded(model: any): Promise<MemoryContents> {
    const contents = new MemoryContents();
    const store = await openStore(model, { log: openMemoryLog({ contents }), history: 'discard' });
    for (let n = 0; n < 6; n++) {
      await store.append({ type: 'Added', data: {} } as never);
      await store.snapshot();
    }
    await store.compact();
    await store.close();
    return contents;
  }

  test("a changed reducer meets HISTORY_GONE, whose hint names fingerprint: 'version', and following it works", async () => {
    for (const version of [undefined, 3]) {
      const contents = await discarded(counting(one, version === undefined ? {} : { version }));
      const error = await errorOf(opened(counting(same, version === undefined ? {} : { version }), contents));
      expect(error.code).toBe('HISTORY_GONE');
      expect(error.hint).toMatch(/fingerprint: 'version'/);
      if (version !== undefined) expect(error.hint).toMatch(/version: 3/);
      const vouched = counting(same, { version: version ?? 1, fingerprint: 'version' });
      const store = await opened(vouched, contents);
      expect(store.state.n).toBe(6);
      if (version === undefined) expect(store.recovery.reason).toMatch(/believed once/);
      await store.append({ type: 'Added', data: {} });
      await store.close();
      expect((await opened(vouched, contents)).state.n).toBe(7);
      // Once a snapshot has a version, a raised version is not ignored.
      const raised = counting(same, { version: 9, fingerprint: 'version' });
      expect(await errorOf(opened(raised, contents))).toMatchObject({ code: 'HISTORY_GONE' });
    }
  });
});

describe('checkUpgrade', () => {
  test('says what an open would do, and changes nothing', async () => {
    const contents = await written();
    const log = openMemoryLog({ contents });
    const view = defineProjection(second, {
      name: 'view',
      initialState: () => ({ n: 0 }),
      reducers: { EntryPosted: (state) => void state.n++ },
    });
    expect(await checkUpgrade(first, { log })).toMatchObject({
      opens: true,
      events: 0,
      snapshot: 4,
      snapshots: [{ sequence: 4, fit: 'fits' }],
    });
    const report = await checkUpgrade(second, { log, projections: [view] });
    expect(report).toMatchObject({
      opens: true,
      events: 4,
      snapshots: [{ sequence: 4, fit: 'stale', reason: expect.stringMatching(/TransferPosted/) }],
      projections: [{ name: 'view', events: 4 }],
      unfit: [],
    });
    expect(report.estimatedMilliseconds).toBeGreaterThan(0);
    const unknown = defineModel({ name: 'ledger', events: {}, initialState: newState, reducers: {} });
    expect(await checkUpgrade(unknown, { log })).toMatchObject({
      opens: false,
      problem: { code: 'UNKNOWN_EVENT_TYPE', sequence: 1 },
    });
    const other = defineModel({ name: 'else', events: {}, initialState: newState, reducers: {} });
    expect(await checkUpgrade(other, { log })).toMatchObject({ opens: false, problem: { code: 'MODEL_MISMATCH' } });
    expect((await opened(first, contents)).recovery.eventsReplayed).toBe(0);
  });

  test('says that a model renames the log, and that a result does not fit its schema', async () => {
    const contents = await written();
    const next = defineModel({
      name: 'accounts',
      formerly: ['ledger'],
      events: {
        EntryPosted: {
          schema: entry,
          from: { TransferPosted: () => ({ account: 7 }), FeeTaken: () => [], Pinged: () => [] },
        }, // prettier-ignore
      },
      initialState: newState,
      reducers: { EntryPosted: () => {} },
    });
    const report = await checkUpgrade(next, { log: openMemoryLog({ contents }) });
    expect(report).toMatchObject({ opens: true, renames: 'ledger', unfit: [{ code: 'MODEL_MISMATCH', sequence: 1 }] });
    const store = await opened(next, contents);
    const { ok, problems } = await store.verify();
    expect(ok).toBe(false);
    expect(problems[0].message).toMatch(/does not fit the schema of EntryPosted: account/);
  });

  test('finds a snapshot of a projection that cannot be loaded, and counts the events that its start folds', async () => {
    const contents = await written();
    const definition = defineProjection(first, {
      name: 'view',
      initialState: () => ({ n: 0 }),
      reducers: { TransferPosted: (state) => void state.n++ },
    });
    const store = await opened(first, contents);
    await (await store.project(definition)).save();
    await store.close();
    const check = async () => (await checkUpgrade(first, { log: contents, projections: [definition] })).projections;
    expect(await check()).toEqual([{ name: 'view', events: 0, snapshots: [{ sequence: 4, fit: 'fits' }] }]);
    for (const { info, chunks } of contents.snapshots) if (info.owner === 'view') chunks[0]!.bytes[0]! ^= 1;
    const snapshots = [{ sequence: 4, fit: 'unusable', reason: expect.stringMatching(/damaged|decoded/) }];
    expect(await check()).toEqual([{ name: 'view', events: 4, snapshots }]);
  });

  test('a signal ends it, also while it folds the events of a projection', async () => {
    const contents = await written([move('a', 'b', 1), move('a', 'b', 2), move('a', 'b', 3)]);
    const stopping = new AbortController();
    let folded = 0;
    const view = defineProjection(first, {
      name: 'view',
      initialState: () => ({}),
      reducers: {
        TransferPosted() {
          folded++;
          stopping.abort(new Error('enough'));
        },
      },
    });
    const checking = checkUpgrade(first, { log: contents, projections: [view], signal: stopping.signal });
    await expect(checking).rejects.toThrow('enough');
    expect(folded).toBe(1);
  });

  test.each([
    ['no path', {}],
    ['projections that are not a list', { path: ':memory:', projections: {} }],
    ['a projection that is null', { path: ':memory:', projections: [null] }],
    ['an unknown option', { path: ':memory:', projection: [] }],
  ])('refuses %s', async (_name, options) => {
    expect(await errorOf(checkUpgrade(first, options as never))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('checkModel', () => {
  test('takes old events, and checks what they are upcast to', () => {
    const old = (cents: number) => ({ ...move('a', 'b', cents), version: 1 });
    checkModel(second, [[old(1), { type: 'EntryPosted', data: { account: 'a', cents: 2 } }], [old(3)]]);
    const bad = { ...old(1), data: { from: 'a', to: 7, cents: 1 } };
    expect(() => checkModel(second, [[bad]])).toThrow(/EntryPosted, is upcast to data that fits the schema; account/);
  });

  test('a schema with a transform that has no way back does not make old data a finding', () => {
    const model = defineModel({
      name: 'm',
      events: {
        A: { version: 2, schema: z.object({ n: z.string().transform(Number) }), upcast: { 1: (n) => ({ n }) } },
      },
      initialState: () => ({ n: 0 }),
      reducers: { A: (state, { n }) => void (state.n += n) },
    });
    checkModel(model, [[{ type: 'A', version: 1, data: 5 }]]);
  });
});

test('a log of the old shape gives the state of a log written in the new shape', async () => {
  const account = fc.constantFrom('a', 'b', 'c');
  const cents = fc.integer({ min: -9, max: 9 });
  const event = fc.oneof(
    fc.tuple(account, account, cents).map(([from, to, amount]) => move(from, to, amount)),
    fc.tuple(account, cents).map(([name, amount]) => fee(name, amount)),
    fc.constant(ping),
  );
  const presentOf = (old: any): any[] => {
    if (old.type === 'TransferPosted') {
      const { from, to, cents: amount } = old.data;
      return [
        { type: 'EntryPosted', data: { account: from, cents: -amount } },
        { type: 'EntryPosted', data: { account: to, cents: amount } },
      ];
    }
    return old.type === 'FeeTaken' ? [{ ...old, type: 'EntryPosted' }] : [];
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
      fc.boolean(),
      async (commits, seals) => {
        const contents = new MemoryContents();
        const old = await openStore(first, { log: openMemoryLog({ contents }) });
        for (const commit of commits) await old.append(commit as never);
        if (seals) await old.compact();
        await old.close();
        const direct = await openStore(second, { path: ':memory:' });
        for (const commit of commits) {
          const present = commit.flatMap(presentOf);
          if (present.length > 0) await direct.append(present);
        }
        const upcast = await openStore(second, { log: openMemoryLog({ contents }) });
        const expected = hashState(direct.state as object);
        expect(hashState(upcast.state as object)).toBe(expected);
        expect((await upcast.verify()).ok).toBe(true);
        await upcast.close();
        const again = await openStore(second, { log: openMemoryLog({ contents }) });
        expect(hashState(again.state as object)).toBe(expected);
        await Promise.all([again.close(), direct.close()]);
      },
    ),
    { numRuns: sample(40) },
  );
});
