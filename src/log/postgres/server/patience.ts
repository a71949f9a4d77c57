/** Asks again, with growing pauses, where a connection was lost or the server was busy. */
import { pause, performance } from '../../../threads/timers.ts';
import { storeClosed } from '../../log-errors.ts';
import { ConnectionLost, ServerBusy, unreachable } from './refusals.ts';

const FIRST_ASK_REST_MS = 10;
const LONGEST_ASK_REST_MS = 1_000;

export interface Patience {
  /** Names the log in messages. */
  readonly path: string;
  /** ms without an answer after which it ends; `Infinity` for a reader that waits for the server as long as it takes. */
  readonly within: number;
  /** Aborts when the log is closed. */
  readonly closing: AbortSignal;
}

/**
 * The answer to a question that may be asked twice.
 *
 * @throws RefoldError `STORE_FAILED` when there was no answer in time, `STORE_CLOSED`; what the question throws
 */
export async function patiently<T>(question: () => Promise<T>, { path, within, closing }: Patience): Promise<T> {
  const tries = new Tries(within);
  for (;;) {
    try {
      return await question();
    } catch (error) {
      if (closing.aborted) throw storeClosed(path);
      if (!(await tries.mayAskAgain(error))) throw error instanceof ConnectionLost ? unreachable(path, error) : error;
    }
  }
}

/** Counts the time without an answer, and rests between two attempts. */
export class Tries {
  readonly #within: number;
  #end: number;
  #rest = FIRST_ASK_REST_MS;

  constructor(within: number) {
    this.#within = within;
    this.#end = performance.now() + within;
  }

  /** Resolves after a rest; false when there is no time left, or for any other error. A busy server has answered. */
  async mayAskAgain(error: unknown): Promise<boolean> {
    if (error instanceof ServerBusy) {
      this.#end = performance.now() + this.#within;
      return true;
    }
    if (!(error instanceof ConnectionLost) || performance.now() + this.#rest > this.#end) return false;
    await pause(this.#rest);
    this.#rest = Math.min(2 * this.#rest, LONGEST_ASK_REST_MS);
    return true;
  }
}
