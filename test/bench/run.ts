/** Runs workloads one after the other, each in a process of its own. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SizeName } from './sizes.ts';
import type { Row, Workload } from './workload.ts';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
/** A peer's native part may hang instead of failing. */
const TIMEOUT_MS = 600_000;

/** What came of a workload: its rows, or why there are none. */
export type Result = { readonly name: string } & ({ readonly rows: readonly Row[] } | { readonly failure: string });

/** Where and how large the workloads of a run are. */
export interface Setting {
  readonly size: SizeName;
  /** Each workload gets an empty folder in here. */
  readonly dir: string;
  /** What workloads make for each other. */
  readonly shared: string;
  /** Where each process writes a CPU profile, if it should. */
  readonly profile?: string | undefined;
}

export async function runWorkload({ name }: Workload, setting: Setting): Promise<Result> {
  const folder = mkdtempSync(join(setting.dir, 'refold-bench-'));
  try {
    return await inChild(name, folder, setting);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function inChild(name: string, folder: string, { shared, size, profile }: Setting): Promise<Result> {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const execArgv = [...process.execArgv, '--expose-gc', ...profiling];
  const child = fork(CHILD, [name, folder, shared, size], {
    execArgv,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: TIMEOUT_MS,
  });
  let rows: readonly Row[] | undefined;
  let stderr = '';
  child.on('message', (message) => (rows = message as readonly Row[]));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4_000)));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      if (rows !== undefined) resolve({ name, rows });
      else resolve({ name, failure: reasonIn(stderr) ?? `ended with ${signal ?? code}` });
    });
  });
}

/** The line of an uncaught error's report that says what was wrong. */
function reasonIn(stderr: string): string | undefined {
  return stderr
    .split('\n')
    .find((line) => /^\s*\w*Error\b.*:/.test(line))
    ?.trim();
}
