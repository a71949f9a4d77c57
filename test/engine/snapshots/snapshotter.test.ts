/** Snapshots in the background: made in slices or in a thread, compared with a replay, without stopping writes. */
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import {
  defineModel,
  hashState,
  type Model,
  openStore,
  replay,
  type Store,
  type StoreOptions,
} from '../../../src/index.ts';
import { sampleOf } from '../../sample.ts';
import { errorOf, temporaryPath } from '../harness.ts';
import { counted, tally } from './fixtures/tally-model.ts';
import { byChance, byThread } from './fixtures/unsteady-model.ts';

const open: Store[] = [];

afterEach(async () => {
  for (const store of open.splice(0)) await store.close().catch(() => {});
});

async function openModel(model: Model, options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore(model, { path: await temporaryPath(), durability: 'os', ...options });
  open.push(store);
  return store;
}

/** Without a module there is no thread. */
const { module: _module, ...rest } = tally;
const here = defineModel(rest);

/** Enough keys for a state that is not encoded at once. */
const MANY = 40_000;

async function fill(store: Store, keys = MANY): Promise<void> {
  for (let first = 0; first < keys; first += 5_000) {
    await store.append(Array.from({ length: Math.min(5_000, keys - first) }, (_, i) => counted(`key ${first + i}`)));
  }
}

const LARGE: readonly [string, Model, 'atomic' | 'direct'][] = [
  ['in a thread, atomic', tally, 'atomic'],
  ['in a thread, direct', tally, 'direct'],
  ['on the main thread, atomic', here, 'atomic'],
  ['on the main thread, direct', here, 'direct'],
];

describe.each(sampleOf(LARGE))('a large state %s', (_name, model, fold) => {
  test('is written as it was at the call, while the state changes', async () => {
    const store = await openModel(model, { fold });
    await fill(store);
    await store.snapshot(); // after one that may have begun automatically
    await store.append(counted('key 1'));
    const before = hashState(store.state);
    const sequence = store.sequence;
    const snapshot = store.snapshot();
    let appended = 0;
    let done = false;
    void snapshot.finally(() => (done = true)).catch(() => {});
    // Changes an old entry, replaces one and adds one, again and again.
    while (!done) {
      await store.append([counted('key 7'), counted(`key ${appended % MANY}`, 2), counted(`new ${appended}`)]);
      appended++;
    }
    expect(appended).toBeGreaterThan(1);
    const report = await snapshot;
    expect(report).toMatchObject({ sequence, stateHash: before });
    expect(report.bytes).toBeGreaterThan(256 * 1024);
    const { state } = await store.at({ sequence });
    expect(hashState(state)).toBe(before);
    const { snapshots } = await store.verify();
    expect(snapshots).toContainEqual({ sequence, verdict: 'equal' });
    expect(snapshots.every(({ verdict }) => verdict === 'equal')).toBe(true);
    expect((await replay(model, { path: store.path })).stateHash).toBe(await store.stateHash());
  });

  test('a second snapshot has the later state', async () => {
    const store = await openModel(model, { fold });
    await fill(store);
    await store.snapshot();
    await store.append(counted('one more'));
    const { sequence, stateHash } = await store.snapshot();
    expect({ sequence, stateHash }).toEqual({ sequence: MANY + 1, stateHash: await store.stateHash() });
  });
});

describe('a reducer that is not deterministic', () => {
  const rolled = (die: string) => ({ type: 'Rolled', data: { die } });
  const noted = { type: 'Noted', data: { text: 'steady' } };

  test.each<[string, Model]>([
    ['by chance', byChance],
    ['by what it knows of its thread', byThread],
  ])('%s is found by a snapshot, with the first divergent event and the place', async (_name, model) => {
    const store = await openModel(model);
    await store.append([noted, noted]);
    await store.snapshot();
    await store.append([noted, rolled('red')]);
    await store.append([noted, rolled('blue'), noted]);
    const error = await errorOf(store.snapshot());
    expect(error).toMatchObject({ code: 'REDUCER_FAILED', sequence: 4, type: 'Rolled', at: 'dice.red' });
    expect(error.message).toContain('event 4 (Rolled), at dice.red');
    expect(store.stats().divergence).toEqual({ sequence: 4, type: 'Rolled', at: 'dice.red' });
  });

  test('keeps no snapshot of its state, not even at close, and the store continues', async () => {
    const store = await openModel(byChance);
    const { path } = store;
    await store.append(noted);
    await store.snapshot();
    await store.append(rolled('red'));
    await errorOf(store.snapshot());
    await store.append(noted);
    await store.close();
    const again = await openModel(byChance, { path });
    expect(again.recovery).toMatchObject({ snapshot: 1, eventsReplayed: 2 });
  });

  test('is a warning when no caller asked for the snapshot', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    try {
      const store = await openModel(byChance, { save: [{ seconds: 0.001, changes: 1 }] });
      await store.append(rolled('red'));
      await expect.poll(() => store.append(noted).then(() => warnings.length), { timeout: 30_000 }).toBe(1);
      expect(warnings[0]).toMatchObject({ code: 'REDUCER_FAILED', at: 'dice.red' });
    } finally {
      process.off('warning', listen);
    }
  });
});

test('when the thread dies, the snapshot is made here, with a warning', async () => {
  const threads: Worker[] = [];
  const note = (thread: Worker): void => void threads.push(thread);
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  process.on('worker', note);
  process.on('warning', listen);
  try {
    const store = await openModel(tally);
    await fill(store);
    const snapshot = store.snapshot();
    await expect.poll(() => threads.some(({ threadName }) => threadName === 'refold snapshots')).toBe(true);
    await threads.find(({ threadName }) => threadName === 'refold snapshots')!.terminate();
    expect((await snapshot).stateHash).toBe(await store.stateHash());
    expect(warnings.map(({ name }) => name)).toEqual(['RefoldSnapshotWarning']);
  } finally {
    process.off('worker', note);
    process.off('warning', listen);
  }
});

describe('a module that does not give the model', () => {
  test.each<[string, string, RegExp]>([
    ['is missing', new URL('./fixtures/no-such-file.ts', import.meta.url).href, /cannot be imported/],
    ['exports others', new URL('./fixtures/unsteady-model.ts', import.meta.url).href, /exports no model of the name/],
    [
      'exports another of that name',
      new URL('./fixtures/other-tally-model.ts', import.meta.url).href,
      /folds otherwise/,
    ],
  ])('%s: said once, and the snapshot is made here', async (_name, module, why) => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    try {
      const store = await openModel(defineModel({ ...rest, module }));
      await fill(store, 10);
      await store.snapshot();
      await store.append(counted('x'));
      expect((await store.snapshot()).stateHash).toBe(await store.stateHash());
      expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(why)]);
    } finally {
      process.off('warning', listen);
    }
  });
});
