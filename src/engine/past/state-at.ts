/** A past state directly from a log. No store is needed, whose open would first recover the present state. */
import type { Catalog } from '../../core/catalog.ts';
import type { CommandInputs, Model } from '../../core/model.ts';
import { requireModel } from '../../core/model-checks.ts';
import type { LogSource } from '../../log/log-source.ts';
import type { LogStore } from '../../log/log-store.ts';
import { A_FUNCTION, A_SIGNAL, checkOptions, type OptionChecks } from '../calls/call-options.ts';
import { A_LOG, A_PATH, type LogOptions, requireOneLog } from '../calls/log-options.ts';
import { refuseLostTail, withLogOf } from '../calls/log-ownership.ts';
import { harmless, type Progress } from '../calls/progress.ts';
import { fingerprintOfModel } from '../folding/model-module.ts';
import { type PastState, type Position, pastState } from './history.ts';

export interface StateAtOptions extends LogOptions {
  /** The log's file; a writer may have it open. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** An open log: it stays open. Or a source: its log is closed afterwards. */
  readonly log?: LogStore | LogSource | undefined;
  readonly at: Position;
  /** Ends the work at the next block: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const STATE_AT_CHECKS: OptionChecks<StateAtOptions> = {
  path: A_PATH,
  log: A_LOG,
  at: ['a position: { sequence } or { time }', (value) => value !== null], // checked in detail where it is used
  signal: A_SIGNAL,
  onProgress: A_FUNCTION,
};

/**
 * The state as of a sequence or a time, as `store.at` gives it: one snapshot load plus the events after it.
 *
 * @throws RefoldError as `openStore` does for a file that cannot be read or does not fit the model, and as `store.at` does for
 * a position that is not in the log
 */
export async function stateAt<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
  options: StateAtOptions,
): Promise<PastState<State>> {
  requireModel('build a past state', model);
  const checked = checkOptions('build a past state', STATE_AT_CHECKS, options);
  requireOneLog('build a past state', checked);
  const { at, signal, onProgress } = checked;
  return withLogOf(model, checked, async (log) => {
    await refuseLostTail(log);
    return pastState(model, log, fingerprintOfModel(model), at, { tell: harmless(onProgress), signal });
  });
}
