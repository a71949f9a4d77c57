/**
 * Keeps an application's code from writing into the store that is running it.
 *
 * A reducer, a schema, an upcaster, a comparator, a getter of the input, the clock or a `decide` runs in the middle of a
 * write. A second write there would take the sequence that the first has read and not taken yet. The engine *enters* the
 * guard of the log before it runs such code, and *leaves* it afterwards. In between, `append`, `execute`, `snapshot` and
 * `compact` are refused.
 *
 * Only code without an `await` may run between the two: during an `await` other code of the application runs, and may
 * write. Listeners run outside of any write, and may write. The callback of `transact` runs inside a write, and writes only
 * through its `tx`.
 */
import { RefoldError } from '../../core/errors.ts';
import type { LogStore } from '../../log/log-store.ts';

export class Reentrancy {
  #depth = 0;

  /** Whether the application's code is running inside a write or a fold. */
  get entered(): boolean {
    return this.#depth > 0;
  }

  enter(): void {
    this.#depth += 1;
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** Runs synchronous code of the application. Code that runs for each event uses `enter` and `leave`: they need no closure. */
  run<T>(code: () => T): T {
    this.enter();
    try {
      return code();
    } finally {
      this.leave();
    }
  }

  /** Resolves when the write that this is called from is over. For calls that may be made inside a write, but run after it. */
  left(): Promise<void> {
    // The write ends before its call returns, and so before any microtask.
    return Promise.resolve();
  }
}

const guards = new WeakMap<LogStore, Reentrancy>();

/** The one guard of a log. The store that writes the log shares it with everything that folds the log. */
export function guardOf(log: LogStore): Reentrancy {
  let guard = guards.get(log);
  if (guard === undefined) {
    guard = new Reentrancy();
    guards.set(log, guard);
  }
  return guard;
}

/** Lets another view of a log have the guard of the log: its reducers must not write either. */
export function shareGuard(view: LogStore, log: LogStore): void {
  guards.set(view, guardOf(log));
}

/**
 * The answer to a call that was made from inside a write of the same store.
 *
 * The rejection is handled here: a reducer cannot wait for it, and an unhandled rejection would end the program.
 */
export function refuseReentrant(action: string, path: string): Promise<never> {
  const refused = Promise.reject(reentrantWrite(action, path));
  refused.catch(() => {});
  return refused;
}

function reentrantWrite(action: string, path: string): RefoldError {
  return new RefoldError('REENTRANT_WRITE', `Cannot ${action}: this was called from code that runs inside a write`, {
    path,
    hint: 'Reducers, schemas, upcasters, comparators, getters, the clock and decide must not write: do it after the write, or in a listener; inside transact, use tx.append',
  });
}
