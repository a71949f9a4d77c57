/** The state of a read-only store that is not live: as of its open, until the log is redacted. */
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import { type ReaderParts, renewState } from './reader-state.ts';
import { Renewal, STILL_LOOK_MS } from './renewal.ts';

export class StillReader<State extends object> {
  readonly #parts: ReaderParts<State>;
  readonly #renewal: Renewal;

  constructor(parts: ReaderParts<State>) {
    this.#parts = parts;
    this.#renewal = new Renewal(parts.log, parts.generation, STILL_LOOK_MS, () => void this.#renew());
  }

  /** Resolves when the state is that of the log, if the log was redacted. Never rejects: the store may have failed then. */
  renewed(): Promise<void> {
    return this.#renewal.current();
  }

  close(): void {
    this.#renewal.close();
  }

  /** Never rejects. What was erased must not be shown, so a store that cannot make its state again has failed. */
  async #renew(): Promise<void> {
    const { log, sequence, failure } = this.#parts;
    try {
      await this.#renewal.run(() => renewState(this.#parts, sequence));
    } catch (error) {
      this.#renewal.close();
      if (!isRefoldError(error, 'STORE_CLOSED')) failure.fail(cannotRenew(log.path, error));
    }
  }
}

function cannotRenew(path: string, cause: unknown): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot read the redacted log ${path}: ${messageOf(cause)}`, {
    path,
    cause,
    hint: 'Look at the cause, then open the store again',
  });
}
