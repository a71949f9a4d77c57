/** Calls that wait until a store that follows its log reaches a sequence. */
import { grouped, RefoldError } from '../../core/errors.ts';
import { reasonOf } from '../../threads/aborted.ts';
import { later } from '../../threads/timers.ts';
import { A_SEQUENCE, A_SIGNAL, checkOptions, checkValue, type OptionChecks } from '../calls/call-options.ts';
import type { StoreFailure } from '../calls/failure.ts';

export interface WaitOptions {
  /** Ends the wait: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait at most, in ms; default without a limit. */
  readonly timeout?: number | undefined;
}

/** A timer with a longer time would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

const WAIT_CHECKS: OptionChecks<WaitOptions> = {
  signal: A_SIGNAL,
  timeout: [
    `a number of milliseconds from 0 to ${LONGEST_MS}`,
    (value) => typeof value === 'number' && value >= 0 && value <= LONGEST_MS,
  ],
};

interface Waiter {
  readonly sequence: number;
  end(error?: unknown): void;
}

/** What is waited for. */
interface Reached {
  readonly path: string;
  /** The last sequence that was reached. */
  readonly sequence: () => number;
  readonly failure: StoreFailure;
}

export class Waiters {
  readonly #reached: Reached;
  readonly #waiting = new Set<Waiter>();

  constructor(reached: Reached) {
    this.#reached = reached;
    reached.failure.ends((error) => this.fail(error));
  }

  /**
   * Resolves when the store has reached the sequence.
   *
   * @param sequence not checked yet
   * @throws RefoldError `INVALID_OPTION`; the store's failure; `STORE_CLOSED` when it is closed; `SEQUENCE_CONFLICT` when the
   * timeout ends; the signal's reason when the signal aborts
   */
  async waitFor(sequence: number, options: WaitOptions | undefined): Promise<void> {
    const checked = checkValue('wait', 'sequence', A_SEQUENCE, sequence) as number;
    await this.reach(checked, checkOptions('wait', WAIT_CHECKS, options));
  }

  /** The same for a sequence and options that are checked. */
  async reach(sequence: number, options: WaitOptions = {}): Promise<void> {
    const { failure, sequence: present } = this.#reached;
    if (failure.error !== undefined) throw failure.error;
    if (sequence <= present()) return;
    await this.#wait(sequence, options);
  }

  #wait(sequence: number, { signal, timeout }: WaitOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => end(reasonOf(signal!));
      const end = (error?: unknown): void => {
        this.#waiting.delete(waiter);
        takeBack?.();
        signal?.removeEventListener('abort', abort);
        if (error === undefined) resolve();
        else reject(error);
      };
      const waiter: Waiter = { sequence, end };
      const takeBack = timeout === undefined ? undefined : later(timeout, () => end(this.#late(sequence, timeout)));
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', abort);
      if (signal?.aborted === true) abort();
    });
  }

  /** The store has every event up to this sequence. */
  reached(sequence: number): void {
    if (this.#waiting.size === 0) return;
    for (const waiter of [...this.#waiting]) if (waiter.sequence <= sequence) waiter.end();
  }

  /** Ends all waiting. */
  fail(error: RefoldError): void {
    for (const waiter of [...this.#waiting]) waiter.end(error);
  }

  /** The store is closed. */
  close(): void {
    const hint = 'Open the store again, and close it after the last use';
    const { path } = this.#reached;
    this.fail(new RefoldError('STORE_CLOSED', 'Cannot wait any longer: the store was closed', { path, hint }));
  }

  #late(sequence: number, timeout: number): RefoldError {
    const { path, sequence: present } = this.#reached;
    const message = `Cannot wait any longer for sequence ${grouped(sequence)}: after ${timeout} ms the replica is at ${grouped(present())}`;
    return new RefoldError('SEQUENCE_CONFLICT', message, {
      path,
      sequence: present(),
      hint: 'Wait longer, or look whether the writer is still running',
    });
  }
}
