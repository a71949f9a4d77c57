/**
 * Many who hear of each commit in the process that writes: subscribers, followers, and followers in batches.
 *
 * One event per commit, 1,000 commits each second. What it costs is the processor time of the whole process. Who hears does
 * nothing with what it hears.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from 'refold';
import { OrderFlow } from '../../material/order-flow.ts';
import { withStore } from '../../material/stores.ts';
import {
  type Context,
  collectGarbage,
  type Row,
  type Run,
  startClock,
  summariseRounds,
  type Workload,
} from '../../measuring/workload.ts';

export const fanOutWorkloads: readonly Workload[] = [{ name: 'fan-out', run: fanOutRows }];

const APPENDS_PER_SECOND = 1_000;

/** Those who hear; the function given back says how many events reached them, in all. */
type Audience = (store: Store, ending: AbortSignal) => () => number;

const subscribers =
  (count: number): Audience =>
  (store) => {
    let heard = 0;
    for (let index = 0; index < count; index++) store.subscribe((events) => void (heard += events.length));
    return () => heard;
  };

const followers =
  (count: number): Audience =>
  (store, signal) => {
    let heard = 0;
    const follow = async (): Promise<void> => {
      for await (const _ of store.follow({ from: 1, signal })) heard += 1;
    };
    for (let index = 0; index < count; index++) void follow();
    return () => heard;
  };

const batchFollowers =
  (count: number): Audience =>
  (store, signal) => {
    let heard = 0;
    const follow = async (): Promise<void> => {
      for await (const { events } of store.follow({ from: 1, batches: true, signal })) heard += events.length;
    };
    for (let index = 0; index < count; index++) void follow();
    return () => heard;
  };

interface Round extends Run {
  /** Processor time in ms for each second of appends. */
  readonly cpu: number;
  /** What the heap and buffers hold at the end, in MB. Resident memory would show the largest round so far. */
  readonly memory: number;
}

async function fanOutRows({ sizes, folder }: Context): Promise<Row[]> {
  const measure = (count: number, audience: Audience): Promise<Round> =>
    withStore(folder, {}, (store) => playTo(store, count, audience, sizes.secondsPerRun));
  const audiences = [
    ['subscribers-500', '500 subscribers', 500, subscribers(500)],
    ['followers-500', '500 followers', 500, followers(500)],
    ['none', 'with no other reader', 0, subscribers(0)],
    ['batches-10000', '10,000 followers in batches', 10_000, batchFollowers(10_000)],
  ] as const;
  const rounds = new Map<string, Round[]>(audiences.map(([name]) => [name, []]));
  for (let round = -1; round < sizes.rounds; round++) {
    for (const [name, , count, audience] of audiences) {
      const result = await measure(count, audience);
      if (round >= 0) rounds.get(name)!.push(result); // the first round warms up
    }
  }
  return audiences.flatMap(([name, what]) => rowsOf(name, what, rounds.get(name)!));
}

async function playTo(store: Store, count: number, audience: Audience, seconds: number): Promise<Round> {
  const ending = new AbortController();
  const heard = audience(store, ending.signal);
  await sleep(50);
  collectGarbage();
  const flow = new OrderFlow();
  const total = Math.max(100, Math.round(APPENDS_PER_SECOND * seconds));
  const stop = startClock();
  const start = performance.now();
  const latencies: number[] = [];
  const append = async (): Promise<void> => {
    const from = performance.now();
    await store.append(flow.next() as never);
    latencies.push(performance.now() - from);
  };
  const pending: Promise<void>[] = [];
  while (pending.length < total) {
    const due = Math.min(total, ((performance.now() - start) / 1_000) * APPENDS_PER_SECOND);
    while (pending.length < due) pending.push(append());
    await sleep(1);
  }
  await Promise.all(pending);
  while (heard() < count * total) await sleep(1);
  const run = stop(total);
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const memory = (heapUsed + external) / 1e6;
  ending.abort();
  return { ...run, latencies, cpu: (run.cpuMicros * APPENDS_PER_SECOND) / 1_000, memory };
}

function rowsOf(name: string, what: string, rounds: readonly Round[]): Row[] {
  const fixed = { by: 'refold, atomic', durability: 'synced (always)' } as const;
  const words = `1,000 events a second, one per commit, ${what}`;
  return [
    { name: `fan-out-${name}`, what: words, ...fixed, unit: 'events/s', ...summariseRounds(rounds) },
    {
      name: `fan-out-${name}-cpu`,
      what: `processor time for each second of ${words}`,
      ...fixed,
      unit: 'ms',
      runs: rounds.map(({ cpu }) => cpu),
    },
    {
      name: `fan-out-${name}-memory`,
      what: `memory held after ${words}`,
      ...fixed,
      unit: 'MB',
      runs: rounds.map(({ memory }) => memory),
    },
  ];
}
