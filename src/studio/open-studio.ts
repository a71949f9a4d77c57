/** Opens the studio on a log: the server, and the two threads that answer. */
import { Worker } from 'node:worker_threads';
import { RefoldError } from '../index.ts';
import { newKey } from './server/access.ts';
import { Desk } from './server/desk.ts';
import { makeServer, type Route } from './server/http-server.ts';
import { listen } from './server/listening.ts';
import type { PageFile } from './server/page-files.ts';
import type { StudioTask } from './studio-worker.ts';

/** A module as a URL text, such as `import.meta.url`, and the name of its export. */
export interface StudioModule {
  readonly module: string;
  readonly export: string;
}

export interface StudioOptions {
  /** The log's file. A writer may have it open. */
  readonly path: string;
  /** Without a model the studio shows events, timeline, blocks and sizes. */
  readonly model?: StudioModule | undefined;
  /** Default: 7336, or the next free one. 0 takes any free one. */
  readonly port?: number | undefined;
  /** The address to listen on; default 127.0.0.1. Anything else can be reached from other machines. */
  readonly host?: string | undefined;
  /** Other names under which the server may be asked, as `NAME:PORT`: those of tunnels. */
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
  import.meta.url.endsWith('.ts') ? './studio-worker.ts' : './refold-studio-worker.js',
  import.meta.url,
);
const MOMENT_ROUTES = ['moment', 'table'];
const ANSWER_ROUTES = ['log', 'timeline', 'diff'];
const LINE_ROUTES = ['events', 'live', 'why'];

/**
 * @param files of the page
 * @throws RefoldError `INVALID_OPTION` for options that cannot be used; what opening the log throws
 */
export async function openStudio(options: StudioOptions, files: ReadonlyMap<string, PageFile>): Promise<Studio> {
  const { path, model, host = '127.0.0.1', allowHosts = [] } = options;
  const desks = await openDesks(path, model);
  const key = newKey();
  let port = 0;
  const gate = () => ({ port, key, allowedHosts: allowHosts.map((name) => name.toLowerCase()) });
  const server = makeServer({ gate, files, routes: routesOf(desks) });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await Promise.all([
      ...Object.values(desks).map((desk) => desk.close()),
      new Promise<void>((resolve) => server.close(() => resolve())),
    ]);
  };
  try {
    port = await listen(server, host, options.port);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://${host}:${port}/#key=${key}`, close };
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

async function openDesks(path: string, model: StudioModule | undefined): Promise<Desks> {
  const started = (['moments', 'jobs'] as const).map((kind) => startWorker({ kind, path, model }));
  try {
    const [moments, jobs] = await Promise.all(started.map(({ ready }) => ready));
    return { moments: new Desk(moments!), jobs: new Desk(jobs!) };
  } catch (error) {
    await Promise.all(started.map(({ worker }) => worker.terminate()));
    throw error;
  }
}

function startWorker(task: StudioTask): { readonly worker: Worker; readonly ready: Promise<Worker> } {
  const worker = new Worker(STUDIO_THREAD_FILE, { workerData: task, name: `refold studio ${task.kind}` });
  const ready = new Promise<Worker>((resolve, reject) => {
    worker.once('message', () => resolve(worker));
    worker.once('error', (error) => reject(cannotOpen(task.path, error)));
  });
  ready.catch(() => {}); // the other thread may fail first
  return { worker, ready };
}

/** An error of a thread comes as a copy, which has lost its class. */
function cannotOpen(path: string, cause: Error): RefoldError {
  const { code = 'STORE_FAILED', hint } = cause as { code?: RefoldError['code']; hint?: string };
  return new RefoldError(code, cause.message, { path, ...(hint !== undefined && { hint }), cause });
}
