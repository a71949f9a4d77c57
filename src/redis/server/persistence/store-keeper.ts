/**
 * The store, and when it has to be opened again: at the start, for DEBUG RELOAD, for another durability, and after a write
 * that failed.
 *
 * While no store is open the server is loading. While writing fails, a read-only store serves reads, and the keeper tries
 * to open the file for writing again every second. If even reading fails, the server cannot go on.
 */
import { type Durability, type History, openStore, type Store } from '../../../index.ts';
import type { KeySpace } from '../../model/key-space.ts';
import { keySpaceModel } from '../../model/model.ts';

export type KeeperState = 'loading' | 'open' | 'read-only';

export interface KeeperOptions {
  readonly path: string;
  readonly durability: () => Durability;
  readonly history: History;
  readonly isReadOnly: boolean;
}

/** What the keeper tells the server. */
export interface KeeperHost {
  /** Another store is open, or the same one for other purposes: what was derived from the state is outdated. */
  changed(): void;
  log(message: string): void;
  /** The file cannot even be read. */
  lost(error: unknown): void;
}

/** Between two tries to write again. */
const RETRY_MS = 1_000;

export class StoreKeeper {
  readonly #options: KeeperOptions;
  readonly #host: KeeperHost;
  #store: Store<KeySpace> | undefined;
  #state: KeeperState = 'loading';
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** One change of the store at a time. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions, host: KeeperHost) {
    this.#options = options;
    this.#host = host;
  }

  get state(): KeeperState {
    return this.#state;
  }

  /** The store that is open; undefined while the server loads. */
  get store(): Store<KeySpace> | undefined {
    return this.#store;
  }

  /** @throws RefoldError as `openStore` does */
  open(): Promise<void> {
    return this.#inOrder(() => this.#open(this.#options.isReadOnly));
  }

  /**
   * Drops the state and builds it again from the snapshot and the log. Everything written before is durable then.
   *
   * @throws RefoldError as `openStore` does; the server is lost then
   */
  reload(): Promise<void> {
    return this.#inOrder(async () => {
      await this.#leave();
      await this.#orLost(() => this.#open(this.#options.isReadOnly));
    });
  }

  /** A write has failed: the state may have what the log has not. Opens the file again, read-only if need be. */
  failed(error: unknown): void {
    if (this.#isClosed || this.#state !== 'open') return;
    this.#state = 'loading';
    this.#host.log(`Writing failed, so the log is opened again: ${messageOf(error)}`);
    void this.#inOrder(async () => {
      await this.#leave();
      await this.#resume();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#work.catch(() => undefined);
    await this.#store?.close();
    this.#store = undefined;
  }

  async #resume(): Promise<void> {
    if (this.#isClosed) return;
    try {
      const store = await openWritable(this.#options);
      try {
        // Opening a file proves nothing about writing it.
        await store.append({ type: 'WritingResumed', data: {} });
      } catch (error) {
        await store.close().catch(() => undefined);
        throw error;
      }
      await this.#leave();
      this.#enter(store, 'open');
      this.#host.log('Writing works again');
    } catch (error) {
      if (this.#store === undefined) await this.#orLost(() => this.#open(true));
      this.#host.log(`Writing still fails, and reads are served: ${messageOf(error)}`);
      this.#retry = setTimeout(() => void this.#inOrder(() => this.#resume()), RETRY_MS);
    }
  }

  async #open(isReadOnly: boolean): Promise<void> {
    const { path } = this.#options;
    const store = isReadOnly
      ? ((await openStore(keySpaceModel, { path, readOnly: true, fold: 'direct' })) as Store<KeySpace>)
      : await openWritable(this.#options);
    this.#enter(store, isReadOnly ? 'read-only' : 'open');
  }

  #enter(store: Store<KeySpace>, state: KeeperState): void {
    this.#store = store;
    this.#state = state;
    this.#host.changed();
  }

  async #leave(): Promise<void> {
    const store = this.#store;
    this.#state = 'loading';
    this.#store = undefined;
    await store?.close().catch(() => undefined); // a store that has failed says so once more
  }

  async #orLost(open: () => Promise<void>): Promise<void> {
    try {
      await open();
    } catch (error) {
      this.#host.lost(error);
      throw error;
    }
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work, work);
    this.#work = done.catch(() => undefined);
    return done;
  }
}

async function openWritable({ path, durability, history }: KeeperOptions): Promise<Store<KeySpace>> {
  return (await openStore(keySpaceModel, {
    path,
    durability: durability(),
    history,
    fold: 'direct',
  })) as Store<KeySpace>;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
