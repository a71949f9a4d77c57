/**
 * Reads an application's iterable safely: it may throw, return a promise, or give something that is not an iterator result.
 *
 * A synchronous iterable is read without an `await`: in an import of millions of events each one costs time.
 */
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';

export class EventSource {
  readonly #iterator: { readonly return?: unknown };
  readonly #next: () => unknown;
  readonly #isAsync: boolean;
  #index = -1;
  /** The event that was pulled last, as the iterator gave it. */
  event: unknown;
  isOver = false;

  /** @throws RefoldError `EVENT_REJECTED` when it does not give an iterator */
  static of(events: Iterable<unknown> | AsyncIterable<unknown>): EventSource {
    let cause: unknown;
    try {
      const { [Symbol.asyncIterator]: asynchronous, [Symbol.iterator]: synchronous } = events as unknown as Readonly<
        Record<symbol, undefined | (() => { readonly next?: () => unknown; readonly return?: unknown })>
      >;
      const iterator = (asynchronous ?? synchronous)!.call(events);
      const { next } = iterator;
      if (typeof next === 'function') return new EventSource(iterator, next, asynchronous !== undefined);
    } catch (error) {
      cause = error;
    }
    throw unreadable(0, cause === undefined ? 'its iterator has no next' : `it threw: ${messageOf(cause)}`, cause);
  }

  private constructor(iterator: { readonly return?: unknown }, next: () => unknown, isAsync: boolean) {
    this.#iterator = iterator;
    this.#next = next;
    this.#isAsync = isAsync;
  }

  /**
   * Pulls the next event. Returns a promise if the caller has to wait for it.
   *
   * @throws RefoldError `EVENT_REJECTED` when the iterable throws or does not give a result. A `RefoldError` that it throws,
   * for example of another store, passes unchanged
   */
  pull(): Promise<void> | undefined {
    this.#index += 1;
    let result: unknown;
    try {
      result = this.#next.call(this.#iterator);
    } catch (error) {
      throw this.#failure(error);
    }
    if (this.#isAsync) return this.#wait(result);
    if (isPromiseLike(result)) {
      letGo(result);
      throw this.#misbehaved('a promise, and it is not an async iterable');
    }
    this.#read(result);
    return undefined;
  }

  /** Calls the iterator's `return`, unless it has ended. Rejects if that throws. */
  async release(): Promise<void> {
    if (this.isOver) return;
    const ending = this.#iterator.return;
    if (typeof ending === 'function') await ending.call(this.#iterator);
  }

  async #wait(result: unknown): Promise<void> {
    let awaited: unknown;
    try {
      awaited = await result;
    } catch (error) {
      throw this.#failure(error);
    }
    this.#read(awaited);
  }

  #read(result: unknown): void {
    if (typeof result !== 'object' || result === null) {
      throw this.#misbehaved(result === null ? 'null' : typeof result);
    }
    try {
      const { done, value } = result as IteratorResult<unknown>;
      if (done) this.isOver = true;
      else this.event = value;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): RefoldError {
    return isRefoldError(error) ? error : unreadable(this.#index, `it threw: ${messageOf(error)}`, error);
  }

  #misbehaved(what: string): RefoldError {
    return unreadable(this.#index, `its next gave ${what}`, undefined);
  }
}

function unreadable(index: number, problem: string, cause: unknown): RefoldError {
  const message = `Cannot import the event at index ${index}: reading the events failed: ${problem}`;
  const hint = 'Give an array, a generator or another iterable that does not fail; the events before this one stay';
  return new RefoldError('EVENT_REJECTED', message, { index, cause, hint });
}
