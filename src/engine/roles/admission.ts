/**
 * Whether a call may proceed: the store must be open, sound, and for a write the writer of its log. And the call must not come from
 * code that runs inside a write.
 */
import { RefoldError } from '../../core/errors.ts';
import type { LogStore } from '../../log/log-store.ts';
import type { StoreFailure } from '../calls/failure.ts';
import { holderOf, notTheWriter } from '../calls/not-writer.ts';
import { type Reentrancy, refuseReentrant } from '../calls/reentrancy.ts';

/** What decides. */
interface AdmissionParts {
  /** What is read. It also knows who writes. */
  readonly log: LogStore;
  readonly guard: Reentrancy;
  readonly failure: StoreFailure;
  /** Whether the store was opened to read, whatever happens. */
  readonly isReadOnly: boolean;
  /** Whether the store writes now: a standby does not always. */
  readonly isWriter: () => boolean;
}

export class Admission {
  readonly #parts: AdmissionParts;
  #isClosed = false;

  constructor(parts: AdmissionParts) {
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
    const { guard, log } = this.#parts;
    return guard.entered ? refuseReentrant(action, log.path) : this.unwritable(action);
  }

  /** The same for a call that may be made inside a write, and runs after it. */
  unwritable(action: string): Promise<never> | undefined {
    try {
      this.requireNotReadOnly();
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#parts.isWriter() ? undefined : this.notWriter(action);
  }

  /** Rejects with `NOT_WRITER`, and names the writer. */
  async notWriter(action: string): Promise<never> {
    const { log } = this.#parts;
    throw notTheWriter(action, log.path, await holderOf(log));
  }

  requireOpen(): void {
    if (!this.#isClosed) return;
    throw new RefoldError('STORE_CLOSED', 'Cannot use the store: it is closed', {
      path: this.#parts.log.path,
      hint: 'Open the store again, and close it after the last use',
    });
  }

  /** After a failure the state may hold events that the log does not have. */
  requireSound(): void {
    this.requireOpen();
    const { error } = this.#parts.failure;
    if (error !== undefined) throw error;
  }

  /** Also for a standby, which may become the writer. @throws RefoldError `INVALID_OPTION` on a store that only reads */
  requireNotReadOnly(): void {
    this.requireSound();
    if (this.#parts.isReadOnly)
      throw this.readOnly('write', 'Open it without readOnly; only one process can write at a time');
  }

  /** The error for a call that a read-only store cannot serve. */
  readOnly(action: string, hint: string): RefoldError {
    return new RefoldError('INVALID_OPTION', `Cannot ${action}: the store was opened read-only`, {
      path: this.#parts.log.path,
      type: 'readOnly',
      hint,
    });
  }
}
