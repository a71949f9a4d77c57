/**
 * The progress of a reactor, and how much of it the log knows.
 *
 * What became of an effect is saved before the next effect of its partition begins. Progress over events without an effect is saved
 * now and then.
 */
import type { LogStore } from '../../log/log-store.ts';
import type { CheckedReactor } from './definition.ts';
import { ReactorProgress, type StoredProgress } from './progress.ts';
import { Saver } from './saver.ts';

/** Does work with the log to write to. @throws RefoldError `NOT_WRITER` when another writer has taken over */
export type WriteLog = <T>(work: (log: LogStore) => Promise<T>) => Promise<T>;

/** Progress over events without an effect is saved after so many. */
const PASSED_UNSAVED = 1_000;

export class SavedProgress {
  readonly #reactor: CheckedReactor;
  readonly #write: WriteLog;
  readonly #saver: Saver = new Saver(() => this.#save());
  #now: ReactorProgress;
  #savedThrough: number;

  constructor(reactor: CheckedReactor, write: WriteLog, stored: StoredProgress) {
    this.#reactor = reactor;
    this.#write = write;
    this.#now = new ReactorProgress(stored);
    this.#savedThrough = stored.sequence;
  }

  /** How far the reactor has come. */
  get now(): ReactorProgress {
    return this.#now;
  }

  /** Goes on from what the log says. */
  reset(stored: StoredProgress): void {
    this.#now = new ReactorProgress(stored);
    this.#savedThrough = stored.sequence;
  }

  /** Resolves once the progress of this moment is durable. @throws RefoldError as the log does */
  save(): Promise<void> {
    return this.#saver.save();
  }

  /** The same, if many events were passed since the last save. */
  async saveIfDue(): Promise<void> {
    if (this.#now.sequence < this.#savedThrough + PASSED_UNSAVED) return;
    this.#savedThrough = this.#now.sequence;
    await this.save();
  }

  async #save(): Promise<void> {
    const { name, checkpoint } = this.#reactor;
    // The store is asked first. So a reactor whose store was deposed does not put the application's checkpoint back.
    await this.#write(async (log) => {
      const stored = this.#now.stored();
      this.#savedThrough = Math.max(this.#savedThrough, stored.sequence);
      const row = { reactor: name, sequence: this.#now.neededAfter, progress: JSON.stringify(stored) };
      await checkpoint?.save(stored.sequence);
      await log.putReactor(row);
    });
  }
}
