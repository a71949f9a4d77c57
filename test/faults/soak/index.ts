/**
 * Soak: one minute (or half an hour) of load with readers. It measures what the process holds meanwhile.
 *
 * After a warm-up, the second half of the time must hold no more than the first: memory after a collection, file
 * handles, the write-ahead log, the file. A store that leaks a little with every commit differs by far more than the
 * margins here.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Control, FaultRow, RowOptions, RowReport } from '../row.ts';
import type { LoadReport, Sample } from './load.ts';

const REQUIRED = { short: 60, long: 1_800 };
const CONTROL_SECONDS = 16;
/** The share of the samples that belong to the warm-up. */
const WARM_UP = 0.2;
const MIB = 1024 * 1024;

interface Measure {
  readonly name: string;
  readonly of: keyof Sample;
  /** The value of a half: its median, or its maximum where every moment counts. */
  readonly by: 'median' | 'largest';
  /** The second half may exceed the first by this factor plus this slack … */
  readonly growth?: { readonly ratio: number; readonly slack: number };
  /** … or neither half may exceed this. */
  readonly bound?: number;
}

const MEASURES: readonly Measure[] = [
  { name: 'memory after collection', of: 'heapBytes', by: 'median', growth: { ratio: 1.15, slack: 4 * MIB } },
  // Threads and allocators keep some memory for a while after they have freed it.
  { name: 'resident memory', of: 'residentBytes', by: 'median', growth: { ratio: 1.3, slack: 48 * MIB } },
  { name: 'file handles', of: 'handles', by: 'largest', growth: { ratio: 1, slack: 4 } },
  // A checkpoint writes it back at 4 to 16 MiB, after one more commit.
  { name: 'write-ahead log', of: 'walBytes', by: 'largest', bound: 20 * MIB },
  { name: 'file', of: 'fileBytes', by: 'largest', growth: { ratio: 1.3, slack: 2 * MIB } },
];

export const row: FaultRow = {
  name: 'soak',
  required: REQUIRED,
  waits: true,
  missing: () => (existsSync('/proc/self/fd') ? undefined : 'there is no /proc/self/fd to count file handles in'),
  run,
};

async function run({ long, folder, say }: RowOptions): Promise<RowReport> {
  const seconds = long ? REQUIRED.long : REQUIRED.short;
  const start = performance.now();
  const load = await runLoad(join(folder, 'soak.db'), seconds);
  const took = Math.floor((performance.now() - start) / 1_000);
  const judged = MEASURES.map((measure) => judge(measure, load.samples));
  say(`${load.events} events, ${load.reads} reads, ${load.snapshots} snapshots in ${took} s`);
  const leaks = await runLoad(join(folder, 'leaks.db'), CONTROL_SECONDS, 'leaks');
  const notes = [
    `${load.events} events, ${load.reads} reads, ${load.snapshots} times a snapshot, ${load.samples.length} samples`,
    ...judged.map(({ told }) => told),
  ];
  const excesses = judged.flatMap(({ excess }) => (excess === undefined ? [] : [`I7: ${excess}`]));
  const controls = [
    control('a reader that keeps what it has read', 'heapBytes', leaks),
    control('handles that are never closed', 'handles', leaks),
    control('a reader that holds the write-ahead log', 'walBytes', leaks),
  ];
  const cases = load.samples.length === 0 ? 0 : Math.min(seconds, took);
  return { cases, violations: [...load.problems, ...excesses], notes, controls };
}

function control(name: string, of: keyof Sample, leaks: LoadReport): Control {
  return { name, noticed: judge(MEASURES.find((measure) => measure.of === of)!, leaks.samples).excess };
}

interface Judged {
  readonly told: string;
  readonly excess: string | undefined;
}

function judge({ name, of, by, growth, bound }: Measure, samples: readonly Sample[]): Judged {
  const figures = samples.slice(Math.floor(samples.length * WARM_UP)).map((sample) => sample[of]);
  const middle = figures.length >> 1;
  const first = figureOf(figures.slice(0, middle), by);
  const second = figureOf(figures.slice(middle), by);
  const unit = of === 'handles' ? '' : ' MiB';
  const show = (figure: number): string => `${of === 'handles' ? figure : (figure / MIB).toFixed(1)}${unit}`;
  const told = `${name}, ${by}: ${show(first)}, then ${show(second)} (× ${(second / Math.max(1, first)).toFixed(2)})`;
  const most = growth === undefined ? (bound ?? 0) : first * growth.ratio + growth.slack;
  const tooMuch = second > most || (bound !== undefined && first > bound);
  return { told, excess: tooMuch ? told : undefined };
}

function figureOf(figures: readonly number[], by: Measure['by']): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return (by === 'largest' ? sorted.at(-1) : sorted[sorted.length >> 1]) ?? 0;
}

function runLoad(path: string, seconds: number, leaks?: 'leaks'): Promise<LoadReport> {
  const module = fileURLToPath(new URL('./load.ts', import.meta.url));
  const execArgv = ['--expose-gc', '--conditions=refold-source', '--disable-warning=ExperimentalWarning'];
  const child = fork(module, [path, String(seconds), ...(leaks === undefined ? [] : [leaks])], { execArgv });
  return new Promise((resolve) => {
    let report: LoadReport | undefined;
    child.on('message', (message) => (report = message as LoadReport));
    child.on('exit', (code, signal) => {
      const problems = [`the process ended with ${signal ?? code}`];
      resolve(report ?? { samples: [], events: 0, reads: 0, snapshots: 0, problems });
    });
  });
}
