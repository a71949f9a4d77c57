/** When a snapshot is due, and which snapshots stay: pure decisions from facts to an answer. */
import type { SaveRule } from './options.ts';

/** What is known after a commit; all of it at hand in O(1). */
export interface SnapshotFacts {
  /** Events since the last snapshot. */
  readonly tailEvents: number;
  /** ms since the last snapshot, or since the open. */
  readonly sinceMs: number;
  /** Estimated ms to load the last snapshot. */
  readonly loadMs: number;
  /** Events folded per ms in a replay, as measured. */
  readonly foldRate: number;
  /** The promise, in ms. */
  readonly recoverWithin: number;
  readonly save: readonly SaveRule[];
}

/** A snapshot is taken when this much of the promise would be used up: the rest is for the time it takes. */
const NEAR = 0.7;
/**
 * When loading alone takes most of the promise, no snapshot can keep it; then a new one is taken only once the tail
 * would cost as much again, so that writing does not drown in snapshots.
 */
const TAIL_PER_LOAD = 1;

/** ms that an open would take now. */
export function estimateRecovery({ tailEvents, loadMs, foldRate }: SnapshotFacts): number {
  return loadMs + tailEvents / foldRate;
}

/** Why a snapshot is due, or undefined. */
export function planSnapshot(facts: SnapshotFacts): 'recoverWithin' | 'save' | undefined {
  if (facts.tailEvents === 0) return undefined;
  const { loadMs, recoverWithin, foldRate, tailEvents } = facts;
  const budgetMs = Math.max(recoverWithin * NEAR - loadMs, Math.min(loadMs, recoverWithin) * TAIL_PER_LOAD);
  if (tailEvents / foldRate >= budgetMs) return 'recoverWithin';
  const due = facts.save.some(({ seconds, changes }) => tailEvents >= changes && facts.sinceMs >= seconds * 1_000);
  return due ? 'save' : undefined;
}

/** Always kept: should the newest prove unreadable, recovery starts from the one before it. */
const NEWEST_KEPT = 2;

/**
 * Which snapshots to keep: the newest two, and keyframes for time travel at exponentially growing distances: the oldest
 * one in each of the distances 1–2, 2–4, 4–8 … times the newest interval.
 *
 * @param sequences newest first
 */
export function planKeyframes(sequences: readonly number[]): { keep: number[]; drop: number[] } {
  const newest = sequences[0] ?? 0;
  const interval = Math.max(1, newest - (sequences[1] ?? 0));
  const keep = new Set(sequences.slice(0, NEWEST_KEPT));
  const taken = new Map<number, number>();
  // Oldest last: the last write to a distance is its oldest snapshot.
  for (const sequence of sequences.slice(NEWEST_KEPT)) {
    taken.set(Math.floor(Math.log2(Math.max(1, (newest - sequence) / interval))), sequence);
  }
  for (const sequence of taken.values()) keep.add(sequence);
  return { keep: sequences.filter((s) => keep.has(s)), drop: sequences.filter((s) => !keep.has(s)) };
}
