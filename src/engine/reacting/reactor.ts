/** A reactor, as its application sees it: how far it has come, why it stopped, and what is tried again or skipped then. */
import type { RefoldError } from '../../core/errors.ts';
import type { ParkedEvent } from './progress.ts';
import { notHeld } from './reactor-errors.ts';
import type { ReactorWork } from './reactor-work.ts';

export let workOf: (reactor: Reactor) => ReactorWork;

/** A reactor. Made by `store.react`. On a standby it waits while another store is the writer. */
export class Reactor {
  readonly name: string;
  readonly #work: ReactorWork;
  /** Where the log ends, in the store's eyes. */
  readonly #head: () => number;
  readonly #retries = new Map<number, Promise<void>>();

  static {
    workOf = (reactor) => reactor.#work;
  }

  /** Use `store.react`. */
  constructor(work: ReactorWork, head: () => number) {
    this.name = work.name;
    this.#work = work;
    this.#head = head;
  }

  /**
   * The low-water mark: the effects of all events up to it are finished, skipped or parked. While it waits on a standby: that of
   * its last time, or 0.
   */
  get sequence(): number {
    return this.#work.progress.sequence;
  }

  /** Why it stopped, if it did. `retry` and `skip` let it continue. */
  get error(): RefoldError | undefined {
    return this.#work.error;
  }

  /** Events that were set aside, in order. */
  get parked(): readonly ParkedEvent[] {
    return this.#work.progress.parked;
  }

  /** True after `stop`, and after the close of the store. */
  get isStopped(): boolean {
    return this.#work.isStopped;
  }

  /**
   * Resolves when the effects of all events that are durable now are finished, skipped or parked.
   *
   * @throws RefoldError the `error` when the reactor stops because of it; `STORE_CLOSED` after `stop`
   */
  async caughtUp(): Promise<void> {
    await this.#work.reached(this.#head());
  }

  /**
   * Tries an event again, with all attempts: a parked one, or the one at which the reactor stopped. Resolves when its effect
   * is finished.
   *
   * @throws RefoldError `INVALID_OPTION` for another event; `REACTOR_FAILED` when the effect fails again; `HISTORY_GONE`;
   * `NOT_WRITER` while it waits on a standby
   */
  async retry(sequence: number): Promise<void> {
    this.#work.requireRunning();
    if (this.#work.progress.isParked(sequence)) return this.#retryOnce(sequence);
    this.#requireStoppedAt('retry', sequence);
    await this.#work.continue();
    await this.#work.reached(sequence);
  }

  /**
   * Counts an event as finished without its effect: a parked one, or the one at which the reactor stopped. Resolves when that
   * is durable.
   *
   * @throws RefoldError `INVALID_OPTION` for another event; `NOT_WRITER` while it waits on a standby
   */
  async skip(sequence: number): Promise<void> {
    this.#work.requireRunning();
    if (this.#work.progress.isParked(sequence)) return this.#work.finish(sequence);
    this.#requireStoppedAt('skip', sequence);
    await this.#work.rested();
    await this.#work.finish(sequence);
    await this.#work.continue();
  }

  /** Aborts the `signal` of the effects in flight, waits for them, and saves the progress. Further calls do nothing. */
  async stop(): Promise<void> {
    await this.#work.stop();
  }

  /** Calls for the same event share one retry. */
  #retryOnce(sequence: number): Promise<void> {
    let retrying = this.#retries.get(sequence);
    if (retrying === undefined) {
      retrying = this.#work.retry(sequence).finally(() => this.#retries.delete(sequence));
      this.#retries.set(sequence, retrying);
    }
    return retrying;
  }

  #requireStoppedAt(action: string, sequence: number): void {
    const { error } = this;
    const at = error?.code === 'REACTOR_FAILED' ? error.sequence : undefined;
    if (at === undefined || at !== sequence) throw notHeld(this, action, sequence, at);
  }
}
