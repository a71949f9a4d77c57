/**
 * `@event-driven-io/emmett-sqlite`: one row per event, one transaction per append.
 *
 * What it guarantees (read in its source, 0.42.4, and tried): its connections set WAL and leave SQLite's own default,
 * `synchronous=FULL`: a COMMIT is synced. By default each append opens a separate connection; with several appends at a
 * time nearly all fail (`SQLITE_BUSY`, "cannot rollback"). On one shared connection, concurrent appends join whatever
 * transaction is open and are acknowledged *before* its COMMIT; to one stream they conflict. What is safe is one append
 * after the other on a shared connection, its fastest mode that syncs before it acknowledges: a thousand appenders then
 * queue up. The early acknowledgement is measured as well, and named.
 */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type OrderEvent, OrderFlow } from '../../material/order-flow.ts';
import { loadPeer } from '../../measuring/peers.ts';
import {
  type Context,
  concurrently,
  type Row,
  type Run,
  repeat,
  startClock,
  untilOver,
  type Workload,
} from '../../measuring/workload.ts';

const PACKAGE = '@event-driven-io/emmett-sqlite';

interface Connection {
  close(): void;
}

interface EventStore {
  appendToStream(stream: string, events: readonly OrderEvent[]): Promise<unknown>;
  readStream(stream: string): Promise<{ readonly events: readonly unknown[] }>;
  readonly schema: { migrate(): Promise<void> };
}

interface Emmett {
  sqliteConnection(options: { fileName: string }): Connection;
  getSQLiteEventStore(options: {
    fileName: string;
    connectionOptions: { singleton: true; connection: Connection };
  }): EventStore;
}

type Drive = (store: EventStore, flow: OrderFlow, seconds: number) => Promise<Run>;

const BATCH = 1_000;
const APPENDERS = 1_000;
const STREAM = 'orders-1';

export const emmettWorkloads: readonly Workload[] = [
  workload('emmett-lone', 'one appender, one event at a time', 'synced', (store, flow, seconds) =>
    untilOver(seconds, () => append(store, STREAM, flow.take(1))),
  ),
  workload('emmett-concurrent', '1,000 concurrent appenders, queued', 'synced', driveQueued),
  workload(
    'emmett-concurrent-early',
    '1,000 concurrent appenders, a stream each',
    'acknowledged before COMMIT',
    driveJoined,
  ),
  workload('emmett-batch', 'batches of 1,000, one at a time', 'synced', (store, flow, seconds) =>
    untilOver(seconds, () => append(store, STREAM, flow.take(BATCH))),
  ),
  { name: 'emmett-read', needs: [PACKAGE], run: readBack },
];

function workload(name: string, what: string, durability: string, drive: Drive): Workload {
  const run = async ({ sizes, folder }: Context): Promise<Row[]> => {
    const measured = await repeat(sizes, (seconds) =>
      withEmmett(folder, (store) => drive(store, new OrderFlow(), seconds)),
    );
    return [{ name, what, by: 'emmett-sqlite', durability, unit: 'events/s', ...measured }];
  };
  return { name, needs: [PACKAGE], run };
}

/** A thousand appenders, each waiting for its turn on the one connection. */
function driveQueued(store: EventStore, flow: OrderFlow, seconds: number): Promise<Run> {
  let last: Promise<unknown> = Promise.resolve();
  return concurrently(APPENDERS, seconds, () => {
    const turn = last.then(() => append(store, STREAM, flow.take(1)));
    last = turn;
    return turn;
  });
}

/** Rounds of a thousand appends at once: an open transaction takes them all in, so that there must be an end to it. */
async function driveJoined(store: EventStore, flow: OrderFlow, seconds: number): Promise<Run> {
  const round = async (): Promise<number> => {
    await Promise.all(Array.from({ length: APPENDERS }, (_, index) => append(store, `orders-${index}`, flow.take(1))));
    return APPENDERS;
  };
  const { latencies: _, ...run } = await untilOver(seconds, round);
  return run;
}

/** Reads one stream whole, decoded: the library reads it as one array. */
async function readBack({ sizes, folder }: Context): Promise<Row[]> {
  const total = Math.min(sizes.peerEvents, 200_000);
  const measured = await withEmmett(folder, async (store) => {
    const flow = new OrderFlow();
    for (let done = 0; done < total; done += BATCH) await append(store, STREAM, flow.take(BATCH));
    const read = async (): Promise<Run> => {
      const stop = startClock();
      const { events } = await store.readStream(STREAM);
      return stop(events.length);
    };
    return repeat(sizes, read);
  });
  const what = `read back, decoded, no fold, ${total.toLocaleString('en')} events`;
  return [{ name: 'emmett-read', what, by: 'emmett-sqlite', durability: 'reads', unit: 'events/s', ...measured }];
}

async function append(store: EventStore, stream: string, events: readonly OrderEvent[]): Promise<number> {
  await store.appendToStream(stream, events);
  return events.length;
}

async function withEmmett<T>(folder: string, use: (store: EventStore) => Promise<T>): Promise<T> {
  const { sqliteConnection, getSQLiteEventStore } = loadPeer<Emmett>(PACKAGE);
  const fileName = join(folder, 'emmett.db');
  const connection = sqliteConnection({ fileName });
  try {
    const store = getSQLiteEventStore({ fileName, connectionOptions: { singleton: true, connection } });
    await store.schema.migrate();
    return await use(store);
  } finally {
    connection.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(fileName + suffix, { force: true });
  }
}
