/**
 * Full replay, fold included, of a log as it was written and of the same log sealed; and what bounds it.
 *
 * The ideal is 1 / (1/decode + 1/fold): decoding is a replay by reducers that do nothing, folding is the reducers alone
 * over events already in memory.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { defineModel, type Model, openLog, openStore, type RecordedEvent, replay } from 'refold';
import { generateFlow } from '../../../../examples/orderbook/demo/flow.ts';
import { orderBook } from '../../../../examples/orderbook/model/index.ts';
import { OrderFlow } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import { fill, type OrderStore } from '../../material/stores.ts';
import {
  type Context,
  collectGarbage,
  type Measured,
  type Row,
  type Run,
  startClock,
  summarise,
  type Workload,
} from '../../measuring/workload.ts';

/** How much of a log the reducers alone are measured over. */
const FOLDED_EVENTS = 500_000;
const CHUNK_EVENTS = 5_000;

interface Subject {
  readonly prefix: string;
  readonly model: Model;
  readonly words: string;
  fill(store: OrderStore, events: number): Promise<void>;
}

const ORDERS: Subject = {
  prefix: 'replay',
  model: orders,
  words: 'orders table',
  fill: (store, events) => fill(store, new OrderFlow(), events),
};

const BOOK: Subject = { prefix: 'book-replay', model: orderBook, words: 'order book', fill: fillBook };

export const replayWorkloads: readonly Workload[] = [
  { name: ORDERS.prefix, run: (context) => replayRows(ORDERS, context) },
  { name: BOOK.prefix, run: (context) => replayRows(BOOK, context) },
];

async function replayRows(subject: Subject, { sizes, folder }: Context): Promise<Row[]> {
  const { prefix, model, words } = subject;
  const path = join(folder, 'log.db');
  const events = sizes.logEvents;
  const store = await openStore(model, { path, durability: 'os', fold: 'direct', recoverWithin: 3_600_000 });
  await subject.fill(store, events);
  await store.flush();
  const openBytes = await bytesOf(path, 'openBytes');
  const open = await replayRuns(model, path, sizes.runs);
  await store.compact();
  const sealedBytes = await bytesOf(path, 'sealedBytes');
  const sealed = await replayRuns(model, path, sizes.runs);
  const decode = await replayRuns(withoutReducers(model), path, sizes.runs);
  const recorded = store.sequence;
  await store.close();
  const fold = await foldRuns(model, path, sizes.runs);
  const size = `${recorded.toLocaleString('en')} events`;
  const row = (name: string, what: string, measured: Measured, unit: Row['unit'] = 'events/s'): Row => {
    return {
      name: `${prefix}-${name}`,
      what: `${words}: ${what}`,
      by: 'refold',
      durability: 'reads',
      unit,
      ...measured,
    };
  };
  return [
    row('open', `replay with fold, open blocks, ${size}`, open),
    row('sealed', `replay with fold, sealed, ${size}`, sealed),
    row('decode', 'replay by reducers that do nothing, sealed', decode),
    row('fold', 'reducers alone, events in memory', fold),
    row('open-size', 'size in open blocks', { runs: [openBytes / recorded] }, 'bytes/event'),
    row('sealed-size', 'size sealed', { runs: [sealedBytes / recorded] }, 'bytes/event'),
    row(
      'file-size',
      'whole file after compaction, snapshot included',
      { runs: [statSync(path).size / recorded] },
      'bytes/event',
    ),
  ];
}

async function replayRuns(model: Model, path: string, runs: number): Promise<Measured> {
  const measured: Run[] = [];
  for (let run = -1; run < runs; run++) {
    collectGarbage();
    const stop = startClock();
    const { events, seconds } = await replay(model, { path });
    // The report's own seconds: opening the file and hashing the state are not part of the rate.
    if (run >= 0) measured.push({ ...stop(events), rate: events / seconds });
  }
  return summarise(measured);
}

/**
 * The reducers alone, over the first part of the log. Events are made from text chunk by chunk, off the clock, so that
 * they are as fresh in the heap as those that a replay decodes.
 */
async function foldRuns(model: Model, path: string, runs: number): Promise<Measured> {
  const chunks = await chunksOf(path);
  const rates: number[] = [];
  for (let run = -1; run < runs; run++) {
    const state = model.initialState();
    let events = 0;
    let ms = 0;
    for (const chunk of chunks) {
      const fresh = JSON.parse(chunk) as RecordedEvent[];
      const start = performance.now();
      for (const event of fresh) model.reducers[event.type]!(state, event.data, event);
      ms += performance.now() - start;
      events += fresh.length;
    }
    if (run >= 0) rates.push((events / ms) * 1_000);
  }
  return { runs: rates };
}

async function chunksOf(path: string): Promise<string[]> {
  const chunks: string[] = [];
  let events: RecordedEvent[] = [];
  await using log = await openLog({ path });
  for await (const event of log.events({ to: FOLDED_EVENTS })) {
    if (events.push(event) < CHUNK_EVENTS) continue;
    chunks.push(JSON.stringify(events));
    events = [];
  }
  return chunks;
}

function withoutReducers(model: Model): Model {
  const reducers = Object.fromEntries(Object.keys(model.reducers).map((type) => [type, () => {}]));
  const { name, events, initialState } = model;
  return defineModel({ name, events, initialState, reducers });
}

async function bytesOf(path: string, part: 'openBytes' | 'sealedBytes'): Promise<number> {
  await using log = await openLog({ path });
  return (await log.info())[part];
}

/** Runs made-up flow through the matching engine until the log is long enough. */
async function fillBook(store: OrderStore, events: number): Promise<void> {
  let pending: Promise<unknown>[] = [];
  for (const { command } of generateFlow({ seed: 7, commands: Number.MAX_SAFE_INTEGER })) {
    pending.push(store.execute(command.name as never, command.input as never));
    if (pending.length < 5_000) continue;
    await Promise.all(pending);
    pending = [];
    if (store.sequence >= events) return;
  }
}
