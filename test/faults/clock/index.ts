/**
 * Clock steps of up to ten years, forwards and back, while a store is in use: through the option `clock`, and once
 * through the system clock, under libfaketime.
 *
 * Recorded times must never decrease. Time travel by time must stay correct. Save rules count the
 * machine's time, so that the steps neither stop them nor make them fire. No outcome of a command may be forgotten because the clock leapt.
 */
import { fork } from 'node:child_process';
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LogStore, openMemoryLog } from 'refold';
import type { Control, FaultRow, RowOptions, RowReport } from '../row.ts';
import { type ClockReport, runClockCase } from './case.ts';

const LIBRARY = '/usr/lib/*/faketime/libfaketimeMT.so.1';
const REQUIRED = { short: 10, long: 100 };
const AT_ONCE = 5;

export const row: FaultRow = {
  name: 'clock',
  required: REQUIRED,
  waits: true,
  missing: () => (globSync(LIBRARY).length > 0 ? undefined : 'libfaketime is not installed (Debian package faketime)'),
  run,
};

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const cases = long ? REQUIRED.long : REQUIRED.short;
  const violations: string[] = [];
  let [leaps, snapshots] = [0, 0];
  const runOne = async (number: number): Promise<void> => {
    const report = await runClockCase({ seed: seed + number, at: { path: join(folder, `clock-${number}.db`) } });
    violations.push(...report.problems.map((problem) => `I4, I5: case ${seed + number}: ${problem}`));
    leaps += report.steps;
    snapshots += report.snapshots;
  };
  // Cases spend most of their time in syncs, so several run in parallel.
  for (let first = 0; first < cases; first += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, cases - first) }, (_, index) => runOne(first + index)));
  }
  say(`${cases} cases, ${leaps} leaps`);
  const real = await underFaketime(seed, folder);
  violations.push(...real.problems.map((problem) => `I4, I5: under libfaketime, case ${seed}: ${problem}`));
  const notes = [
    `${leaps} leaps of the clock, ${snapshots} snapshots, none of them by the save rule`,
    `under libfaketime: ${real.steps} leaps of the system's clock, ${real.snapshots} snapshots`,
  ];
  return { cases: cases + 1, violations, notes, controls: [await unclamped(seed), await restless(seed)] };
}

/** A process whose system clock follows a file. */
function underFaketime(seed: number, folder: string): Promise<ClockReport> {
  const clockFile = join(folder, 'clock');
  writeFileSync(clockFile, '+0\n');
  const env = {
    ...process.env,
    LD_PRELOAD: globSync(LIBRARY)[0],
    FAKETIME_TIMESTAMP_FILE: clockFile,
    FAKETIME_NO_CACHE: '1',
    // Only the time of day is set. Durations are not affected.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
  const module = fileURLToPath(new URL('./under-faketime.ts', import.meta.url));
  const execArgv = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'];
  const child = fork(module, [String(seed), join(folder, 'faketime.db'), clockFile], { env, execArgv });
  return new Promise((resolve) => {
    let report: (ClockReport & { readonly sawLeaps?: boolean }) | undefined;
    child.on('message', (message) => (report = message as ClockReport));
    child.on('exit', (code, signal) => {
      if (report?.sawLeaps) return resolve(report);
      const why = report === undefined ? `the process ended with ${signal ?? code}` : 'the clock did not move';
      resolve({ steps: 0, snapshots: 0, problems: [why] });
    });
  });
}

/** A log that records the clock's time without clamping it. */
async function unclamped(seed: number): Promise<Control> {
  const log = (clock: () => number): LogStore => {
    const inner = openMemoryLog();
    const append: LogStore['append'] = (request) =>
      inner.append({ ...request, commits: request.commits.map((commit) => ({ ...commit, recordedAt: clock() })) });
    return new Proxy(inner, {
      get: (target, name) => {
        if (name === 'append') return append;
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
  return { name: 'a log that takes the clock at its word', noticed: await whatIsNoticed({ seed, at: { log } }) };
}

/** A save rule that fires at every commit. */
async function restless(seed: number): Promise<Control> {
  const at = { log: () => openMemoryLog() };
  return {
    name: 'a save rule that fires again and again',
    noticed: await whatIsNoticed({ seed, at, rule: { seconds: 1e-6, changes: 1 } }),
  };
}

async function whatIsNoticed(options: Parameters<typeof runClockCase>[0]): Promise<string | undefined> {
  try {
    const { problems } = await runClockCase(options);
    return problems.find((problem) => options.rule === undefined || problem.startsWith('the save rule'));
  } catch (error) {
    return String((error as Error).message);
  }
}
