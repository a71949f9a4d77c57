/** `snapshot-lane.ts PATH ENTRIES`: a table of that size; when asked, appends while a snapshot is written, then as often without. */
import { openStore } from 'refold';
import { OrderFlow } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import { fill } from '../../material/stores.ts';
import { serve } from '../../measuring/lane.ts';
import { collectGarbage, type Run, repeatWhile, timed } from '../../measuring/workload.ts';

/** What a round came to. */
export interface SnapshotRound {
  /** Appends while snapshots were being written, and as many with nothing beside them. */
  readonly busy: Run;
  readonly quiet: Run;
  readonly snapshots: readonly SnapshotTaken[];
}

export interface SnapshotTaken {
  readonly ms: number;
  /** The longest wait for an append meanwhile, in ms. */
  readonly longest: number;
}

/** Fewer appends than this have no 99th percentile: where a snapshot is over sooner, another one is taken, for so long. */
const MIN_APPENDS = 300;
const MORE_SNAPSHOTS_MS = 5_000;

const [path, entries] = process.argv.slice(2);
const store = await openStore(orders, { path: path!, recoverWithin: 3_600_000 });
const flow = new OrderFlow(Number(entries));
await fill(store, flow, Number(entries));
await store.snapshot();

serve(async (): Promise<SnapshotRound> => {
  collectGarbage();
  const snapshots: SnapshotTaken[] = [];
  const end = performance.now() + MORE_SNAPSHOTS_MS;
  let writing: Promise<void> | undefined;
  let longest = 0;
  let answeredAt = 0;
  let inFlight: Promise<unknown> = Promise.resolve();
  const write = async (): Promise<void> => {
    longest = 0;
    // Timed from here, and not from the next append on: the call itself may delay an append.
    answeredAt = performance.now();
    const { ms } = await timed(() => store.snapshot());
    await inFlight; // What still waits may have waited longest.
    snapshots.push({ ms, longest });
    writing = undefined;
  };
  const answered = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - answeredAt);
    answeredAt = now;
  };
  const busy = await repeatWhile(
    (done) => {
      if (writing === undefined && done < MIN_APPENDS && performance.now() < end) writing = write();
      return writing !== undefined;
    },
    () => (inFlight = append().then(answered)),
  );
  collectGarbage();
  const count = busy.latencies!.length;
  return { busy, quiet: await repeatWhile((done) => done < count, append), snapshots };
});

function append(): Promise<unknown> {
  return store.append(flow.next() as never);
}
