/** A backup up to a position is a log to which nothing was appended after it. */
import { readdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  defineModel,
  defineReactor,
  openLog,
  openStore,
  type RecordedEvent,
  reject,
  type StoreOptions,
} from '../../../src/index.ts';
import { sample, sampleOf } from '../../sample.ts';
import { errorOf, temporaryPath } from '../harness.ts';

const Spend = z.object({ of: z.string(), amount: z.int() });

const wallet = defineModel({
  name: 'wallet',
  events: {
    Paid: {
      schema: z.object({ of: z.string(), amount: z.int() }),
      version: 1,
      tags: ({ of }: { of: string }) => [`of:${of}`],
    },
    Noted: z.object({ text: z.string() }),
  },
  initialState: () => ({ amounts: new Map<string, number>(), notes: [] as string[] }),
  reducers: {
    Paid: (state, { of, amount }) => void state.amounts.set(of, (state.amounts.get(of) ?? 0) + amount),
    Noted: (state, { text }) => void (state.notes = [...state.notes, text].slice(-5)),
  },
  commands: {
    spend: {
      input: Spend,
      decide: (state, { of, amount }) => {
        const has = state.amounts.get(of) ?? 0;
        if (amount === 0) return [];
        if (has < amount) return reject('POOR', `has ${has}`);
        return { events: [{ type: 'Paid' as const, data: { of, amount: -amount } }], result: has - amount };
      },
    },
  },
});

const openWallet = (options: StoreOptions) => openStore(wallet, options);
type Wallet = Awaited<ReturnType<typeof openWallet>>;

type Action =
  | { readonly kind: 'append'; readonly amounts: readonly number[]; readonly id: boolean; readonly note: boolean }
  | { readonly kind: 'spend'; readonly amount: number; readonly id: boolean }
  | { readonly kind: 'wait' | 'snapshot' | 'compact' };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      amounts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
      id: fc.boolean(),
      note: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('spend' as const),
      amount: fc.integer({ min: 0, max: 12 }),
      id: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'wait' as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'snapshot' as const }, { kind: 'compact' as const }) },
);

/** Writes of the application; the others only change how the log keeps them. Gives where each commit ended. */
async function live(store: Wallet, actions: readonly Action[], until: number): Promise<number[]> {
  const ends: number[] = [];
  let pending: Promise<unknown>[] = [];
  for (const [index, step] of actions.entries()) {
    const options = 'id' in step && step.id ? { commandId: `call ${index}` } : {};
    const before = store.sequence;
    if (step.kind === 'append') {
      if (before + step.amounts.length > until) break;
      const events = step.amounts.map((amount, place) =>
        step.note && place === 0
          ? { type: 'Noted' as const, data: { text: `note ${index}` }, meta: { by: 'me' } }
          : { type: 'Paid' as const, data: { of: `account ${amount % 3}`, amount } },
      );
      pending.push(store.append(events, options));
    } else if (step.kind === 'spend') {
      const has = store.state.amounts.get('account 1') ?? 0;
      if (step.amount > 0 && has >= step.amount && before + 1 > until) break;
      pending.push(store.execute('spend', { of: 'account 1', amount: step.amount }, options));
      await Promise.resolve(); // a command decides in the turn after its call
    } else {
      await Promise.all(pending);
      pending = [];
      if (step.kind === 'snapshot') await store.snapshot();
      if (step.kind === 'compact') await store.compact();
    }
    if (store.sequence > before) ends.push(store.sequence);
  }
  await Promise.all(pending);
  return ends;
}

/** Each reading is a millisecond later than the one before. */
function risingClock(): () => number {
  let now = 1_700_000_000_000;
  return () => ++now;
}

function outcomesIn(path: string): unknown[] {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare('select command_id, recorded_at, outcome from commands order by rowid').all();
  } finally {
    database.close();
  }
}

async function allEvents(store: Wallet): Promise<RecordedEvent[]> {
  return Array.fromAsync(store.events() as AsyncIterable<RecordedEvent>);
}

function beside(path: string): string[] {
  return readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
}

test('a copy up to any commit equals a log that was only appended to up to there', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 40 }), fc.nat(), async (actions, pick) => {
      const path = await temporaryPath();
      const store = await openWallet({ path, clock: risingClock() });
      const ends = [0, ...(await live(store, actions, Number.POSITIVE_INFINITY))];
      const to = ends[pick % ends.length]!;
      const report = await store.backup(`${path}.copy`, { to: { sequence: to } });
      await store.close();
      expect(beside(`${path}.copy`)).toEqual(['store.db.copy']);
      expect(report).toMatchObject({ path: `${path}.copy`, firstSequence: 1, lastSequence: to });

      const only = await openWallet({ path: join(dirname(path), 'only.db'), clock: risingClock() });
      await live(only, actions, to);
      expect(only.sequence).toBe(to);
      const copy = await openWallet({ path: `${path}.copy` });
      expect(copy.sequence).toBe(to);
      expect(await copy.stateHash()).toBe(await only.stateHash());
      expect(await allEvents(copy)).toEqual(await allEvents(only));
      expect(outcomesIn(`${path}.copy`)).toEqual(outcomesIn(join(dirname(path), 'only.db')));
      expect((await copy.verify()).problems).toEqual([]);
      for (const tag of ['of:account 0', 'of:account 1']) {
        expect(await Array.fromAsync(copy.events({ tag }))).toEqual(await Array.fromAsync(only.events({ tag })));
      }
      await copy.append({ type: 'Noted', data: { text: 'it goes on' } });
      await copy.close();
      await only.close();
      await using log = await openLog({ path: `${path}.copy` });
      expect((await log.verify()).problems).toEqual([]);
    }),
    { numRuns: sample(5) },
  );
});

/** Commits of 1, 2, 3 … events: they end at 1, 3, 6, 10, 15. The first ten events are sealed together. */
async function makeWallet(): Promise<{ path: string; times: number[] }> {
  const path = await temporaryPath();
  const clock = { now: 1_700_000_000_000 };
  const store = await openWallet({ path, clock: () => clock.now });
  const times: number[] = [];
  for (let size = 1; size <= 5; size++) {
    times.push((clock.now += 1_000));
    const events = Array.from({ length: size }, () => ({ type: 'Paid', data: { of: 'a', amount: size } }) as const);
    await store.append(events, { commandId: `commit ${size}` });
    if (size === 4) await store.compact();
  }
  await store.close();
  return { path, times };
}

const wholeAmount = (...sizes: number[]) => sizes.reduce((sum, size) => sum + size * size, 0);

describe('the end of a copy', () => {
  test.each(
    sampleOf([
      [1, wholeAmount(1)],
      [3, wholeAmount(1, 2)],
      [6, wholeAmount(1, 2, 3)],
      [10, wholeAmount(1, 2, 3, 4)],
      [15, wholeAmount(1, 2, 3, 4, 5)],
    ]),
  )('may lie within a sealed block: %i', async (sequence, amount) => {
    const { path } = await makeWallet();
    await using log = await openLog({ path });
    await log.backup(`${path}.copy`, { to: { sequence } });
    await using copy = await openWallet({ path: `${path}.copy` });
    expect(copy.state.amounts.get('a')).toBe(amount);
    expect((await copy.verify()).problems).toEqual([]);
  });

  test('is the last event at or before a time, as a Date or as milliseconds', async () => {
    const { path, times } = await makeWallet();
    await using log = await openLog({ path });
    const ends: number[] = [];
    const moments = [times[0]! - 1, times[0]!, new Date(times[2]! + 999), times[4]! + 1e9];
    for (const [index, time] of moments.entries()) {
      ends.push((await log.backup(`${path}.${index}`, { to: { time } })).lastSequence);
    }
    expect(ends).toEqual([0, 1, 6, 15]);
    await using empty = await openWallet({ path: `${path}.0` });
    expect(empty.sequence).toBe(0);
    await empty.append({ type: 'Noted', data: { text: 'the first' } });
  });

  test('is not within a commit: the error names both ends', async () => {
    const { path } = await makeWallet();
    await using log = await openLog({ path });
    for (const [sequence, before, end] of [
      [2, 1, 3],
      [9, 6, 10],
      [12, 10, 15],
    ]) {
      const error = await errorOf(log.backup(`${path}.copy`, { to: { sequence: sequence! } }));
      expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'to', sequence });
      expect(error.message).toContain(`the events ${before! + 1} to ${end} are one commit`);
      expect(error.hint).toContain(`Give ${before}, before the commit, or ${end}`);
    }
    expect(beside(`${path}.copy`)).toEqual([]);
  });

  test.each([
    ['beyond the end', { sequence: 16 }],
    ['both', { sequence: 1, time: 1 }],
    ['neither', {}],
    ['a half', { sequence: 1.5 }],
    ['not a time', { time: Number.NaN }],
    ['another member', { sequence: 1, sequences: 2 }],
    ['a number', 3],
  ])('must be in the log: %s', async (_, to) => {
    const { path } = await makeWallet();
    await using log = await openLog({ path });
    expect(await errorOf(log.backup(`${path}.copy`, { to } as never))).toMatchObject({
      code: 'INVALID_OPTION',
      type: 'to',
    });
    expect(beside(`${path}.copy`)).toEqual([]);
  });

  test('is not before what retention has left, nor where no snapshot tells the state', async () => {
    const path = await temporaryPath();
    const store = await openWallet({ path, history: { maxEvents: 25 } });
    for (let n = 1; n <= 30; n++) {
      await store.append({ type: 'Paid', data: { of: 'a', amount: 1 } });
      if (n === 12 || n === 20) await store.snapshot();
    }
    await store.compact();
    const { firstSequence } = await (await openLog({ path })).info();
    expect(firstSequence).toBe(6);
    for (const to of [{ sequence: 0 }, { sequence: firstSequence - 1 }, { time: 5 }]) {
      const error = await errorOf(store.backup(`${path}.copy`, { to }));
      expect(error).toMatchObject({ code: 'HISTORY_GONE', sequence: firstSequence });
    }
    const [oldest] = (await (await openLog({ path })).info()).snapshots
      .map(({ sequence }) => sequence)
      .sort((a, b) => a - b);
    for (const sequence of [firstSequence, oldest! - 1, oldest!, oldest! + 1, 29]) {
      const copy = `${path}.${sequence}`;
      if (sequence < oldest!)
        expect(await errorOf(store.backup(copy, { to: { sequence } }))).toMatchObject({
          code: 'HISTORY_GONE',
          sequence: oldest,
        });
      else {
        await store.backup(copy, { to: { sequence } });
        await using opened = await openWallet({ path: copy });
        expect(opened.state.amounts.get('a')).toBe(sequence);
      }
    }
    await store.close();
  });
});

test('a copy keeps the format of its file, and its witness is not that of the log', async () => {
  for (const name of ['kept', 'crashed']) {
    const path = await temporaryPath();
    for (const suffix of ['', '-wal', '-witness']) {
      await copyFile(`test/golden/format-1/${name}.db${suffix}`, path + suffix).catch(() => {});
    }
    await using log = await openLog({ path });
    const { lastSequence } = await log.info();
    const ends = await Array.fromAsync(log.events(), ({ sequence }) => sequence);
    let copied = 0;
    for (const sequence of ends.filter((end) => end < lastSequence).slice(-6)) {
      const copy = `${path}.${sequence}`;
      const report = await log.backup(copy, { to: { sequence } }).catch(() => undefined);
      if (report === undefined) continue; // within a commit
      copied += 1;
      await using opened = await openLog({ path: copy });
      expect((await opened.verify()).problems).toEqual([]);
      expect((await opened.info()).format).toBe(1);
    }
    expect(copied).toBeGreaterThan(0);
  }
});

test('projections and reactors begin where the copy ends', async () => {
  const path = await temporaryPath();
  const seen: number[] = [];
  const watching = defineReactor(wallet, {
    name: 'mail',
    from: 'start',
    on: { Noted: (event) => void seen.push(event.sequence) },
  });
  const view = {
    name: 'view',
    initialState: () => ({ count: 0 }),
    reducers: { Noted: (state: { count: number }) => void (state.count += 1) },
  };
  const store = await openWallet({ path });
  const projection = await store.project(view);
  for (let n = 1; n <= 3; n++) await store.append({ type: 'Noted', data: { text: `${n}` } });
  await projection.catchUp();
  await projection.save();
  const reacting = await store.react(watching);
  for (let n = 4; n <= 6; n++) await store.append({ type: 'Noted', data: { text: `${n}` } });
  await reacting.caughtUp();
  await projection.catchUp();
  await projection.save();
  await store.backup(`${path}.2`, { to: { sequence: 2 } });
  await store.backup(`${path}.4`, { to: { sequence: 4 } });
  await store.close();
  for (const end of [2, 4]) {
    seen.length = 0;
    await using copy = await openWallet({ path: `${path}.${end}` });
    const again = await copy.project(view);
    expect(again.state.count).toBe(end);
    const running = await copy.react(watching);
    await copy.append({ type: 'Noted', data: { text: 'another' } });
    await running.caughtUp();
    expect(seen).toEqual([end + 1]);
  }
});

test('a retry of a commit after the end decides again, and one before it is answered', async () => {
  const { path } = await makeWallet();
  const log = await openLog({ path });
  await log.backup(`${path}.copy`, { to: { sequence: 6 } });
  await log.close();
  await using copy = await openWallet({ path: `${path}.copy` });
  const events = Array.from({ length: 3 }, () => ({ type: 'Paid', data: { of: 'a', amount: 3 } }) as const);
  expect(await copy.append(events, { commandId: 'commit 3' })).toMatchObject({ firstSequence: 4, lastSequence: 6 });
  expect(copy.sequence).toBe(6);
  await copy.append({ type: 'Paid', data: { of: 'a', amount: 4 } }, { commandId: 'commit 4' });
  expect(copy.sequence).toBe(7);
});

describe('a copy that is ended early', () => {
  test('leaves nothing, and rejects with the reason', async () => {
    const { path } = await makeWallet();
    await using store = await openWallet({ path });
    const reason = new Error('enough');
    await expect(store.backup(`${path}.copy`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const stop = new AbortController();
    const copying = store.backup(`${path}.copy`, { signal: stop.signal, onProgress: () => stop.abort(reason) });
    await expect(copying).rejects.toBe(reason);
    expect(beside(`${path}.copy`)).toEqual([]);
    await store.backup(`${path}.copy`, { signal: new AbortController().signal });
    expect(beside(`${path}.copy`)).toEqual(['store.db.copy']);
  });

  test('tells its progress to the call and to the store', async () => {
    const { path } = await makeWallet();
    const told: unknown[] = [];
    const note = (progress: object): void => void told.push(progress);
    await using store = await openWallet({ path, onProgress: note });
    told.length = 0;
    await store.backup(`${path}.copy`, { onProgress: note });
    expect(told.slice(-2)).toEqual([
      { phase: 'backup', done: 1, total: 1 },
      { phase: 'backup', done: 1, total: 1 },
    ]);
  });
});

test('a log keeps its id, and a copy has another one', async () => {
  const { path } = await makeWallet();
  const ids: (string | undefined)[] = [];
  for (const file of [path, path, `${path}.copy`]) {
    await using log = await openLog({ path: file });
    ids.push(log.id);
    if (ids.length === 2) await log.backup(`${path}.copy`);
  }
  expect(ids[0]).toMatch(/^[\da-f]{32}$/);
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
});
