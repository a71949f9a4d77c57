/** Calls that wait until a replica reaches a sequence. */
import type { RefoldError } from '../../core/errors.ts';
import { reasonOf } from '../../threads/aborted.ts';
import { later } from '../../threads/timers.ts';
import { A_SIGNAL, type OptionChecks } from '../calls/call-options.ts';

export interface WaitOptions {
  /** Ends the wait: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait at most, in ms; default without a limit. */
  readonly timeout?: number | undefined;
}

/** A timer with a longer time would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

export const WAIT_CHECKS: OptionChecks<WaitOptions> = {
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

export class Waiters {
  readonly #waiting = new Set<Waiter>();

  /**
   * Resolves when `reached` is called with this sequence, or a later one.
   *
   * @param late makes the error for a timeout
   * @throws the signal's reason; the error given to `fail`
   */
  wait(sequence: number, { signal, timeout }: WaitOptions, late: (timeout: number) => RefoldError): Promise<void> {
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
      const takeBack = timeout === undefined ? undefined : later(timeout, () => end(late(timeout)));
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', abort);
      if (signal?.aborted === true) abort();
    });
  }

  reached(sequence: number): void {
    for (const waiter of [...this.#waiting]) if (waiter.sequence <= sequence) waiter.end();
  }

  fail(error: RefoldError): void {
    for (const waiter of [...this.#waiting]) waiter.end(error);
  }
}
