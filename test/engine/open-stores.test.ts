/** Many stores whose logs share threads: each is as if it had its own, and none holds up the others. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { openStore, openStores, type Store, type StoreOptions, type Stores } from '../../src/index.ts';
import { STRANGE } from '../strange-values.ts';
import { added, cartModel, note } from './cart.ts';
import { errorOf, temporaryPath } from './harness.ts';

const opened: Stores[] = [];
const threads: Worker[] = [];
const keep = (thread: Worker): void => void threads.push(thread);

afterEach(async () => {
  for (const stores of opened.splice(0)) await stores.close().catch(() => {});
  process.off('worker', keep);
  threads.length = 0;
});

function shareThreads(count?: number): Stores {
  process.on('worker', keep);
  const stores = openStores(count === undefined ? undefined : { threads: count });
  opened.push(stores);
  return stores;
}

/** Opens carts on new files beside each other. */
async function openCarts(stores: Stores, count: number, options: Partial<StoreOptions> = {}) {
  const path = await temporaryPath('tenant');
  return Promise.all(
    Array.from({ length: count }, (_, tenant) => stores.open(cartModel, { path: `${path}-${tenant}.db`, ...options })),
  );
}

const writers = (): Worker[] => threads.filter(({ threadName }) => threadName === 'refold writer');

test('a few threads write the logs of all stores, and each store has its own state', async () => {
  const stores = shareThreads(2);
  const carts = await openCarts(stores, 12);
  await Promise.all(carts.map((store, tenant) => store.append([added(`item ${tenant}`), note(`note ${tenant}`)])));
  expect(writers()).toHaveLength(2);
  expect(stores.size).toBe(12);
  expect(stores.threads).toBe(2);
  for (const [tenant, store] of carts.entries()) expect(store.state.seen.notes).toEqual([`note ${tenant}`]);
  const hashes = await Promise.all(carts.map((store) => store.stateHash()));
  const paths = carts.map(({ path }) => path);
  await stores.close();
  for (const [tenant, path] of paths.entries()) {
    await using alone = await openStore(cartModel, { path });
    expect(await alone.stateHash()).toBe(hashes[tenant]);
    expect(await alone.verify()).toMatchObject({ events: 2 });
  }
});

test('a store closes by itself, and its file can be opened again', async () => {
  const stores = shareThreads(1);
  const [one, other] = await openCarts(stores, 2);
  await one!.append(note('first'));
  await one!.close();
  expect(stores.size).toBe(1);
  expect(readdirSync(dirname(one!.path)).filter((name) => name.endsWith('-wal'))).toHaveLength(1);
  await using again = await stores.open(cartModel, { path: one!.path });
  await again.append(note('second'));
  await other!.append(note('third'));
  expect(again.state.seen.notes).toEqual(['first', 'second']);
  expect(writers()).toHaveLength(1);
});

test('a file is opened for writing once only', async () => {
  const stores = shareThreads(2);
  const [store] = await openCarts(stores, 1);
  for (let attempt = 0; attempt < 2; attempt++) {
    expect(await errorOf(stores.open(cartModel, { path: store!.path }))).toMatchObject({
      code: 'LOG_LOCKED',
      message: expect.stringMatching(/held by this process/),
    });
  }
  await using reader = await stores.open(cartModel, { path: store!.path, readOnly: true });
  expect(reader.sequence).toBe(0);
  expect(stores.size).toBe(2);
});

test('an open waits for another store as long as it was told to, and its neighbours write meanwhile', async () => {
  const stores = shareThreads(1);
  const [held, other] = await openCarts(stores, 2);
  await held!.append(note('before'));
  let isOpen = false;
  const waiting = stores.open(cartModel, { path: held!.path, waitForLock: 60_000 }).finally(() => (isOpen = true));
  for (let round = 0; round < 20; round++) await other!.append(note(`${round}`));
  expect(isOpen).toBe(false);
  await held!.close();
  expect((await waiting).state.seen.notes).toEqual(['before']);
});

test('everything that a store does works in a shared thread', async () => {
  const stores = shareThreads(1);
  const [store] = await openCarts(stores, 1);
  for (let round = 0; round < 20; round++) await store!.append([added(`a${round}`), note(`${round}`)]);
  await store!.append(note('with an id'), { commandId: 'one' });
  await store!.append(note('with an id'), { commandId: 'one' });
  expect(await Array.fromAsync(store!.events({ from: 39 }))).toHaveLength(3);
  expect(await store!.at({ sequence: 2 })).toMatchObject({ sequence: 2 });
  await store!.snapshot();
  await store!.compact();
  await store!.backup(`${store!.path}-copy`);
  expect(await store!.verify()).toMatchObject({ events: 41 });
  await using copy = await stores.open(cartModel, { path: `${store!.path}-copy` });
  expect(await copy.stateHash()).toBe(await store!.stateHash());
  await using inMemory = await stores.open(cartModel, { path: ':memory:' });
  await inMemory.append(note('here'));
  expect(writers()).toHaveLength(1);
});

test('what is written in a shared thread is read again after a rest', async () => {
  const stores = shareThreads(1);
  const carts = await openCarts(stores, 20);
  await Promise.all(carts.map((store) => store.append([note('one'), note('two')], { commandId: 'once' })));
  for (let round = 0; round < 2; round++) {
    for (const store of carts) {
      expect(await Array.fromAsync(store.events())).toHaveLength(2);
      await store.append([note('one'), note('two')], { commandId: 'once' });
      expect(store.sequence).toBe(2);
    }
  }
});

describe('a store that waits for the lock of another program', () => {
  test('does not stop its neighbours, and writes when the lock is free', async () => {
    const stores = shareThreads(1);
    const [busy, other] = await openCarts(stores, 2);
    const foreign = new Database(busy!.path);
    foreign.exec('begin immediate');
    let isWritten = false;
    const waiting = busy!.append(note('waits')).then(() => (isWritten = true));
    const flushed = busy!.flush();
    for (let round = 0; round < 20; round++) await other!.append(note(`${round}`));
    expect(isWritten).toBe(false);
    foreign.exec('rollback');
    foreign.close();
    await Promise.all([waiting, flushed]);
    expect(busy!.state.seen.notes).toEqual(['waits']);
    expect(busy!.failure).toBe(undefined);
  });

  test('opens when the lock is free, and its neighbours write meanwhile', async () => {
    const stores = shareThreads(1);
    const [busy, other] = await openCarts(stores, 2);
    await busy!.append(note('before'));
    await busy!.close();
    const foreign = new Database(busy!.path);
    foreign.exec('begin immediate');
    let isOpen = false;
    const opening = stores.open(cartModel, { path: busy!.path }).finally(() => (isOpen = true));
    for (let round = 0; round < 20; round++) await other!.append(note(`${round}`));
    expect(isOpen).toBe(false);
    foreign.exec('rollback');
    foreign.close();
    expect((await opening).state.seen.notes).toEqual(['before']);
  });
});

test.each(['everysec', 'os'] as const)('a close under %s waits for the lock of another program', async (durability) => {
  const stores = shareThreads(1);
  const [busy, other] = await openCarts(stores, 2, { durability });
  await busy!.append(note('kept'));
  await busy!.snapshot(); // so that only the sync of the close is left to write
  const foreign = new Database(busy!.path);
  foreign.exec('begin immediate');
  let isClosed = false;
  const closing = busy!.close().finally(() => (isClosed = true));
  for (let round = 0; round < 20; round++) await other!.append(note(`${round}`));
  expect(isClosed).toBe(false);
  foreign.exec('rollback');
  foreign.close();
  await closing;
  await using alone = await openStore(cartModel, { path: busy!.path });
  expect(alone.state.seen.notes).toEqual(['kept']);
});

test('many stores on one thread write, pause, sync late and seal at the same time', async () => {
  const stores = shareThreads(1);
  const carts = await openCarts(stores, 8, { durability: 'everysec', history: { maxEvents: 10 } });
  const text = 'x'.repeat(100_000);
  for (let round = 0; round < 15; round++) {
    await Promise.all(carts.map((store, tenant) => store.append(note(`${tenant} ${round} ${text}`))));
  }
  await Promise.all(carts.map((store) => store.compact()));
  await Promise.all(carts.map((store) => store.flush()));
  for (const [tenant, store] of carts.entries()) {
    expect(store.state.seen.notes).toHaveLength(15);
    expect(store.state.seen.notes[14]).toMatch(new RegExp(`^${tenant} 14 x`));
    expect(store.failure).toBe(undefined);
    expect(await store.verify()).toMatchObject({ ok: true, events: 15 });
  }
});

test('a store that fails does not stop its neighbours', async () => {
  const stores = shareThreads(1);
  const [failing, other] = await openCarts(stores, 2);
  await failing!.append(note('durable'));
  const foreign = new Database(failing!.path);
  foreign.exec('update log_state set epoch = epoch + 1'); // as another writer would do it
  foreign.close();
  expect(await errorOf(failing!.append(note('lost')))).toMatchObject({ code: 'NOT_WRITER' });
  expect(failing!.failure).toMatchObject({ code: 'NOT_WRITER' });
  await other!.append(note('fine'));
  expect(other!.failure).toBe(undefined);
  await failing!.close().catch(() => {});
  await using again = await stores.open(cartModel, { path: failing!.path });
  expect(again.state.seen.notes).toEqual(['durable']);
});

describe('when a shared thread dies', () => {
  async function killed() {
    const stores = shareThreads(1);
    const failures: unknown[] = [];
    const carts = await openCarts(stores, 3, { onFailure: (failure) => void failures.push(failure) });
    await Promise.all(carts.map((store) => store.append(note('durable'))));
    const [one, two, idle] = carts as [Store, Store, Store];
    const inFlight = [one, two].map((store) => errorOf(store.append(note('in flight'))));
    const [thread] = writers();
    await thread!.terminate();
    return { stores, carts, idle, failures, thread, errors: await Promise.all(inFlight) };
  }

  test('what was in flight is OUTCOME_UNKNOWN with the path of its log, and every store says that it has failed', async () => {
    const { carts, idle, failures, errors } = await killed();
    for (const [index, error] of errors.entries()) {
      expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', path: carts[index]!.path });
    }
    for (const store of carts) {
      expect(store.failure).toMatchObject({
        code: 'STORE_FAILED',
        path: store.path,
        cause: { code: 'OUTCOME_UNKNOWN' },
      });
      expect(store.stats().failure).toBe(store.failure);
      expect(await errorOf(() => store.state)).toBe(store.failure);
    }
    expect(failures).toHaveLength(3);
    expect(await errorOf(idle.append(note('later')))).toMatchObject({ code: 'STORE_FAILED', path: idle.path });
  });

  test('the stores can be closed, and opened again in a new thread', async () => {
    const { stores, carts, thread } = await killed();
    for (const store of carts) await store.close().catch(() => {});
    expect(stores.size).toBe(0);
    for (const { path } of carts) {
      const again = await stores.open(cartModel, { path });
      expect(again.state.seen.notes[0]).toBe('durable');
      await again.append(note('again'));
    }
    expect(writers()).toHaveLength(1);
    expect(writers()[0]).not.toBe(thread);
  });

  test('an open that was under way fails, and nothing else', async () => {
    const stores = shareThreads(1);
    await openCarts(stores, 1);
    const path = await temporaryPath();
    const error = errorOf(stores.open(cartModel, { path }));
    await writers()[0]!.terminate();
    expect(await error).toMatchObject({ code: 'STORE_FAILED', path });
    await using again = await stores.open(cartModel, { path });
    await again.append(note('fine'));
  });
});

describe('closing all', () => {
  test('closes each store, ends the threads, and refuses later opens', async () => {
    const stores = shareThreads(2);
    const carts = await openCarts(stores, 4);
    const late = carts[0]!.append(note('late'));
    const running = writers();
    expect(running).toHaveLength(2);
    await stores.close();
    await stores.close();
    await late;
    expect(stores.size).toBe(0);
    for (const store of carts) expect(await errorOf(store.append(note('x')))).toMatchObject({ code: 'STORE_CLOSED' });
    for (const { threadId } of running) expect(threadId).toBe(-1);
    const path = await temporaryPath();
    expect(await errorOf(stores.open(cartModel, { path }))).toMatchObject({ code: 'STORE_CLOSED', path });
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('waits for a store that is still opening, which then is closed too', async () => {
    const stores = shareThreads(1);
    const path = await temporaryPath();
    const error = errorOf(stores.open(cartModel, { path }));
    await stores.close();
    expect(await error).toMatchObject({ code: 'STORE_CLOSED', path });
    await using alone = await openStore(cartModel, { path });
    expect(alone.sequence).toBe(0);
  });

  test('await using closes', async () => {
    let path: string;
    {
      await using stores = openStores();
      const store = await stores.open(cartModel, { path: await temporaryPath() });
      path = store.path;
      await store.append(note('kept'));
    }
    await using alone = await openStore(cartModel, { path });
    expect(alone.state.seen.notes).toEqual(['kept']);
  });
});

describe('options', () => {
  const BAD = [0, -1, -2, 1.5, 65, Number.NaN, Number.POSITIVE_INFINITY, '2', null, true, {}];
  test.each(BAD.map((threads) => [threads]))('threads: %s is refused', async (threads) => {
    expect(await errorOf(() => openStores({ threads: threads as number }))).toMatchObject({
      code: 'INVALID_OPTION',
      type: 'threads',
      hint: 'Give a whole number from 1 to 64',
    });
  });

  test.each(STRANGE)('%s as the options is refused or harmless', async (_name, make) => {
    const value = make();
    try {
      await openStores(value as object).close();
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID_OPTION' });
    }
  });

  test('an unknown option, and the log of another source, are refused', async () => {
    expect(await errorOf(() => openStores({ thread: 1 } as object))).toMatchObject({ code: 'INVALID_OPTION' });
    const stores = shareThreads(1);
    const log = { name: 'mine', open: () => Promise.reject(new Error('not asked')) };
    expect(await errorOf(stores.open(cartModel, { log }))).toMatchObject({ code: 'INVALID_OPTION', type: 'log' });
    const path = join(await temporaryPath(), 'no', 'such', 'folder.db');
    expect(await errorOf(stores.open(cartModel, { path }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(stores.open({} as never, { path }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(stores.size).toBe(0);
  });
});
