/**
 * Deterministic simulation: the real engine on a simulated log and a virtual clock, in thousands of worlds. A seed
 * determines each world.
 *
 * Processes append, retry, snapshot, compact, project, follow and read past states, several at once. Writes are lost,
 * late, refused, answered in another order or not at all. The power fails, processes are killed, others take over the
 * log. An oracle checks I1 to I5 after each of these and at the end. Worlds run in child processes, one per core.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import type { WorldDefect } from './process.ts';
import type { Stretch } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const WORLDS_PER_PROCESS = 500;
const REQUIRED = { short: tierOne(5_000), long: 500_000 };
/** The run stops after this many violations. */
const TOLD = 20;

/** Each defect is noticed within a few hundred worlds; most within ten. */
const CONTROLS: Readonly<Record<WorldDefect, string>> = {
  'acknowledges early': 'a log that acknowledges before it is durable',
  'resolves what was refused': 'a store that resolves a refused append as a success',
  'ignores the epoch': 'a log that takes appends of a writer that was replaced',
  'tears commits': 'a log that now and then drops the first commit of a block',
  'forgets outcomes': 'a log that does not keep the outcomes of commands',
};
const CONTROL_WORLDS = 150;

export const row: FaultRow = {
  name: 'simulation',
  required: REQUIRED,
  missing: () => undefined,
  run,
};

async function run({ long, seed, say }: RowOptions): Promise<RowReport> {
  const wanted = long ? REQUIRED.long : REQUIRED.short;
  const first = (seed % 1_000_000) * 1_000;
  const start = performance.now();
  const violations: string[] = [];
  const counts = new Map<string, number>();
  let [worlds, steps, next] = [0, 0, first];
  const work = async (): Promise<void> => {
    while (next < first + wanted && violations.length < TOLD) {
      const from = next;
      next += WORLDS_PER_PROCESS;
      const stretch = await runStretch(from, WORLDS_PER_PROCESS);
      violations.push(...stretch.violations.map(({ seed: of, what }) => `world ${of}: ${what} · again: ${again(of)}`));
      for (const [name, count] of Object.entries(stretch.counts)) counts.set(name, (counts.get(name) ?? 0) + count);
      worlds += stretch.worlds;
      steps += stretch.steps;
      say(`${worlds} worlds, ${steps} steps, ${violations.length} violations`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(8, availableParallelism()) }, work));
  const seconds = (performance.now() - start) / 1_000;
  const controls = await Promise.all(
    Object.entries(CONTROLS).map(([defect, name]) => control(defect as WorldDefect, name, first)),
  );
  const rate = `${worlds} worlds from seed ${first}, ${steps} steps, ${Math.round(worlds / seconds)} worlds/s`;
  return { cases: worlds, violations: violations.slice(0, TOLD), notes: [rate, tally(counts)], controls };
}

async function control(defect: WorldDefect, name: string, first: number): Promise<Control> {
  const { violations } = await runStretch(first, CONTROL_WORLDS, defect);
  const [noticed] = violations;
  const told =
    noticed && `${violations.length} of ${CONTROL_WORLDS} worlds, the first ${noticed.seed}: ${noticed.what}`;
  return { name, noticed: told };
}

function again(seed: number): string {
  return `node --conditions=refold-source test/faults/simulation/worker.ts ${seed} 1`;
}

/** The counts of the interesting events. */
function tally(counts: ReadonlyMap<string, number>): string {
  const told = /^(accepted|rejected|power cut|kill|usurp|true|[A-Z_]+|snapshot done|compact done|dropThrough|retry)$/;
  const worth = [...counts].filter(([name]) => told.test(name)).sort((a, b) => b[1] - a[1]);
  return worth.map(([name, count]) => `${name === 'true' ? 'snapshot damaged' : name} ${count}`).join(' · ');
}

/** Runs some worlds in a child process. A process that dies is a finding, too. */
function runStretch(from: number, worlds: number, defect?: WorldDefect): Promise<Stretch> {
  const args = [String(from), String(worlds), ...(defect === undefined ? [] : [defect])];
  const child = fork(WORKER, args, {
    execArgv: ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'],
  });
  return new Promise((resolve) => {
    let stretch: Stretch | undefined;
    child.on('message', (message) => (stretch = message as Stretch));
    child.on('exit', (code, signal) => {
      const what = `the process of worlds ${from} to ${from + worlds - 1} ended with ${signal ?? code}`;
      resolve(stretch ?? { worlds: 0, steps: 0, violations: [{ seed: from, what }], counts: {} });
    });
  });
}
