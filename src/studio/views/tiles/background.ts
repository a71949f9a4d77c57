/**
 * Long work that goes on while a page asks for it again and again: one after the other, the one that was asked for last first. Work
 * that is not asked for any more ends.
 */

/** Work is given up after so long without a question, in ms. */
const UNASKED_MS = 10_000;

interface Job {
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly abort: AbortController;
  askedAt: number;
  isRunning: boolean;
}

export class Background {
  readonly #jobs = new Map<string, Job>();
  readonly #failures = new Map<string, unknown>();
  readonly #now: () => number;

  /** @param now ms that only rise */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Starts the work, or goes on with it. @throws what the work has thrown since it was asked for, once */
  want(key: string, run: (signal: AbortSignal) => Promise<void>): void {
    if (this.#failures.has(key)) {
      const failure = this.#failures.get(key);
      this.#failures.delete(key);
      throw failure;
    }
    const job = this.#jobs.get(key);
    if (job === undefined)
      this.#jobs.set(key, { run, abort: new AbortController(), askedAt: this.#now(), isRunning: false });
    else job.askedAt = this.#now();
    this.#startNext();
  }

  /** Ends what is not asked for any more. Work calls it now and then. */
  tidy(): void {
    for (const [key, job] of this.#jobs) {
      if (this.#now() - job.askedAt <= UNASKED_MS) continue;
      job.abort.abort();
      if (!job.isRunning) this.#jobs.delete(key);
    }
  }

  /** Ends everything: what it worked on is not true any more. */
  clear(): void {
    for (const { abort } of this.#jobs.values()) abort.abort();
    this.#jobs.clear();
    this.#failures.clear();
  }

  #startNext(): void {
    this.tidy();
    const waiting = [...this.#jobs].toSorted(([, a], [, b]) => b.askedAt - a.askedAt);
    const [next] = waiting;
    if (next === undefined || waiting.some(([, { isRunning }]) => isRunning)) return;
    const [key, job] = next;
    job.isRunning = true;
    void job
      .run(job.abort.signal)
      .catch((error: unknown) => {
        if (!job.abort.signal.aborted) this.#failures.set(key, error);
      })
      .finally(() => {
        if (this.#jobs.get(key) === job) this.#jobs.delete(key);
        this.#startNext();
      });
  }
}
