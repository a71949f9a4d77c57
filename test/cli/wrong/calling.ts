/** A process that runs calls of `refold`, one after the other. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Called } from './caller.ts';

export type { Called } from './caller.ts';

const CALLER = join(import.meta.dirname, 'caller.ts');
const { NODE_OPTIONS: _, FORCE_COLOR: __, REFOLD_MODEL: ___, ...inherited } = process.env;

/** `await using` ends the process. */
export class Caller implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @param folder the current directory of the calls */
  static async start(folder: string): Promise<Caller> {
    const execArgv = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'];
    const child = fork(CALLER, { cwd: folder, execArgv, env: { ...inherited, NO_COLOR: '1' } });
    await once(child, 'message');
    return new Caller(child);
  }

  /** Rejects when the process ends instead of answering. */
  async call(args: readonly string[]): Promise<Called> {
    const { promise, resolve, reject } = Promise.withResolvers<Called>();
    const end = (code: number | null): void => reject(new Error(`refold ${args.join(' ')} ended the process: ${code}`));
    this.#child.once('message', resolve).once('exit', end);
    this.#child.send(args);
    try {
      return await promise;
    } finally {
      this.#child.off('message', resolve).off('exit', end);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    if (this.#child.kill('SIGKILL')) await ended;
  }
}

/** The words of a command line: single quotes hold a word together. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
}
