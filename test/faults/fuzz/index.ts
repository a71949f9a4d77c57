/**
 * Fuzz: feeds mutated and invented bytes to everything that reads bytes from outside.
 *
 * The block decoder (open and sealed, also below the compression), checksum and chain, the decoder of snapshots, the
 * order book's readers of CSV, zip, ITCH and feeds of text, the import of JSON lines, and paths, positions and conditions as people
 * type them. Each input must be refused by a `RefoldError`, or
 * give a valid value that is the same after encoding and decoding again. No input may take seconds or a hundred
 * megabytes, or change a prototype. Inputs run in child processes, one per core.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import type { FuzzDefect } from './targets.ts';
import type { Stretch } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const INPUTS_PER_PROCESS = 25_000;
const REQUIRED = { short: tierOne(100_000), long: 5_000_000 };
/** The run stops after this many violations. */
const TOLD = 20;
/** Enough for any valid input. An input that needs more kills its process, which is noticed. */
const HEAP_MIB = 512;

const CONTROLS: Readonly<Record<FuzzDefect, string>> = {
  'believes any checksum': 'a log that believes any checksum',
  'throws what it catches': 'a decoder that lets a SyntaxError through',
  pollutes: 'a reader that merges payloads into objects',
  'reads a sum for a value': 'a state codec that gives another state back',
};
const CONTROL_INPUTS = 2_000;

export const row: FaultRow = { name: 'fuzz', required: REQUIRED, missing: () => undefined, run };

async function run({ long, seed, say }: RowOptions): Promise<RowReport> {
  const wanted = long ? REQUIRED.long : REQUIRED.short;
  const start = performance.now();
  const violations: string[] = [];
  const endings = new Map<string, number>();
  let [inputs, next, slowestMs] = [0, 0, 0];
  const work = async (): Promise<void> => {
    while (next < wanted && violations.length < TOLD) {
      const from = next;
      next += INPUTS_PER_PROCESS;
      const stretch = await runStretch(seed, from, INPUTS_PER_PROCESS);
      violations.push(...stretch.violations);
      for (const [ending, count] of Object.entries(stretch.endings))
        endings.set(ending, (endings.get(ending) ?? 0) + count);
      inputs += stretch.inputs;
      slowestMs = Math.max(slowestMs, stretch.slowestMs);
      say(`${inputs} inputs, ${violations.length} violations`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(8, availableParallelism()) }, work));
  const seconds = (performance.now() - start) / 1_000;
  const names = Object.entries(CONTROLS) as [FuzzDefect, string][];
  const controls = await Promise.all(names.map(([defect, name]) => control(seed, defect, name)));
  const pace = `${Math.round(inputs / seconds)} inputs/s, the slowest ${Math.round(slowestMs)} ms`;
  return { cases: inputs, violations: violations.slice(0, TOLD), notes: [pace, ...tally(endings)], controls };
}

async function control(seed: number, defect: FuzzDefect, name: string): Promise<Control> {
  const { violations } = await runStretch(seed, 0, CONTROL_INPUTS, defect);
  return { name, noticed: violations[0]?.slice(0, 160) };
}

/** One line per target: how often each ending happened. */
function tally(endings: ReadonlyMap<string, number>): string[] {
  const byTarget = Map.groupBy(endings, ([ending]) => ending.slice(0, ending.indexOf(':')));
  return [...byTarget].sort().map(([target, ends]) => {
    const sorted = ends.sort((a, b) => b[1] - a[1]);
    return `${target}: ${sorted.map(([ending, count]) => `${ending.slice(target.length + 2)} ${count}`).join(' · ')}`;
  });
}

/** Runs some inputs in a child process. A process that dies is a finding, too. */
function runStretch(seed: number, from: number, inputs: number, defect?: FuzzDefect): Promise<Stretch> {
  const args = [String(seed), String(from), String(inputs), ...(defect === undefined ? [] : [defect])];
  const execArgv = [
    '--conditions=refold-source',
    '--disable-warning=ExperimentalWarning',
    `--max-old-space-size=${HEAP_MIB}`,
  ];
  const child = fork(WORKER, args, { execArgv });
  return new Promise((resolve) => {
    let stretch: Stretch | undefined;
    child.on('message', (message) => (stretch = message as Stretch));
    child.on('exit', (code, signal) => {
      const died = `the process of inputs ${from} to ${from + inputs - 1} of seed ${seed} ended with ${signal ?? code}`;
      resolve(stretch ?? { inputs: 0, violations: [died], endings: {}, slowestMs: 0 });
    });
  });
}
