/**
 * Which snapshots are usable, and the loading of the first usable one: for models, projections and verify alike.
 *
 * First a pure function judges the snapshot's description. Then the bytes are read. A damaged snapshot costs time, not data:
 * the next one is loaded in its place.
 */
import type { RefoldError } from '../../core/errors.ts';
import { grouped } from '../../core/errors.ts';
import { COLLECTIONS_FORMAT, STATE_FORMAT } from '../../fold/encoding/state-codec.ts';
import type { LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import type { Pace } from '../../threads/pace.ts';
import { beliefsOf } from './beliefs.ts';
import {
  type Beliefs,
  judgeFingerprint,
  type ModelFingerprint,
  parseFingerprint,
  storedVersion,
} from './fingerprint.ts';
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
  /** What the log has noted about fingerprints of earlier releases; default nothing. */
  readonly beliefs?: Beliefs | undefined;
}

export interface RecoveryPlan {
  /** Snapshots to try, in this order. */
  readonly candidates: readonly SnapshotInfo[];
  readonly passedOver: readonly PassedOver[];
  /** Whether the log still begins with its first event, so that a full replay is possible. */
  readonly canReplayAll: boolean;
  /** The candidates whose fingerprint does not say all of today's, by sequence, each with the reason why they are believed. */
  readonly believed: ReadonlyMap<number, string>;
}

/** Decides which snapshots may be used for a state at `head`, best first. */
export function planRecovery(facts: RecoveryFacts): RecoveryPlan {
  const judged = facts.snapshots.map((info) => ({ info, ...judge(info, facts) }));
  const candidates = judged.filter(({ reason }) => reason === undefined).map(({ info }) => info);
  const canReplayAll = facts.firstSequence === 1;
  const believed = judged.flatMap(({ info, belief }): [number, string][] =>
    belief === undefined ? [] : [[info.sequence, belief]],
  );
  const unnamed = candidates.length === 0 && !canReplayAll ? withoutVersion(judged, facts) : [];
  if (unnamed.length > 0) {
    const reason = `history was dropped, and fingerprint: 'version' accepts a snapshot that was stored without a version`;
    return {
      candidates: unnamed,
      passedOver: passedOverIn(judged.filter(({ info }) => !unnamed.includes(info))),
      canReplayAll,
      believed: new Map(unnamed.map(({ sequence }) => [sequence, reason])),
    };
  }
  return { candidates, passedOver: passedOverIn(judged), canReplayAll, believed: new Map(believed) };
}

interface Judged extends Judgement {
  readonly info: SnapshotInfo;
}

/**
 * Where only the version counts and no snapshot has one, the model's author guarantees them: nothing can be refolded. Once a
 * snapshot has a version, the others are not believed any more.
 */
function withoutVersion(judged: readonly Judged[], { fingerprint, snapshots }: RecoveryFacts): readonly SnapshotInfo[] {
  if (fingerprint.kind !== 'version') return [];
  const hasVersion = snapshots.some(({ fingerprint: text }) => {
    const stored = parseFingerprint(text);
    return stored !== undefined && storedVersion(stored) !== undefined;
  });
  return hasVersion ? [] : judged.filter(({ isStale }) => isStale === true).map(({ info }) => info);
}

function passedOverIn(judged: readonly Judged[]): PassedOver[] {
  return judged.flatMap(({ info, reason, isStale }) =>
    reason === undefined ? [] : [{ sequence: info.sequence, reason, ...(isStale === true && { isStale }) }],
  );
}

interface Judgement {
  /** Why it is unusable. */
  readonly reason?: string | undefined;
  /** Whether the only reason is its fingerprint. */
  readonly isStale?: boolean;
  /** Why it is believed although its fingerprint says less than today's. */
  readonly belief?: string;
}

function judge(info: SnapshotInfo, { head, firstSequence, fingerprint, beliefs }: RecoveryFacts): Judgement {
  if (info.sequence > head) return { reason: `it is beyond ${grouped(head)}` };
  if (info.sequence + 1 < firstSequence)
    return { reason: `the events after it were dropped: the log begins at ${grouped(firstSequence)}` };
  if (!isReadable(info.format)) {
    const reason = `its format is ${info.format}, and this release reads ${STATE_FORMAT} to ${COLLECTIONS_FORMAT}`;
    return { reason };
  }
  const stored = parseFingerprint(info.fingerprint);
  if (stored === undefined) return { reason: 'its fingerprint is unreadable' };
  const { change, isBelieved } = judgeFingerprint(stored, fingerprint, beliefs);
  if (change !== undefined) return { reason: change, isStale: true };
  if (!isBelieved) return {};
  const version = storedVersion(stored);
  const belief =
    version === undefined
      ? 'its fingerprint does not cover upcasters, and the reducers are the same'
      : `its fingerprint is version ${version} alone, and the version is the same`;
  return { belief };
}

function isReadable(format: number): boolean {
  return format >= STATE_FORMAT && format <= COLLECTIONS_FORMAT;
}

/** Why a snapshot may hold another state than today's reducers give, as a clause. Undefined if they have not changed. */
export function whyStale(info: SnapshotInfo, fingerprint: ModelFingerprint, beliefs: Beliefs): string | undefined {
  const stored = parseFingerprint(info.fingerprint);
  return stored === undefined ? 'its fingerprint is unreadable' : judgeFingerprint(stored, fingerprint, beliefs).change;
}

/** The facts about the snapshots of a log. @param owner the name of a projection, or the empty text for the model */
export async function snapshotFacts(
  log: LogStore,
  owner: string,
  fingerprint: ModelFingerprint,
): Promise<Omit<RecoveryFacts, 'head' | 'firstSequence'>> {
  return { fingerprint, snapshots: await log.snapshots(owner), beliefs: await beliefsOf(log, owner, fingerprint) };
}

/** The model's snapshots that an open could start from, as far as is known, newest first. */
export async function usableSnapshots(log: LogStore, fingerprint: ModelFingerprint): Promise<SnapshotInfo[]> {
  const facts = await snapshotFacts(log, '', fingerprint);
  const { candidates } = planRecovery({ ...facts, head: Number.POSITIVE_INFINITY, firstSequence: 1 });
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
  /** Ends the loading before the next candidate: it throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
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
  { vouch, pace, signal }: LoadOptions = {},
): Promise<Loading<State>> {
  const unusable: { info: SnapshotInfo; error: RefoldError }[] = [];
  for (const snapshot of candidates) {
    throwIfAborted(signal);
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
