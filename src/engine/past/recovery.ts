/**
 * What an open does: choose a snapshot, load it, fold the tail, and say why.
 *
 * The choice is a pure function from facts to a plan; `recover` carries it out and falls back to the next candidate
 * when a snapshot proves unreadable, so that damage there costs time and not data.
 */
import { RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import { STATE_FORMAT } from '../../fold/encoding/state-codec.ts';
import type { LogStore, SnapshotInfo } from '../../log/log-store.ts';
import type { Pace } from '../../threads/pace.ts';
import { performance } from '../../threads/timers.ts';
import { findChange, type ModelFingerprint, parseFingerprint } from '../folding/fingerprint.ts';
import { freshState } from '../folding/initial-state.ts';
import { cursorAt, type FoldCursor, type FoldRange, foldLog, startCursor } from '../folding/refold.ts';
import { loadSnapshot } from '../folding/stored-snapshots.ts';
import { groupReasons, isUndecodable, notePassedOver, type PassedOver } from '../folding/undecodable.ts';

/** What open did, why, and how long it took. */
export interface RecoveryReport {
  /** Sequence of the snapshot that was loaded; undefined when none was. */
  readonly snapshot: number | undefined;
  readonly eventsReplayed: number;
  /** The whole open, from the call to a store that can be used. */
  readonly milliseconds: number;
  /** Of it: loading the snapshot, and folding the events after it. */
  readonly loadMilliseconds: number;
  readonly foldMilliseconds: number;
  /** The promise: the option `recoverWithin`, in ms. */
  readonly recoverWithin: number;
  readonly withinPromise: boolean;
  /** The decision in a sentence. */
  readonly reason: string;
  /** Snapshots that were not used, newest first, each with its reason. */
  readonly passedOver: readonly PassedOver[];
}

export interface RecoveryFacts {
  readonly head: number;
  /** The first sequence still in the log. */
  readonly firstSequence: number;
  readonly fingerprint: ModelFingerprint;
  /** Newest first. */
  readonly snapshots: readonly SnapshotInfo[];
}

export interface RecoveryPlan {
  /** Snapshots to try, in this order. */
  readonly candidates: readonly SnapshotInfo[];
  readonly passedOver: readonly PassedOver[];
  /** Whether the log still begins with its first event, so that a full replay is possible. */
  readonly canReplayAll: boolean;
}

/** Decides which snapshots may be used for a state at `head`, best first. */
export function planRecovery(facts: RecoveryFacts): RecoveryPlan {
  const judged = facts.snapshots.map((info) => ({ info, reason: whyUnusable(info, facts) }));
  return {
    candidates: judged.filter(({ reason }) => reason === undefined).map(({ info }) => info),
    passedOver: judged.flatMap(({ info, reason }) =>
      reason === undefined ? [] : [{ sequence: info.sequence, reason }],
    ),
    canReplayAll: facts.firstSequence === 1,
  };
}

function whyUnusable(info: SnapshotInfo, { head, firstSequence, fingerprint }: RecoveryFacts): string | undefined {
  if (info.sequence > head) return `it is beyond ${head}`;
  if (info.sequence + 1 < firstSequence) return `the events after it are gone: the log begins at ${firstSequence}`;
  if (info.format !== STATE_FORMAT) return `its format is ${info.format}, and this release reads ${STATE_FORMAT}`;
  const stored = parseFingerprint(info.fingerprint);
  return stored === undefined ? 'its fingerprint is unreadable' : findChange(stored, fingerprint);
}

/** A recovered state and the story of its recovery. */
export interface Recovered<State> {
  readonly cursor: FoldCursor<State>;
  readonly snapshot: SnapshotInfo | undefined;
  readonly passedOver: readonly PassedOver[];
  readonly loadMilliseconds: number;
  readonly foldMilliseconds: number;
  readonly eventsReplayed: number;
}

export interface RecoverOptions extends Pick<FoldRange, 'onProgress' | 'onBlock' | 'pace'> {
  /** The sequence to arrive at; default the log's head. */
  readonly to?: number | undefined;
  /** Snapshots after this one are not believed; default: all are. */
  readonly base?: number | undefined;
}

/**
 * Builds the state at a sequence from the newest usable snapshot at or before it and the tail of the log.
 *
 * @throws RefoldError `HISTORY_GONE` when neither a snapshot nor the log's beginning is there to start from
 */
export async function recover<State extends object>(
  model: Model<State>,
  log: LogStore,
  fingerprint: ModelFingerprint,
  options: RecoverOptions = {},
): Promise<Recovered<State>> {
  const to = options.to ?? log.head().sequence;
  const { base = Number.POSITIVE_INFINITY } = options;
  const snapshots = (await log.snapshots('')).filter(({ sequence }) => sequence <= base);
  const facts = { head: to, firstSequence: log.firstSequence(), fingerprint, snapshots };
  const plan = planRecovery(facts);
  const clock = (): number => options.pace?.workClock ?? performance.now();
  const start = clock();
  const { cause, ...loaded } = await loadFirst(model, log, plan, options.pace);
  const loadedAt = clock();
  if (loaded.snapshot === undefined && !plan.canReplayAll) throw historyGone(log, to, loaded.passedOver, cause);
  const from = loaded.cursor.sequence;
  await foldLog(model, model.reducers, log, loaded.cursor, { ...options, to });
  return {
    ...loaded,
    loadMilliseconds: loadedAt - start,
    foldMilliseconds: clock() - loadedAt,
    eventsReplayed: loaded.cursor.sequence - from,
  };
}

/** What a recovery begins with; `cause` is why the newest of the snapshots that were tried cannot be used. */
interface Loaded<State> extends Pick<Recovered<State>, 'cursor' | 'snapshot' | 'passedOver'> {
  readonly cause: RefoldError | undefined;
}

async function loadFirst<State extends object>(
  model: Model<State>,
  log: LogStore,
  { candidates, passedOver }: RecoveryPlan,
  pace: Pace | undefined,
): Promise<Loaded<State>> {
  const skipped = [...passedOver];
  let cause: RefoldError | undefined;
  for (const info of candidates) {
    const initial = freshState(model);
    try {
      await requireSameHistory(log, info);
      return {
        cursor: cursorAt(info, await loadSnapshot(log, info, initial, pace)),
        snapshot: info,
        passedOver: skipped,
        cause,
      };
    } catch (error) {
      if (!isUndecodable(error)) throw error;
      cause ??= error;
      skipped.push(notePassedOver(log, info, error));
    }
  }
  return { cursor: startCursor(freshState(model)), snapshot: undefined, passedOver: skipped, cause };
}

/** The snapshot's chain must be the log's at that sequence, wherever a block ends there. */
async function requireSameHistory(log: LogStore, info: SnapshotInfo): Promise<void> {
  if (info.sequence === 0 || info.sequence < log.firstSequence()) return;
  for await (const block of log.read({ from: info.sequence, to: info.sequence })) {
    if (block.lastSequence !== info.sequence || block.chain === info.chain) return;
    throw new RefoldError(
      'LOG_CORRUPT',
      `Cannot use the snapshot at ${info.sequence}: it was taken of another history`,
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
  cause: RefoldError | undefined,
): RefoldError {
  const first = log.firstSequence();
  const why = groupReasons(passedOver).join('; ');
  return new RefoldError(
    'HISTORY_GONE',
    `Cannot build the state at ${to}: the log begins at ${first}${why && `; ${why}`}`,
    {
      path: log.path,
      sequence: first,
      cause,
      hint: 'Ask for a later sequence, restore a backup, or go back to the model that the snapshots were taken with',
    },
  );
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
  const { snapshot, passedOver, loadMilliseconds, foldMilliseconds, eventsReplayed } = recovered;
  return {
    snapshot: snapshot?.sequence,
    eventsReplayed,
    milliseconds,
    loadMilliseconds,
    foldMilliseconds,
    recoverWithin,
    withinPromise: milliseconds <= recoverWithin,
    reason: explain(snapshot, eventsReplayed, passedOver),
    passedOver,
  };
}

function explain(snapshot: SnapshotInfo | undefined, replayed: number, passedOver: readonly PassedOver[]): string {
  const tail = replayed === 0 ? 'nothing was left to replay' : `replayed the ${replayed} events after it`;
  const none =
    replayed === 0 ? 'The log is empty' : `Replayed all ${replayed} events: there was no snapshot to start from`;
  const done = snapshot === undefined ? none : `Loaded the snapshot at ${snapshot.sequence}; ${tail}`;
  return `${[done, ...groupReasons(passedOver)].join('; ')}.`;
}
