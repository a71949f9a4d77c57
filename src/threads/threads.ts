/**
 * How refold's threads are started: each is a file beside whoever starts it, TypeScript where that runs from its sources,
 * JavaScript where it is built.
 *
 * A bundler that takes refold into its bundle leaves these files behind. That is found here, when a log is opened and
 * before anything of it is touched.
 */
import { existsSync } from 'node:fs';
import { type MessagePort, Worker, type WorkerOptions } from 'node:worker_threads';
import { messageOf, RefoldError } from '../core/errors.ts';

/** All there are; the build makes a file of each. */
const THREADS = [
  'writer',
  'checkpointer-worker',
  'sealer-worker',
  'backup-worker',
  'check-worker',
  'read-ahead-worker',
  'snapshot-worker',
] as const;

export type ThreadName = (typeof THREADS)[number];

/**
 * The file of a thread.
 *
 * @param starter `import.meta.url` of whoever starts it
 */
export function threadFile(starter: string, name: ThreadName): URL {
  // A bundle may lie beside an application's own writer.js: hence a name that nobody else has.
  return new URL(starter.endsWith('.ts') ? `./${name}.ts` : `./refold-${name}.js`, starter);
}

/** @throws RefoldError `STORE_FAILED` when the file of a thread is missing */
export function requireThreads(path: string): void {
  missing ??= THREADS.find((name) => !hasFile(name)) ?? 'none';
  if (missing === 'none') return;
  const why = `the file of its ${missing} thread is not beside the code that runs`;
  throw new RefoldError('STORE_FAILED', `Cannot open ${path}: ${why}`, { path, hint: HINT_BUNDLER });
}

let missing: ThreadName | 'none' | undefined;

/** From its sources every floor keeps its threads in its own folder; built, they are all in one. */
function hasFile(name: ThreadName): boolean {
  const here: string | undefined = import.meta.url; // a bundle that is no module has none
  if (here === undefined) return false;
  return here.endsWith('.ts') || existsSync(threadFile(here, name));
}

/**
 * Starts a thread. Without `execArgv` it gets none of this process's flags: with its `--eval`, `--import` or test hooks it
 * would not start at all.
 *
 * @param action what cannot be done without it, such as `open`
 * @throws RefoldError `STORE_FAILED` when the system gives no thread
 */
export function startThread(file: URL, options: WorkerOptions, action: string, path: string): Worker {
  try {
    return new Worker(file, { execArgv: [], ...options });
  } catch (error) {
    throw threadFailed(action, path, error);
  }
}

/** A thread that could not start, or died of something that it does not know. Nothing of ours was done by it. */
export function threadFailed(action: string, path: string, cause: unknown): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot ${action} ${path}: its thread failed: ${messageOf(cause)}`, {
    path,
    hint: /MODULE_NOT_FOUND/.test(String((cause as { code?: unknown }).code)) ? HINT_BUNDLER : HINT_THREAD,
    cause,
  });
}

const HINT_BUNDLER = 'Mark refold as external in your bundler: its threads are files, which a bundle leaves behind';
const HINT_THREAD = 'Look at the cause: the system may be short of memory or of threads, or may forbid them';

/** Lets the calling thread end, when what it is doing is done. Deno's port cannot be closed. */
export function endThread(port: MessagePort): void {
  if (typeof port.close === 'function') port.close();
  else (port as MessagePort).unref();
}
