/**
 * Imports a module that defines a model, and notices what else the module does while it is loaded.
 *
 * A module of an application may open a server, start a timer, print, wait, or end the process. None of that may harm the command
 * that only wants the model: it ends as if the module had not done it, and the user reads about it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { foreignWrites, keepStdout } from './own-stdout.ts';
import { quietly } from './quietly.ts';
import { leaveBehind, NotLoaded, runInModule } from './surviving.ts';

/** What a module exports. */
export type Exports = { readonly [name: string]: unknown };

export interface Imported {
  readonly exports: Exports;
  /** What it does beside, such as `it opens a server`. */
  readonly noticed: readonly string[];
}

/** When a module is given up, in ms. */
export const LOADING_LIMIT_MS = 30_000;
/** A module that takes less is not worth a remark, in ms. Neither grows when others use the machine as well. */
const WORTH_A_REMARK_MS = { waiting: 1_000, computing: 2_000 };

/** @throws what the module throws; NotLoaded when it does not finish, or ends the process */
export async function importModule(path: string, limitMs: number = LOADING_LIMIT_MS): Promise<Imported> {
  keepStdout();
  const watched = new Watched();
  const { promise: never, reject } = Promise.withResolvers<never>();
  const limit = setTimeout(
    () => reject(new NotLoaded(`it is still loading after ${limitMs / 1_000} s`)),
    limitMs,
  ).unref();
  const unsettled = (): void => reject(new NotLoaded('its top-level await never ends'));
  process.once('beforeExit', unsettled); // nothing is left that could end it
  try {
    const importing = runInModule(path, () => quietly(() => import(pathToFileURL(path).href)));
    const exports: Exports = await Promise.race([importing, never]);
    const noticed = watched.end();
    leaveBehind(path, noticed.length > 0);
    // Node reports rejections that nothing catches at the end of a turn. A command that needs no turn would be over before.
    await nextTurn();
    return { exports, noticed };
  } catch (error) {
    watched.end();
    leaveBehind(path, true); // the user reads the error
    throw error;
  } finally {
    clearTimeout(limit);
    process.off('beforeExit', unsettled);
  }
}

/** Node's name for what keeps a process alive → what to say. Others end by themselves, or cannot be told from refold's. */
const HANDLES: { readonly [resource: string]: string } = {
  TCPServerWrap: 'it opens a server',
  PipeServerWrap: 'it opens a server',
  UDPWrap: 'it opens a socket',
  TCPSocketWrap: 'it opens a connection',
  TLSWrap: 'it opens a connection',
  Timeout: 'it starts a timer',
  ProcessWrap: 'it starts a process',
  FSEventWrap: 'it watches a file',
  StatWatcher: 'it watches a file',
};

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What is there before an import. */
class Watched {
  readonly #printed = foreignWrites();
  readonly #handles = handles();
  readonly #start = performance.now();
  readonly #loop = performance.eventLoopUtilization();
  readonly #processor = process.cpuUsage();
  readonly #listeners = ENDING_SIGNALS.map((signal) => process.listeners(signal));
  #threads = 0;
  readonly #noteThread = (): void => void (this.#threads += 1);

  constructor() {
    process.on('worker', this.#noteThread);
  }

  /** Takes back what can be taken back, and says what came. */
  end(): string[] {
    process.off('worker', this.#noteThread);
    const took = performance.now() - this.#start;
    const opened = [...handles()].flatMap(([name, count]) =>
      count > (this.#handles.get(name) ?? 0) ? (HANDLES[name] ?? []) : [],
    );
    return [
      ...new Set(opened),
      ...(this.#threads > 0 ? ['it starts a thread, as an open store does'] : []),
      ...(foreignWrites() > this.#printed ? ['it prints on stdout'] : []),
      ...(this.#takeSignalsBack() ? ['it handles Ctrl-C'] : []),
      ...(this.#isSlow() ? [`it takes ${(took / 1_000).toFixed(1)} s`] : []),
    ];
  }

  #isSlow(): boolean {
    const { idle } = performance.eventLoopUtilization(this.#loop);
    const { user, system } = process.cpuUsage(this.#processor);
    const { waiting, computing } = WORTH_A_REMARK_MS;
    return idle >= waiting || (user + system) / 1_000 >= computing;
  }

  #takeSignalsBack(): boolean {
    const added = ENDING_SIGNALS.flatMap((signal, at) => {
      const before = new Set(this.#listeners[at]);
      return process.listeners(signal).flatMap((one) => (before.has(one) ? [] : [{ signal, one }]));
    });
    for (const { signal, one } of added) process.off(signal, one);
    return added.length > 0;
  }
}

/** How many handles of each kind keep the process alive. */
function handles(): Map<string, number> {
  return new Map(
    [...Map.groupBy(process.getActiveResourcesInfo(), (name) => name)].map(([name, all]) => [name, all.length]),
  );
}
