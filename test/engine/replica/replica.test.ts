/** A live replica: its state stays current while another process writes, seals, drops history or ends. */
import { renameSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  defineModel,
  isRefoldError,
  MemoryContents,
  openMemoryLog,
  openStore,
  type RecordedEvent,
  type StoreOptions,
} from '../../../src/index.ts';
import { storyOf } from '../../contracts/log-fixtures.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';
import { endWriters, startWriter } from '../other-process/start.ts';
import { sharedModel, sharedNotes } from '../other-process/writer.ts';

const replicas: { close(): Promise<void> }[] = [];
/** The warnings about replicas: that one jumped, or that one failed. */
const warnings: string[] = [];
const keep = (warning: Error): void => {
  if (warning.name === 'RefoldReplicaWarning' || isRefoldError(warning, 'STORE_FAILED')) warnings.push(warning.message);
};
beforeAll(() => void process.on('warning', keep));
afterAll(() => void process.off('warning', keep));

afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.close();
  endWriters();
  warnings.length = 0;
});

async function openReplica(options: Omit<StoreOptions, 'readOnly' | 'live'>) {
  const replica = await openStore(sharedModel, { ...options, readOnly: true, live: true });
  replicas.push(replica);
  return replica;
}

async function replicaWarnings(): Promise<string[]> {
  await new Promise((resolve) => setImmediate(resolve));
  return warnings;
}

describe('beside a writer in another process', () => {
  test.each(['atomic', 'direct'] as const)('state, projections and listeners stay current, fold %s', async (fold) => {
    const path = await temporaryPath();
    const writer = await startWriter(path);
    await writer.ask({ append: 5 });
    const replica = await openReplica({ path, fold });
    const view = await replica.project(sharedNotes);
    const heard: RecordedEvent[] = [];
    replica.subscribe((events) => void heard.push(...events));
    expect(replica.sequence).toBe(5);
    const [before, notesBefore] = [replica.state.seen, replica.state.seen.notes.length];
    await writer.ask({ append: 20 });
    await replica.catchUp();
    expect(replica.sequence).toBe(25);
    expect(replica.durableSequence).toBe(25);
    expect(replica.state.seen.notes).toHaveLength(25);
    expect(replica.stats()).toMatchObject({ sequence: 25, lag: 0 });
    expect(heard.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, (_, index) => index + 6));
    if (fold === 'atomic') expect(before.notes).toHaveLength(notesBefore); // values taken before stay as they were
    await view.catchUp();
    expect(view.state).toEqual({ count: 25 });
    const later = replica.waitFor(30);
    await writer.ask({ append: 5 });
    await later;
    expect(replica.state.seen.notes).toHaveLength(30);
    expect(await replica.stateHash()).toBe((await replica.verify()).stateHash);
    expect(await replica.verify()).toMatchObject({ ok: true, problems: [], lastSequence: 30 });
  });

  test('two replicas reach the same state as the writer, after 10,000 events, seals and snapshots', async () => {
    const path = await temporaryPath();
    const writer = await startWriter(path);
    const [one, two] = [await openReplica({ path }), await openReplica({ path, fold: 'direct' })];
    for (let round = 0; round < 10; round++) {
      await writer.ask({ batch: 1_000 });
      if (round % 4 === 3) await writer.ask({ compact: true });
    }
    const { sequence, hash } = await writer.ask({ hash: true });
    expect(sequence).toBeGreaterThanOrEqual(10_000);
    await Promise.all([one.waitFor(sequence), two.waitFor(sequence)]);
    expect([await one.stateHash(), await two.stateHash()]).toEqual([hash, hash]);
  });

  test('follows a writer that is killed, and then its successor', async () => {
    const path = await temporaryPath();
    const first = await startWriter(path);
    await first.ask({ append: 3 });
    const replica = await openReplica({ path });
    await first.kill();
    const second = await startWriter(path);
    const { sequence, hash } = await second.ask({ append: 4, hash: true });
    await replica.waitFor(sequence);
    expect(await replica.stateHash()).toBe(hash);
    await second.ask({ close: true });
    const third = await startWriter(path);
    await third.ask({ append: 1 });
    await replica.waitFor(sequence + 1);
    expect(await replicaWarnings()).toEqual([]);
  });

  test('when history was dropped on the way, a snapshot replaces it, with a warning', async () => {
    const path = await temporaryPath();
    const writer = await startWriter(path, 'discard');
    await writer.ask({ project: true, append: 3 });
    const replica = await openReplica({ path });
    const view = await replica.project(sharedNotes);
    const heard: number[] = [];
    replica.subscribe((events) => void heard.push(...events.map(({ sequence }) => sequence)));
    const { sequence, firstSequence, hash } = await writer.askBusily({ append: 30, compact: true, hash: true });
    expect(firstSequence).toBeGreaterThan(4);
    await replica.waitFor(sequence);
    expect(await replica.stateHash()).toBe(hash);
    expect(await replicaWarnings()).toEqual([expect.stringContaining('was at 3 when another process dropped')]);
    expect(heard).not.toContain(4);
    await view.catchUp(); // from the state that the writer's projection of that name has saved
    expect(view.state).toEqual({ count: sequence });
    await writer.ask({ append: 1 }); // and continues from there
    await replica.waitFor(sequence + 1);
    expect(heard).toContain(sequence + 1);
  });

  test('history that was dropped ends a replica whose reducers no snapshot fits', async () => {
    const path = await temporaryPath();
    const writer = await startWriter(path, 'discard');
    await writer.ask({ append: 3 });
    const newer = defineModel({ ...cartModel, version: 2 });
    const replica = await openStore(newer, { path, readOnly: true, live: true });
    replicas.push(replica);
    const waiting = errorOf(replica.waitFor(100));
    await writer.askBusily({ append: 30, compact: true });
    expect(await waiting).toMatchObject({ code: 'STORE_FAILED', cause: { code: 'HISTORY_GONE' } });
    expect(replica.sequence).toBe(3);
    expect(replica.state.seen.notes).toHaveLength(3);
  });

  test('a file that was replaced ends it', async () => {
    const path = await temporaryPath();
    const other = await openCarts({ path: `${path}.other` });
    await other.append(note('of another log'));
    await other.close();
    const writer = await startWriter(path);
    await writer.ask({ append: 2 });
    const replica = await openReplica({ path });
    const waiting = errorOf(replica.waitFor(3));
    await writer.kill();
    renameSync(`${path}.other`, path);
    const failure = { code: 'STORE_FAILED', path: replica.path, message: expect.stringContaining('was replaced') };
    expect(await waiting).toMatchObject(failure);
    expect(await errorOf(replica.waitFor(3))).toMatchObject(failure);
    expect(await errorOf(replica.catchUp())).toMatchObject(failure);
    expect(await errorOf(replica.stateHash())).toMatchObject(failure);
    expect(replica.sequence).toBe(2);
    expect(replica.state.seen.notes).toHaveLength(2);
    expect(await replicaWarnings()).toHaveLength(1);
  });
});

describe('waiting', () => {
  test('ends with the close', async () => {
    const path = await temporaryPath();
    await openCarts({ path });
    const replica = await openReplica({ path });
    const waiting = errorOf(replica.waitFor(1));
    await replica.close();
    expect(await waiting).toMatchObject({ code: 'STORE_CLOSED' });
    expect(await errorOf(replica.waitFor(0))).toMatchObject({ code: 'STORE_CLOSED' });
    expect(await errorOf(replica.catchUp())).toMatchObject({ code: 'STORE_CLOSED' });
    await replica.close();
  });

  test('ends with its signal, and at its timeout', async () => {
    const path = await temporaryPath();
    const writer = await openCarts({ path });
    await writer.append(note('one'));
    const replica = await openReplica({ path });
    const reason = new Error('enough');
    const stop = new AbortController();
    const waiting = replica.waitFor(2, { signal: stop.signal });
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(replica.waitFor(2, { signal: stop.signal })).rejects.toBe(reason);
    expect(await errorOf(replica.waitFor(2, { timeout: 20 }))).toMatchObject({
      code: 'SEQUENCE_CONFLICT',
      sequence: 1,
      message: expect.stringContaining('sequence 2: after 20 ms the replica is at 1'),
    });
    await replica.waitFor(1, { timeout: 0 });
    const later = replica.waitFor(2, { timeout: 60_000 });
    await writer.append(note('two'));
    await later;
  });

  test.each<[string, unknown, unknown]>([
    ['an invalid sequence', 1.5, undefined],
    ['a negative sequence', -1, undefined],
    ['a text', '1', undefined],
    ['an unknown option', 1, { within: 5 }],
    ['an invalid time', 1, { timeout: Number.NaN }],
    ['a time that no timer can wait', 1, { timeout: 2 ** 31 }],
    ['an invalid signal', 1, { signal: 'stop' }],
  ])('is refused for %s', async (_what, sequence, options) => {
    const path = await temporaryPath();
    await openCarts({ path });
    const replica = await openReplica({ path });
    expect(await errorOf(replica.waitFor(sequence as number, options as object))).toMatchObject({
      code: 'INVALID_OPTION',
      hint: expect.any(String),
    });
  });
});

describe('a reducer that throws in the replica', () => {
  /** The writer's model with a reducer that fails here: a replica that runs another release. */
  const failing = defineModel({
    ...cartModel,
    version: 1,
    fingerprint: 'version',
    reducers: {
      ...cartModel.reducers,
      ItemAdded(state, data, event) {
        cartModel.reducers.ItemAdded(state, data, event);
        if (data.quantity === 13) throw new Error('no thirteen');
      },
    },
  });

  test.each(['atomic', 'direct'] as const)('fails it, and shows no half of a commit, fold %s', async (fold) => {
    const path = await temporaryPath();
    const writer = await openStore(sharedModel, { path });
    replicas.push(writer);
    await writer.append(added('ada', 1));
    const replica = await openStore(failing, { path, fold, readOnly: true, live: true });
    replicas.push(replica);
    const view = await replica.project(sharedNotes);
    const heard: number[] = [];
    replica.subscribe((events) => void heard.push(events.length));
    const waiting = errorOf(replica.waitFor(4));
    await writer.append(note('fine'));
    await writer.append([added('bob', 2), added('ada', 13)]);
    const failure = { code: 'STORE_FAILED', type: 'ItemAdded', sequence: 4, cause: { code: 'REDUCER_FAILED' } };
    expect(await waiting).toMatchObject(failure);
    expect(await errorOf(replica.waitFor(2))).toMatchObject(failure);
    expect(replica.sequence).toBe(2);
    expect(heard).toEqual([1]);
    if (fold === 'atomic') expect([...replica.state.carts.keys()]).toEqual(['ada']);
    else expect(await errorOf(() => replica.state)).toMatchObject(failure);
    expect(replica.stats().lag).toBe(2);
    expect(await errorOf(replica.stateHash())).toMatchObject(failure);
    await view.catchUp(); // a projection has its own fold
    expect(view.state).toEqual({ count: 1 });
    expect(await replicaWarnings()).toHaveLength(1);
  });
});

describe('the option live', () => {
  test('is for readers', async () => {
    for (const options of [{ live: true }, { live: true, readOnly: false }]) {
      const refused = await errorOf(openStore(cartModel, { path: ':memory:', ...options }));
      expect(refused).toMatchObject({
        code: 'INVALID_OPTION',
        type: 'live',
        hint: expect.stringContaining('readOnly'),
      });
    }
    const path = await temporaryPath();
    const writer = await openCarts({ path });
    const reader = await openStore(cartModel, { path, readOnly: true });
    replicas.push(reader);
    for (const store of [writer, reader]) {
      const refused = { code: 'INVALID_OPTION', type: 'live' };
      expect(await errorOf(store.catchUp())).toMatchObject(refused);
      expect(await errorOf(store.waitFor(0))).toMatchObject(refused);
    }
    await writer.append([note('one'), note('two')]);
    expect(writer.stats().lag).toBe(0);
    expect(reader.stats().lag).toBe(2);
  });

  test('works on any open log: it is followed', async () => {
    const log = openMemoryLog({ contents: new MemoryContents() });
    const writer = await openCarts({ log });
    const replica = await openStore(cartModel, { log, readOnly: true, live: true });
    replicas.push(replica);
    await writer.append([added('ada', 2), note('both')]);
    await replica.catchUp();
    expect(await replica.stateHash()).toBe(await writer.stateHash());
  });

  test('keeps a process alive until the close, and no longer', async () => {
    const path = await temporaryPath();
    await openCarts({ path });
    const story = await storyOf(`
      import { openStore } from './src/index.ts';
      import { cartModel } from './test/engine/cart.ts';
      const replica = await openStore(cartModel, { path: ${JSON.stringify(path)}, readOnly: true, live: true });
      setTimeout(() => replica.close().then(() => console.log('closed')), 150).unref();`);
    expect(story).toBe('closed\n');
  });

  test('a replica refuses every write', async () => {
    const path = await temporaryPath();
    await openCarts({ path });
    const replica = await openReplica({ path });
    const refused = { code: 'INVALID_OPTION', type: 'readOnly' };
    expect(await errorOf(replica.append(note('no')))).toMatchObject(refused);
    expect(await errorOf(replica.execute('touch', {}))).toMatchObject(refused);
    expect(await errorOf(replica.snapshot())).toMatchObject(refused);
    expect(await errorOf(replica.compact())).toMatchObject(refused);
  });
});
