/**
 * What a workload is, what it hands back, and the clock it is measured with.
 *
 * Every workload runs in a separate process: heaps and caches of one do not disturb another. One works at a time.
 */
import type { Sizes } from './sizes.ts';
import { median, percentile } from './statistics.ts';
import { myTurn } from './turns.ts';

/** A unit says what a figure counts and which way is better. */
export type Unit = 'events/s' | 'commands/s' | 'messages/s' | 'ms' | 'bytes/event' | 'MB' | 'descriptors';

/** One line of the result. */
export interface Row {
  /** Stable; ratios refer to it. */
  readonly name: string;
  /** The workload in words. */
  readonly what: string;
  /** Whose library. */
  readonly by: string;
  /** What an acknowledgement means here: what survives what. */
  readonly durability: string;
  readonly unit: Unit;
  /** One figure per measured run. */
  readonly runs: readonly number[];
  /** CPU time of the whole process, all threads, in µs per event or command; the median. */
  readonly cpuMicros?: number;
  /** Latency of a single acknowledged append, in ms: over all runs, or the medians of rounds measured in turns. */
  readonly latency?: Latency;
  /** The size that the figure is for, where it is a point of a curve. */
  readonly at?: number;
  /** What a reader must know to read the figure. */
  readonly note?: string;
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export interface Context {
  readonly sizes: Sizes;
  /** An empty folder of this workload, removed afterwards. */
  readonly folder: string;
  /** A folder for what several workloads of the run need, and the first of them makes. */
  readonly shared: string;
}

export interface Workload {
  readonly name: string;
  /** Packages of `peers/` that it needs. */
  readonly needs?: readonly string[];
  /** Packages of `peers/` that it measures as well, if they can be installed. */
  readonly wants?: readonly string[];
  /** Whether its runs come in turns with those of the others that do so. */
  readonly inTurns?: boolean;
  run(context: Context): Promise<readonly Row[]>;
}

/** What one run did: how fast, at what cost, and how long each acknowledgement took where that was watched. */
export interface Run {
  readonly rate: number;
  readonly cpuMicros: number;
  readonly latencies?: readonly number[];
}

/** Warms up once, then measures, each run when it is this workload's turn. `once` starts from nothing each time: a fresh file, a fresh state, the same seed. */
export async function repeat(sizes: Sizes, once: (seconds: number) => Promise<Run>): Promise<Measured> {
  await once(sizes.warmUpSeconds);
  const runs: Run[] = [];
  for (let run = 0; run < sizes.runs; run++) {
    await myTurn();
    collectGarbage();
    runs.push(await once(sizes.secondsPerRun));
  }
  return summarise(runs);
}

/** The part of a row that comes from its runs. */
export type Measured = Pick<Row, 'runs' | 'latency' | 'cpuMicros'>;

export function summarise(runs: readonly Run[]): Measured {
  const latencies = runs.flatMap((run) => run.latencies ?? []);
  const measured = { runs: runs.map((run) => run.rate), cpuMicros: median(runs.map((run) => run.cpuMicros)) };
  return latencies.length === 0 ? measured : { ...measured, latency: latencyOf(latencies) };
}

/** The same for runs measured in turns with others: the latencies are the medians of the rounds' own. */
export function summariseRounds(rounds: readonly Run[]): Measured {
  const latencies = rounds.map((round) => latencyOf(round.latencies ?? []));
  const middle = (part: keyof Latency): number => median(latencies.map((latency) => latency[part]));
  return { ...summarise(rounds), latency: { p50: middle('p50'), p99: middle('p99') } };
}

/** Repeats `step` while there is more to do, watching how long each takes. */
export async function repeatWhile(more: (done: number) => boolean, step: () => Promise<unknown>): Promise<Run> {
  const stop = startClock();
  const latencies: number[] = [];
  for (let now = performance.now(); more(latencies.length); ) {
    await step();
    const after = performance.now();
    latencies.push(after - now);
    now = after;
  }
  return { ...stop(latencies.length), latencies };
}

/** Repeats `step` until the time is over; each says how many it has done. The rate counts up to the last acknowledgement. */
export async function untilOver(seconds: number, step: () => number | Promise<number>): Promise<Run> {
  const stop = startClock();
  let now = performance.now();
  const end = now + seconds * 1_000;
  const latencies: number[] = [];
  let done = 0;
  while (now < end) {
    const count = await step();
    done += count;
    const after = performance.now();
    latencies.push(after - now);
    now = after;
  }
  return { ...stop(done), latencies };
}

/** `appenders` at once, each repeating `step` until the time is over. */
export async function concurrently(appenders: number, seconds: number, step: () => Promise<number>): Promise<Run> {
  const stop = startClock();
  const end = performance.now() + seconds * 1_000;
  const latencies: number[] = [];
  let done = 0;
  const appender = async (): Promise<void> => {
    for (let now = performance.now(); now < end; ) {
      const count = await step();
      done += count;
      const after = performance.now();
      latencies.push(after - now);
      now = after;
    }
  };
  await Promise.all(Array.from({ length: appenders }, appender));
  return { ...stop(done), latencies };
}

/** Starts to measure; the function given back says, for `count` things done since, how fast and at what cost. */
export function startClock(): (count: number) => Run {
  const cpu = process.cpuUsage();
  const start = performance.now();
  return (count) => {
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    return { rate: (count / ms) * 1_000, cpuMicros: (user + system) / count };
  };
}

/** Times a whole piece of work in ms. */
export async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}

/** What one run left behind is not charged to the next. The child is started with `--expose-gc`. */
export function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

export function latencyOf(latencies: readonly number[]): Latency {
  const sorted = Float64Array.from(latencies).sort();
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}
