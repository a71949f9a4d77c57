/** Opens the studio on a log: the server, and the two threads that answer. */
import { Worker } from 'node:worker_threads';
import { type LogSource, openLog, RefoldError } from '../index.ts';
import { newKey } from './server/access.ts';
import { Desk } from './server/desk.ts';
import type { Route } from './server/http-server.ts';
import { listen } from './server/listening.ts';
import type { PageFile } from './server/page-files.ts';
import { checkOptions } from './studio-options.ts';
import type { StudioStart, StudioTask } from './studio-worker.ts';
import { type ShownLog, whichLog } from './which-log.ts';

/** A module as a URL text, such as `import.meta.url`, and the name of its export. */
export interface StudioModule {
  readonly module: string;
  /** Default: the default export if it fits, or the only one that does. */
  readonly export?: string | undefined;
}

export interface StudioOptions {
  /** The log's file. A writer may have it open. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** A log source in place of `path`. It has a `thread`: the studio opens the log in its own threads. */
  readonly log?: LogSource | undefined;
  /** Without a model the studio shows events, timeline, blocks and sizes. */
  readonly model?: StudioModule | undefined;
  /** How states and events of the model are drawn: a view as `defineView` gives it, or a list of them. */
  readonly view?: StudioModule | undefined;
  /** Default: 7336, or the next free one. 0 takes any free one. */
  readonly port?: number | undefined;
  /** The address to listen on; default 127.0.0.1. Anything else can be reached from other machines. */
  readonly host?: string | undefined;
  /**
   * Other names under which the server may be asked, as `NAME:PORT`: those of tunnels, which may be https. Browsers leave out the
   * ports 80 and 443, so a tunnel there is `NAME:443`.
   */
  readonly allowHosts?: readonly string[] | undefined;
}

export interface Studio {
  /** The address of the page. It ends with the key. */
  readonly url: string;
  /** Ends threads and connections. */
  close(): Promise<void>;
}

/** The file lies beside this one: TypeScript in the sources, JavaScript in the build. */
const STUDIO_THREAD_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './studio-worker.ts' : './studio-worker.js',
  import.meta.url,
);
const MOMENT_ROUTES = ['moment', 'table', 'value'] as const;
const ANSWER_ROUTES = ['log', 'timeline', 'times', 'diff', 'tile', 'tape'] as const;
const LINE_ROUTES = ['events', 'matches', 'live', 'why'] as const;

/** What each thread answers: it has a function for every name. */
export type MomentRoute = (typeof MOMENT_ROUTES)[number];
export type JobRoute = (typeof ANSWER_ROUTES | typeof LINE_ROUTES)[number];

/**
 * @param files of the page
 * @throws RefoldError `INVALID_OPTION` for options that cannot be used; what opening the log throws
 */
export async function openStudio(options: StudioOptions, files: ReadonlyMap<string, PageFile>): Promise<Studio> {
  const { path, source, model, view, host, port: wanted, allowHosts } = checkOptions(options);
  // Node loads its HTTP while the thread starts.
  const [desks, { makeServer }] = await Promise.all([
    openDesks({ path, source, model, view }),
    import('./server/http-server.ts'),
  ]);
  const key = newKey();
  const name = nameOf(host);
  let port = 0;
  const gate = () => ({ port, key, ownName: name, allowedHosts: allowHosts });
  const server = makeServer({ gate, files, routes: routesOf(desks) });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await Promise.all([
      ...Object.values(desks).map((desk) => desk.close()),
      new Promise<void>((resolve) => server.close(() => resolve())),
    ]);
  };
  try {
    port = await listen(server, host, wanted);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://${name}:${port}/#key=${key}`, close };
}

/** What stands for the address in a URL. Every address of the machine is asked by the one that is always there. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return (host.includes(':') ? `[${host}]` : host).toLowerCase();
}

interface Desks {
  readonly moments: Desk;
  readonly jobs: Desk;
}

function routesOf({ moments, jobs }: Desks): ReadonlyMap<string, Route> {
  return new Map([
    ...MOMENT_ROUTES.map((name) => [`/api/${name}`, moments.one(name)] as const),
    ...ANSWER_ROUTES.map((name) => [`/api/${name}`, jobs.one(name)] as const),
    ...LINE_ROUTES.map((name) => [`/api/${name}`, jobs.lines(name)] as const),
  ]);
}

/**
 * The thread for moments tells whether the log, the model and the views can be used; without a model the log is all that may fail,
 * and it is tried here. The address does not wait for more: questions wait for their thread, and are answered with an error if it
 * cannot start.
 */
async function openDesks(given: Omit<StudioTask, 'kind' | 'warm'>): Promise<Desks> {
  const task = { ...given, warm: new Int32Array(new SharedArrayBuffer(4)) };
  const moments = startWorker({ kind: 'moments', ...task });
  moments.ready.catch(() => {}); // without a model only its desk needs to know
  try {
    await (given.model === undefined ? tryLog(given) : moments.ready);
  } catch (error) {
    await moments.worker.terminate();
    throw error;
  }
  const jobs = startWorker({ kind: 'jobs', ...task });
  jobs.ready.catch(() => {}); // the desk hears that the thread ended
  return { moments: new Desk(moments.worker), jobs: new Desk(jobs.worker) };
}

async function tryLog(shown: ShownLog): Promise<void> {
  await (await openLog(await whichLog(shown))).close();
}

function startWorker(task: StudioTask): { readonly worker: Worker; readonly ready: Promise<void> } {
  const worker = new Worker(STUDIO_THREAD_FILE, { workerData: task, name: `refold studio ${task.kind}`, stdout: true });
  worker.stdout.on('data', (text) => void process.stderr.write(text)); // what a model prints
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.once('message', (message: StudioStart) => {
    if (message.kind === 'ready') resolve();
    else reject(cannotOpen(task.path, message));
  });
  worker.once('error', ({ message }) => reject(cannotOpen(task.path, { ...THREAD_ENDED, message })));
  worker.once('exit', () => reject(cannotOpen(task.path, task.model === undefined ? THREAD_ENDED : ENDED_BY_MODEL)));
  const ready = promise.catch(async (error: unknown) => {
    await worker.terminate(); // its module may keep it alive
    throw error;
  });
  return { worker, ready };
}

type Failure = Extract<StudioStart, { kind: 'failed' }>;

const THREAD_ENDED: Failure = {
  kind: 'failed',
  code: 'STORE_FAILED',
  message: 'Cannot open the studio: a thread ended',
  hint: 'Try it again',
};
const ENDED_BY_MODEL: Failure = {
  kind: 'failed',
  code: 'INVALID_OPTION',
  message: 'Cannot load the model: its module ends the thread, or its top-level await never ends',
  type: 'model',
  hint: 'Define the model in a module that does nothing else',
};

function cannotOpen(path: string, { code, message, hint, type }: Failure): RefoldError {
  return new RefoldError(code, message, {
    path,
    ...(hint !== undefined && { hint }),
    ...(type !== undefined && { type }),
  });
}
