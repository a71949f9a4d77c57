/**
 * `event-storage`: append-only files, one per stream, with index files beside them.
 *
 * What it guarantees (read in its source, 0.8.0, and tried): by default nothing is synced, and a commit is acknowledged
 * when its write buffer went to the system. With `syncOnFlush` the partition is synced before the acknowledgement, but
 * the index that finds the events again is written up to 100 ms later: after a SIGKILL, 32 of 20,000 acknowledged events
 * could not be read any more. It has no setting that makes an acknowledgement durable. An application can build one, by
 * calling the storage's `flush()` after each group of commits, with buffers that hold a group: measured as well.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { OrderFlow } from '../../material/order-flow.ts';
import { loadPeer } from '../../measuring/peers.ts';
import { type Context, type Row, repeat, startClock, untilOver, type Workload } from '../../measuring/workload.ts';

const PACKAGE = 'event-storage';

interface EventStore {
  on(event: 'ready', listener: () => void): void;
  commit(stream: string, events: readonly unknown[], acknowledged: () => void): void;
  getEventStream(stream: string): Iterable<unknown>;
  readonly storage: { flush(): void };
  close(): void;
}

type EventStorage = new (name: string, options: object) => EventStore;

const NOT_SYNCED = {};
const SYNC_ON_FLUSH = { syncOnFlush: true };
/** Buffers that take a thousand commits, so that nothing is acknowledged before our own flush. */
const MADE_DURABLE = { syncOnFlush: true, writeBufferSize: 4_194_304, indexOptions: { writeBufferSize: 1_048_576 } };

const STREAM = 'orders';
const GROUP = 1_000;

export const eventStorageWorkloads: readonly Workload[] = [
  commits('es-commit', '1,000 commits of one event at a time', 'not synced', NOT_SYNCED, (store, flow) =>
    commitGroup(store, flow, 1),
  ),
  commits('es-commit-batch', 'commits of 1,000 events, one at a time', 'not synced', NOT_SYNCED, (store, flow) =>
    commitGroup(store, flow, GROUP),
  ),
  commits('es-sync', '1,000 commits of one event, syncOnFlush', 'synced, index after', SYNC_ON_FLUSH, (store, flow) =>
    commitGroup(store, flow, 1),
  ),
  commits(
    'es-durable',
    '1,000 commits of one event, flushed by us',
    'synced, by us',
    MADE_DURABLE,
    async (store, flow) => {
      const done = commitGroup(store, flow, 1);
      store.storage.flush();
      return done;
    },
  ),
  { name: 'es-scan', needs: [PACKAGE], run: scan },
];

function commits(
  name: string,
  what: string,
  durability: string,
  storageConfig: object,
  step: (store: EventStore, flow: OrderFlow) => Promise<number>,
): Workload {
  const run = async ({ sizes, folder }: Context): Promise<Row[]> => {
    const measured = await repeat(sizes, async (seconds) => {
      const store = await open(folder, storageConfig);
      const flow = new OrderFlow();
      const { latencies: _, ...run } = await untilOver(seconds, () => step(store, flow));
      close(store, folder);
      return run;
    });
    return [{ name, what, by: PACKAGE, durability, unit: 'events/s', ...measured }];
  };
  return { name, needs: [PACKAGE], run };
}

/** A thousand events in commits of `size`; resolves when the last is acknowledged, which is after all the others. */
function commitGroup(store: EventStore, flow: OrderFlow, size: number): Promise<number> {
  return new Promise((resolve) => {
    let pending = GROUP / size;
    const acknowledged = (): void => {
      if (--pending === 0) resolve(GROUP);
    };
    for (let commit = 0; commit < GROUP / size; commit++) store.commit(STREAM, flow.take(size), acknowledged);
  });
}

/** Reads a stream from its files, each event decoded. */
async function scan({ sizes, folder }: Context): Promise<Row[]> {
  const total = sizes.peerEvents;
  const writer = await open(folder, NOT_SYNCED);
  const flow = new OrderFlow();
  for (let done = 0; done < total; done += GROUP) await commitGroup(writer, flow, GROUP);
  writer.close();
  const measured = await repeat(sizes, async () => {
    const reader = await open(folder, NOT_SYNCED);
    const stop = startClock();
    let events = 0;
    for (const _ of reader.getEventStream(STREAM)) events++;
    const run = stop(events);
    reader.close();
    return run;
  });
  const what = `scan, decoded, no fold, ${total.toLocaleString('en')} events`;
  return [{ name: 'es-scan', what, by: PACKAGE, durability: 'reads', unit: 'events/s', ...measured }];
}

function open(folder: string, storageConfig: object): Promise<EventStore> {
  const EventStorage = loadPeer<EventStorage>(PACKAGE);
  return new Promise((resolve) => {
    const store = new EventStorage('bench', { storageDirectory: join(folder, 'event-storage'), storageConfig });
    store.on('ready', () => resolve(store));
  });
}

function close(store: EventStore, folder: string): void {
  store.close();
  rmSync(join(folder, 'event-storage'), { recursive: true, force: true });
}
