/**
 * The jobs of one log in a shared thread: in order, and without ever waiting for a lock inside the thread.
 *
 * Another program may hold the lock of a file for a while. A thread with one log waits for it inside SQLite. In a shared
 * thread a job that meets a lock stands in line and is tried again, and the jobs of other logs are done in between.
 */
import { isRefoldError } from '../../../core/errors.ts';
import { nextTurn, pause, performance } from '../../../threads/timers.ts';

/** How long a job waits for the lock of another program, in ms: as long as SQLite waits in a thread with one log. */
export const WRITE_LOCK_PATIENCE_MS = 5_000;
/** How long until a job that met a lock is tried again, in ms. */
const MET_LOCK_RETRY_MS = 5;

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class JobLine {
  readonly #waiting: Waiting[] = [];

  /** Does a job now, or once those before it are done. A job that is refused for a lock must have changed nothing. */
  run(work: () => unknown): unknown {
    if (this.#waiting.length === 0) {
      try {
        return work();
      } catch (error) {
        if (!isLocked(error)) throw error;
      }
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      if (this.#waiting.length === 1) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { work, resolve, reject } = first;
      await patiently(work, WRITE_LOCK_PATIENCE_MS).then(resolve, reject);
      this.#waiting.shift();
      await nextTurn();
    }
  }
}

/** Does work that may meet a lock: again and again, until it works, fails in another way, or `withinMs` have passed. */
export async function patiently<T>(work: () => T, withinMs: number): Promise<T> {
  for (const start = performance.now(); ; ) {
    try {
      return work();
    } catch (error) {
      if (!isLocked(error) || performance.now() - start >= withinMs) throw error;
    }
    await pause(MET_LOCK_RETRY_MS);
  }
}

function isLocked(error: unknown): boolean {
  return isRefoldError(error, 'LOG_LOCKED');
}
