/** What a lone append cannot do without, each alone: a commit of SQLite's, and a message to another thread and back. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { OrderFlow } from '../order-flow.ts';
import { type Context, type Row, type Run, repeat, untilOver, type Workload } from '../workload.ts';

export const partWorkloads: readonly Workload[] = [{ name: 'parts', run: partRows }];

async function partRows({ sizes, folder }: Context): Promise<Row[]> {
  const row = { by: 'better-sqlite3', durability: 'synced', unit: 'events/s' } as const;
  const commits = await repeat(sizes, (seconds) => commit(join(folder, `${crypto.randomUUID()}.db`), seconds));
  const hops = await repeat(sizes, hop);
  return [
    { name: 'bare-commit', what: 'a row and a commit for each event', ...row, ...commits },
    {
      ...row,
      name: 'bare-hop',
      what: 'a message to a thread and back',
      by: 'Node',
      durability: 'memory only',
      ...hops,
    },
  ];
}

/** In the caller's own thread, under the settings that make a commit durable. */
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
    return await untilOver(seconds, sendOne);
  } finally {
    await worker.terminate();
  }
}
