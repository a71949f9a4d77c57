/** `crashing-writer.ts PATH EVENTS SNAPSHOT_AT`: writes a log, with a snapshot on the way unless 0, and dies of SIGKILL. */
import { openStore } from 'refold';
import { OrderFlow } from '../order-flow.ts';
import { orders } from '../orders-model.ts';
import { fill } from '../stores.ts';

const [path, events, snapshotAt] = process.argv.slice(2);
const store = await openStore(orders, { path: path!, durability: 'os', fold: 'direct', recoverWithin: 3_600_000 });
const flow = new OrderFlow();
if (Number(snapshotAt) > 0) {
  await fill(store, flow, Number(snapshotAt));
  await store.snapshot();
}
await fill(store, flow, Number(events) - Number(snapshotAt));
await store.flush();
process.kill(process.pid, 'SIGKILL');
