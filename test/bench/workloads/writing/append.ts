/** Appending through refold: alone, a thousand at once, in batches; both folds; synced and not. */
import type { StoreOptions } from 'refold';
import { OrderFlow } from '../../material/order-flow.ts';
import { type OrderStore, withStore } from '../../material/stores.ts';
import {
  type Context,
  concurrently,
  type Row,
  type Run,
  repeat,
  untilOver,
  type Workload,
} from '../../measuring/workload.ts';

type Fold = 'atomic' | 'direct';
type Durability = 'always' | 'everysec' | 'os';

/** What refold's levels promise, in the words of the durability column. */
export const PROMISES: Readonly<Record<Durability, string>> = {
  always: 'synced',
  everysec: 'synced within 1 s',
  os: 'not synced',
};

interface Shape {
  readonly what: string;
  drive(store: OrderStore, flow: OrderFlow, seconds: number): Promise<Run>;
}

const APPENDERS = 1_000;
const BATCH = 1_000;
const BATCHES_IN_FLIGHT = 8;

const LONE: Shape = {
  what: 'one appender, one event at a time',
  drive: (store, flow, seconds) => untilOver(seconds, () => appendOne(store, flow)),
};
const CONCURRENT: Shape = {
  what: '1,000 concurrent appenders',
  drive: (store, flow, seconds) => concurrently(APPENDERS, seconds, () => appendOne(store, flow)),
};
const BATCHES: Shape = {
  what: 'batches of 1,000, 8 in flight',
  drive: (store, flow, seconds) => concurrently(BATCHES_IN_FLIGHT, seconds, () => appendBatch(store, flow)),
};
const LONE_BATCHES: Shape = {
  what: 'batches of 1,000, one at a time',
  drive: (store, flow, seconds) => untilOver(seconds, () => appendBatch(store, flow)),
};

export const appendWorkloads: readonly Workload[] = [
  append('append-lone', LONE, 'always', 'atomic'),
  append('append-concurrent-atomic', CONCURRENT, 'always', 'atomic'),
  append('append-concurrent-direct', CONCURRENT, 'always', 'direct'),
  append('append-batch-atomic', BATCHES, 'always', 'atomic'),
  append('append-batch-direct', BATCHES, 'always', 'direct'),
  append('append-lone-batch-direct', LONE_BATCHES, 'always', 'direct'),
  append('append-everysec-batch-direct', BATCHES, 'everysec', 'direct'),
  append('append-os-batch-direct', BATCHES, 'os', 'direct'),
];

function append(name: string, shape: Shape, durability: Durability, fold: Fold): Workload {
  const options: StoreOptions = { durability, fold };
  const run = async ({ sizes, folder }: Context): Promise<Row[]> => {
    const measured = await repeat(sizes, (seconds) =>
      withStore(folder, options, (store) => shape.drive(store, new OrderFlow(), seconds)),
    );
    const durable = `${PROMISES[durability]} (${durability})`;
    return [{ name, what: shape.what, by: `refold, ${fold}`, durability: durable, unit: 'events/s', ...measured }];
  };
  return { name, run };
}

async function appendOne(store: OrderStore, flow: OrderFlow): Promise<number> {
  await store.append(flow.next() as never);
  return 1;
}

async function appendBatch(store: OrderStore, flow: OrderFlow): Promise<number> {
  await store.append(flow.take(BATCH) as never);
  return BATCH;
}
