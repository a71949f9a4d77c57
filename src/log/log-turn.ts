/**
 * The contract of shared writing: several processes write one log, one after the other.
 *
 * Each of them is a *member*: it opens the log with `writers: 'many'`. To write, it takes a *turn*. In its turn a member gets what others
 * have appended, decides, and appends. No other member appends meanwhile, so an append of a turn is never refused because the log has grown.
 * One member at a time is the *keeper*: it holds the epoch, and does all writing that is not an append.
 */
import type { Block, LogHead, QueuedCommit, StoredOutcome } from './log-store.ts';

/** Who writes a log: one process, or any number of them in turns. */
export type Writers = 'one' | 'many';

/** A turn gives at most so many bytes of blocks that the member does not have. A member that is further behind reads them before. */
export const TURN_TAIL_BYTES: number = 256 * 1024;
/** How long `decide` may take, in ms. A log may take the turn away from a member that takes longer. */
export const LONGEST_TURN_MS = 1_000;

export interface TurnRequest {
  /** The last event that the member has. */
  readonly after: number;
  /** Their outcomes are looked up in the turn. */
  readonly commandIds: readonly string[];
  /** Called in the turn, unless the member is too far behind. What it gives is appended as one block. */
  readonly decide: (found: TurnFound) => TurnAppend;
}

/** What the log holds when the turn has come. */
export interface TurnFound {
  readonly head: LogHead;
  /** The blocks after `after` in order, verified. The first one may begin earlier. */
  readonly tail: readonly Block[];
  /** Those of `commandIds` that the log remembers. */
  readonly outcomes: ReadonlyMap<string, StoredOutcome>;
  /** How many redactions the log has had. */
  readonly generation: number;
}

export interface TurnAppend {
  readonly commits: readonly QueuedCommit[];
  readonly outcomes: readonly StoredOutcome[];
}

/**
 * - `done`: what was given is durable.
 * - `behind`: the log has more than `TURN_TAIL_BYTES` that the member does not have. Nothing was decided.
 * - `lost`: what was given is not in the log, and never will be.
 */
export type TurnEnding = 'done' | 'behind' | 'lost';

/** Whether this member is the keeper. */
export interface LogKeeping {
  readonly isKeeper: boolean;
  /** Calls back at each change. The listener does not throw. */
  onChange(listener: (isKeeper: boolean) => void): void;
}
