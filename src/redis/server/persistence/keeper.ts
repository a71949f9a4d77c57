/**
 * The keeper of the store: opens it, and opens it again for DEBUG RELOAD, for another `appendfsync`, and after a write that
 * failed.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import {
  type History,
  isRefoldError,
  openStore,
  type Progress,
  type RecordedEvent,
  RefoldError,
  type Store,
  stateAt,
} from '../../../index.ts';
import type { Moment, PastPlace } from '../../calls/contracts/past.ts';
import type { Persistence } from '../../calls/contracts/persistence.ts';
import { CommandError } from '../../calls/errors.ts';
import type { Config } from '../../calls/parts.ts';
import type { KeySpace } from '../../model/key-space.ts';
import { keySpaceModel } from '../../model/model.ts';
import type { ChangeHub } from '../changes.ts';
import { BackgroundSaving } from './background-saving.ts';
import type { PersistenceFacts } from './fields.ts';
import { messageOf } from './message.ts';

export interface KeeperHost {
  readonly path: string;
  readonly history: History;
  /** Whether another process may write the file. */
  readonly readOnly: boolean;
  /** How long the first open waits for another process that writes the file, in ms. */
  readonly waitForLock: number;
  /** The moment whose state is shown; undefined for the newest state. */
  readonly at: Moment | undefined;
  readonly config: Config;
  readonly changes: ChangeHub;
  /** Commands work on this store from now on; without one they wait for it with LOADING. */
  use(store: Store<KeySpace> | undefined, isReadOnly?: boolean): void;
  /** Commands read this state from now on, which stays as it is. */
  show(state: KeySpace): void;
  /** Another process has written these events. */
  followed(events: readonly RecordedEvent[]): void;
  /** Nothing runs, and nothing leaves, until `go`. */
  halt(): void;
  go(): void;
  keyCount(): number;
  log(message: string): void;
  /** The file cannot be opened any more. */
  lost(error: unknown): void;
}

/** How often writing is tried again after a failure, in ms. */
const RETRY_MS = 1_000;

const DURABILITIES = { always: 'always', everysec: 'everysec', no: 'os' } as const;

export class StoreKeeper implements Persistence {
  readonly #host: KeeperHost;
  #store: Store<KeySpace> | undefined;
  /** The place of the state that is shown, when it is not the newest one. */
  moment: PastPlace | undefined;
  #isClosed = false;
  #isRecovering = false;
  #isFollowing = true;
  /** Whether writing has failed, and was not possible since. */
  #isWriteFailing = false;
  #failure = '';
  readonly saving: BackgroundSaving;
  #keysLoaded = 0;
  #progress: Progress | undefined;
  #loadingSince = Date.now();

  constructor(host: KeeperHost) {
    this.#host = host;
    const { config, changes, log } = host;
    this.saving = new BackgroundSaving({ config, changes, log, store: () => this.#writableStore() });
  }

  get store(): Store<KeySpace> | undefined {
    return this.#store;
  }

  get isLoading(): boolean {
    return this.#store === undefined && this.moment === undefined;
  }

  /** The sequence of the last event that the state has; 0 while it is loaded. */
  get sequence(): number {
    return this.moment?.sequence ?? this.#store?.sequence ?? 0;
  }

  /** Whether the state follows the file that it is read from. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** Durable events that the state does not have, for a server that reads the newest state. */
  get lag(): number {
    return this.#store?.stats().lag ?? 0;
  }

  /** @throws RefoldError as `openStore` and `stateAt` do */
  async open(): Promise<void> {
    const { readOnly, at, show } = this.#host;
    if (at !== undefined) {
      const { sequence, recordedAt, state } = await this.#openPast(at);
      this.moment = { sequence, recordedAt };
      show(state);
    } else {
      this.#take(await this.#openStore(readOnly, this.#host.waitForLock), readOnly);
    }
    this.#keysLoaded = this.#host.keyCount();
    if (!readOnly) this.saving.opened();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.saving.settled();
    await this.#store?.close();
  }

  /** Why writes are refused now; undefined when they are not. */
  get refusal(): string | undefined {
    if (this.#isWriteFailing) return `MISCONF Errors writing to the AOF file: ${this.#failure}`;
    if (this.#host.readOnly) return "READONLY You can't write against a read only replica.";
    const { config } = this.#host;
    if (this.saving.hasFailed && config.text('save') !== '' && config.flag('stop-writes-on-bgsave-error')) {
      return SAVE_FAILED;
    }
    return undefined;
  }

  /** What runs ten times a second. */
  tick(now: number): void {
    if (this.#isWritable) this.saving.tick(now);
  }

  /** Drops the state, and builds it again from the newest snapshot and the log. Nothing else runs meanwhile. */
  async reload(withSnapshot: boolean): Promise<void> {
    this.#writableStore();
    await this.saving.settled();
    if (withSnapshot) await this.saving.save();
    const store = this.#writableStore();
    // What lives in memory only has no file to come back from: its log is folded again and compared.
    if (this.#host.path === ':memory:') return void (await this.#refold(store));
    await this.#replaceStore(store);
  }

  /** @throws CommandError when the file cannot be opened with the new durability */
  async changeDurability(): Promise<void> {
    if (!this.#isWritable || this.#host.path === ':memory:') return;
    await this.saving.settled();
    await this.#replaceStore(this.#writableStore());
  }

  facts(): PersistenceFacts {
    return {
      isLoading: this.isLoading,
      ...this.saving.facts(),
      isWriteFailing: this.#isWriteFailing,
      isAppendOnly: true,
      logBytes: this.#store?.stats().fileBytes ?? 0,
      queuedBytes: this.#store?.stats().queuedBytes ?? 0,
      keysLoaded: this.#keysLoaded,
      progress: this.#progress,
      loadingSince: this.#loadingSince,
    };
  }

  /** A write has failed: opens the file again. Until writing works, clients can read. */
  async recover(error: unknown): Promise<void> {
    if (this.#isRecovering || this.#isClosed) return;
    this.#isRecovering = true;
    this.#isWriteFailing = true;
    this.#failure = messageOf(error);
    this.#host.log(`A write has failed: ${this.#failure}. The file is opened again`);
    const failed = this.#store;
    this.#store = undefined;
    this.#loadingSince = Date.now();
    this.#host.use(undefined);
    await failed?.close().catch(() => undefined);
    try {
      while (!this.#isClosed && !(await this.#openForWriting())) await sleep(RETRY_MS);
      this.#isWriteFailing = false;
    } catch (lost) {
      this.#host.lost(lost);
    } finally {
      this.#isRecovering = false;
    }
  }

  /** Whether the file takes writes again. If not, clients read from it. @throws when it cannot even be read */
  async #openForWriting(): Promise<boolean> {
    let store: Store<KeySpace> | undefined;
    try {
      store = await this.#openStore(false);
      // Opening a file proves nothing about writing it.
      await store.append({ type: 'WritingResumed', data: {} });
      await store.flush();
    } catch (error) {
      this.#failure = messageOf(error);
      await store?.close().catch(() => undefined);
      if (this.#store === undefined) this.#take(await this.#openStore(true), true);
      return false;
    }
    const reader = this.#store;
    this.#take(store, false);
    await reader?.close();
    this.#host.log('The file takes writes again');
    return true;
  }

  /** The replica has failed, for example because another file lies there now. Clients read its last state meanwhile. */
  async #followAgain(failed: Store<KeySpace>, error: unknown): Promise<void> {
    const isCurrent = (): boolean => this.#store === failed && !this.#isClosed && this.#host.readOnly;
    if (!isCurrent()) return;
    this.#isFollowing = false;
    this.#host.log(`The file cannot be followed: ${messageOf(error)}. It is opened again`);
    while (isCurrent()) {
      await sleep(RETRY_MS);
      const store = isCurrent() ? await this.#openStore(true).catch(() => undefined) : undefined;
      if (store === undefined) continue;
      this.#take(store, true);
      this.#isFollowing = true;
      this.#host.log('The file is followed again');
    }
    await failed.close().catch(() => undefined);
  }

  get #isWritable(): boolean {
    return this.#store !== undefined && !this.#host.readOnly && !this.#isWriteFailing;
  }

  /** @throws CommandError when the server does not write the file, or cannot now */
  #writableStore(): Store<KeySpace> {
    if (this.#isWritable) return this.#store!;
    throw new CommandError(
      this.#host.readOnly ? 'ERR this server only reads its file' : 'ERR the server cannot write its file now',
    );
  }

  #take(store: Store<KeySpace>, isReadOnly: boolean): void {
    this.#store = store;
    this.#progress = undefined;
    this.#host.use(store, isReadOnly);
    if (!isReadOnly) return;
    store.subscribe((events) => this.#host.followed(events));
    // It rejects only when the replica fails or is closed.
    store.waitFor(Number.MAX_SAFE_INTEGER).catch((error) => this.#followAgain(store, error));
  }

  async #openStore(readOnly: boolean, waitForLock?: number): Promise<Store<KeySpace>> {
    const { path, history, config } = this.#host;
    const durability = DURABILITIES[config.text('appendfsync') as keyof typeof DURABILITIES];
    const onProgress = (progress: Progress): void => {
      this.#progress = progress;
    };
    const options = readOnly
      ? ({ path, fold: 'direct', strict: false, readOnly: true, live: true, onProgress } as const)
      : ({ path, fold: 'direct', strict: false, durability, history, waitForLock, onProgress } as const);
    return (await openStore(keySpaceModel, options)) as Store<KeySpace>;
  }

  async #openPast(at: Moment): ReturnType<typeof stateAt<KeySpace, never, never>> {
    const { path } = this.#host;
    const onProgress = (progress: Progress): void => {
      this.#progress = progress;
    };
    try {
      return await stateAt(keySpaceModel, { path, at, onProgress });
    } catch (error) {
      if (!isRefoldError(error, 'HISTORY_GONE')) throw error;
      throw new RefoldError('HISTORY_GONE', `HISTORYGONE first sequence is ${error.sequence}`, {
        path,
        ...(error.sequence !== undefined && { sequence: error.sequence }),
        hint: 'Ask for a later moment, or restore a backup',
        cause: error,
      });
    }
  }

  async #replaceStore(store: Store<KeySpace>): Promise<void> {
    this.#host.halt();
    try {
      await nextTurn();
      await store.close();
      this.#take(await this.#openStore(false), false);
    } catch (error) {
      this.#store = undefined;
      this.#host.use(undefined);
      this.#host.go();
      void this.recover(error);
      throw new CommandError(`ERR ${messageOf(error)}`);
    }
    this.#host.go();
  }

  async #refold(store: Store<KeySpace>): Promise<void> {
    await nextTurn();
    const { ok } = await store.verify();
    if (!ok) throw new CommandError('ERR The log gives another state than the one in memory');
  }
}

const SAVE_FAILED =
  'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk. Commands that may ' +
  'modify the data set are disabled, because this instance is configured to report errors during writes if RDB ' +
  'snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.';
