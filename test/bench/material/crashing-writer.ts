/**
 * `crashing-writer.ts PATH LENGTH FOLD`: opens a log, brings it to that length, and dies of SIGKILL.
 *
 * What the open took goes to stdout before: so each run is measured in a fresh process, after a crash, and leaves a
 * crash behind for the next.
 */
import { writeSync } from 'node:fs';
import { openStore, type RecoveryReport } from 'refold';
import { timed } from '../measuring/workload.ts';
import { OrderFlow } from './order-flow.ts';
import { orders } from './orders-model.ts';
import { fill } from './stores.ts';

/** The report of an open. */
export interface CrashedOpen {
  readonly ms: number;
  readonly recovery: RecoveryReport;
}

const [path, length, fold] = process.argv.slice(2);
const open = () => openStore(orders, { path: path!, durability: 'os', fold: fold as 'atomic' | 'direct' });
const { ms, result: store } = await timed(open);
const flow = new OrderFlow();
flow.take(store.sequence);
await fill(store, flow, Number(length) - store.sequence);
await store.flush();
writeSync(1, JSON.stringify({ ms, recovery: store.recovery } satisfies CrashedOpen));
process.kill(process.pid, 'SIGKILL');
