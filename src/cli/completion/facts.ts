/**
 * Facts of a log and of a model for a completion, found in a thread: a module of a model may print, end the
 * process, or never end. Whatever happens, the completion is not late and not disturbed.
 */
import { Worker } from 'node:worker_threads';
import type { Candidate, Fact } from './line.ts';

/** What a thread is asked. */
export interface FactQuestion {
  readonly fact: Fact;
  /** The log. */
  readonly file?: string;
  /** The value of `--model`. */
  readonly model?: string;
}

/** The file lies beside this one: TypeScript in the sources, JavaScript in the build. */
const FACTS_WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './completion-worker.ts' : './completion-worker.js',
  import.meta.url,
);

/** A user who waits longer has pressed another key. */
const LONGEST_TAB_MS = 3_000;

/** Nothing where it cannot be found out, or not in time. Never throws. @param patience in ms */
export async function askFacts(
  question: FactQuestion,
  patience: number = LONGEST_TAB_MS,
): Promise<readonly Candidate[]> {
  const { promise, resolve } = Promise.withResolvers<readonly Candidate[]>();
  const late = setTimeout(() => resolve([]), patience);
  const quiet = { stdin: false, stdout: true, stderr: true };
  let worker: Worker | undefined;
  try {
    worker = new Worker(FACTS_WORKER, { ...quiet, workerData: question, name: 'refold completion' });
    worker
      .on('message', resolve)
      .on('error', () => resolve([]))
      .on('exit', () => resolve([]));
    return await promise;
  } catch {
    return [];
  } finally {
    clearTimeout(late);
    await worker?.terminate();
  }
}
