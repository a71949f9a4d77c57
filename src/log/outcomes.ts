/** How the outcomes of commands are remembered, and how long: whichever bound is met first. */
import { checksumOf } from './blocks/chain.ts';
import type { StoredOutcome } from './log-store.ts';

/** Most outcomes kept. */
export const OUTCOMES_KEPT = 100_000;

/** Longest that an outcome is kept, by recorded time. */
export const OUTCOME_AGE_MS: number = 7 * 24 * 60 * 60 * 1000;

/** At most this many are forgotten for each new one, so that no append pays for many; more than one, to catch up. */
export const FORGOTTEN_PER_NEW_OUTCOME = 2;

/** CRC-32 over `commandId:recordedAt:outcome`: an outcome is in no block, so it vouches for itself. */
export function checksumOfOutcome({ commandId, recordedAt, outcome }: StoredOutcome): number {
  return checksumOf(`${commandId}:${recordedAt}:${outcome}`);
}
