/** The necessary parts of an append, each measured alone: they show what an append spends its time on. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { type OrderEvent, OrderFlow } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import {
  type Context,
  type Row,
  type Run,
  repeat,
  startClock,
  untilOver,
  type Workload,
} from '../../measuring/workload.ts';

export const partWorkloads: readonly Workload[] = [{ name: 'parts', run: partRows }];

const BATCH = 1_000;

async function partRows({ sizes, folder }: Context): Promise<Row[]> {
  const row = { by: 'better-sqlite3', durability: 'synced', unit: 'events/s' } as const;
  const inMemory = { ...row, durability: 'memory only' };
  const commits = await repeat(sizes, (seconds) => commit(join(folder, `${crypto.randomUUID()}.db`), seconds));
  const part = (step: (events: readonly OrderEvent[]) => void) => repeat(sizes, (seconds) => driven(seconds, step));
  return [
    { name: 'bare-commit', what: 'a row and a commit for each event', ...row, ...commits },
    {
      ...inMemory,
      name: 'bare-hop',
      what: 'a message to a thread and back',
      by: 'Node',
      ...(await repeat(sizes, hop)),
    },
    { ...inMemory, name: 'part-validate', what: 'validating events', by: 'zod', ...(await part(validate)) },
    { ...inMemory, name: 'part-encode', what: 'encoding 1,000 at a time', by: 'V8', ...(await part(encode)) },
    { ...inMemory, name: 'part-fold', what: 'folding them', by: "the bench's reducers", ...(await part(folding())) },
  ];
}

/** Batches of fresh events; only the step is on the clock. */
async function driven(seconds: number, step: (events: readonly OrderEvent[]) => void): Promise<Run> {
  const flow = new OrderFlow();
  let ms = 0;
  let done = 0;
  const stop = startClock();
  while (ms < seconds * 1_000) {
    const events = flow.take(BATCH);
    const start = performance.now();
    step(events);
    ms += performance.now() - start;
    done += BATCH;
  }
  return { ...stop(done), rate: (done / ms) * 1_000 };
}

function validate(events: readonly OrderEvent[]): void {
  for (const { type, data } of events) orders.events[type].parse(data);
}

function encode(events: readonly OrderEvent[]): void {
  JSON.stringify(events);
}

/** The flow starts again with each run, and cancels by number: it only overwrites what an earlier run left. */
function folding(): (events: readonly OrderEvent[]) => void {
  const state = orders.initialState();
  return (events) => {
    for (const event of events) orders.reducers[event.type](state, event.data as never, event as never);
  };
}

/** In the caller's thread, with the settings that make a commit durable. */
async function commit(path: string, seconds: number): Promise<Run> {
  const database = new Database(path);
  database.pragma('journal_mode = wal');
  database.pragma('synchronous = full');
  database.exec('create table log (sequence integer primary key, event text) strict');
  const insert = database.prepare('insert into log (event) values (?)');
  const flow = new OrderFlow();
  try {
    return await untilOver(seconds, () => insert.run(JSON.stringify(flow.next())).changes);
  } finally {
    database.close();
  }
}

const ECHO = `const { parentPort } = require('node:worker_threads');
parentPort.on('message', (message) => parentPort.postMessage(message));`;

async function hop(seconds: number): Promise<Run> {
  const worker = new Worker(ECHO, { eval: true });
  const flow = new OrderFlow();
  let answered = (): void => {};
  worker.on('message', () => answered());
  const sendOne = (): Promise<number> =>
    new Promise((resolve) => {
      answered = () => resolve(1);
      worker.postMessage(JSON.stringify(flow.next()));
    });
  try {
    await sendOne(); // The thread has started by then.
    return await untilOver(seconds, sendOne);
  } finally {
    await worker.terminate();
  }
}
