/**
 * Idle time of the moments' thread: states for far places are kept, one after the other, while no question waits.
 *
 * A question ends the work at once. When nothing more is to do, it looks again from time to time: the log may have grown, and after a
 * redaction what was kept must go although nothing is asked.
 */
import { isRefoldError } from '../../index.ts';

/** So long after an answer the next question of a drag has come, in ms. */
const AFTER_AN_ANSWER_MS = 100;
const LOOKING_AGAIN_MS = 1_000;

export class Warming {
  readonly #slice: (signal: AbortSignal) => Promise<boolean>;
  readonly #onWarm: (isWarm: boolean) => void;
  #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #questions = 0;

  /**
   * @param slice does a part of the work; false when nothing is left
   * @param onWarm hears after each part whether that was all
   */
  constructor(slice: (signal: AbortSignal) => Promise<boolean>, onWarm: (isWarm: boolean) => void) {
    this.#slice = slice;
    this.#onWarm = onWarm;
  }

  /** A question has come: no work until it is answered. @returns says that it is answered */
  pause(): () => void {
    this.#questions++;
    clearTimeout(this.#timer);
    this.#abort.abort();
    return () => {
      this.#questions--;
      if (this.#questions === 0) this.#later(AFTER_AN_ANSWER_MS);
    };
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => void this.#work(), ms).unref();
  }

  async #work(): Promise<void> {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const isMore = await this.#slice(signal);
      this.#onWarm(!isMore);
      if (!signal.aborted) this.#later(isMore ? 0 : LOOKING_AGAIN_MS);
    } catch (error) {
      if (signal.aborted) return;
      if (!isRefoldError(error)) throw error;
      this.#onWarm(false); // questions say what is wrong with the log
      this.#later(LOOKING_AGAIN_MS);
    }
  }
}
