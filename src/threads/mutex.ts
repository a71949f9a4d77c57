/**
 * One piece of work at a time, first in, first out.
 *
 * It is a chain of promises: each piece begins when the one before it is over, whether that one succeeded or failed.
 */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** True while work is under way or waits for its turn. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** Runs `work` after all earlier work is over. Resolves or rejects as `work` does. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    this.#waiting += 1;
    const done = this.#last.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = done.catch(() => {}); // the caller has the error; the next piece begins anyway
    return done;
  }

  /** Resolves when all work so far is over. Never rejects. */
  async drained(): Promise<void> {
    await this.#last;
  }
}
