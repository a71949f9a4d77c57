/**
 * Makes system calls of a running process fail: attaches strace, injects the fault, and detaches it.
 *
 * Only calls on the given files are affected. A count is per thread, so one injection may strike in each of several.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';

export const CALLS = ['openat', 'pread64', 'pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink'] as const;

export type SystemCall = (typeof CALLS)[number];

/**
 * An expression of strace's `--inject`, such as `error=EIO`, and which of a thread's calls it strikes, as in `when=`.
 */
export interface Injection {
  readonly call: SystemCall;
  readonly effect: string;
  readonly when: string;
}

export class Tracer {
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  #said = '';

  /** Resolves when every thread of the process is under trace. */
  static async attach(pid: number, options: readonly string[]): Promise<Tracer> {
    const tracer = new Tracer(pid, options);
    await tracer.#attached();
    return tracer;
  }

  /** Starts the injection. strace writes each hit to `output`. */
  static inject(pid: number, injection: Injection, files: readonly string[], output: string): Promise<Tracer> {
    const { call, effect, when } = injection;
    const paths = files.flatMap((file) => ['-P', file]);
    const expressions = ['-e', `trace=${call}`, '-e', `inject=${call}:${effect}:when=${when}`];
    return Tracer.attach(pid, ['-o', output, ...paths, ...expressions]);
  }

  private constructor(pid: number, options: readonly string[]) {
    this.#process = spawn('strace', ['-f', ...options, '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process.stderr!.on('data', (chunk) => (this.#said += chunk));
    this.#exited = new Promise((resolve) => this.#process.on('close', resolve));
  }

  async #attached(): Promise<void> {
    const gone = this.#exited.then(() => {
      throw new Error(`strace did not attach: ${this.#said}`);
    });
    const attached = new Promise<void>((resolve) => {
      this.#process.stderr!.on('data', () => /attached/.test(this.#said) && resolve());
    });
    await Promise.race([attached, gone]);
  }

  async detach(): Promise<void> {
    this.#process.kill('SIGINT');
    await this.#exited;
  }
}

/** How many of each call the busiest thread makes on each file of a folder, from a trace with `-y`. */
export function countCalls(trace: string, folder: string): { counts: Map<SystemCall, number>; files: Set<string> } {
  const perThread = new Map<string, number>();
  const files = new Set<string>();
  for (const line of fs.readFileSync(trace, 'utf8').split('\n')) {
    const [, thread, call] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    const file = line.slice(line.indexOf(folder)).match(/^[^">]*/)?.[0];
    if (!line.includes(`${folder}/`) || call === undefined || file === undefined) continue;
    files.add(file);
    perThread.set(`${call} ${thread}`, (perThread.get(`${call} ${thread}`) ?? 0) + 1);
  }
  const counts = new Map<SystemCall, number>();
  for (const call of CALLS) {
    const own = [...perThread].filter(([key]) => key.startsWith(`${call} `)).map(([, count]) => count);
    counts.set(call, Math.max(0, ...own));
  }
  return { counts, files };
}

/** Limits the size of files that a process may write; undefined removes the limit. */
export function limitFileSize(pid: number, bytes: number | undefined): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}
