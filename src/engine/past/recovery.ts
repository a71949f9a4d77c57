/** What an open does: it chooses a snapshot, loads it, folds the tail, and reports why. */
import { grouped, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import type { LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { performance } from '../../threads/timers.ts';
import { type ModelFingerprint, parseFingerprint, storedVersion } from '../folding/fingerprint.ts';
import { beginningOf, freshState } from '../folding/initial-state.ts';
import { type FoldCursor, type FoldRange, foldLog, startCursor } from '../folding/refold.ts';
import { groupReasons, notePassedOver, type PassedOver } from '../folding/undecodable.ts';
import { loadFirst, planRecovery, snapshotFacts } from '../folding/usable-snapshots.ts';

/** What an open did, why, and how long it took. */
export interface RecoveryReport {
  /** Sequence of the snapshot that was loaded; undefined when none was. */
  readonly snapshot: number | undefined;
  readonly eventsReplayed: number;
  /** The whole open, from the call to a usable store. */
  readonly milliseconds: number;
  /** Parts of it: loading the snapshot, and folding the events after it. */
  readonly loadMilliseconds: number;
  readonly foldMilliseconds: number;
  /** The promise: the option `recoverWithin`, in ms. */
  readonly recoverWithin: number;
  readonly withinPromise: boolean;
  /** The decision in a sentence. */
  readonly reason: string;
  /** Snapshots that were not used, newest first, each with its reason. */
  readonly passedOver: readonly PassedOver[];
  /** Set when the log is on another server than at its last writer, as after a failover: what the two are called. */
  readonly failover?: { readonly from: string; readonly to: string };
}

/** A recovered state, and how it was recovered. */
export interface Recovered<State> {
  readonly cursor: FoldCursor<State>;
  readonly snapshot: SnapshotInfo | undefined;
  readonly passedOver: readonly PassedOver[];
  /** Why the snapshot is believed although its fingerprint says less than today's; undefined for others. */
  readonly belief: string | undefined;
  readonly loadMilliseconds: number;
  readonly foldMilliseconds: number;
  readonly eventsReplayed: number;
}

export interface RecoverOptions
  extends Pick<FoldRange, 'onProgress' | 'onBlock' | 'onUpcast' | 'onRest' | 'pace' | 'signal'> {
  /** The sequence to arrive at; default the log's head. */
  readonly to?: number | undefined;
  /** Snapshots after this one are not used; default: all may be used. */
  readonly base?: number | undefined;
}

/**
 * Builds the state at a sequence from the newest usable snapshot at or before it and the tail of the log.
 *
 * @throws RefoldError `HISTORY_GONE` when there is neither a usable snapshot nor the log's beginning
 */
export async function recover<State extends object>(
  model: Model<State>,
  log: LogStore,
  fingerprint: ModelFingerprint,
  options: RecoverOptions = {},
): Promise<Recovered<State>> {
  const to = options.to ?? log.head().sequence;
  const { base = Number.POSITIVE_INFINITY } = options;
  const facts = await snapshotFacts(log, '', fingerprint);
  const snapshots = facts.snapshots.filter(({ sequence }) => sequence <= base);
  const plan = planRecovery({ ...facts, snapshots, head: to, firstSequence: log.firstSequence() });
  const clock = (): number => options.pace?.workClock ?? performance.now();
  const start = clock();
  const { pace, signal } = options;
  const { loaded, unusable } = await loadFirst(log, plan.candidates, () => beginningOf(model), {
    vouch: requireSameHistory,
    pace,
    signal,
  });
  const passedOver = [...plan.passedOver, ...unusable.map(({ info, error }) => notePassedOver(log, info, error))];
  const cursor = loaded?.cursor ?? startCursor(freshState(model));
  const loadedAt = clock();
  if (loaded === undefined && !plan.canReplayAll) {
    // A snapshot of a later moment could not help, whatever else it is.
    const earlier = passedOver.filter(({ sequence }) => sequence <= to);
    throw historyGone(log, to, earlier, { cause: unusable[0]?.error, hint: hintFor(snapshots, earlier) });
  }
  const from = cursor.sequence;
  await foldLog(model, model.reducers, log, cursor, { ...options, to });
  return {
    cursor,
    snapshot: loaded?.snapshot,
    passedOver,
    belief: loaded && plan.believed.get(loaded.snapshot.sequence),
    loadMilliseconds: loadedAt - start,
    foldMilliseconds: clock() - loadedAt,
    eventsReplayed: cursor.sequence - from,
  };
}

/** If a block ends at the snapshot's sequence, the snapshot's chain must be the log's chain there. */
export async function requireSameHistory(log: LogStore, info: SnapshotInfo): Promise<void> {
  if (info.sequence === 0 || info.sequence < log.firstSequence()) return;
  for await (const block of log.read({ from: info.sequence, to: info.sequence })) {
    if (block.lastSequence !== info.sequence || block.chain === info.chain) return;
    throw new RefoldError(
      'LOG_CORRUPT',
      `Cannot use the snapshot at ${grouped(info.sequence)}: it was taken of another history`,
      {
        path: log.path,
        sequence: info.sequence,
        hint: 'Run refold verify: a block at or before this sequence was changed',
      },
    );
  }
}

function historyGone(
  log: LogStore,
  to: number,
  passedOver: readonly PassedOver[],
  { cause, hint }: { readonly cause: RefoldError | undefined; readonly hint: string },
): RefoldError {
  const first = log.firstSequence();
  const why = groupReasons(passedOver).join('; ');
  return new RefoldError(
    'HISTORY_GONE',
    `Cannot build the state at ${grouped(to)}: the log begins at ${grouped(first)}${why && `; ${why}`}`,
    {
      path: log.path,
      sequence: first,
      cause,
      hint,
    },
  );
}

/** If only the change of the model is in the way, its author may accept the snapshots. */
function hintFor(snapshots: readonly SnapshotInfo[], passedOver: readonly PassedOver[]): string {
  if (passedOver.length === 0) return 'Ask for a later sequence, or restore a backup';
  const stale = passedOver.find(({ isStale }) => isStale === true);
  const others = 'restore a backup, or go back to the model that the snapshots were taken with';
  if (stale === undefined) return `Ask for a later sequence, ${others}`;
  const info = snapshots.find(({ sequence }) => sequence === stale.sequence);
  return `${vouchingHint(info)}. Otherwise ask for a later sequence, ${others}`;
}

/** How the author of a model or a projection accepts a snapshot that was taken with other sources. */
export function vouchingHint(info: SnapshotInfo | undefined): string {
  const stored = info && parseFingerprint(info.fingerprint);
  const version = stored && storedVersion(stored);
  const named = version === undefined ? 'a version' : `version: ${JSON.stringify(version).replace(/^"(\d+)"$/, '$1')}`;
  return `If the change gives the same state, define ${named} and fingerprint: 'version', which believes the snapshots`;
}

/**
 * The report of an open, with its sentence.
 *
 * @param milliseconds what the whole open took
 */
export function describeRecovery(
  recovered: Recovered<unknown>,
  milliseconds: number,
  recoverWithin: number,
): RecoveryReport {
  const { snapshot, passedOver, belief, loadMilliseconds, foldMilliseconds, eventsReplayed } = recovered;
  return {
    snapshot: snapshot?.sequence,
    eventsReplayed,
    milliseconds,
    loadMilliseconds,
    foldMilliseconds,
    recoverWithin,
    withinPromise: milliseconds <= recoverWithin,
    reason: explain(snapshot, eventsReplayed, passedOver, belief),
    passedOver,
  };
}

function explain(
  snapshot: SnapshotInfo | undefined,
  replayed: number,
  passedOver: readonly PassedOver[],
  belief: string | undefined,
): string {
  const tail = replayed === 0 ? 'nothing was left to replay' : `replayed the ${grouped(replayed)} events after it`;
  const none =
    replayed === 0
      ? 'The log is empty'
      : `Replayed all ${grouped(replayed)} events: there was no snapshot to start from`;
  const done = snapshot === undefined ? none : `Loaded the snapshot at ${grouped(snapshot.sequence)}; ${tail}`;
  const believed = belief === undefined ? [] : [`this snapshot was believed once: ${belief}`];
  return `${[done, ...believed, ...groupReasons(passedOver)].join('; ')}.`;
}
