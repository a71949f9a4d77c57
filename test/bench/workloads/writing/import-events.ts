/** Importing events with the times they had, one commit each. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { importEvents, type PastEvent } from 'refold';
import { OrderFlow } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import { type Context, type Row, type Run, repeat, startClock, type Workload } from '../../measuring/workload.ts';
import { PROMISES } from './append.ts';

export const importEventsWorkloads: readonly Workload[] = [{ name: 'import-events', run }];

async function run({ sizes, folder }: Context): Promise<Row[]> {
  const measured = await repeat(sizes, (seconds) => importFor(seconds, folder));
  const durability = `${PROMISES.always} (always)`;
  const what = 'importEvents from a generator, one commit per event';
  return [{ name: 'import-events', what, by: 'refold, direct', durability, unit: 'events/s', ...measured }];
}

/** From the first event asked for to the end: as with appends, the open is not measured. The snapshot and the close are. */
async function importFor(seconds: number, folder: string): Promise<Run> {
  const path = join(folder, `${randomUUID()}.db`);
  let stop: ReturnType<typeof startClock> | undefined;
  function* flowFor(): Generator<PastEvent, void> {
    const flow = new OrderFlow();
    stop = startClock();
    const end = performance.now() + seconds * 1_000;
    for (let recordedAt = 1; performance.now() < end; ) {
      for (let index = 0; index < BATCH; index++) yield { ...flow.next(), recordedAt: recordedAt++ };
    }
  }
  const { events } = await importEvents(orders, { path }, flowFor());
  const measured = stop!(events);
  for (const suffix of ['', '-wal', '-shm', '-lock', '-witness']) rmSync(path + suffix, { force: true });
  return measured;
}

/** How many events are made between two looks at the clock. */
const BATCH = 1_000;
