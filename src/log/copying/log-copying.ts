/**
 * The contract of copying: what a log says of its contents to a copy, and how a new log is filled with them.
 *
 * Blocks, snapshots and all other rows arrive as they are, so the copy has the same chain. A log that is filled is marked as
 * unfinished until everything is there. The mark names the log that is copied: only the same copy goes on with it.
 */
import type { RedactionRow } from '../log-redaction.ts';
import type { Block, Checkpoint, LogHead, ReactorRow, SnapshotInfo, StoredOutcome } from '../log-store.ts';

/** What a copy needs besides blocks, snapshots and the rows that every reader can ask for. */
export interface LogContents {
  /** The end of what was dropped: sequence 0 and the chain of an empty log until something was. */
  readonly trimmed: LogHead;
  readonly meta: readonly (readonly [key: string, value: string])[];
  /** How many redactions it has had. */
  readonly generation: number;
  /** Whose snapshots the log has. */
  readonly owners: readonly string[];
  /**
   * All remembered outcomes, in the order in which they were written.
   *
   * @throws RefoldError `LOG_CORRUPT` at a damaged one
   */
  outcomes(): AsyncIterable<StoredOutcome>;
}

/** What is copied, as a mark says it. */
export interface CopyMark {
  /** The id of the log that is copied; its name where it has no id. */
  readonly of: string;
  /** Changes when its blocks have changed, or were dropped: then the copy begins again from the start. */
  readonly state: string;
}

export interface FillOptions {
  /** The log that is copied, as in `CopyMark`. */
  readonly of: string;
  /** The format of its file, where it has one: the copy need not have a higher one. */
  readonly format?: number | undefined;
  /** How long to wait for another process that has the new log open, in ms. */
  readonly waitForLock?: number | undefined;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** The rows that are put when everything else is there. */
export interface LastRows {
  /** The writer's epoch in the log that is copied. The copy gets a higher one. */
  readonly epoch: number;
  readonly checkpoints: readonly Checkpoint[];
  readonly reactors: readonly ReactorRow[];
  readonly meta: readonly (readonly [key: string, value: string])[];
  readonly redactions: readonly RedactionRow[];
}

/** A new log while it is filled. Nothing else writes to it. Every call is all or nothing, and may be repeated. */
export interface LogFilling {
  readonly path: string;
  /** The mark of the unfinished copy that was there; undefined for a new log. */
  readonly found: CopyMark | undefined;
  /** The end of the blocks that are there. Its `recordedAt` may be 0 for a copy that was found. */
  readonly end: LogHead;
  /**
   * Sets the mark and the end of what was dropped, and deletes everything that is there, but for blocks where `keepsBlocks` says
   * so.
   */
  begin(mark: CopyMark, trimmed: LogHead, keepsBlocks: boolean): Promise<void>;
  /**
   * Puts blocks in order. They follow the end, or take the place of blocks from the first of them on.
   *
   * @throws RefoldError `LOG_CORRUPT` when they are damaged or do not link to the block before; `LOG_FULL`
   */
  putBlocks(blocks: readonly Block[]): Promise<void>;
  /** Remembers outcomes, after those that are there. */
  putOutcomes(outcomes: readonly StoredOutcome[]): Promise<void>;
  putSnapshot(info: SnapshotInfo, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Puts the last rows and removes the mark, in one transaction that reaches the disk. Gives the epoch of the copy. */
  finish(rows: LastRows): Promise<number>;
  /** Ends the filling. Without `finish` the log stays unfinished. */
  close(): Promise<void>;
}
