/** Stores for the engine's tests: each on a separate file, or in memory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, RefoldError, type StoreOptions } from '../../src/index.ts';
import { cleanAfterEachTest } from '../cleaning/cleaning.ts';
import { cartModel } from './cart.ts';

const folders: string[] = [];
const stores: { close(): Promise<void> }[] = [];

cleanAfterEachTest(async () => {
  for (const store of stores.splice(0)) await store.close().catch(() => {});
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** Closes a store or a log after the test, before its folder is deleted. */
export function closeAfterTest(store: { close(): Promise<void> }): void {
  stores.push(store);
}

/** A path in a new temporary folder, which is deleted after the test. */
export async function temporaryPath(name = 'store.db'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'refold-test-'));
  folders.push(folder);
  return join(folder, name);
}

const open = (options: StoreOptions) => openStore(cartModel, options);
export type CartStore = Awaited<ReturnType<typeof open>>;

/** Opens carts. The store is closed after the test, if the test does not close it. */
export async function openCarts(options: StoreOptions = { path: ':memory:' }): Promise<CartStore> {
  const store = await open(options);
  stores.push(store);
  return store;
}

/** The `RefoldError` with which a promise rejects. */
export async function errorOf(promise: Promise<unknown> | (() => unknown)): Promise<RefoldError> {
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    if (error instanceof RefoldError) return error;
    throw error;
  }
  throw new Error('expected a RefoldError, and nothing was thrown');
}

/** A clock that the test sets. */
export function manualClock(start = 1_000_000): { now: number; read: () => number } {
  const clock = { now: start, read: () => clock.now };
  return clock;
}
