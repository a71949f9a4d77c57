import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineModel, openStore, replay, type StoreOptions } from '../../../src/index.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf, manualClock, openCarts, temporaryPath } from '../harness.ts';

describe('recovery', () => {
  test('a clean close leaves nothing to replay', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await store.append([added('a', 3), note('x')]);
    const hash = await store.stateHash();
    await store.close();
    const again = await openCarts({ path });
    expect(again.recovery).toMatchObject({ snapshot: 2, eventsReplayed: 0, recoverWithin: 1_000 });
    const { milliseconds, loadMilliseconds, foldMilliseconds, withinPromise } = again.recovery;
    expect(milliseconds).toBeGreaterThanOrEqual(loadMilliseconds + foldMilliseconds);
    expect(withinPromise).toBe(milliseconds <= 1_000);
    expect(again.recovery.reason).toBe('Loaded the snapshot at 2; nothing was left to replay.');
    expect(await again.stateHash()).toBe(hash);
  });

  test('explains the recovery of an empty log and of a log without a snapshot', async () => {
    const path = await temporaryPath();
    expect((await openCarts({ path: ':memory:' })).recovery.reason).toBe('The log is empty.');
    const store = await openCarts({ path });
    await store.append([added('a'), added('b')]);
    const reader = await openCarts({ path, readOnly: true });
    expect(reader.recovery).toMatchObject({ snapshot: undefined, eventsReplayed: 2 });
    expect(reader.recovery.reason).toBe('Replayed all 2 events: there was no snapshot to start from.');
  });

  test('gives the same state from any snapshot and its tail as a full replay', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    for (let i = 0; i < 30; i++) {
      await store.append(i % 4 === 3 ? { type: 'CartCleared', data: { cart: `c${i % 3}` } } : added(`c${i % 5}`));
      if (i % 6 === 0) await store.snapshot();
      const reader = await openCarts({ path, readOnly: true });
      expect(await reader.stateHash()).toBe(await store.stateHash());
      await reader.close();
    }
    expect((await replay(cartModel, { path })).stateHash).toBe(await store.stateHash());
    const { ok, snapshots } = await store.verify();
    expect(ok).toBe(true);
    expect(snapshots.length).toBeGreaterThanOrEqual(2);
    expect(snapshots.every(({ verdict }) => verdict === 'equal')).toBe(true);
  });

  test('replays events with their recorded times', async () => {
    const path = await temporaryPath();
    const clock = manualClock(10_000);
    const store = await openCarts({ path, clock: clock.read });
    await store.append(added('a'));
    clock.now = 20_000;
    await store.append(added('a'));
    clock.now = 99_000;
    const reader = await openCarts({ path, readOnly: true, clock: clock.read });
    expect(reader.state.seen.lastAt).toBe(20_000);
  });

  test('takes a snapshot when recoverWithin requires one', async () => {
    const store = await openCarts({ path: await temporaryPath(), recoverWithin: 1 });
    for (let i = 0; i < 5; i++) await store.append(Array.from({ length: 100 }, () => note('x')));
    await expect.poll(() => store.stats().snapshotSequence).toBeGreaterThan(0);
  });

  test('takes a snapshot when a save rule requires one', async () => {
    const store = await openCarts({ path: await temporaryPath(), save: [{ seconds: 0.05, changes: 4 }] });
    await store.append([note('a'), note('b'), note('c')]);
    await pause(60);
    await store.flush();
    expect(store.stats().snapshotSequence).toBe(0); // too few changes
    await store.append(note('d'));
    await expect.poll(() => store.stats().snapshotSequence).toBe(4);
  });
});

/** The same events under changing reducers. */
function counterModel(
  changes: { added?: (n: number) => number; renamed?: boolean; version?: number; start?: number } = {},
) {
  const by = changes.added ?? ((n: number) => n);
  const Renamed = changes.renamed
    ? (state: { n: number; name: string }, { name }: { name: string }) => void (state.name = name.toUpperCase())
    : (state: { n: number; name: string }, { name }: { name: string }) => void (state.name = name);
  return defineModel({
    name: 'counter',
    ...(changes.version === undefined ? {} : { version: changes.version }),
    events: { Added: z.object({ n: z.int() }), Renamed: z.object({ name: z.string() }) },
    initialState: () => ({ n: changes.start ?? 0, name: '' }),
    reducers: {
      Added(state, { n }) {
        state.n += by(n);
      },
      Renamed,
    },
  });
}

describe('a changed reducer', () => {
  async function logWithSnapshots(): Promise<StoreOptions & { path: string }> {
    const path = await temporaryPath();
    const store = await openStore(counterModel(), { path });
    await store.append([
      { type: 'Added', data: { n: 1 } },
      { type: 'Added', data: { n: 2 } },
    ]);
    await store.snapshot();
    await store.append({ type: 'Renamed', data: { name: 'bob' } });
    await store.snapshot();
    await store.close();
    return { path };
  }

  test('is applied from the newest snapshot before the first affected event, and the report says why', async () => {
    const options = await logWithSnapshots();
    const store = await openStore(counterModel({ renamed: true }), options);
    expect(store.state).toEqual({ n: 3, name: 'BOB' });
    expect(store.recovery).toMatchObject({ snapshot: 2, eventsReplayed: 1 });
    expect(store.recovery.reason).toContain('Renamed changed, which first mattered at 3');
    await store.close();
    const next = await openStore(counterModel({ renamed: true }), options);
    expect(next.recovery).toMatchObject({ snapshot: 3, eventsReplayed: 0 });
    await next.close();
  });

  test('replays everything after a change of the initial state', async () => {
    const options = await logWithSnapshots();
    await using store = await openStore(counterModel({ start: 100 }), options);
    expect(store.state.n).toBe(103);
    expect(store.recovery).toMatchObject({ snapshot: undefined, eventsReplayed: 3 });
  });

  test('replays when the version changes, although no source has changed', async () => {
    const path = await temporaryPath();
    const double = (n: number): number => n * 2;
    const old = await openStore(counterModel({ version: 1 }), { path });
    await old.append({ type: 'Added', data: { n: 5 } });
    await old.close();
    await using same = await openStore(counterModel({ version: 1, added: double }), { path, readOnly: true });
    expect(same.state.n).toBe(5);
    await using next = await openStore(counterModel({ version: 2, added: double }), { path, readOnly: true });
    expect(next.state.n).toBe(10);
  });

  test('is a HISTORY_GONE with the reason after the history was dropped', async () => {
    const path = await temporaryPath();
    const store = await openStore(counterModel(), { path, history: 'discard' });
    for (let i = 0; i < 3; i++) {
      await store.append({ type: 'Added', data: { n: 1 } });
      await store.snapshot();
    }
    expect((await store.compact()).dropped.throughSequence).toBeGreaterThan(0);
    await store.close();
    const error = await errorOf(openStore(counterModel({ start: 7 }), { path }));
    expect(error).toMatchObject({ code: 'HISTORY_GONE', path });
    expect(error.message).toContain('initial state');
    await using untouched = await openStore(counterModel(), { path });
    expect(untouched.state.n).toBe(3);
  });
});

describe('upcasters', () => {
  const v1 = defineModel({
    name: 'people',
    events: { Named: z.object({ name: z.string() }) },
    initialState: () => ({ names: [] as string[] }),
    reducers: { Named: (state, { name }) => void state.names.push(name) },
  });
  const v3 = defineModel({
    name: 'people',
    events: {
      Named: {
        version: 3,
        schema: z.object({ first: z.string(), last: z.string() }),
        upcast: {
          1: ({ name }: { name: string }) => ({ full: name }),
          2: ({ full }: { full: string }) => ({ first: full.split(' ')[0], last: full.split(' ')[1] ?? '' }),
        },
      },
    },
    initialState: () => ({ names: [] as string[] }),
    reducers: { Named: (state, { first, last }) => void state.names.push(`${last}, ${first}`) },
  });

  test('convert old events to the current version, in the state and for readers', async () => {
    const path = await temporaryPath();
    const old = await openStore(v1, { path });
    await old.append({ type: 'Named', data: { name: 'Ada Lovelace' } });
    await old.close();
    await using store = await openStore(v3, { path });
    await store.append({ type: 'Named', data: { first: 'Alan', last: 'Turing' } });
    expect(store.state.names).toEqual(['Lovelace, Ada', 'Turing, Alan']);
    const events = await Array.fromAsync(store.events());
    expect(events.map(({ version, data }) => ({ version, data }))).toEqual([
      { version: 3, data: { first: 'Ada', last: 'Lovelace' } },
      { version: 3, data: { first: 'Alan', last: 'Turing' } },
    ]);
    expect((await replay(v3, { path })).stateHash).toBe(await store.stateHash());
  });

  test('cannot help with a newer version, MODEL_MISMATCH, or an unknown type, UNKNOWN_EVENT_TYPE', async () => {
    const path = await temporaryPath();
    const store = await openStore(v3, { path });
    await store.append({ type: 'Named', data: { first: 'A', last: 'B' } });
    await store.close();
    expect(await errorOf(replay(v1, { path }))).toMatchObject({ code: 'MODEL_MISMATCH', sequence: 1, type: 'Named' });
    const without = defineModel({ name: 'people', events: {}, initialState: () => ({}), reducers: {} });
    expect(await errorOf(openStore(without, { path }))).toMatchObject({
      code: 'UNKNOWN_EVENT_TYPE',
      sequence: 1,
      type: 'Named',
    });
  });

  test('that throw give an error that names the event', async () => {
    const path = await temporaryPath();
    const old = await openStore(v1, { path });
    await old.append({ type: 'Named', data: { name: 'x' } });
    await old.close();
    const broken = defineModel({
      ...v1,
      events: {
        Named: {
          version: 2,
          schema: z.object({ name: z.string() }),
          upcast: {
            1: () => {
              throw new Error('no');
            },
          },
        },
      },
    });
    expect(await errorOf(openStore(broken, { path }))).toMatchObject({
      code: 'MODEL_MISMATCH',
      sequence: 1,
      message: expect.stringContaining('no'),
    });
  });
});
