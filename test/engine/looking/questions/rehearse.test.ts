/** Rehearse: against a loop that folds both models event by event and compares their states. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  defineModel,
  hashState,
  type LogStore,
  MemoryContents,
  type Model,
  openPast,
  openStore,
  rehearse,
  replay,
  type SnapshotInfo,
} from '../../../../src/index.ts';
import { openSqliteLog } from '../../../../src/log/sqlite/sqlite-log.ts';
import { sample } from '../../../sample.ts';
import { errorOf, temporaryPath } from '../../harness.ts';

const events = {
  Opened: z.object({ id: z.int() }),
  Paid: z.object({ id: z.int(), amount: z.int() }),
  Closed: z.object({ id: z.int() }),
};

interface Accounts {
  accounts: Map<number, { balance: number }>;
  total: number;
}

const definition = {
  name: 'accounts',
  events,
  initialState: (): Accounts => ({ accounts: new Map(), total: 0 }),
  reducers: {
    Opened: (state: Accounts, { id }: { id: number }) => void state.accounts.set(id, { balance: 0 }),
    Paid(state: Accounts, { id, amount }: { id: number; amount: number }) {
      const account = state.accounts.get(id);
      if (account === undefined) return;
      account.balance += amount;
      state.total += amount;
    },
    Closed: (state: Accounts, { id }: { id: number }) => void state.accounts.delete(id),
  },
  invariants: { small: ({ total }: { readonly total: number }) => total < 50 },
} as const;

const model = defineModel(definition);
/** Treats payments of exactly 7 differently. */
const careful = defineModel({
  ...definition,
  reducers: {
    ...definition.reducers,
    Paid(state: Accounts, data: { id: number; amount: number }) {
      definition.reducers.Paid(state, data.amount === 7 ? { ...data, amount: 8 } : data);
    },
  },
});
/** Throws at a payment of 9. */
const strict = defineModel({
  ...definition,
  reducers: {
    ...definition.reducers,
    Paid(state: Accounts, data: { id: number; amount: number }) {
      if (data.amount === 9) throw new Error('too much');
      definition.reducers.Paid(state, data);
    },
  },
});

type AnyEvent = { type: 'Opened' | 'Paid' | 'Closed'; data: any };

async function logOf(list: readonly AnyEvent[], every = 5): Promise<MemoryContents> {
  const contents = new MemoryContents();
  const store = await openStore(model, { log: contents });
  for (let start = 0; start < list.length; start += every) {
    await store.append(list.slice(start, start + every) as never);
    if (start % 4 === 0) await store.compact();
  }
  await store.close();
  return contents;
}

const anyEvent: fc.Arbitrary<AnyEvent> = fc.oneof(
  fc.record({ type: fc.constant('Opened' as const), data: fc.record({ id: fc.nat(3) }) }),
  fc.record({
    type: fc.constant('Paid' as const),
    data: fc.record({ id: fc.nat(3), amount: fc.integer({ min: 1, max: 9 }) }),
  }),
  fc.record({ type: fc.constant('Closed' as const), data: fc.record({ id: fc.nat(3) }) }),
);

/** The oracle: the first event after which two folds differ. */
async function naiveDifference(next: Model<any, any, any, any>, log: MemoryContents): Promise<number | undefined> {
  const hashes = async (which: Model<any, any, any, any>): Promise<string[]> => {
    await using past = await openPast(which as Model<any, any, any>, { log });
    const found: string[] = [];
    for await (const block of past.walk()) for (const _ of block) found.push(hashState(block.state));
    return found;
  };
  const [now, later] = [await hashes(model), await hashes(next)];
  const index = now.findIndex((hash, at) => hash !== later[at]);
  return index < 0 ? undefined : index + 1;
}

describe('rehearse', () => {
  test('finds the first divergent event, or a later one only where the difference vanished between two comparisons', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 60 }), async (list) => {
        const log = await logOf(list);
        const first = await naiveDifference(careful, log);
        const report = await rehearse(model, careful, { log });
        const [now, next] = [await replay(model, { log }), await replay(careful, { log })];
        expect(report.now.stateHash).toBe(now.stateHash);
        expect(report.next.stateHash).toBe(next.stateHash);
        expect(report.differences.length > 0).toBe(now.stateHash !== next.stateHash);
        if (now.stateHash !== next.stateHash) expect(report.firstDifference).toBeDefined();
        if (report.grid <= 1 || report.firstDifference === undefined) {
          if (report.grid <= 1) expect(report.firstDifference?.sequence).toBe(first);
        } else expect(report.firstDifference.sequence).toBeGreaterThanOrEqual(first!);
        if (first === undefined) expect(report).toMatchObject({ equal: true, differences: [] });
      }),
      { numRuns: sample(60) },
    );
  });

  const paid: AnyEvent[] = [
    { type: 'Opened', data: { id: 1 } },
    { type: 'Paid', data: { id: 1, amount: 5 } },
    { type: 'Paid', data: { id: 1, amount: 7 } },
    { type: 'Paid', data: { id: 1, amount: 60 } },
  ];

  test('gives the place before and after, what differs at the end by table, and the invariants', async () => {
    const report = await rehearse(model, careful, { log: await logOf(paid) });
    expect(report).toMatchObject({
      ...{ equal: false, events: 4, from: 0, sequence: 4, unknownTypes: [] },
      firstDifference: {
        sequence: 3,
        type: 'Paid',
        path: 'accounts[1].balance',
        parts: ['accounts', 1, 'balance'],
        now: 12,
        next: 13,
      },
      now: { name: 'accounts', brokenInvariants: ['small'] },
      next: { name: 'accounts', brokenInvariants: ['small'] },
    });
    expect(report.differences.map(({ table, places }) => [table, places])).toEqual([
      ['accounts', 1],
      ['total', 1],
    ]);
    expect(report.differences[1]!.first).toMatchObject([{ path: 'total', before: 72, after: 73 }]);
  });

  test('says at which event the next model throws, and what differed before', async () => {
    const log = await logOf([
      ...paid,
      { type: 'Paid', data: { id: 1, amount: 9 } },
      { type: 'Closed', data: { id: 1 } },
    ]);
    const report = await rehearse(model, strict, { log });
    expect(report).toMatchObject({ equal: false, sequence: 6, differences: [] });
    expect(report.next).toMatchObject({ failure: { sequence: 5, type: 'Paid', error: { code: 'REDUCER_FAILED' } } });
    expect(report.next).not.toHaveProperty('stateHash');
    expect(report.now.stateHash).toBe((await replay(model, { log })).stateHash);
    expect(report).not.toHaveProperty('firstDifference');
    const both = defineModel({
      ...definition,
      reducers: {
        ...strict.reducers,
        Opened: (state: Accounts, { id }: { id: number }) => void state.accounts.set(id, { balance: 1 }),
      },
    } as never);
    expect((await rehearse(model, both, { log })).firstDifference).toMatchObject({
      sequence: 1,
      path: 'accounts[1].balance',
      now: 0,
      next: 1,
    });
  });

  test('names the types that the next model does not know', async () => {
    const { Closed: _, ...others } = definition.reducers;
    const { Closed: __, ...rest } = events;
    const without = defineModel({ ...definition, events: rest, reducers: others } as never);
    const log = await logOf([...paid, { type: 'Closed', data: { id: 1 } }]);
    const report = await rehearse(model, without, { log });
    expect(report.unknownTypes).toEqual(['Closed']);
    expect(report.next.failure).toMatchObject({ sequence: 5, type: 'Closed', error: { code: 'UNKNOWN_EVENT_TYPE' } });
  });

  test('begins with different initial states, and is equal to itself', async () => {
    const log = await logOf(paid);
    const other = defineModel({
      ...definition,
      initialState: (): Accounts & { extra: number } => ({ ...definition.initialState(), extra: 1 }),
    } as never);
    expect((await rehearse(model, other, { log })).firstDifference).toEqual({
      sequence: 0,
      path: 'extra',
      parts: ['extra'],
      next: 1,
    });
    const same = await rehearse(model, model, { log });
    expect(same).toMatchObject({ equal: true, differences: [] });
    expect(same.now.stateHash).toBe(same.next.stateHash);
    expect(await rehearse(model, careful, { log, to: 2 })).toMatchObject({ equal: true, sequence: 2 });
  });

  test('goes on from the oldest snapshot where history was dropped', async () => {
    const path = await temporaryPath();
    const store = await openStore(model, { path, history: 'discard' });
    await store.append(paid.slice(0, 2) as never);
    await store.snapshot();
    await store.append(paid[2] as never);
    await store.snapshot();
    await store.append(paid[3] as never);
    await store.compact();
    await store.close();
    expect(await rehearse(model, careful, { path })).toMatchObject({
      equal: false,
      from: 2,
      events: 2,
      firstDifference: { sequence: 3 },
    });
  });

  test('begins again when the writer drops the snapshot that it begins with', async () => {
    const path = await temporaryPath();
    await using store = await openStore(model, { path, history: 'discard' });
    for (const event of paid) {
      await store.append(event as never);
      await store.snapshot();
    }
    await store.compact();
    await store.append(paid[3] as never);
    const opened = await openSqliteLog({ path, readOnly: true });
    let left = 1;
    const log = new Proxy(opened, {
      get: (target, name) => {
        if (name === 'readSnapshot' && left-- > 0) return (info: SnapshotInfo) => afterDrop(target, info);
        const member = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    async function* afterDrop(target: LogStore, info: SnapshotInfo): AsyncGenerator<Uint8Array> {
      await store.snapshot();
      await store.compact();
      expect((await target.snapshots('')).map(({ sequence }) => sequence)).not.toContain(info.sequence);
      yield* target.readSnapshot(info);
    }
    expect(await rehearse(model, model, { log })).toMatchObject({ equal: true, from: 4, events: 1, sequence: 5 });
    expect(left).toBeLessThan(0);
    await opened.close();
  });

  test('ends at its signal, and refuses what is not a model', async () => {
    const log = await logOf(paid);
    const reason = new Error('enough');
    await expect(rehearse(model, careful, { log, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await errorOf(rehearse(model, {} as never, { log }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(rehearse(model, careful, {}))).toMatchObject({ type: 'path' });
    expect(await errorOf(rehearse(model, careful, { log, to: 9 }))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});
