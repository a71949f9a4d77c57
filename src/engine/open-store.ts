/** Opening a store: options, log, model, recovery, in this order; whatever fails leaves the file as it was. */
import { RefoldError } from '../core/errors.ts';
import type { Catalog, CommandInputs, Model } from '../core/model.ts';
import { requireModel } from '../core/model-checks.ts';
import { type LiveState, openAtomicState, openDirectState, openStrictState } from '../fold/live-state.ts';
import type { LogStore } from '../log/log-store.ts';
import { performance } from '../log/timers.ts';
import { despiteDrops } from './history.ts';
import type { LogOptions } from './log-options.ts';
import { fingerprintOfModel } from './model-module.ts';
import { openLogAt } from './open-log.ts';
import { type Settings, type StoreOptions, settingsOf } from './options.ts';
import { learnRates, readRates } from './rates.ts';
import { describeRecovery, type RecoveryReport, recover } from './recovery.ts';
import { inShadowWorld } from './shadow-world.ts';
import { Store } from './store.ts';
import { tellPassedOver } from './undecodable.ts';
import { beginChecking } from './upcast.ts';
import { warnOf } from './warn.ts';

/** The name of the model is kept under this key. */
const MODEL_KEY = 'model';

/**
 * Opens the log of a model, recovers its state, and becomes its writer (unless `readOnly`).
 *
 * @throws RefoldError `INVALID_OPTION`, `NODE_TOO_OLD`, `LOG_LOCKED` (names the holder), `LOG_CORRUPT` (names the
 * sequence), `FORMAT_TOO_NEW`, `MODEL_MISMATCH`, `HISTORY_GONE` (a changed reducer needs events that were dropped)
 */
export async function openStore<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
  options: StoreOptions,
): Promise<Store<State, C, K>> {
  const start = performance.now();
  requireModel('open the store', model);
  const settings = settingsOf(options);
  const { durability, readOnly } = settings;
  const log = settings.log ?? (await openLogAt(settings.path!, { durability, readOnly }));
  try {
    await requireSameModel(log, model);
    await refuseLostTail(log);
    const fingerprint = fingerprintOfModel(model);
    const total = log.head().sequence;
    settings.onProgress({ phase: 'load', done: 0, total });
    const onProgress = (done: number): void => settings.onProgress({ phase: 'replay', done, total });
    const recovered = await despiteDrops(log, () => recover(model, log, fingerprint, { onProgress }));
    const { cursor, snapshot } = recovered;
    const { state, firstSeen } = cursor;
    const foldedAt = performance.now();
    const live = openLive(state, settings, log);
    // Opening a state freezes it, which takes as its loading does: in proportion to its size.
    const loadMilliseconds = recovered.loadMilliseconds + performance.now() - foldedAt;
    const recovery = describeRecovery(recovered, performance.now() - start, settings.recoverWithin);
    const rates = await readRates(log);
    learnRates(rates, { ...recovered, loadMilliseconds, bytesLoaded: snapshot?.bytes ?? 0 });
    const restMs = Math.max(0, recovery.milliseconds - loadMilliseconds - recovered.foldMilliseconds);
    rates.open = (rates.open + restMs) / 2; // once in a while the disk is cold, or the machine busy
    warnOfOverrun(log, recovery);
    tellPassedOver(log, recovery.passedOver, `the model ${model.name}`);
    if (!readOnly && !log.readOnly) await beginChecking(log);
    const { sequence } = cursor;
    return new Store(model, { log, settings, fingerprint, live, sequence, firstSeen, snapshot, rates, recovery });
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** The state to be folded into from now on. What is not checked, or was mended, is said here, once. */
function openLive<State extends object>(state: State, settings: Settings, log: LogStore): LiveState<State> {
  const { fold, strict, readOnly } = settings;
  const found: string[] = [];
  const note = (path: string): unknown => found.length < FINDINGS_SHOWN && found.push(path);
  const live = strict
    ? openStrictState(state, fold, inShadowWorld, note)
    : fold === 'atomic'
      ? openAtomicState(state, note)
      : openDirectState(state);
  if (found.length > 0) warnOf('RefoldReplayWarning', sharedPlaces(log, found));
  if (fold === 'direct' && !strict && !readOnly) warnOf('RefoldDirectFoldWarning', uncheckedFold(log));
  return live;
}

const FINDINGS_SHOWN = 5;

function sharedPlaces({ path }: LogStore, found: readonly string[]): string {
  const places = found.join(', ');
  return `The state of ${path} had values in two places, or frozen ones (${places}): each has its own copy now. New events that lead to such a state are refused`;
}

function uncheckedFold({ path }: LogStore): string {
  return `The store on ${path} folds directly, and does not check what reducers put into the state: values in two places, frozen ones, getters, class instances, nested OrderedMaps. Use strict: true while developing`;
}

/**
 * A log belongs to the model that wrote it first.
 *
 * @throws RefoldError `MODEL_MISMATCH`
 */
export async function requireSameModel(log: LogStore, model: Model): Promise<void> {
  const owner = await log.getMeta(MODEL_KEY);
  if (owner === undefined && !log.readOnly) await log.putMeta(MODEL_KEY, model.name);
  if (owner === undefined || owner === model.name) return;
  throw new RefoldError(
    'MODEL_MISMATCH',
    `Cannot open ${log.path} as ${model.name}: it is a log of the model ${owner}`,
    {
      path: log.path,
      type: owner,
      hint: `Open it with the model ${owner}, or choose another path`,
    },
  );
}

/** The name of the model that a log belongs to; undefined for a log that no model has opened yet. */
export function modelNameOf(log: LogStore): Promise<string | undefined> {
  return log.getMeta(MODEL_KEY);
}

/**
 * Hands over the log that is given, or else the one at the path, which is closed afterwards.
 *
 * @throws RefoldError as `openStore` does for a file that cannot be read or does not fit the model
 */
export async function withLogOf<T>(
  model: Model,
  { path, log: given }: LogOptions,
  read: (log: LogStore) => Promise<T>,
): Promise<T> {
  const log = given ?? (await openLogAt(path!, { readOnly: true }));
  try {
    await requireSameModel(log, model);
    return await read(log);
  } finally {
    if (given === undefined) await log.close();
  }
}

/** A state whose loading alone overruns the promise cannot be helped by snapshots: said once, with the numbers. */
function warnOfOverrun({ path }: LogStore, { loadMilliseconds, recoverWithin }: RecoveryReport): void {
  if (loadMilliseconds <= recoverWithin) return;
  const took = Math.round(loadMilliseconds);
  const message = `Loading the state of ${path} alone took ${took} ms, and recoverWithin promises ${recoverWithin} ms`;
  process.emitWarning(message, {
    type: 'RefoldRecoveryWarning',
    detail: 'Raise recoverWithin, or keep less in the state',
  });
}

/**
 * A snapshot beyond the log's end proves that the log has lost events which were durable once.
 *
 * @throws RefoldError `LOG_CORRUPT`
 */
export async function refuseLostTail(log: LogStore): Promise<void> {
  const newest = (await log.snapshots(''))[0]?.sequence ?? 0;
  const head = log.head().sequence;
  if (newest <= head) return;
  throw new RefoldError(
    'LOG_CORRUPT',
    `Cannot open ${log.path}: the log ends at ${head}, before its snapshot at ${newest}`,
    {
      path: log.path,
      sequence: head + 1,
      hint: 'Look for the -wal file that belongs beside it, or restore a backup; to go on without what is lost, run refold repair --accept-loss',
    },
  );
}
