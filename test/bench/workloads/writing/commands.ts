/** Commands: with a `commandId` and without, and what it costs to have each commit folded twice (`strict`). */
import { randomUUID } from 'node:crypto';
import { defineModel, openStore, type StoreOptions } from 'refold';
import type { z } from 'zod';
import { OrderFlow } from '../../material/order-flow.ts';
import { orders } from '../../material/orders-model.ts';
import { type OrderStore, withStore } from '../../material/stores.ts';
import { type Context, concurrently, type Row, repeat, type Workload } from '../../measuring/workload.ts';

/** The orders table with a command for each event, which decides on that event. */
export const commanded = defineModel({ ...orders, commands: commandsOf(orders.events) });

const IN_FLIGHT = 1_000;

/** Makes the id of the next command, or undefined. */
type Ids = (() => string) | undefined;

export const commandWorkloads: readonly Workload[] = [
  commands('execute', '', () => undefined),
  commands('execute-ids', ', ids that count up', () => counting()),
  commands('execute-random-ids', ', random ids (UUIDv4)', () => randomUUID),
  strictly('execute-strict', ', strict'),
];

function commands(name: string, words: string, idsOf: () => Ids, options: StoreOptions = {}): Workload {
  const run = async ({ sizes, folder }: Context): Promise<Row[]> => {
    const measured = await repeat(sizes, (seconds) =>
      withStore(folder, options, (store) => drive(store, idsOf(), seconds), commanded as never),
    );
    const what = `${IN_FLIGHT.toLocaleString('en')} commands in flight${words}`;
    return [{ name, what, by: 'refold, atomic', durability: 'synced (always)', unit: 'commands/s', ...measured }];
  };
  return { name, run };
}

/** Measured only by a release that has the option. */
function strictly(name: string, words: string): Workload {
  const options = { strict: true } as StoreOptions;
  const { run } = commands(name, words, () => undefined, options);
  return { name, run: async (context) => ((await takes(options)) ? run(context) : []) };
}

async function takes(options: StoreOptions): Promise<boolean> {
  try {
    await (await openStore(orders, { path: ':memory:', ...options })).close();
    return true;
  } catch {
    return false;
  }
}

export function drive(store: OrderStore, nextId: Ids, seconds: number) {
  const flow = new OrderFlow();
  return concurrently(IN_FLIGHT, seconds, async () => {
    const { type, data } = flow.next();
    await store.execute(type as never, data as never, nextId === undefined ? {} : { commandId: nextId() });
    return 1;
  });
}

function counting(): () => string {
  let count = 0;
  return () => `command-${++count}`;
}

function commandsOf<Events extends Readonly<Record<string, z.ZodType>>>(events: Events) {
  const command = (type: string, input: z.ZodType) => ({
    input,
    decide: (_: unknown, data: unknown) => ({ type, data }),
  });
  return Object.fromEntries(Object.entries(events).map(([type, input]) => [type, command(type, input)])) as any;
}
