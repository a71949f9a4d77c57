/** The state of a read-only store that is not live: as of its open, until the log is redacted. */
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import type { LogStore } from '../../log/log-store.ts';
import type { StoreFailure } from '../calls/failure.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import type { ReplaceableState } from '../folding/replaceable-state.ts';
import { despiteDrops } from '../past/history.ts';
import { recover } from '../past/recovery.ts';
import { Renewal, STILL_LOOK_MS } from './renewal.ts';

export interface StillReaderParts<State extends object> {
  readonly model: Model<State>;
  readonly log: LogStore;
  readonly fingerprint: ModelFingerprint;
  readonly state: ReplaceableState<State>;
  readonly sequence: number;
  readonly generation: number;
  readonly failure: StoreFailure;
  readonly onRenewed: () => Promise<void>;
}

export class StillReader<State extends object> {
  readonly #parts: StillReaderParts<State>;
  readonly #renewal: Renewal;

  constructor(parts: StillReaderParts<State>) {
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
    const { model, log, fingerprint, state, sequence, failure, onRenewed } = this.#parts;
    try {
      await this.#renewal.run(async () => {
        const { cursor } = await despiteDrops(log, () => recover(model, log, fingerprint, { to: sequence }));
        state.replace(cursor.state);
        await onRenewed();
      });
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
