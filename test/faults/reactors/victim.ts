/** A process with a reactor, to be killed. It writes each effect to a file before and after it runs. */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineModel, defineReactor, type LogStore, openStore } from '../../../src/index.ts';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import { traceLine } from './effects.ts';

export interface ReactorVictim {
  readonly path: string;
  readonly effects: string;
  readonly concurrency: number;
  readonly partitions: number;
  /** The log ends with this many events, over all lives. */
  readonly events: number;
  /** For the negative control: the log says that progress is durable, and writes it later. */
  readonly lies: boolean;
}

const orders = defineModel({
  name: 'orders',
  events: { Placed: z.object({ customer: z.string() }), Looked: z.object({}) },
  initialState: () => ({ placed: 0 }),
  reducers: {
    Placed: (state) => {
      state.placed += 1;
    },
    Looked: () => {},
  },
});

const options = JSON.parse(process.argv[2] ?? '') as ReactorVictim;
const file = fs.openSync(options.effects, 'a');
fs.writeSync(file, 'life\n');
const log = await openSqliteLog({ path: options.path, durability: 'os' });
if (options.lies) delayProgress(log);
const store = await openStore(orders, { log });
const reactor = defineReactor(orders, {
  name: 'mail',
  concurrency: options.concurrency,
  partitionBy: ({ data }) => ('customer' in data ? data.customer : ''),
  on: {
    Placed: async ({ sequence, data }) => {
      fs.writeSync(file, traceLine('begin', sequence, data.customer));
      if (sequence % 3 === 0) await sleep(1);
      fs.writeSync(file, traceLine('end', sequence, data.customer));
    },
  },
});
const running = await store.react(reactor);
console.log('running');
while (store.sequence < options.events) {
  const customer = `customer-${(store.sequence * 7) % options.partitions}`;
  if (store.sequence % 5 === 4) await store.append({ type: 'Looked', data: {} });
  else await store.append({ type: 'Placed', data: { customer } });
}
await running.caughtUp();
await store.close();
console.log('done');

function delayProgress(given: LogStore): void {
  const put = given.putReactor.bind(given);
  given.putReactor = async (row) =>
    void sleep(50)
      .then(() => put(row))
      .catch(() => {});
}
