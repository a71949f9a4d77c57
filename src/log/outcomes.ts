/** How the outcomes of commands are remembered, and how long: until the first of two bounds is met. */
import { checksumOf } from './blocks/chain.ts';
import type { StoredOutcome } from './log-store.ts';

/** The most outcomes that are kept, unless the log was opened with other bounds. */
export const OUTCOMES_KEPT = 100_000;

/** How long an outcome is kept, by recorded time, unless the log was opened with other bounds. */
export const OUTCOME_AGE_MS: number = 7 * 24 * 60 * 60 * 1000;

/** How long outcomes are remembered: until the first of the two bounds is met. */
export interface OutcomeBounds {
  /** The most outcomes that are kept. */
  readonly outcomes: number;
  /** How long an outcome is kept, in ms of recorded time. */
  readonly age: number;
}

export const DEFAULT_BOUNDS: OutcomeBounds = { outcomes: OUTCOMES_KEPT, age: OUTCOME_AGE_MS };

/** At most this many are forgotten for each new one, so no append pays for many. It is more than one, to catch up. */
export const FORGOTTEN_PER_NEW_OUTCOME = 2;

/**
 * Adds outcomes to those that a log keeps in memory. Forgets those beyond the bounds, a few for each new one.
 *
 * @param kept by command id, the oldest first
 * @param bounds default: 100,000 outcomes, for seven days
 */
export function rememberOutcomes(
  kept: Map<string, StoredOutcome>,
  outcomes: readonly StoredOutcome[],
  bounds: OutcomeBounds = DEFAULT_BOUNDS,
): void {
  for (const outcome of outcomes) {
    kept.delete(outcome.commandId); // so that it is added at the end: the oldest come first
    kept.set(outcome.commandId, outcome);
  }
  const newest = outcomes.at(-1);
  if (newest === undefined) return;
  let toForget = outcomes.length * FORGOTTEN_PER_NEW_OUTCOME;
  for (const [commandId, { recordedAt }] of kept) {
    const outlived = kept.size > bounds.outcomes || recordedAt < newest.recordedAt - bounds.age;
    if (!outlived || toForget === 0) return;
    kept.delete(commandId);
    toForget -= 1;
  }
}

/** CRC-32 over `commandId:recordedAt:outcome`: an outcome is not in a block, so it has its own checksum. */
export function checksumOfOutcome({ commandId, recordedAt, outcome }: StoredOutcome): number {
  return checksumOf(`${commandId}:${recordedAt}:${outcome}`);
}
