/**
 * Snapshots and compactions that a client or a save rule asked for: one at a time, and what is known of the last ones.
 *
 * Redis's words: BGSAVE is a snapshot, BGREWRITEAOF a snapshot and a compaction.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../../../index.ts';
import type { Saving } from '../../calls/contracts/persistence.ts';
import { CommandError } from '../../calls/errors.ts';
import type { Config } from '../../calls/parts.ts';
import type { KeySpace } from '../../model/key-space.ts';
import type { ChangeHub } from '../changes.ts';
import type { BackgroundWork, SavingFacts } from './fields.ts';
import { messageOf } from './message.ts';
import { isSaveDue } from './save-rules.ts';

/** What saving needs of the server. */
export interface SavingHost {
  readonly config: Config;
  readonly changes: ChangeHub;
  /** The store that is open. @throws CommandError when it takes no writes */
  store(): Store<KeySpace>;
  log(message: string): void;
}

/** After a failed snapshot the save rules rest for so long, in ms. */
const FAILED_SAVE_REST_MS = 5_000;

export class BackgroundSaving implements Saving {
  readonly #host: SavingHost;
  readonly #save = new Work();
  readonly #rewrite = new Work();
  #lastSaveAt = Date.now();
  #lastTryAt = 0;
  #isSaveScheduled = false;
  #isRewriteScheduled = false;
  #baseBytes = 0;

  constructor(host: SavingHost) {
    this.#host = host;
  }

  get lastSaveAt(): number {
    return this.#lastSaveAt;
  }

  /** Whether the last snapshot has failed. */
  get hasFailed(): boolean {
    return this.#save.hasFailed;
  }

  /** The file has been opened: growth counts from here. */
  opened(): void {
    this.#baseBytes = this.#host.store().stats().fileBytes;
  }

  /** What runs ten times a second. */
  tick(now: number): void {
    if (this.#save.isRunning || this.#rewrite.isRunning) return;
    if (this.#isRewriteScheduled) {
      this.#startRewrite();
      return;
    }
    const { config, changes } = this.#host;
    const rests = this.#save.hasFailed && now - this.#lastTryAt < FAILED_SAVE_REST_MS;
    const isDue = isSaveDue(config.text('save'), changes.sinceSave, now - this.#lastSaveAt);
    if (this.#isSaveScheduled || (isDue && !rests)) this.#startSave().catch(() => undefined); // INFO tells
  }

  backgroundSave(isScheduled: boolean): string {
    this.#host.store();
    if (this.#save.isRunning) throw new CommandError(SAVE_RUNS);
    if (this.#rewrite.isRunning) {
      if (!isScheduled) throw new CommandError(ANOTHER_CHILD);
      this.#isSaveScheduled = true;
      return 'Background saving scheduled';
    }
    this.#startSave().catch(() => undefined); // INFO tells
    return 'Background saving started';
  }

  async save(): Promise<void> {
    this.#host.store();
    if (this.#save.isRunning) throw new CommandError(SAVE_RUNS);
    await this.#startSave().catch((error) => {
      throw new CommandError(`ERR ${messageOf(error)}`);
    });
  }

  /** As `save`, after what runs in the background. @throws CommandError */
  async saveAtTheEnd(): Promise<void> {
    await this.settled();
    await this.save();
  }

  backgroundRewrite(): string {
    this.#host.store();
    if (this.#rewrite.isRunning) {
      throw new CommandError('ERR Background append only file rewriting already in progress');
    }
    if (this.#save.isRunning) {
      this.#isRewriteScheduled = true;
      return 'Background append only file rewriting scheduled';
    }
    this.#startRewrite();
    return 'Background append only file rewriting started';
  }

  /** Waits for work in the background, however it ends. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#save.running, this.#rewrite.running]);
  }

  facts(): SavingFacts {
    return {
      changesSinceSave: this.#host.changes.sinceSave,
      lastSaveAt: this.#lastSaveAt,
      save: this.#save,
      rewrite: this.#rewrite,
      isRewriteScheduled: this.#isRewriteScheduled,
      baseBytes: this.#baseBytes,
    };
  }

  #startSave(): Promise<void> {
    this.#isSaveScheduled = false;
    this.#lastTryAt = Date.now();
    return this.#save.start(this.#host.log, async () => {
      const { changes, store } = this.#host;
      const included = changes.sinceSave;
      await store().snapshot();
      changes.sinceSave -= included;
      this.#lastSaveAt = Date.now();
    });
  }

  #startRewrite(): void {
    this.#isRewriteScheduled = false;
    const rewriting = this.#rewrite.start(this.#host.log, async () => {
      const store = this.#host.store();
      await store.snapshot();
      await store.compact();
      this.#baseBytes = store.stats().fileBytes;
    });
    rewriting.catch(() => undefined); // INFO tells
  }
}

/** One kind of work, and how it went the last time. */
class Work implements BackgroundWork {
  since: number | undefined;
  lastMs: number | undefined;
  hasFailed = false;
  done = 0;
  /** Undefined while none runs. */
  running: Promise<void> | undefined;

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  start(log: (message: string) => void, job: () => Promise<void>): Promise<void> {
    const running = this.#run(log, job).finally(() => {
      this.running = undefined;
    });
    this.running = running;
    return running;
  }

  async #run(log: (message: string) => void, job: () => Promise<void>): Promise<void> {
    const start = Date.now();
    this.since = start;
    try {
      await nextTurn(); // a command may have asked, and its turn has to be over
      await job();
      this.hasFailed = false;
      this.done++;
    } catch (error) {
      this.hasFailed = true;
      log(`Background work has failed: ${messageOf(error)}`);
      throw error;
    } finally {
      this.lastMs = Date.now() - start;
      this.since = undefined;
    }
  }
}

const SAVE_RUNS = 'ERR Background save already in progress';
const ANOTHER_CHILD =
  "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE " +
  'whenever possible.';
