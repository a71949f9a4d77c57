/**
 * When a snapshot is due, where its bytes come from, how close keyframes lie, and which snapshots stay. Pure decisions:
 * facts in, an answer out.
 */
import type { SaveRule } from '../calls/options.ts';

/** What is known after a commit, all of it in O(1). */
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
  /** Whether the last snapshot is one whose fingerprint says less than today's. */
  readonly isBelieved?: boolean;
}

/** Why a snapshot is due. */
export type SnapshotReason = 'recoverWithin' | 'keyframe' | 'save' | 'fingerprint';

/** A snapshot is begun when this share of the promise would be used up. The tail keeps growing while it is made. */
const NEAR = 0.5;
/**
 * If opening and loading alone take most of the promise, no snapshot can keep it. Then a new one is taken only once the
 * tail would cost as much again, so that snapshots do not take over the writing.
 */
const TAIL_PER_LOAD = 1;
/**
 * Time travel folds for at most about this long from a keyframe, in ms. It may take longer if the state is slow to
 * encode.
 */
const KEYFRAME_MS = 40;
/**
 * Keyframes are at least this many events apart: before the first replay a reducer's rate is unknown and assumed low.
 */
const KEYFRAME_EVENTS = 25_000;
/** The tail takes at least this many times as long to fold as a snapshot takes to make. */
const TAIL_PER_TAKE = 3;

/** Why a snapshot is due, or undefined. */
export function planSnapshot(facts: SnapshotFacts): SnapshotReason | undefined {
  if (facts.isBelieved === true) return 'fingerprint';
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

/** What decides where the bytes of a snapshot come from. */
export interface SourceFacts {
  /** Whether the state can be held still while commits continue: under the atomic fold. */
  readonly canHold: boolean;
  /** Whether a thread can have the model and the log. */
  readonly hasThread: boolean;
  /** Whether nothing was appended since the open. */
  readonly isFresh: boolean;
  /** Whether the store is closing: no further event is folded, and only the close waits. */
  readonly isLast: boolean;
  /** Size of the last snapshot, in bytes; 0 without a snapshot. */
  readonly lastBytes: number;
}

/**
 * `at once`: in this turn. `slices`: from the held state. `thread` and `log`: folded again from the log, in the thread or
 * here.
 */
export type SourceName = 'at once' | 'slices' | 'thread' | 'log';

export interface SourcePlan {
  /** In the order to be asked; the last one can always give it. */
  readonly sources: readonly SourceName[];
  /** A state of more bytes is not encoded at once. */
  readonly atOnceBytes: number;
}

/**
 * A state of at most this size is encoded at once, which takes about a millisecond. The larger limit, about three
 * milliseconds, holds in two cases: if the state cannot be held still, and before the first append. In the second case
 * no write waits, and a process that dies early has at least shortened the tail of the next one.
 */
const AT_ONCE_BYTES = 64 * 1024;
const AT_ONCE_BYTES_LONGER = 256 * 1024;

/** Where the bytes of a snapshot come from: the sources that disturb the writing least, in the order to be asked. */
export function planSource({ canHold, hasThread, isFresh, isLast, lastBytes }: SourceFacts): SourcePlan {
  if (isLast) return { sources: ['at once'], atOnceBytes: Number.POSITIVE_INFINITY };
  const atOnceBytes = canHold && !isFresh ? AT_ONCE_BYTES : AT_ONCE_BYTES_LONGER;
  const others: SourceName[] = canHold ? ['slices'] : hasThread ? ['thread', 'log'] : ['log'];
  // A state that was far too large last time is not tried.
  return { sources: lastBytes > 2 * atOnceBytes ? others : ['at once', ...others], atOnceBytes };
}

/** Bytes of state encoded per ms, roughly. It only keeps the keyframes of large states apart. */
const ENCODE_RATE = 40_000;

/**
 * Events from one keyframe to the next, while a snapshot is made from the log: as many as are folded in about 40 ms, or
 * in twice the time that it takes to encode the state.
 */
export function planKeyframeSpacing(foldRate: number, stateBytes: number): number {
  return Math.max(KEYFRAME_EVENTS, Math.ceil(foldRate * Math.max(KEYFRAME_MS, (2 * stateBytes) / ENCODE_RATE)));
}

/** These are always kept: if the newest is unreadable, recovery starts from the one before it. */
const NEWEST_KEPT = 2;

/** How large all keyframes together may be, in bytes of encoded state. Compressed on disk, they take about a quarter. */
export const KEYFRAME_BUDGET_BYTES: number = 64 * 1024 * 1024;

/** Every open looks at all of them, and must not get slower as the log grows. */
const MOST_KEYFRAMES = 400;

/** What decides whether a snapshot stays. */
export interface KeptSnapshot {
  readonly sequence: number;
  readonly bytes: number;
}

/**
 * Which snapshots to delete, so that the others fit into a budget.
 *
 * The two newest are always kept. Older ones serve time travel as keyframes. One after another, the keyframe that is
 * missed least is deleted: its neighbours lie close together for how far back it is. So the gaps get wider the further
 * back they are.
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
