/** `at`: what the state at some place of the log costs, for logs of several lengths; seeded places, measured in turns. */
import { openStore } from 'refold';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import { preparedLogs } from '../../material/logs.ts';
import { orders } from '../../material/orders-model.ts';
import type { OrderStore } from '../../material/stores.ts';
import { type Context, type Row, timed, type Workload } from '../../measuring/workload.ts';
import { placeOf } from '../../telling/curves.ts';

export const timeTravelWorkloads: readonly Workload[] = [{ name: 'time-travel', run: atRows }];

/** Where `at` costs more the longer the log is, the whole would take minutes: then fewer places have to do. */
const BUDGET_MS = 20_000;
const MIN_POSITIONS = 5;
const SEED = 17;

interface Travelled {
  readonly length: number;
  readonly store: OrderStore;
  readonly times: number[];
}

async function atRows(context: Context): Promise<Row[]> {
  const logs: Travelled[] = [];
  for (const { length, path } of preparedLogs(context)) {
    logs.push({ length, store: await openStore(orders, { path, readOnly: true }), times: [] });
  }
  for (const log of logs) await travel(log, 0.5);
  const random = new Random(SEED);
  const start = performance.now();
  for (let round = 0; round < context.sizes.positions; round++) {
    if (round >= MIN_POSITIONS && performance.now() - start > BUDGET_MS) break;
    const fraction = random.below(1_000_000) / 1_000_000;
    for (const log of logs) log.times.push(await travel(log, fraction));
  }
  for (const { store } of logs) await store.close();
  return logs.map((log, index) => rowOf(log, placeOf(index, logs.length)));
}

async function travel({ store }: Travelled, fraction: number): Promise<number> {
  const sequence = 1 + Math.floor(fraction * (store.sequence - 1));
  return (await timed(() => store.at({ sequence }))).ms;
}

function rowOf({ length, times }: Travelled, place: string): Row {
  return {
    name: `at-${place}`,
    what: `at anywhere in ${length.toLocaleString('en')} events, ${times.length} places`,
    by: 'refold',
    durability: 'reads',
    unit: 'ms',
    runs: times,
    at: length,
  };
}
