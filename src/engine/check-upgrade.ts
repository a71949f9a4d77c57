/**
 * Says whether a log opens with a model, and what that open will do, without changing anything. Made for a look before a deploy.
 *
 * It does what an open does, read-only: it chooses a snapshot, loads it and folds the events after it. So its answer is certain
 * for the log as it is. It takes as long as the open; the estimate is for the machine that writes the log.
 */
import type { Catalog } from '../core/catalog.ts';
import { isRefoldError, type SerializedError } from '../core/errors.ts';
import type { CommandInputs, Model } from '../core/model.ts';
import { requireModel } from '../core/model-checks.ts';
import type { LogSource } from '../log/log-source.ts';
import type { LogStore } from '../log/log-store.ts';
import { throwIfAborted } from '../threads/aborted.ts';
import { performance } from '../threads/timers.ts';
import { A_FUNCTION, A_SIGNAL, checkOptions, checkValue, type OptionChecks } from './calls/call-options.ts';
import { A_LOG, A_PATH, isOpenLog, type LogOptions, requireOneLog } from './calls/log-options.ts';
import { modelNameOf, refuseLostTail, requireSameModel } from './calls/log-ownership.ts';
import { openLogOf } from './calls/open-log.ts';
import { harmless, type Progress } from './calls/progress.ts';
import type { ModelFingerprint } from './folding/fingerprint.ts';
import { fingerprintOfModel } from './folding/model-module.ts';
import type { PassedOver } from './folding/undecodable.ts';
import { UpcastCheck } from './folding/upcast-check.ts';
import { planRecovery, snapshotFacts } from './folding/usable-snapshots.ts';
import { despiteDrops } from './past/history.ts';
import { fingerprintOfProjection, Projection, rebuildingOf } from './past/projection.ts';
import { checkDefinition, type ProjectionDefinition } from './past/projection-definition.ts';
import { describeRecovery, type Recovered, recover } from './past/recovery.ts';
import { estimateRecovery, readRates } from './snapshots/rates.ts';

export interface UpgradeOptions extends LogOptions {
  /** The log's file; a writer may have it open. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** An open log: it stays open. Or a source: its log is closed afterwards. */
  readonly log?: LogStore | LogSource | undefined;
  /** The projections that run on the store; default none. */
  readonly projections?: readonly ProjectionDefinition<any, any>[] | undefined;
  /** Ends the check early: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Whether a snapshot can be used: `believed` once, because an earlier release stored less; `stale` because the model changed. */
export interface SnapshotFit {
  readonly sequence: number;
  readonly fit: 'fits' | 'believed' | 'stale' | 'unusable';
  /** Why, unless it fits. */
  readonly reason?: string;
}

export interface ProjectionFit {
  readonly name: string;
  /** Newest first. */
  readonly snapshots: readonly SnapshotFit[];
  /** Events that its start folds. */
  readonly events: number;
  /** Why it does not start. */
  readonly problem?: SerializedError;
}

export interface UpgradeReport {
  readonly path: string;
  /** The name of the model that was checked. */
  readonly model: string;
  /** Whether the store opens and the given projections start. */
  readonly opens: boolean;
  /** Why the store does not open. */
  readonly problem?: SerializedError;
  /** The decision of the open in a sentence; absent if it does not open. */
  readonly reason?: string;
  /** The name that the log has now. The first commit gives it the model's. */
  readonly renames?: string;
  /** The version of the file's format; absent for a log that has only one. */
  readonly format?: number;
  readonly lastSequence: number;
  /** The snapshots of the model, newest first. */
  readonly snapshots: readonly SnapshotFit[];
  /** The snapshot that the open loads; absent if it folds all events. */
  readonly snapshot?: number;
  /** Events that the open folds. */
  readonly events: number;
  /** How long an open takes by the rates that the log has measured, in ms, with the start of the projections. */
  readonly estimatedMilliseconds: number;
  /** How long it took here, in ms. */
  readonly milliseconds: number;
  readonly projections: readonly ProjectionFit[];
  /** Projections that the log has saved, and that were not given. */
  readonly otherProjections: readonly string[];
  /** Results of upcasters among the folded events that do not fit the present schema. The log opens nevertheless. */
  readonly unfit: readonly SerializedError[];
}

const UPGRADE_CHECKS: OptionChecks<UpgradeOptions> = {
  path: A_PATH,
  log: A_LOG,
  projections: [
    'an array of projections',
    Array.isArray,
    (given) => (Array.isArray(given) ? Array.from(given) : given),
  ],
  signal: A_SIGNAL,
  onProgress: A_FUNCTION,
};

/**
 * Checks a log against a model that is to be deployed.
 *
 * @throws RefoldError `INVALID_OPTION`, also for a file that is not a log; what keeps the file from being read at all:
 * `FORMAT_TOO_NEW`, `LOG_CORRUPT`, `NODE_TOO_OLD`. Everything else is the report's `problem`
 */
export async function checkUpgrade<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
  options: UpgradeOptions,
): Promise<UpgradeReport> {
  requireModel('check the upgrade', model);
  const checked = checkOptions('check the upgrade', UPGRADE_CHECKS, options);
  requireOneLog('check the upgrade', checked);
  const definitions = (checked.projections ?? []).map((one) => {
    checkValue('check the upgrade', 'projections', A_DEFINITION, one);
    return checkDefinition(one, model);
  });
  throwIfAborted(checked.signal);
  const log = await openLogOf(checked, { readOnly: true });
  try {
    return await checkLog(model, log, definitions, checked);
  } finally {
    if (!isOpenLog(checked.log)) await log.close();
  }
}

const A_DEFINITION = ['a projection', (one: unknown) => typeof one === 'object' && one !== null] as const;

async function checkLog<State extends object>(
  model: Model<State>,
  log: LogStore,
  definitions: readonly ProjectionDefinition<any, any>[],
  { signal, onProgress }: UpgradeOptions,
): Promise<UpgradeReport> {
  const start = performance.now();
  const rates = await readRates(log);
  const owner = await modelNameOf(log);
  const format = log.care?.format?.();
  const upcasts = new UpcastCheck(model);
  const [opened, problem] = await attempt(() => open(model, log, upcasts, { signal, onProgress }));
  const projections: ProjectionFit[] = [];
  if (problem === undefined) {
    for (const definition of definitions) projections.push(await fitOf(definition, model, log, signal));
  }
  const known = new Set(definitions.map(({ name }) => name));
  const others = (await log.checkpoints()).map(({ projection }) => projection).filter((name) => !known.has(name));
  const recovered = opened?.recovered;
  const folded = (recovered?.eventsReplayed ?? 0) + projections.reduce((sum, { events }) => sum + events, 0);
  const milliseconds = performance.now() - start;
  const opens = problem === undefined && projections.every((one) => one.problem === undefined);
  return {
    path: log.path,
    model: model.name,
    opens,
    ...(problem === undefined ? {} : { problem }),
    ...(recovered && { reason: describeRecovery(recovered, milliseconds, Number.POSITIVE_INFINITY).reason }),
    ...(opened === undefined || owner === undefined || owner === model.name ? {} : { renames: owner }),
    ...(format === undefined ? {} : { format }),
    lastSequence: recovered?.cursor.sequence ?? log.head().sequence,
    snapshots: opened?.snapshots ?? [],
    ...(recovered?.snapshot === undefined ? {} : { snapshot: recovered.snapshot.sequence }),
    events: recovered?.eventsReplayed ?? 0,
    estimatedMilliseconds: Math.ceil(estimateRecovery(rates, folded, recovered?.snapshot)),
    milliseconds,
    projections,
    otherProjections: others,
    unfit: upcasts.problems(log.path),
  };
}

interface Opened {
  readonly recovered: Recovered<object>;
  readonly snapshots: readonly SnapshotFit[];
}

async function open<State extends object>(
  model: Model<State>,
  log: LogStore,
  upcasts: UpcastCheck,
  { signal, onProgress }: UpgradeOptions,
): Promise<Opened> {
  await requireSameModel(log, model);
  await refuseLostTail(log);
  const fingerprint = fingerprintOfModel(model);
  const tell = harmless(onProgress);
  const total = log.head().sequence;
  tell({ phase: 'load', done: 0, total });
  const recovered = await despiteDrops(log, () =>
    recover(model, log, fingerprint, {
      onProgress: (done) => tell({ phase: 'replay', done, total }),
      onBlock: async () => throwIfAborted(signal),
      onUpcast: upcasts.look,
    }),
  );
  return { recovered, snapshots: await fitsOf(log, '', fingerprint, recovered.passedOver) };
}

/**
 * Whether an owner's snapshots can be used.
 *
 * @param found those that could not be loaded
 */
async function fitsOf(
  log: LogStore,
  owner: string,
  fingerprint: ModelFingerprint,
  found: readonly PassedOver[],
): Promise<SnapshotFit[]> {
  const facts = await snapshotFacts(log, owner, fingerprint);
  const plan = planRecovery({ ...facts, head: log.head().sequence, firstSequence: log.firstSequence() });
  const passedOver = new Map([...found, ...plan.passedOver].map((one) => [one.sequence, one]));
  return facts.snapshots.map(({ sequence }): SnapshotFit => {
    const over = passedOver.get(sequence);
    if (over !== undefined) {
      return { sequence, fit: over.isStale === true ? 'stale' : 'unusable', reason: over.reason };
    }
    const reason = plan.believed.get(sequence);
    return reason === undefined ? { sequence, fit: 'fits' } : { sequence, fit: 'believed', reason };
  });
}

async function fitOf(
  definition: ProjectionDefinition<any, any>,
  model: Model,
  log: LogStore,
  signal: AbortSignal | undefined,
): Promise<ProjectionFit> {
  const { name } = definition;
  const onBlock = async (): Promise<void> => throwIfAborted(signal);
  const [built, problem] = await attempt(async () => {
    const { rebuild, advance } = rebuildingOf(
      new Projection(definition, { model, log, readOnly: true, write: (work) => work(log) }),
    );
    return await despiteDrops(log, async () => {
      const rebuilt = await rebuild(log);
      await onBlock();
      await advance(rebuilt, log, { onBlock });
      return rebuilt;
    });
  });
  const snapshots = await fitsOf(log, name, fingerprintOfProjection(definition, model), built?.passedOver ?? []);
  const events = built === undefined ? 0 : built.cursor.sequence - built.savedAt;
  return { name, snapshots, events, ...(problem === undefined ? {} : { problem }) };
}

/** The result, or the error as a finding. Errors of other kinds, such as an abort, are thrown. */
async function attempt<T>(work: () => Promise<T>): Promise<[T, undefined] | [undefined, SerializedError]> {
  try {
    return [await work(), undefined];
  } catch (error) {
    if (!isRefoldError(error) || error.code === 'STORE_CLOSED') throw error;
    return [undefined, error.toJSON()];
  }
}
