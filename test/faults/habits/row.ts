/**
 * Habits: random programs with bad habits, drawn from a grammar. They must not break a log.
 *
 * Reducers alias, freeze, return, re-sort and append. Schemas, clocks, listeners and initial states behave badly in
 * many ways. The oracle is promise 9 of docs/GUARANTEES.md. Most programs run and are judged in one process, on a log
 * in memory. Others use a file, are killed by SIGKILL, and are judged by another process.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { describeCounts, inParallel, tally } from '../work.ts';
import { CONTROLS } from './controls.ts';
import { killPrograms } from './killing.ts';
import type { Stretch } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const CONTROL_HOOK = new URL('./control-hook.ts', import.meta.url).href;
const PROGRAMS = { short: tierOne(20_000), long: 20_000 };
const KILLS = { short: tierOne(200), long: 20_000 };
const PROGRAMS_PER_PROCESS = 1_000;
/** Each control must be noticed within 100 programs. */
const CONTROL_PROGRAMS = 600;
/** The run stops after this many violations. */
const TOLD = 10;

export const row: FaultRow = {
  name: 'habits',
  required: { short: PROGRAMS.short + KILLS.short, long: PROGRAMS.long + KILLS.long },
  missing: () => (process.platform === 'win32' ? 'there is no SIGKILL on Windows' : undefined),
  run,
};

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const first = (seed % 1_000_000) * 100_000;
  const programs = long ? PROGRAMS.long : PROGRAMS.short;
  const stretches: Stretch[] = [];
  let next = first;
  const found = (): string[] => stretches.flatMap(({ violations }) => violations);
  const judged = (): number => stretches.reduce((sum, { programs }) => sum + programs, 0);
  await inParallel(Math.min(8, availableParallelism()), async () => {
    while (next < first + programs && found().length < TOLD) {
      const from = next;
      next += PROGRAMS_PER_PROCESS;
      stretches.push(await runStretch(from, PROGRAMS_PER_PROCESS));
      say(`${judged()} programs, ${found().length} violations`);
    }
  });
  const killing = await killPrograms(first + programs, long ? KILLS.long : KILLS.short, folder, say);
  const counts = tally(stretches.map((stretch) => new Map(Object.entries(stretch.counts))));
  return {
    cases: judged() + killing.kills,
    violations: [...found().slice(0, TOLD), ...killing.violations],
    notes: [`programs from ${first}: ${describeCounts(counts)}`, `${killing.kills} programs killed`],
    controls: await Promise.all(Object.keys(CONTROLS).map((name) => control(name, first))),
  };
}

async function control(name: string, first: number): Promise<Control> {
  const { violations } = await runStretch(first, CONTROL_PROGRAMS, name);
  return { name, noticed: violations[0]?.slice(0, 200) };
}

/** Runs some programs in a child process. A process that dies is a finding, too. */
function runStretch(from: number, programs: number, control?: string): Promise<Stretch> {
  const hook = control === undefined ? [] : [`--import=${CONTROL_HOOK}`];
  const args = [String(from), String(programs), ...(control === undefined ? [] : ['hurried'])];
  const child = fork(WORKER, args, {
    execArgv: ['--conditions=refold-source', '--no-warnings', ...hook],
    env: { ...process.env, REFOLD_CONTROL: control ?? '' },
  });
  return new Promise((resolve) => {
    let stretch: Stretch | undefined;
    child.on('message', (message) => (stretch = message as Stretch));
    child.on('exit', (code, signal) => {
      const died = `the process of programs ${from} to ${from + programs - 1} ended with ${signal ?? code}`;
      resolve(stretch ?? { programs: 0, violations: [died], counts: {} });
    });
  });
}
