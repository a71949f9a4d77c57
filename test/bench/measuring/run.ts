/** Runs workloads, each in a separate process: one after the other, or run by run in turns. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SizeName } from './sizes.ts';
import { ASKS, GO, IN_TURNS } from './turns.ts';
import type { Row, Workload } from './workload.ts';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
/** A peer's native part may hang instead of failing. */
const TIMEOUT_MS = 600_000;

/** The result of a workload: its rows, or why it failed. */
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

/** Called with each result as it comes, and the seconds that the workload itself was at work. */
export type Tell = (result: Result, seconds: number) => void;

/** Runs workloads in turns; a single one without. */
export async function runWorkloads(
  workloads: readonly Workload[],
  setting: Setting,
  tell: Tell,
  onRound: (round: number) => void = () => {},
): Promise<void> {
  const waiting = new Set<RunningWorkload>();
  const goOn = async (running: RunningWorkload): Promise<void> => {
    const result = await running.untilAsks();
    if (result === undefined) return void waiting.add(running);
    waiting.delete(running);
    tell(result, running.seconds);
  };
  for (const { name } of workloads) await goOn(new RunningWorkload(name, setting, workloads.length > 1));
  for (let round = 1; waiting.size > 0; round++) {
    onRound(round);
    for (const running of [...waiting]) {
      running.go();
      await goOn(running);
    }
  }
}

/** A workload in its process, and the folder that it works in, which is deleted when it ends. */
class RunningWorkload {
  readonly #name: string;
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<Result>;
  #asks: PromiseWithResolvers<void> = Promise.withResolvers();
  #seconds = 0;

  constructor(name: string, { dir, shared, size, profile }: Setting, inTurns: boolean) {
    this.#name = name;
    this.#folder = mkdtempSync(join(dir, 'refold-bench-'));
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    this.#child = fork(CHILD, [name, this.#folder, shared, size, ...(inTurns ? [IN_TURNS] : [])], {
      execArgv: [...process.execArgv, '--expose-gc', ...profiling],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#ended = this.#end();
  }

  /** Seconds that it has been at work. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Resolves when it asks for its next turn, or with its result. No other workload may run meanwhile. */
  async untilAsks(): Promise<Result | undefined> {
    const start = performance.now();
    const timeout = setTimeout(() => this.#child.kill(), TIMEOUT_MS);
    const result = await Promise.race([this.#asks.promise, this.#ended]);
    clearTimeout(timeout);
    this.#seconds += (performance.now() - start) / 1_000;
    return result ?? undefined;
  }

  /** Gives it its next turn. */
  go(): void {
    this.#asks = Promise.withResolvers();
    this.#child.send(GO, () => {}); // one that has died meanwhile hears nothing: `untilAsks` says so
  }

  async #end(): Promise<Result> {
    const child = this.#child;
    let rows: readonly Row[] | undefined;
    let stderr = '';
    child.on('message', (message) => {
      if (message === ASKS) this.#asks.resolve();
      else rows = message as readonly Row[];
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4_000)));
    const why = await new Promise((resolve) => {
      child.on('close', (code, signal) => resolve(signal ?? code));
    });
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    const name = this.#name;
    return rows === undefined ? { name, failure: reasonIn(stderr) ?? `ended with ${why}` } : { name, rows };
  }
}

/** The line of an uncaught error's report that says what was wrong. */
function reasonIn(stderr: string): string | undefined {
  return stderr
    .split('\n')
    .find((line) => /^\s*\w*Error\b.*:/.test(line))
    ?.trim();
}
