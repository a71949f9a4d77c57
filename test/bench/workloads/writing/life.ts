/** What the later life of an application costs: effects of reactors, a redaction, the save of a projection. */
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  defineModel,
  defineProjection,
  defineReactor,
  importEvents,
  openStore,
  type PastEvent,
  replay,
  type StoreOf,
} from 'refold';
import { z } from 'zod';
import { type Context, type Row, timed, type Workload } from '../../measuring/workload.ts';

export const lifeWorkloads: readonly Workload[] = [
  { name: 'reactors', run: reactorRows },
  { name: 'redaction', run: redactionRows },
  { name: 'projection-save', run: projectionRows },
];

/** Events of one customer. */
const EVENTS_OF_ONE = 20;
const LANES = 64;
const PATIENCE_MS = 50;

const shop = defineModel({
  name: 'shop',
  version: 1,
  events: {
    Registered: {
      schema: z.object({ customer: z.int(), name: z.string() }),
      tags: ({ customer }) => [`customer:${customer}`],
      redact: (data) => ({ ...data, name: '' }),
    },
  },
  initialState: () => ({ names: new Map<number, string>() }),
  reducers: { Registered: ({ names }, { customer, name }) => void names.set(customer, name) },
});
type Shop = StoreOf<typeof shop>;

const byCustomer = defineProjection(shop, {
  name: 'lengths',
  version: 1,
  initialState: () => ({ lengths: new Map<number, number>() }),
  reducers: { Registered: ({ lengths }, { customer, name }) => void lengths.set(customer, name.length) },
});

/** Each customer registers `EVENTS_OF_ONE` times, spread over the whole log. */
function* registrations(count: number): Generator<PastEvent, void> {
  const customers = Math.ceil(count / EVENTS_OF_ONE);
  for (let index = 0; index < count; index++) {
    const customer = index % customers;
    yield { type: 'Registered', data: { customer, name: `customer ${customer}, ${index}` }, recordedAt: index + 1 };
  }
}

async function filled(folder: string, count: number): Promise<{ path: string; store: Shop }> {
  const path = join(folder, `shop-${count}.db`);
  await importEvents(shop, { path, durability: 'os' }, registrations(count));
  const store = await openStore(shop, { path });
  await store.compact();
  return { path, store };
}

/** Effects that do nothing. What remains is the progress, which is durable before the next effect of a partition. */
async function reactorRows({ folder, sizes }: Context): Promise<Row[]> {
  const { store } = await filled(folder, sizes.appendsPerRound);
  const rates = { one: [] as number[], lanes: [] as number[], batches: [] as number[], appends: [] as number[] };
  let made = 0;
  const react = async (options: object): Promise<number> => {
    const name = `reactor-${made++}`;
    const from = 'start' as const;
    const { ms } = await timed(async () => {
      const running = await store.react(defineReactor(shop, { name, from, ...options } as never));
      await running.caughtUp();
      await running.stop();
    });
    await store.forgetReactor(name);
    return (sizes.appendsPerRound / ms) * 1_000;
  };
  const on = { Registered: async () => {} };
  const lone = async (): Promise<number> => {
    const data = { customer: 1, name: 'again' };
    const count = Math.ceil(sizes.appendsPerRound / 5);
    const other = await openStore(shop, { path: join(folder, `lone-${made++}.db`) });
    const { ms } = await timed(async () => {
      for (let index = 0; index < count; index++) await other.append({ type: 'Registered', data });
    });
    await other.close();
    return (count / ms) * 1_000;
  };
  for (let round = -1; round < sizes.rounds; round++) {
    const results = {
      one: await react({ on }),
      lanes: await react({
        on,
        concurrency: LANES,
        partitionBy: ({ data }: { data: { customer: number } }) => data.customer,
      }),
      batches: await react({ onBatch: async () => {} }),
      appends: await lone(),
    };
    if (round < 0) continue; // warm up
    for (const key of ['one', 'lanes', 'batches', 'appends'] as const) rates[key].push(results[key]);
  }
  await store.close();
  const row = (name: string, what: string, runs: readonly number[]): Row => {
    return { name, what, by: 'refold, atomic', durability: 'synced (always)', unit: 'events/s', runs };
  };
  return [
    row('reactors-one', 'effects that do nothing, one after the other', rates.one),
    row('reactors-lanes', `effects that do nothing, ${LANES} at a time`, rates.lanes),
    row('reactors-batches', 'effects that do nothing, in batches', rates.batches),
    row('reactors-appends', 'lone appends beside them', rates.appends),
  ];
}

/** One customer of a long sealed log after the other. A replay of the log is what must be done at least. */
async function redactionRows({ folder, sizes }: Context): Promise<Row[]> {
  const length = sizes.logEvents;
  const { path, store } = await filled(folder, length);
  const times = { whole: [] as number[], blocked: [] as number[], replay: [] as number[] };
  for (let round = -1; round < sizes.runs; round++) {
    const tag = `customer:${round + 2}`;
    const { milliseconds, blockedMilliseconds, events, pending } = await store.redact({ tag }, { by: 'bench' });
    if (events !== EVENTS_OF_ONE || pending !== undefined) throw new Error(`${events} events, pending: ${pending}`);
    const { ms } = await timed(() => replay(shop, { path }));
    if (round < 0) continue;
    times.whole.push(milliseconds);
    times.blocked.push(blockedMilliseconds);
    times.replay.push(ms);
  }
  await store.close();
  const log = `${length.toLocaleString('en')} sealed events`;
  const row = (name: string, what: string, runs: readonly number[]): Row => {
    return { name, what, by: 'refold, atomic', durability: 'synced (always)', unit: 'ms', runs };
  };
  return [
    row('redaction', `redact ${EVENTS_OF_ONE} events, spread over ${log}, until no file has the words`, times.whole),
    row('redaction-blocked', 'the same, how long appends waited in all', times.blocked),
    row('redaction-replay', `a replay of those ${log}`, times.replay),
  ];
}

/** The longest delay of the event loop while a projection is saved. */
async function projectionRows({ folder, sizes }: Context): Promise<Row[]> {
  const entries = sizes.snapshotEntries.at(-1)!;
  const path = join(folder, 'projected.db');
  const all = function* (): Generator<PastEvent, void> {
    for (let index = 0; index < entries; index++)
      yield { type: 'Registered', data: { customer: index, name: `customer ${index}` }, recordedAt: index + 1 };
  };
  await importEvents(shop, { path, durability: 'os' }, all());
  const store = await openStore(shop, { path, history: 'keep' });
  const projection = await store.project(byCustomer);
  const longest: number[] = [];
  for (let round = -1; round < sizes.runs; round++) {
    await store.append({ type: 'Registered', data: { customer: 0, name: `again ${round}` } });
    await projection.catchUp();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await projection.save();
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)); // a delay is counted when it is over
    delay.disable();
    if (round >= 0) longest.push(delay.max / 1e6);
  }
  await store.close();
  const what = `the longest delay of the event loop while a projection of ${entries.toLocaleString('en')} entries is saved`;
  return [{ name: 'projection-save', what, by: 'refold', durability: 'synced (always)', unit: 'ms', runs: longest }];
}
