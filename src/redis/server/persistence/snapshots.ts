/** Snapshots and compactions that the server makes, and what is known of the last ones. */
import { setImmediate } from 'node:timers/promises';
import { isRefoldError, type Store } from '../../../index.ts';
import { CommandError } from '../../calls/errors.ts';
import type { Config } from '../../calls/parts.ts';
import type { KeySpace } from '../../model/key-space.ts';
import type { BackgroundWork } from './fields.ts';

/** What snapshots need of the server. */
export interface SnapshotsHost {
  readonly config: Config;
  /** The store; undefined while the server loads. */
  store(): Store<KeySpace> | undefined;
  /** Changes since the last snapshot, which may be set to 0. */
  readonly changes: { sinceSave: number };
  log(message: string): void;
}

/** After a snapshot that failed, the save rules wait so long. */
const AFTER_FAILURE_MS = 5_000;

export class Snapshots {
  readonly #host: SnapshotsHost;
  readonly #save = new Work();
  readonly #rewrite = new Work();
  lastSaveAt: number;
  #lastTryAt = 0;

  constructor(host: SnapshotsHost, now: number) {
    this.#host = host;
    this.lastSaveAt = now;
  }

  get saving(): BackgroundWork {
    return this.#save;
  }

  get rewriting(): BackgroundWork {
    return this.#rewrite;
  }

  /** @throws CommandError when a snapshot could not be made */
  async save(): Promise<void> {
    const store = this.#requireStore();
    const { changes } = this.#host;
    const before = changes.sinceSave;
    this.#lastTryAt = Date.now();
    await this.#save.run(() => store.snapshot(), this.#host.log, 'Background saving error');
    changes.sinceSave -= before;
    this.lastSaveAt = Date.now();
  }

  /** @throws CommandError when it could not be done */
  async rewrite(): Promise<void> {
    const store = this.#requireStore();
    const rewrite = async (): Promise<void> => {
      await store.snapshot();
      await store.compact();
    };
    await this.#rewrite.run(rewrite, this.#host.log, 'Background append only file rewriting error');
    this.lastSaveAt = Date.now();
  }

  /** Called ten times a second: takes a snapshot when a save rule wants one. */
  tick(now: number): void {
    if (this.#host.store() === undefined || this.#save.since !== undefined || this.#host.changes.sinceSave === 0)
      return;
    if (this.#save.hasFailed && now - this.#lastTryAt < AFTER_FAILURE_MS) return;
    if (isSaveDue(this.#host.config.text('save'), this.#host.changes.sinceSave, now - this.lastSaveAt)) {
      this.save().catch(() => undefined); // INFO tells
    }
  }

  #requireStore(): Store<KeySpace> {
    const store = this.#host.store();
    if (store === undefined) throw new CommandError('LOADING Redis is loading the dataset in memory');
    return store;
  }
}

/** Whether one of the rules `seconds changes …` is fulfilled. */
export function isSaveDue(rules: string, changes: number, elapsedMs: number): boolean {
  const numbers = rules
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    if (changes >= numbers[at + 1]! && elapsedMs > numbers[at]! * 1000) return true;
  }
  return false;
}

/** One kind of work, which never runs twice at once. */
class Work implements BackgroundWork {
  since: number | undefined;
  lastMs: number | undefined;
  hasFailed = false;
  done = 0;

  async run(work: () => Promise<unknown>, log: (message: string) => void, failure: string): Promise<void> {
    this.since = Date.now();
    try {
      await setImmediate(); // the turn that asks has to be over
      await work();
      this.hasFailed = false;
      this.done++;
    } catch (error) {
      this.hasFailed = true;
      const why = error instanceof Error ? error.message : String(error);
      log(`${failure}: ${why}`);
      throw new CommandError(`ERR ${isRefoldError(error) ? why : failure}`);
    } finally {
      this.lastMs = Date.now() - this.since;
      this.since = undefined;
    }
  }
}
