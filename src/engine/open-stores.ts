/** Many stores in one process, whose logs are written by a few threads. */
import type { Catalog } from '../core/catalog.ts';
import { RefoldError } from '../core/errors.ts';
import type { CommandDecisions, CommandInputs, Model } from '../core/model.ts';
import { requireModel } from '../core/model-checks.ts';
import { LogThreads } from '../log/sqlite/sharing/log-threads.ts';
import { sqliteSource } from '../log/sqlite/sqlite-source.ts';
import { performance } from '../threads/timers.ts';
import { checkOptions, type OptionChecks } from './calls/call-options.ts';
import { IN_MEMORY } from './calls/open-log.ts';
import { type Settings, type StoreOptions, settingsOf } from './calls/options.ts';
import { RECOVERY_TRACE, traced } from './calls/traces.ts';
import { openRecovered } from './open-store.ts';
import type { Store } from './store.ts';

export interface OpenStoresOptions {
  /**
   * How many threads write the logs of all these stores; a whole number from 1 to 64, default 2. A log stays in the thread that
   * opened it. More threads let more logs sync at the same time; each takes about 12 MB and five descriptors.
   */
  readonly threads?: number | undefined;
}

const MOST_THREADS = 64;
const DEFAULT_THREADS = 2;

const STORES_CHECKS: OptionChecks<OpenStoresOptions> = {
  threads: [
    `a whole number from 1 to ${MOST_THREADS}`,
    (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_THREADS,
  ],
};

/**
 * Prepares threads that many stores share: for a file per tenant, where a thread for each store would take too much memory.
 * A thread starts with its first store.
 *
 * @throws RefoldError `INVALID_OPTION`
 */
export function openStores(options: OpenStoresOptions = {}): Stores {
  const { threads = DEFAULT_THREADS } = checkOptions('share threads', STORES_CHECKS, options);
  return new Stores(threads);
}

/** Stores that share threads. Made by `openStores`; `await using` closes them all. */
export class Stores implements AsyncDisposable {
  /** How many threads the stores share. */
  readonly threads: number;
  readonly #threads: LogThreads;
  readonly #open = new Set<Store>();
  readonly #opening = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  /** Use `openStores`. */
  constructor(threads: number) {
    this.threads = threads;
    this.#threads = new LogThreads(threads);
  }

  /** How many stores are open. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Opens a store as `openStore` does, with its log in a shared thread. The store can be closed by itself.
   *
   * @param options those of `openStore`, but without `log`: only the log in a file can share a thread
   * @throws RefoldError what `openStore` throws; `STORE_CLOSED` after `close`
   */
  async open<State extends object, C extends Catalog, K extends CommandInputs, D extends CommandDecisions>(
    model: Model<State, C, K, D>,
    options: StoreOptions,
  ): Promise<Store<State, C, K, D>> {
    const start = performance.now();
    requireModel('open the store', model);
    const settings = settingsOf(options);
    if (settings.log !== undefined) throw notShared();
    this.#requireOpen(settings.path!);
    const context = (): object => ({ path: settings.path, model: model.name, readOnly: settings.readOnly });
    const opening = traced(RECOVERY_TRACE, context, () => this.#openShared(model, settings, start));
    const opened = opening.catch(() => {}).finally(() => this.#opening.delete(opened));
    this.#opening.add(opened);
    return opening;
  }

  /**
   * Closes all stores and ends the threads. Further calls do nothing. When a store cannot close, the others close anyway.
   *
   * @throws RefoldError what the first store that failed to close throws
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #openShared<State extends object, C extends Catalog, K extends CommandInputs, D extends CommandDecisions>(
    model: Model<State, C, K, D>,
    settings: Settings,
    start: number,
  ): Promise<Store<State, C, K, D>> {
    const path = settings.path!;
    const log = path === IN_MEMORY ? undefined : sqliteSource({ path }, this.#threads);
    const store: Store<State, C, K, D> = await openRecovered(
      model,
      { ...settings, log },
      start,
      () => void this.#open.delete(store),
    );
    this.#open.add(store);
    if (this.#closed === undefined) return store;
    await store.close();
    throw closed(path);
  }

  async #close(): Promise<void> {
    const closing = Promise.allSettled(Array.from(this.#open, (store) => store.close()));
    await Promise.all(this.#opening);
    const results = await closing;
    await this.#threads.end();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #requireOpen(path: string): void {
    if (this.#closed !== undefined) throw closed(path);
  }
}

function notShared(): RefoldError {
  return new RefoldError('INVALID_OPTION', 'Cannot open the store in a shared thread: its log has its own source', {
    type: 'log',
    hint: 'Give a path, or open this store with openStore',
  });
}

function closed(path: string): RefoldError {
  return new RefoldError('STORE_CLOSED', `Cannot open ${path}: these stores were closed`, {
    path,
    hint: 'Call openStores again',
  });
}
