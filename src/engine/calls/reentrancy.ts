/**
 * Keeps an application's code from writing into the store that is just running it.
 *
 * A reducer, a schema, an upcaster, a comparator, a getter of the input, the clock or a `decide` runs in the middle of a
 * write. Another write begun there would take the sequence that the first has read and not taken yet. Whoever runs such
 * code *enters* the guard of its log; `append`, `execute`, `snapshot` and `compact` are refused until it is *left*.
 *
 * Only code without an `await` may run between the two: other code of the application runs whenever one is awaited, and
 * may write. Listeners run outside of any write, and may do as they like. The callback of `transact` runs inside one, and
 * writes through its `tx` alone.
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

  /** Runs synchronous code of the application's. Where it runs for each event, `enter` and `leave` cost no closure. */
  run<T>(code: () => T): T {
    this.enter();
    try {
      return code();
    } finally {
      this.leave();
    }
  }

  /** Resolves when the write is over that this is called from; for what may be asked there, but not be begun. */
  left(): Promise<void> {
    // It ends before the call returns that began it, and so before any microtask.
    return Promise.resolve();
  }
}

const guards = new WeakMap<LogStore, Reentrancy>();

/** The one guard of a log: of the store that writes it, and of everything that folds it. */
export function guardOf(log: LogStore): Reentrancy {
  let guard = guards.get(log);
  if (guard === undefined) {
    guard = new Reentrancy();
    guards.set(log, guard);
  }
  return guard;
}

/**
 * What a call comes to that was made from inside a write of the same store.
 *
 * Its rejection is looked at here: a reducer cannot wait for it, and a program must not end because nobody did.
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
