/** When a snapshot is due, how close keyframes lie, and which snapshots stay: pure decisions from facts to an answer. */
import type { SaveRule } from '../calls/options.ts';

/** What is known after a commit; all of it at hand in O(1). */
export interface SnapshotFacts {
  /** Events since the last snapshot. */
  readonly tailEvents: number;
  /** ms since the last snapshot, or since the open. */
  readonly sinceMs: number;
  /** What an open takes besides loading and folding, in ms. */
  readonly openMs: number;
  /** Estimated ms to load the last snapshot. */
  readonly loadMs: number;
  /** Events folded per ms in a replay, as measured. */
  readonly foldRate: number;
  /** The work that the last snapshot took, in ms. */
  readonly takeMs: number;
  /** The promise, in ms. */
  readonly recoverWithin: number;
  readonly save: readonly SaveRule[];
  /** Whether history is kept at all, for time travel to be of use. */
  readonly keyframes: boolean;
}

/** Why a snapshot is due. */
export type SnapshotReason = 'recoverWithin' | 'keyframe' | 'save';

/** A snapshot is begun when this much of the promise would be used up: the tail goes on growing while it is made. */
const NEAR = 0.5;
/**
 * When opening and loading alone take most of the promise, no snapshot can keep it; then a new one is taken only once the
 * tail would cost as much again, so that writing does not drown in snapshots.
 */
const TAIL_PER_LOAD = 1;
/** Time travel folds at most about this long from a keyframe, in ms; as long again where the state takes long to encode. */
const KEYFRAME_MS = 40;
/** A reducer's rate is not known before the first replay, and assumed low: below this many events none lies closer. */
const KEYFRAME_EVENTS = 25_000;
/** The tail is at least so many times what a snapshot takes to make: it costs a third of the replay it saves. */
const TAIL_PER_TAKE = 3;

/** ms that an open would take now. */
export function estimateRecovery({ tailEvents, openMs, loadMs, foldRate }: SnapshotFacts): number {
  return openMs + loadMs + tailEvents / foldRate;
}

/** Why a snapshot is due, or undefined. */
export function planSnapshot(facts: SnapshotFacts): SnapshotReason | undefined {
  if (facts.tailEvents === 0) return undefined;
  const { openMs, loadMs, recoverWithin, foldRate, tailEvents, takeMs } = facts;
  const fixedMs = openMs + loadMs;
  const tailMs = tailEvents / foldRate;
  const budgetMs = Math.max(recoverWithin * NEAR - fixedMs, Math.min(fixedMs, recoverWithin) * TAIL_PER_LOAD);
  if (tailMs >= budgetMs) return 'recoverWithin';
  const isLong = tailEvents >= KEYFRAME_EVENTS && tailMs >= Math.max(KEYFRAME_MS, takeMs * TAIL_PER_TAKE);
  if (facts.keyframes && isLong) return 'keyframe';
  const due = facts.save.some(({ seconds, changes }) => tailEvents >= changes && facts.sinceMs >= seconds * 1_000);
  return due ? 'save' : undefined;
}

/** Bytes of state encoded per ms: roughly, for it only keeps keyframes of large states apart. */
const ENCODE_RATE = 40_000;

/**
 * Events from one keyframe to the next, for what is folded anyway while a snapshot is made: as many as are folded in some
 * 40 ms, or in twice the time that encoding the state takes.
 */
export function planKeyframeSpacing(foldRate: number, stateBytes: number): number {
  return Math.max(KEYFRAME_EVENTS, Math.ceil(foldRate * Math.max(KEYFRAME_MS, (2 * stateBytes) / ENCODE_RATE)));
}

/** Always kept: should the newest prove unreadable, recovery starts from the one before it. */
const NEWEST_KEPT = 2;

/** What keyframes may take, in bytes of encoded state; on disk it is compressed, to about a quarter. */
export const KEYFRAME_BUDGET_BYTES: number = 64 * 1024 * 1024;

/** Every open looks at all of them, and must not get slower as the log gets longer. */
const MOST_KEYFRAMES = 400;

/** Of a snapshot, what decides whether it stays. */
export interface KeptSnapshot {
  readonly sequence: number;
  readonly bytes: number;
}

/**
 * Which snapshots go, so that the others fit into a budget: the newest two stay whatever their size, and of those before
 * them, the keyframes of time travel, goes the one that is missed least: whose neighbours lie close together, measured by
 * how far back it is. What is left lies the further apart the further back: ever twice as far, when room is tight.
 *
 * @param snapshots newest first
 * @returns sequences
 */
export function planKeyframes(snapshots: readonly KeptSnapshot[], budgetBytes: number): number[] {
  const newest = snapshots[0]?.sequence ?? 0;
  const kept = [...snapshots];
  let bytes = kept.slice(NEWEST_KEPT).reduce((sum, snapshot) => sum + snapshot.bytes, 0);
  const dropped: number[] = [];
  while (kept.length > NEWEST_KEPT && (bytes > budgetBytes || kept.length - NEWEST_KEPT > MOST_KEYFRAMES)) {
    const [least] = kept.splice(leastMissed(kept, newest), 1);
    bytes -= least!.bytes;
    dropped.push(least!.sequence);
  }
  return dropped;
}

function leastMissed(kept: readonly KeptSnapshot[], newest: number): number {
  let least = NEWEST_KEPT;
  let smallest = Number.POSITIVE_INFINITY;
  for (let index = NEWEST_KEPT; index < kept.length; index++) {
    const gap = kept[index - 1]!.sequence - (kept[index + 1]?.sequence ?? 0);
    const missed = gap / (newest - kept[index]!.sequence);
    if (missed >= smallest) continue;
    smallest = missed;
    least = index;
  }
  return least;
}
