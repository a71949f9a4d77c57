/** A past state straight from a log: without a store, whose opening would recover the present one first. */
import type { Catalog, CommandInputs, Model } from '../core/model.ts';
import type { LogStore } from '../log/log-store.ts';
import { type PastState, type Position, pastState } from './history.ts';
import { fingerprintOfModel } from './model-module.ts';
import { refuseLostTail, withLogOf } from './open-store.ts';
import type { Progress } from './options.ts';
import { harmless } from './telling.ts';

export interface StateAtOptions {
  /** The log's file; a writer may have it open. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** An open log, which stays open. */
  readonly log?: LogStore | undefined;
  readonly at: Position;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * The state as of a sequence or a time, as `store.at` gives it: one snapshot load plus the events after it.
 *
 * @throws RefoldError as `openStore` does for a file that cannot be read or does not fit the model, and as `store.at` does for
 * a position that is no place in the log
 */
export async function stateAt<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
  options: StateAtOptions,
): Promise<PastState<State>> {
  return withLogOf(model, options, async (log) => {
    await refuseLostTail(log);
    return pastState(
      model,
      log,
      fingerprintOfModel(model),
      options.at,
      harmless(options.onProgress, 'RefoldProgressWarning'),
    );
  });
}
