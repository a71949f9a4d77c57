/**
 * `many-stores-lane.ts FOLDER COUNT THREADS`: what each of many stores in one process costs, and how long one holds up
 * another. `THREADS` is 0 for a thread each.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openStore, openStores, type Store, type StoreOptions } from 'refold';
import { OrderFlow } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import { serve } from '../../measuring/lane.ts';

/** What the lane answers. */
export interface ManyStores {
  readonly megabytes: number;
  readonly descriptors: number;
  readonly openMs: number;
  /** The longest append of a neighbour while one store works, waits for a lock, and compacts; and while nothing is done. */
  readonly stallMs: number;
  readonly idleMs: number;
}

const [folder, count, threads] = process.argv.slice(2) as [string, string, string];
const COUNT = Number(count);
const stores = Number(threads) > 0 ? openStores({ threads: Number(threads) }) : undefined;
/** Each store is opened, written to, and then left alone. */
const SETTLING_MS = 500;
const LOCKED_MS = 500;
const EVENTS_AT_ONCE = 1_000;
const COMMITS = 50;

serve(measure);

async function measure(): Promise<ManyStores> {
  const first = await open('first');
  const before = present();
  const start = performance.now();
  const opened: Store[] = [];
  for (let index = 0; index < COUNT; index++) opened.push(await open(`${index}`));
  const openMs = (performance.now() - start) / COUNT;
  const flow = new OrderFlow();
  for (const store of opened) await store.append(flow.next() as never);
  await pause(SETTLING_MS);
  const after = present();
  const neighbour = await open('neighbour', { durability: 'os' });
  const idleMs = await longestAppend(neighbour, () => pause(LOCKED_MS * 2));
  const stallMs = await longestAppend(neighbour, () => keepBusy(first));
  return {
    megabytes: (after.megabytes - before.megabytes) / COUNT,
    descriptors: (after.descriptors - before.descriptors) / COUNT,
    openMs,
    stallMs,
    idleMs,
  };
}

function open(name: string, options: Partial<StoreOptions> = {}): Promise<Store> {
  const given = { path: join(folder, `${name}.db`), ...options };
  return stores === undefined ? openStore(orders, given) : stores.open(orders, given);
}

/** Writes so much that checkpoints come, waits for the lock of another program, seals, and takes a snapshot. */
async function keepBusy(store: Store): Promise<void> {
  const flow = new OrderFlow();
  for (let commit = 0; commit < COMMITS; commit++) await store.append(flow.take(EVENTS_AT_ONCE) as never);
  const foreign = new Database(store.path);
  foreign.exec('begin immediate');
  const waiting = store.append(flow.next() as never);
  await pause(LOCKED_MS);
  foreign.exec('rollback');
  foreign.close();
  await waiting;
  await store.snapshot();
  await store.compact();
}

async function longestAppend(store: Store, work: () => Promise<unknown>): Promise<number> {
  let isOver = false;
  const working = work().finally(() => {
    isOver = true;
  });
  const flow = new OrderFlow();
  let longest = 0;
  while (!isOver) {
    const start = performance.now();
    await store.append(flow.next() as never);
    longest = Math.max(longest, performance.now() - start);
    await pause(1);
  }
  await working;
  return longest;
}

function present(): { readonly megabytes: number; readonly descriptors: number } {
  return { megabytes: residentMegabytes(), descriptors: descriptors() };
}

/** On Linux as the system counts it; `process.memoryUsage` says the same on the others. */
function residentMegabytes(): number {
  return process.memoryUsage.rss() / 1e6;
}

/** NaN where the system does not list them. */
function descriptors(): number {
  try {
    readFileSync('/proc/self/status');
    return readdirSync('/proc/self/fd').length;
  } catch {
    return Number.NaN;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
