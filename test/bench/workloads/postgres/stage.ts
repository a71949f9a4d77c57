/** A server for a workload, stores on it, and runs in turns: what is compared alternates in one process. */
import { type Model, openStore, type StoreOptions } from 'refold';
import { type PostgresLogOptions, postgresLog } from '../../../../src/log/postgres/postgres-source.ts';
import { PostgresServer } from '../../../postgres/server.ts';
import { orders } from '../../material/orders-model.ts';
import type { OrderStore } from '../../material/stores.ts';
import type { Sizes } from '../../measuring/sizes.ts';
import { collectGarbage, type Measured, type Row, type Run, summarise } from '../../measuring/workload.ts';

export async function withServer<T>(use: (server: PostgresServer) => Promise<T>): Promise<T> {
  const server = await PostgresServer.start();
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

export interface There {
  readonly url: string;
  readonly model?: Model;
  readonly log?: PostgresLogOptions;
  readonly store?: StoreOptions;
}

let stores = 0;

/** Opens an empty store, hands it over and closes it. */
export async function withStoreThere<T>(there: There, use: (store: OrderStore) => Promise<T>): Promise<T> {
  const { url, model = orders, log = {}, store: options = {} } = there;
  const store = await openStore(model, { log: postgresLog(url, { name: `bench ${++stores}`, ...log }), ...options });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Measures subjects in turns, after each has warmed up. */
export async function alternate<Name extends string>(
  sizes: Pick<Sizes, 'runs' | 'warmUpSeconds' | 'secondsPerRun'>,
  subjects: Readonly<Record<Name, (seconds: number) => Promise<Run>>>,
): Promise<Readonly<Record<Name, Measured>>> {
  const names = Object.keys(subjects) as Name[];
  const runs = new Map<Name, Run[]>(names.map((name) => [name, []]));
  for (const name of names) await subjects[name](sizes.warmUpSeconds);
  for (let run = 0; run < sizes.runs; run++) {
    for (const name of names) {
      collectGarbage();
      runs.get(name)!.push(await subjects[name](sizes.secondsPerRun));
    }
  }
  return Object.fromEntries(names.map((name) => [name, summarise(runs.get(name)!)])) as Record<Name, Measured>;
}

/** A row of appends that are synced. */
export function row(name: string, what: string, measured: Measured, unit: Row['unit'] = 'events/s'): Row {
  return { name: `postgres-${name}`, what, by: 'refold', durability: 'synced (always)', unit, ...measured };
}
