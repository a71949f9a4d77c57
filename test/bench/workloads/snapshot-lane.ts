/** `snapshot-lane.ts PATH ENTRIES`: a table of that size; when asked, appends while a snapshot is written, then as often without. */
import { openStore } from 'refold';
import { serve } from '../lane.ts';
import { OrderFlow } from '../order-flow.ts';
import { orders } from '../orders-model.ts';
import { median } from '../statistics.ts';
import { fill } from '../stores.ts';
import { collectGarbage, type Run, repeatWhile } from '../workload.ts';

/** What a round came to. */
export interface SnapshotRound {
  /** Appends while snapshots were being written, and as many with nothing beside them. */
  readonly busy: Run;
  readonly quiet: Run;
  /** ms that a snapshot took. */
  readonly milliseconds: number;
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
  const snapshots: number[] = [];
  let writing = false;
  const write = async (): Promise<void> => {
    writing = true;
    snapshots.push((await store.snapshot()).milliseconds);
    writing = false;
  };
  const end = performance.now() + MORE_SNAPSHOTS_MS;
  let last = write();
  const busy = await repeatWhile((done) => {
    if (!writing && done < MIN_APPENDS && performance.now() < end) last = write();
    return writing;
  }, append);
  await last;
  collectGarbage();
  const count = busy.latencies!.length;
  const quiet = await repeatWhile((done) => done < count, append);
  return { busy, quiet, milliseconds: median(snapshots) };
});

function append(): Promise<unknown> {
  return store.append(flow.next() as never);
}
