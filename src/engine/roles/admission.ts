/**
 * Whether a call may proceed: the store must be open, sound, and for a write not read-only, and the call must not come from
 * code that runs inside a write.
 */
import { RefoldError } from '../../core/errors.ts';
import type { StoreFailure } from '../calls/failure.ts';
import { type Reentrancy, refuseReentrant } from '../calls/reentrancy.ts';

export class Admission {
  readonly #path: string;
  readonly #isReadOnly: boolean;
  readonly #guard: Reentrancy;
  readonly #failure: StoreFailure;
  #isClosed = false;

  constructor(path: string, isReadOnly: boolean, guard: Reentrancy, failure: StoreFailure) {
    this.#path = path;
    this.#isReadOnly = isReadOnly;
    this.#guard = guard;
    this.#failure = failure;
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
    if (this.#failure.error !== undefined) throw this.#failure.error;
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
