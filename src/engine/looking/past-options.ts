/** What the calls of a past handle take and give, and how it is checked. */
import { grouped } from '../../core/errors.ts';
import type { LogSource } from '../../log/log-source.ts';
import type { LogStore } from '../../log/log-store.ts';
import { A_FUNCTION, A_SIGNAL, isSequence, type OptionChecks, TRUE_OR_FALSE } from '../calls/call-options.ts';
import { A_LOG, A_PATH, type LogOptions } from '../calls/log-options.ts';
import { harmless, type Progress } from '../calls/progress.ts';
import type { PastState } from '../past/history.ts';
import { A_PAST_POSITION, type PastPosition } from './position.ts';
import type { BisectEstimate, BisectMode } from './questions/bisect.ts';
import type { PlaceChange } from './questions/why.ts';
import type { OnDamage } from './sound-blocks.ts';
import type { WalkEachOptions } from './walk-each.ts';

export interface PastOptions extends LogOptions {
  /** The log's file; a writer may have it open. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** An open log: it stays open. Or a source: its log is closed with the handle, or when the call ends. */
  readonly log?: LogStore | LogSource | undefined;
}

/** How a past state was built, and what that took. */
export interface PastCost {
  /** The snapshot that it was built from; absent when it was built from the first event. */
  readonly keyframe?: number;
  /** Events folded after it. */
  readonly events: number;
  readonly milliseconds: number;
}

/** A past state, and what it cost. */
export interface BuiltState<State> extends PastState<State> {
  readonly cost: PastCost;
}

/** What a call of a past handle takes. */
export interface PastCallOptions {
  /** Ends the work at the next block: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface WalkOptions extends PastCallOptions {
  /** The first event, or the first at or after a time; default the first that can be folded. */
  readonly from?: PastPosition | undefined;
  /** The last event, or the last at or before a time; default the durable end at the time of the call. */
  readonly to?: PastPosition | undefined;
}

export interface BlocksOptions {
  /** Only blocks that hold this position or later ones; default all. */
  readonly from?: PastPosition | undefined;
  /** Only blocks that begin at this position or before; default all. */
  readonly to?: PastPosition | undefined;
}

export interface CountOptions extends PastCallOptions {
  /** How the range is divided into buckets: equal numbers of sequences, or equal times; default `'sequence'`. */
  readonly by?: 'sequence' | 'time' | undefined;
  /** How many buckets, 1 to 100,000; default 1. */
  readonly buckets?: number | undefined;
  /** The first event, or the first at or after a time; default the first that is still in the log. */
  readonly from?: PastPosition | undefined;
  /** The last event, or the last at or before a time; default the durable end at the time of the call. */
  readonly to?: PastPosition | undefined;
  /** Gets each damaged block, and the rest is counted. Default: the first one ends the call with `LOG_CORRUPT`. */
  readonly onDamage?: OnDamage | undefined;
}

export interface WhyOptions extends WalkOptions {
  /** Only changes before this position: with `to` the earlier of the two counts. */
  readonly before?: PastPosition | undefined;
  /** Stop after so many changes; default all. */
  readonly limit?: number | undefined;
  /** In the order of the log, from the beginning of the range; default newest first. */
  readonly forward?: boolean | undefined;
  /** Gets each change once it is certain that it is next, long before the answer is complete. */
  readonly onChange?: ((change: PlaceChange) => void) | undefined;
}

export interface BisectOptions extends WalkOptions {
  /** How it asks: `'blocks'` (default), `'fast'` or `'every-event'`. */
  readonly mode?: BisectMode | undefined;
  /** With `'every-event'`: gets what the rest will take, once that is known. */
  readonly onEstimate?: ((estimate: BisectEstimate) => void) | undefined;
}

export interface RehearseOptions extends PastCallOptions {
  /** The last event to fold; default the durable end at the time of the call. */
  readonly to?: PastPosition | undefined;
}

/** Options of `why` without a handle. */
export interface WhyLogOptions extends WhyOptions, PastOptions {}

/** Options of `bisect` without a handle. */
export interface BisectLogOptions extends BisectOptions, PastOptions {}

/** Options of `rehearse` without a handle. */
export interface RehearseLogOptions extends RehearseOptions, PastOptions {}

const MOST_BUCKETS = 100_000;

export const CALL_CHECKS: OptionChecks<PastCallOptions> = { signal: A_SIGNAL, onProgress: A_FUNCTION };
export const BLOCKS_CHECKS: OptionChecks<BlocksOptions> = { from: A_PAST_POSITION, to: A_PAST_POSITION };
export const WALK_CHECKS: OptionChecks<WalkOptions> = { ...CALL_CHECKS, ...BLOCKS_CHECKS };
export const WALK_EACH_CHECKS: OptionChecks<WalkEachOptions> = {
  ...WALK_CHECKS,
  each: A_FUNCTION,
  before: A_FUNCTION,
};
export const COUNT_CHECKS: OptionChecks<CountOptions> = {
  ...WALK_CHECKS,
  by: ["'sequence' or 'time'", (value) => value === 'sequence' || value === 'time'],
  buckets: [
    `a whole number from 1 to ${grouped(MOST_BUCKETS)}`,
    (value) => isSequence(value) && value > 0 && value <= MOST_BUCKETS,
  ],
  onDamage: A_FUNCTION,
};
export const PAST_CHECKS: OptionChecks<PastOptions> = { path: A_PATH, log: A_LOG };
export const WHY_CHECKS: OptionChecks<WhyOptions> = {
  ...WALK_CHECKS,
  before: A_PAST_POSITION,
  limit: ['a whole number from 0 on', isSequence],
  forward: TRUE_OR_FALSE,
  onChange: A_FUNCTION,
};
export const BISECT_CHECKS: OptionChecks<BisectOptions> = {
  ...WALK_CHECKS,
  mode: ["'blocks', 'fast' or 'every-event'", (value) => MODES.has(value)],
  onEstimate: A_FUNCTION,
};
export const REHEARSE_CHECKS: OptionChecks<RehearseOptions> = { ...CALL_CHECKS, to: A_PAST_POSITION };
export const WHY_LOG_CHECKS: OptionChecks<WhyLogOptions> = { ...PAST_CHECKS, ...WHY_CHECKS };
export const BISECT_LOG_CHECKS: OptionChecks<BisectLogOptions> = { ...PAST_CHECKS, ...BISECT_CHECKS };
export const REHEARSE_LOG_CHECKS: OptionChecks<RehearseLogOptions> = { ...PAST_CHECKS, ...REHEARSE_CHECKS };

const MODES: ReadonlySet<unknown> = new Set<BisectMode>(['blocks', 'fast', 'every-event']);

/** Tells a caller how far a call has come. */
export function tellOf({ onProgress }: PastCallOptions, total: number): (done: number) => void {
  const tell = harmless(onProgress);
  return (done) => tell({ phase: 'replay', done, total });
}
