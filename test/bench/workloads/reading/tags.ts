/** Queries by tag in a long sealed log, and how long reading holds the event loop. */
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { defineModel, importEvents, openStore, type PastEvent, type StoreOf } from 'refold';
import { z } from 'zod';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import { type Context, type Row, timed, type Workload } from '../../measuring/workload.ts';

export const tagWorkloads: readonly Workload[] = [
  { name: 'tags', run: statements },
  { name: 'reading-loop', run: loops },
];

const ACCOUNTS = 100_000;
const LINES = 50;
const SEED = 23;
const LARGE_BYTES = 64 * 1024;
const LARGE_EVENTS = 2_000;

const ledger = defineModel({
  name: 'ledger',
  version: 1,
  events: {
    Moved: {
      schema: z.object({ from: z.string(), to: z.string(), cents: z.int(), memo: z.string().optional() }),
      tags: (d) => [`account:${d.from}`, `account:${d.to}`],
    },
  },
  initialState: () => ({ balances: new Map<string, number>() }),
  reducers: {
    Moved({ balances }, { from, to, cents }) {
      balances.set(from, (balances.get(from) ?? 0) - cents);
      balances.set(to, (balances.get(to) ?? 0) + cents);
    },
  },
});
type Ledger = StoreOf<typeof ledger>;

function* moves(count: number, memo?: string): Generator<PastEvent, void> {
  const random = new Random(SEED);
  for (let recordedAt = 1; recordedAt <= count; recordedAt++) {
    const account = (): string => `a${random.below(ACCOUNTS)}`;
    const [from, to] = recordedAt === 1 ? ['rare', 'rare'] : [account(), account()];
    const data = { from, to, cents: random.below(10_000), ...(memo !== undefined && { memo: `${memo}${recordedAt}` }) };
    yield { type: 'Moved', data, recordedAt };
  }
}

async function makeLedger(path: string, count: number, memo?: string): Promise<Ledger> {
  await importEvents(ledger, { path, durability: 'os' }, moves(count, memo));
  const store = await openStore(ledger, { path });
  await store.compact();
  return store;
}

async function statements({ folder, sizes }: Context): Promise<Row[]> {
  const length = sizes.logLengths.at(-1)!;
  const store = await makeLedger(join(folder, 'ledger.db'), length);
  const random = new Random(SEED);
  const times = { statement: [] as number[], rare: [] as number[], at: [] as number[] };
  for (let round = -2; round < sizes.positions; round++) {
    const tag = `account:a${random.below(ACCOUNTS)}`;
    const statement = await timed(() => Array.fromAsync(store.events({ tag, reverse: true, limit: LINES })));
    const rare = await timed(() => Array.fromAsync(store.events({ tag: 'account:rare' })));
    const at = await timed(() => store.at({ sequence: 1 + random.below(length) }));
    if (round < 0) continue; // warm up
    times.statement.push(statement.ms);
    times.rare.push(rare.ms);
    times.at.push(at.ms);
  }
  await store.close();
  const log = `${length.toLocaleString('en')} sealed events with two tags, ${ACCOUNTS.toLocaleString('en')} accounts`;
  return [
    rowOf('tags-statement', `the last ${LINES} events of one account among ${log}`, times.statement),
    rowOf('tags-rare', `the only event of an account among ${log}`, times.rare),
    rowOf('tags-at', `at anywhere in ${log}`, times.at),
  ];
}

async function loops({ folder, sizes }: Context): Promise<Row[]> {
  const rows: Row[] = [];
  const kinds = [
    ['small', Math.min(sizes.logEvents, 400_000), undefined],
    ['large', LARGE_EVENTS, 'word '.repeat(LARGE_BYTES / 5 - 20)],
  ] as const;
  for (const [kind, count, memo] of kinds) {
    const store = await makeLedger(join(folder, `${kind}.db`), count, memo);
    const size = memo === undefined ? 'small events' : 'events of 64 KiB';
    rows.push(
      await watchLoop(`events-loop-${kind}`, `reading ${count} ${size} in order`, sizes.runs, () => read(store)),
    );
    rows.push(await watchLoop(`follow-loop-${kind}`, `following ${count} ${size}`, sizes.runs, () => follow(store)));
    await store.close();
  }
  return rows;
}

async function read(store: Ledger): Promise<void> {
  for await (const _ of store.events());
}

async function follow(store: Ledger): Promise<void> {
  for await (const { sequence } of store.follow()) if (sequence === store.sequence) return;
}

/** The longest delay of each run, and the percentiles of all. */
async function watchLoop(name: string, what: string, runs: number, work: () => Promise<void>): Promise<Row> {
  const all = monitorEventLoopDelay({ resolution: 1 });
  const longest: number[] = [];
  await work();
  for (let run = 0; run < runs; run++) {
    const one = monitorEventLoopDelay({ resolution: 1 });
    for (const histogram of [all, one]) histogram.enable();
    await work();
    for (const histogram of [all, one]) histogram.disable();
    longest.push(one.max / 1e6);
  }
  if (all.count === 0) throw new Error(`the event loop did not turn while ${what}: nothing was measured`);
  const latency = { p50: all.percentile(50) / 1e6, p99: all.percentile(99) / 1e6 };
  return { ...rowOf(name, `the longest delay of the event loop while ${what}`, longest), latency };
}

function rowOf(name: string, what: string, runs: readonly number[]): Row {
  return { name, what, by: 'refold', durability: 'reads', unit: 'ms', runs };
}
