/** Opening a store: options, log, model, recovery, in this order. If a step fails, the file stays as it was. */
import type { Catalog } from '../core/catalog.ts';
import type { CommandDecisions, CommandInputs, Model } from '../core/model.ts';
import { requireModel } from '../core/model-checks.ts';
import {
  type LiveState,
  openAtomicState,
  openDirectState,
  openStrictState,
  type Unwieldy,
} from '../fold/live-state.ts';
import type { LogStore } from '../log/log-store.ts';
import { performance } from '../threads/timers.ts';
import { refuseLostTail, requireRemembered, requireSameModel } from './calls/log-ownership.ts';
import { closeBoth, openAsOwner, openLogs } from './calls/open-both.ts';
import { threadOf } from './calls/open-log.ts';
import { type Settings, type StoreOptions, settingsOf } from './calls/options.ts';
import { shareGuard } from './calls/reentrancy.ts';
import { warnOfShapes } from './calls/shape-warning.ts';
import { RECOVERY_TRACE, traced } from './calls/traces.ts';
import { warnOf, warnThat } from './calls/warn.ts';
import { noteBeliefs } from './folding/beliefs.ts';
import type { ModelFingerprint } from './folding/fingerprint.ts';
import { fingerprintOfModel } from './folding/model-module.ts';
import { ReplaceableState } from './folding/replaceable-state.ts';
import { noteTaggers } from './folding/taggers.ts';
import { tellPassedOver } from './folding/undecodable.ts';
import { beginChecking } from './folding/upcast.ts';
import { despiteDrops } from './past/history.ts';
import { describeRecovery, type RecoveryReport, recover } from './past/recovery.ts';
import { Workings } from './roles/workings.ts';
import { learnRates, readRates } from './snapshots/rates.ts';
import { Store } from './store.ts';
import { inShadowWorld } from './writing/shadow-world.ts';

/**
 * Opens the log of a model, recovers its state, and becomes its writer (unless `readOnly`).
 *
 * @throws RefoldError `INVALID_OPTION`, `NODE_TOO_OLD`, `LOG_LOCKED` (names the holder), `LOG_CORRUPT` (names the
 * sequence), `FORMAT_TOO_NEW`, `MODEL_MISMATCH`, `HISTORY_GONE` (a changed reducer needs events that were dropped)
 */
export async function openStore<
  State extends object,
  C extends Catalog,
  K extends CommandInputs,
  D extends CommandDecisions,
>(model: Model<State, C, K, D>, options: StoreOptions): Promise<Store<State, C, K, D>> {
  const start = performance.now();
  requireModel('open the store', model);
  const settings = settingsOf(options);
  const context = (): object => ({ path: settings.path, model: model.name, readOnly: settings.readOnly });
  return traced(RECOVERY_TRACE, context, () => openRecovered(model, settings, start));
}

/**
 * Opens a store whose settings are checked.
 *
 * @param onClosed called once the store has closed, successfully or not
 */
export async function openRecovered<
  State extends object,
  C extends Catalog,
  K extends CommandInputs,
  D extends CommandDecisions,
>(
  model: Model<State, C, K, D>,
  settings: Settings,
  start: number,
  onClosed?: () => void,
): Promise<Store<State, C, K, D>> {
  const { readOnly } = settings;
  const opened = await openLogs(settings);
  const { log, reading } = opened;
  try {
    await requireOwner(log, model, settings);
    const fingerprint = fingerprintOfModel(model);
    const total = log.head().sequence;
    settings.onProgress({ phase: 'load', done: 0, total });
    const onProgress = (done: number): void => settings.onProgress({ phase: 'replay', done, total });
    const generation = log.generation?.() ?? 0;
    const recovered = await despiteDrops(log, () => recover(model, log, fingerprint, { onProgress }));
    const { cursor, snapshot } = recovered;
    const { state, firstSeen } = cursor;
    const foldedAt = performance.now();
    const onUnwieldy = warnOfShapes(log);
    let warns = true; // once
    const open = (given: State): LiveState<State> => {
      const opened = openLive(given, model, settings, log, onUnwieldy, warns);
      warns = false;
      return opened;
    };
    const live = new ReplaceableState(state, open);
    // Opening a state freezes it. Like loading, that takes time in proportion to its size.
    const loadMilliseconds = recovered.loadMilliseconds + performance.now() - foldedAt;
    const failover = log.opening?.failover;
    const recovery: RecoveryReport = {
      ...describeRecovery(recovered, performance.now() - start, settings.recoverWithin),
      ...(failover !== undefined && { failover }),
    };
    const rates = await readRates(log);
    learnRates(rates, { ...recovered, loadMilliseconds, bytesLoaded: snapshot?.bytes ?? 0 });
    const restMs = Math.max(0, recovery.milliseconds - loadMilliseconds - recovered.foldMilliseconds);
    rates.open = (rates.open + restMs) / 2; // now and then the disk is cold, or the machine is busy
    warnOfOverrun(log, recovery);
    tellPassedOver(log, recovery.passedOver, `the model ${model.name}`);
    if (!readOnly && !log.readOnly) await noteForReaders(log, model, fingerprint);
    const { sequence } = cursor;
    const logThread = threadOf(settings);
    const isBelieved = recovered.belief !== undefined;
    const found = {
      fingerprint,
      live,
      sequence,
      firstSeen,
      snapshot,
      isBelieved,
      rates,
      recovery,
      generation,
      onClosed,
    };
    const openWriter = async (waitMs: number, signal: AbortSignal): Promise<LogStore> =>
      openAsOwner(opened.source, settings, { waitMs, signal }, async (writable) => {
        shareGuard(writable, reading);
        await requireOwner(writable, model, settings);
        await noteForReaders(writable, model, fingerprint);
      });
    const standby = settings.standby ? { reading, openWriter } : undefined;
    return new Store(model, Workings.open(model, { log, logThread, settings, standby, ...found }));
  } catch (error) {
    await closeBoth(opened);
    throw error;
  }
}

/** The log belongs to the model, and nothing of it is missing. @throws RefoldError `MODEL_MISMATCH`, `LOG_CORRUPT` */
async function requireOwner(log: LogStore, model: Model, { readOnly, remember }: Settings): Promise<void> {
  if (!readOnly && !log.readOnly) requireRemembered(log, remember);
  await requireSameModel(log, model);
  await refuseLostTail(log);
}

/** What a writer notes before its first append. */
async function noteForReaders(log: LogStore, model: Model, fingerprint: ModelFingerprint): Promise<void> {
  await beginChecking(log);
  await noteTaggers(model, log);
  await noteBeliefs(log, '', fingerprint);
}

/** The state to be folded into from now on. Warns of what is not checked, and of what had to be copied. */
function openLive<State extends object>(
  state: State,
  { comparators }: Pick<Model, 'comparators'>,
  settings: Settings,
  log: LogStore,
  onUnwieldy: (found: Unwieldy) => void,
  warns: boolean,
): LiveState<State> {
  const { fold, strict, saysStrict, readOnly } = settings;
  const found: string[] = [];
  const note = (path: string): unknown => found.length < FINDINGS_SHOWN && found.push(path);
  const live = strict
    ? openStrictState(state, fold, inShadowWorld, { onFinding: note, comparators, onUnwieldy })
    : fold === 'atomic'
      ? openAtomicState(state, note, comparators, onUnwieldy)
      : openDirectState(state, comparators);
  if (!warns) return live;
  if (found.length > 0) warnOf(log, 'RefoldReplayWarning', sharedPlaces(log, found));
  if (fold === 'direct' && !saysStrict && !readOnly) warnOf(log, 'RefoldDirectFoldWarning', uncheckedFold(log));
  return live;
}

const FINDINGS_SHOWN = 5;

function sharedPlaces({ path }: LogStore, found: readonly string[]): string {
  const places = found.join(', ');
  return `The state of ${path} had values in two places, or frozen ones (${places}): each has its own copy now. New events that lead to such a state are refused`;
}

function uncheckedFold({ path }: LogStore): string {
  return `The store on ${path} folds directly, and does not check what reducers put into the state: values in two places, frozen ones, getters, class instances. Use strict: true while developing, and strict: false when the reducers are known to be sound`;
}

/** Warns once, with the numbers, if loading the state alone takes longer than the promise: snapshots cannot help then. */
function warnOfOverrun(log: LogStore, { loadMilliseconds, recoverWithin }: RecoveryReport): void {
  if (loadMilliseconds <= recoverWithin) return;
  const took = Math.round(loadMilliseconds);
  const message = `Loading the state of ${log.path} alone took ${took} ms, and recoverWithin promises ${recoverWithin} ms`;
  warnThat(log, 'RefoldRecoveryWarning', message, 'Raise recoverWithin, or keep less in the state');
}
