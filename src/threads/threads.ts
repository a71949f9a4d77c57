/**
 * The files of refold's threads, and their start. Each file lies beside its starter: TypeScript where refold runs from its
 * sources, JavaScript where it is built.
 *
 * A bundler that includes refold in its bundle leaves these files out. `requireThreads` notices that when a log is
 * opened, before it touches any file.
 *
 * Only this file starts them, and a guest starts its threads itself. Almost every starter talks to its thread through `Thread`.
 */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { messageOf, RefoldError } from '../core/errors.ts';

/** All threads by the names of their files, each with what a debugger calls it. The build makes a file of each. */
const THREADS = {
  writer: 'refold writer',
  'checkpointer-worker': 'refold checkpoint',
  'sealer-worker': 'refold sealer',
  'backup-worker': 'refold backup',
  'check-worker': 'refold check',
  'snapshot-worker': 'refold snapshots',
  'unpack-worker': 'refold unpacking',
} as const;

/** A process may have hundreds of writers, each with few objects that live for long: a small nursery saves 2 MB each. */
const WRITER_LIMITS = { maxYoungGenerationSizeMb: 3 };

export type ThreadName = keyof typeof THREADS;

/** Which thread to start, and for what. */
export interface ThreadStart {
  readonly name: ThreadName;
  /** `import.meta.url` of the file that starts it. */
  readonly from: string;
  /** The thread gets it as `workerData`. It must be something that can be cloned. */
  readonly data: unknown;
  /** For messages: what cannot be done without the thread, such as `open`. `path` is the log. */
  readonly action: string;
  readonly path: string;
  /**
   * Flags of Node for the thread. Default none: with this process's `--eval`, `--import` or test hooks it might not start
   * at all.
   */
  readonly execArgv?: readonly string[];
}

/** The file of a thread, beside its starter. */
export function threadFile(starter: string, name: ThreadName): URL {
  // A bundle may lie beside an application's writer.js. The built files therefore have a name that is ours alone.
  return new URL(starter.endsWith('.ts') ? `./${name}.ts` : `./refold-${name}.js`, starter);
}

/** @throws RefoldError `STORE_FAILED` when the file of a thread is missing */
export function requireThreads(path: string): void {
  missing ??= threadNames().find((name) => !hasFile(name)) ?? 'none';
  if (missing === 'none') return;
  const why = `the file of its ${missing} thread is not beside the code that runs`;
  throw new RefoldError('STORE_FAILED', `Cannot open ${path}: ${why}`, { path, hint: HINT_BUNDLER });
}

/** A cache: the files do not change while the process runs, and looking for them takes longer than opening a log. */
let missing: ThreadName | 'none' | undefined;

function threadNames(): ThreadName[] {
  return Object.keys(THREADS) as ThreadName[];
}

/** In the sources each thread's file is in the folder of its starter. Built, they are all in one folder. */
function hasFile(name: ThreadName): boolean {
  const here: string | undefined = import.meta.url; // undefined in a bundle that is not a module
  if (here === undefined) return false;
  return here.endsWith('.ts') || existsSync(threadFile(here, name));
}

/**
 * Starts a thread that does not keep the process alive.
 *
 * @param onGone called once, with the reason, when the thread has failed or ended
 * @throws RefoldError `STORE_FAILED` when the system cannot start a thread
 */
export function startThread(start: ThreadStart, onGone: (cause: unknown) => void): Worker {
  const { name, from, data, execArgv = [] } = start;
  let gone: ((cause: unknown) => void) | undefined = onGone;
  const tell = (cause: unknown): void => {
    gone?.(cause);
    gone = undefined;
  };
  try {
    const resourceLimits = name === 'writer' ? WRITER_LIMITS : {};
    const options = { workerData: data, execArgv: [...execArgv], name: THREADS[name], resourceLimits };
    const worker = new Worker(threadFile(from, name), options);
    worker.on('error', tell);
    worker.on('exit', () => tell(new Error('the thread ended')));
    worker.unref();
    return worker;
  } catch (error) {
    throw threadFailed(start, error);
  }
}

/** A thread that could not start, or died. It had not finished anything that it was asked to do. */
export function threadFailed({ action, path }: Pick<ThreadStart, 'action' | 'path'>, cause: unknown): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot ${action} ${path}: its thread failed: ${messageOf(cause)}`, {
    path,
    hint: /MODULE_NOT_FOUND/.test(String((cause as { code?: unknown }).code)) ? HINT_BUNDLER : HINT_THREAD,
    cause,
  });
}

const HINT_BUNDLER =
  'Mark refold as external in your bundler: its threads are separate files, which a bundle leaves out';
const HINT_THREAD = 'Look at the cause: the system may be short of memory or of threads, or may forbid them';
