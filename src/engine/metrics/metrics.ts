/** What `store.metrics()` gives: plain JSON, with the unit in each name. */
import type { DurationHistogram } from './histogram.ts';

/**
 * What a store has done since it was opened, and how it is now. Counters and histograms only grow, so a collector may ask as
 * rarely as it likes. Nothing is reset.
 */
export interface StoreMetrics {
  readonly uptimeMilliseconds: number;
  /** Whether the store has failed. */
  readonly failed: boolean;
  readonly sequence: number;
  readonly durableSequence: number;
  /** Commits that have become durable, their events, and the characters of their text. */
  readonly commits: number;
  readonly events: number;
  readonly characters: number;
  /** From the call of `append`, `execute` or `transact` until its commit is durable. */
  readonly appendMilliseconds: DurationHistogram;
  /** From handing a block of commits to the log until it is durable. Its `count` is the number of blocks. */
  readonly syncMilliseconds: DurationHistogram;
  /** What is accepted and not yet durable, and what calls keep while they wait for room, in bytes. */
  readonly queue: { readonly bytes: number; readonly waitingBytes: number };
  /** As the last open or snapshot measured them: events folded in a replay, and bytes of a snapshot loaded, for each second. */
  readonly rates: { readonly foldedEventsPerSecond: number; readonly loadedBytesPerSecond: number };
  /** How long an open would take now. */
  readonly estimatedRecoveryMilliseconds: number;
  /** How many `subscribe` now. */
  readonly listeners: number;
  /** Who follows now. */
  readonly followers: FollowerMetrics;
  /** The projections of this store. `lag` counts durable events that one has not folded. */
  readonly projections: readonly NamedLag[];
  /** The reactors that run in this store. `lag` counts durable events whose effects one has not finished. */
  readonly reactors: readonly NamedLag[];
}

/** How far something with a name has come, and how many durable events it does not have yet. */
export interface NamedLag {
  readonly name: string;
  readonly sequence: number;
  readonly lag: number;
}

export interface FollowerMetrics {
  readonly count: number;
  /** How many of them read the log, because they are far behind. */
  readonly behind: number;
  /** How many durable events the slowest one has not got yet. */
  readonly lag: number;
}

/** @param followers each with its lag in events, and whether it reads the log */
export function followerMetrics(
  followers: Iterable<{ readonly lag: number; readonly isBehind: boolean }>,
): FollowerMetrics {
  let [count, behind, slowest] = [0, 0, 0];
  for (const { lag, isBehind } of followers) {
    count += 1;
    if (isBehind) behind += 1;
    slowest = Math.max(slowest, lag);
  }
  return { count, behind, lag: slowest };
}
