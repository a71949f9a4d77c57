/** The state of a store that reads while another process writes, and how it is made again once the log was redacted. */
import type { Model } from '../../core/model.ts';
import type { LogStore } from '../../log/log-store.ts';
import type { StoreFailure } from '../calls/failure.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import type { ReplaceableState } from '../folding/replaceable-state.ts';
import { recoverDespiteDrops } from '../past/history.ts';

export interface ReaderParts<State extends object> {
  readonly model: Model<State>;
  readonly log: LogStore;
  readonly fingerprint: ModelFingerprint;
  readonly state: ReplaceableState<State>;
  /** The sequence of the last event in `state`. */
  readonly sequence: number;
  /** How many redactions the log had had when the state was recovered. */
  readonly generation: number;
  readonly failure: StoreFailure;
  /** Called when the log was redacted, and the state is that of the redacted log. */
  readonly onRenewed: () => Promise<void>;
}

/** Continues with the state of the redacted log. It stays where it is, so that listeners get every event after it. */
export async function renewState<State extends object>(
  { model, log, fingerprint, state, onRenewed }: ReaderParts<State>,
  to: number,
): Promise<void> {
  const { cursor } = await recoverDespiteDrops(model, log, fingerprint, { to });
  state.replace(cursor.state);
  await onRenewed();
}
