/** Full replay: folds a log from its beginning without snapshots, and reports the result. */
import type { Catalog } from '../../core/catalog.ts';
import type { DeepReadonly } from '../../core/event.ts';
import type { CommandInputs, Model } from '../../core/model.ts';
import { requireModel } from '../../core/model-checks.ts';
import { hashStateOf } from '../../fold/encoding/state-codec.ts';
import type { LogSource } from '../../log/log-source.ts';
import type { LogStore } from '../../log/log-store.ts';
import { performance } from '../../threads/timers.ts';
import { A_FUNCTION, A_SEQUENCE, A_SIGNAL, checkOptions, type OptionChecks } from '../calls/call-options.ts';
import { A_LOG, A_PATH, type LogOptions, requireOneLog } from '../calls/log-options.ts';
import { withLogOf } from '../calls/log-ownership.ts';
import { harmless, type Progress } from '../calls/progress.ts';
import { beginningOf, freshState } from '../folding/initial-state.ts';
import { fingerprintOfModel } from '../folding/model-module.ts';
import { type FoldCursor, foldLog, startCursor } from '../folding/refold.ts';
import { loadFirst, planRecovery, snapshotFacts } from '../folding/usable-snapshots.ts';
import { despiteDrops } from './history.ts';
import { recover, requireSameHistory } from './recovery.ts';

export interface ReplayOptions extends LogOptions {
  /** The log's file; a writer may have it open. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** An open log: it stays open. Or a source: its log is closed afterwards. */
  readonly log?: LogStore | LogSource | undefined;
  /** Stop after this sequence; default the log's end. */
  readonly to?: number | undefined;
  /** Ends the work at the next block: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ReplayReport<State> {
  /** Events folded. */
  readonly events: number;
  /** The sequence before the first event folded: 0, or that of the oldest snapshot if history was dropped. */
  readonly from: number;
  readonly sequence: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly stateHash: string;
  readonly state: DeepReadonly<State>;
}

const REPLAY_CHECKS: OptionChecks<ReplayOptions> = {
  path: A_PATH,
  log: A_LOG,
  to: A_SEQUENCE,
  signal: A_SIGNAL,
  onProgress: A_FUNCTION,
};

/**
 * Folds the whole log with this model, from sequence 1 when the log still has it.
 *
 * @throws RefoldError as `openStore` does for a file that cannot be read or does not fit the model
 */
export async function replay<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
  options: ReplayOptions,
): Promise<ReplayReport<State>> {
  requireModel('replay the log', model);
  const checked = checkOptions('replay the log', REPLAY_CHECKS, options);
  requireOneLog('replay the log', checked);
  return withLogOf(model, checked, (log) => replayLog(model, log, checked));
}

async function replayLog<State extends object>(
  model: Model<State>,
  log: LogStore,
  options: ReplayOptions,
): Promise<ReplayReport<State>> {
  const to = Math.min(options.to ?? Number.POSITIVE_INFINITY, log.head().sequence);
  const cursor = await despiteDrops(log, () => startOf(model, log, to, options.signal));
  const from = cursor.sequence;
  const start = performance.now();
  const tell = harmless(options.onProgress);
  const onProgress = (done: number): void => tell({ phase: 'replay', done, total: to });
  onProgress(from);
  await foldLog(model, model.reducers, log, cursor, { to, onProgress, signal: options.signal });
  const seconds = (performance.now() - start) / 1_000;
  const events = cursor.sequence - from;
  return {
    events,
    from,
    sequence: cursor.sequence,
    seconds,
    eventsPerSecond: seconds > 0 ? Math.round(events / seconds) : 0,
    stateHash: hashStateOf(cursor.state, model.comparators),
    state: cursor.state as DeepReadonly<State>,
  };
}

/** The log's beginning. If it was dropped: the oldest usable snapshot that is not beyond the end. */
async function startOf<State extends object>(
  model: Model<State>,
  log: LogStore,
  to: number,
  signal: AbortSignal | undefined,
): Promise<FoldCursor<State>> {
  const first = log.firstSequence();
  if (first === 1) return startCursor(freshState(model));
  const fingerprint = fingerprintOfModel(model);
  const facts = await snapshotFacts(log, '', fingerprint);
  const { candidates } = planRecovery({ ...facts, head: to, firstSequence: first });
  const options = { vouch: requireSameHistory, signal };
  const { loaded } = await loadFirst(log, candidates.toReversed(), () => beginningOf(model), options);
  return loaded?.cursor ?? (await recover(model, log, fingerprint, { to, signal })).cursor;
}
