/**
 * Whether a call may proceed: the store must be open, sound, and for a write not read-only, and the call must not come from
 * code that runs inside a write.
 */
import { RefoldError } from '../core/errors.ts';
import { type Reentrancy, refuseReentrant } from './calls/reentrancy.ts';

/** A part of the store that can fail for good. */
export interface Failing {
  /** Why it failed, if it did. */
  readonly failure: RefoldError | undefined;
}

export class Admission {
  readonly #path: string;
  readonly #isReadOnly: boolean;
  readonly #guard: Reentrancy;
  readonly #parts: readonly Failing[];
  #isClosed = false;

  /** @param parts the first that has failed gives the error */
  constructor(path: string, isReadOnly: boolean, guard: Reentrancy, parts: readonly Failing[]) {
    this.#path = path;
    this.#isReadOnly = isReadOnly;
    this.#guard = guard;
    this.#parts = parts;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** From now on each call is `STORE_CLOSED`. */
  close(): void {
    this.#isClosed = true;
  }

  /** A rejection if a write cannot even be tried. Functions that return promises never throw. */
  refused(action: string): Promise<never> | undefined {
    if (this.#guard.entered) return refuseReentrant(action, this.#path);
    try {
      this.requireWritable();
      return undefined;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  requireOpen(): void {
    if (!this.#isClosed) return;
    throw new RefoldError('STORE_CLOSED', 'Cannot use the store: it is closed', {
      path: this.#path,
      hint: 'Open the store again, and close it after the last use',
    });
  }

  /** After a failure the state may hold events that the log does not have. */
  requireSound(): void {
    this.requireOpen();
    for (const { failure } of this.#parts) if (failure !== undefined) throw failure;
  }

  requireWritable(): void {
    this.requireSound();
    if (this.#isReadOnly)
      throw this.readOnly('write', 'Open it without readOnly; only one process can write at a time');
  }

  /** The error for a call that a read-only store cannot serve. */
  readOnly(action: string, hint: string): RefoldError {
    return new RefoldError('INVALID_OPTION', `Cannot ${action}: the store was opened read-only`, {
      path: this.#path,
      type: 'readOnly',
      hint,
    });
  }
}
