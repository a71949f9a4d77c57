/**
 * Whether a store has failed, and why: the one place that remembers it.
 *
 * A failure is noted before any promise rejects because of it. It never changes and never ends: only a new open helps.
 */
import { isRefoldError, RefoldError } from '../../core/errors.ts';
import { letGo } from '../../core/let-go.ts';
import { isFenced } from '../../log/log-errors.ts';
import { deposed } from './not-writer.ts';
import { warnOf } from './warn.ts';

export class StoreFailure {
  readonly #owner: object;
  readonly #onFailure: ((failure: RefoldError) => unknown) | undefined;
  readonly #ends: ((failure: RefoldError) => void)[] = [];
  #error: RefoldError | undefined;

  /**
   * @param owner whose warning it is if the listener fails
   * @param onFailure the application's listener. It may throw anything
   */
  constructor(owner: object, onFailure: ((failure: RefoldError) => unknown) | undefined) {
    this.#owner = owner;
    this.#onFailure = onFailure;
  }

  /** Why the store has failed; undefined while it is sound. */
  get error(): RefoldError | undefined {
    return this.#error;
  }

  /** Calls `end` when the store fails, before the application hears of it. `end` must not throw. */
  ends(end: (failure: RefoldError) => void): void {
    this.#ends.push(end);
  }

  /** The first failure stays. */
  fail(error: RefoldError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    for (const end of this.#ends) end(error);
    try {
      letGo(this.#onFailure?.(error), (reason) => this.#warn(reason));
    } catch (thrown) {
      this.#warn(thrown);
    }
  }

  /**
   * Looks at what background work or a flush threw: after an unknown outcome, or when another writer has taken over, the log takes
   * no more writes.
   */
  notice(error: unknown, path: string): void {
    if (isRefoldError(error, 'OUTCOME_UNKNOWN')) this.fail(failedBefore(path, error));
    else if (isFenced(error)) this.fail(deposed(path, error));
  }

  /** Does work that writes, and notices when the log fails in it. A takeover is a `NOT_WRITER` for the caller. */
  async watching<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.notice(error, path);
      throw isFenced(error) ? deposed(path, error) : error;
    }
  }

  /** The same for work whose unknown outcome does not matter to the store: what it writes can be written again. */
  async fencing<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isFenced(error)) throw error;
      this.notice(error, path);
      throw deposed(path, error);
    }
  }

  #warn(error: unknown): void {
    warnOf(this.#owner, 'RefoldListenerWarning', error);
  }
}

/** The error of a store in which an earlier write has failed. */
export function failedBefore(path: string, cause: RefoldError): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot go on: an earlier append failed: ${cause.message}`, {
    path,
    cause,
    hint: 'Close this store and open it again: recovery finds out what was written',
  });
}
