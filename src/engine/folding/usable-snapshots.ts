/**
 * Which snapshots are usable, and the loading of the first usable one: for models, projections and verify alike.
 *
 * First a pure function judges the snapshot's description. Then the bytes are read. A damaged snapshot costs time, not data:
 * the next one is loaded in its place.
 */
import type { RefoldError } from '../../core/errors.ts';
import { COLLECTIONS_FORMAT, STATE_FORMAT } from '../../fold/encoding/state-codec.ts';
import type { LogStore, SnapshotInfo } from '../../log/log-store.ts';
import type { Pace } from '../../threads/pace.ts';
import { findChange, type ModelFingerprint, parseFingerprint } from './fingerprint.ts';
import { cursorAt, type FoldCursor } from './refold.ts';
import { type Beginning, loadSnapshot } from './stored-snapshots.ts';
import { isUndecodable, type PassedOver, wasPassedOver } from './undecodable.ts';

export interface RecoveryFacts {
  /** The sequence to arrive at. */
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
  if (info.sequence + 1 < firstSequence) return `the events after it were dropped: the log begins at ${firstSequence}`;
  if (!isReadable(info.format)) {
    return `its format is ${info.format}, and this release reads ${STATE_FORMAT} to ${COLLECTIONS_FORMAT}`;
  }
  return whyStale(info, fingerprint);
}

function isReadable(format: number): boolean {
  return format >= STATE_FORMAT && format <= COLLECTIONS_FORMAT;
}

/** Why a snapshot may hold another state than today's reducers give, as a clause. Undefined if they have not changed. */
export function whyStale(info: SnapshotInfo, fingerprint: ModelFingerprint): string | undefined {
  const stored = parseFingerprint(info.fingerprint);
  return stored === undefined ? 'its fingerprint is unreadable' : findChange(stored, fingerprint);
}

/** The model's snapshots that an open could start from, as far as is known, newest first. */
export async function usableSnapshots(log: LogStore, fingerprint: ModelFingerprint): Promise<SnapshotInfo[]> {
  const snapshots = await log.snapshots('');
  const { candidates } = planRecovery({ head: Number.POSITIVE_INFINITY, firstSequence: 1, fingerprint, snapshots });
  return candidates.filter((info) => !wasPassedOver(log, info));
}

/** What the loading of a snapshot gave. */
export interface Loading<State> {
  /** Undefined if none of the candidates could be loaded. */
  readonly loaded: { readonly snapshot: SnapshotInfo; readonly cursor: FoldCursor<State> } | undefined;
  /** The candidates before it: they are damaged or cannot be decoded. */
  readonly unusable: readonly { readonly info: SnapshotInfo; readonly error: RefoldError }[];
}

export interface LoadOptions {
  /** Called for each candidate before it is loaded. May throw as loading does. */
  readonly vouch?: (log: LogStore, info: SnapshotInfo) => Promise<void>;
  /** Default: decoded without a pause. */
  readonly pace?: Pace | undefined;
}

/**
 * Loads the first of the candidates that can be loaded.
 *
 * @param begin gives a fresh initial state, and the comparators of the model
 * @throws RefoldError what the log throws, unless it says that one snapshot is unusable
 */
export async function loadFirst<State extends object>(
  log: LogStore,
  candidates: readonly SnapshotInfo[],
  begin: () => Beginning<State>,
  { vouch, pace }: LoadOptions = {},
): Promise<Loading<State>> {
  const unusable: { info: SnapshotInfo; error: RefoldError }[] = [];
  for (const snapshot of candidates) {
    const begun = begin(); // its errors are not the snapshot's
    try {
      await vouch?.(log, snapshot);
      const cursor = cursorAt(snapshot, await loadSnapshot(log, snapshot, begun, pace));
      return { loaded: { snapshot, cursor }, unusable };
    } catch (error) {
      if (!isUndecodable(error)) throw error;
      unusable.push({ info: snapshot, error });
    }
  }
  return { loaded: undefined, unusable };
}
