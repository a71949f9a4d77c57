/**
 * The victim's keeper: starts it, gives it runs, attaches the tracer during the runs, and replaces it when it is lost.
 */
import { type ChildProcess, fork } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Case } from './plan.ts';
import type { Run } from './script.ts';
import { limitFileSize, Tracer } from './tracer.ts';

/** Marks of a run; without them the victim died or hung. */
export type Outcome = { readonly marks: readonly string[]; readonly hits: number } | { readonly lost: string };

const VICTIM = fileURLToPath(new URL('./victim.ts', import.meta.url));
/** In ms. Two loaded cores are slow. */
const PATIENCE_MS = 60_000;

export class Workshop {
  #victim: ChildProcess | undefined;

  /** Runs with the fault of a case; `output` is a file for the tracer. */
  async runFaulty(one: Case, run: Run, files: readonly string[], output: string): Promise<Outcome> {
    const { pid } = await this.#ready();
    if (one.kind === 'limit') {
      limitFileSize(pid!, one.bytes);
      const marks = await this.#run(run);
      if (this.#victim !== undefined) limitFileSize(pid!, undefined);
      return 'lost' in marks ? marks : { ...marks, hits: 1 };
    }
    const tracer = await Tracer.inject(pid!, one.injection, files, output);
    const outcome = await this.#run(run);
    await tracer.detach();
    const hits = fs.readFileSync(output, 'utf8').split('(INJECTED)').length - 1;
    return 'lost' in outcome ? outcome : { ...outcome, hits };
  }

  /** Runs under trace, without faults. */
  async runTraced(run: Run, tracing: readonly string[]): Promise<Outcome> {
    const tracer = await Tracer.attach((await this.#ready()).pid!, tracing);
    const outcome = await this.#run(run);
    await tracer.detach();
    return outcome;
  }

  /** Runs without a tracer. */
  async run(run: Run): Promise<Outcome> {
    await this.#ready();
    return this.#run(run);
  }

  close(): void {
    if (this.#victim?.connected) this.#victim.disconnect();
  }

  async #ready(): Promise<ChildProcess> {
    if (this.#victim !== undefined) return this.#victim;
    const child = fork(VICTIM, {
      execArgv: ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#victim = child;
    await new Promise((resolve) => child.once('message', resolve));
    return child;
  }

  #run(run: Run): Promise<Outcome> {
    const child = this.#victim!;
    return new Promise((resolve) => {
      const lose = (why: string): void => {
        this.#victim = undefined;
        answered({ lost: why });
      };
      const onMessage = (marks: unknown): void => answered({ marks: marks as string[], hits: 0 });
      const onExit = (code: number | null, signal: string | null): void =>
        lose(`the process ended (${signal ?? code})`);
      const tooLate = setTimeout(() => {
        child.kill('SIGKILL');
        lose('the process hung');
      }, PATIENCE_MS);
      const answered = (outcome: Outcome): void => {
        clearTimeout(tooLate);
        child.off('message', onMessage).off('exit', onExit);
        resolve(outcome);
      };
      child.on('message', onMessage).on('exit', onExit);
      child.send(run);
    });
  }
}
