/** Opening stores of the bench's model, each on a separate file. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Model, openStore, type Store, type StoreOptions } from 'refold';
import type { OrderFlow } from './order-flow.ts';
import { orders } from './orders-model.ts';

/** A store of any of the models that the bench uses. */
export type OrderStore = Store;

/** Opens an empty store, hands it over, closes it and removes its files. */
export async function withStore<T>(
  folder: string,
  options: StoreOptions,
  use: (store: OrderStore) => Promise<T>,
  model: Model = orders,
): Promise<T> {
  const path = join(folder, `${randomUUID()}.db`);
  const store = await openStore(model, { path, ...options });
  try {
    return await use(store);
  } finally {
    await store.close();
    for (const suffix of ['', '-wal', '-shm', '-lock', '-witness']) rmSync(path + suffix, { force: true });
  }
}

/** Commits of the bulk loader, and how many of them are on their way at once. */
const BATCH = 1_000;
const IN_FLIGHT = 16;

/** Brings a store to `events` events. Not measured. */
export async function fill(store: OrderStore, flow: OrderFlow, events: number): Promise<void> {
  let pending: Promise<unknown>[] = [];
  for (let left = events; left > 0; left -= BATCH) {
    pending.push(store.append(flow.take(Math.min(BATCH, left)) as never));
    if (pending.length < IN_FLIGHT) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
}
