/** The contract of redaction: what `LogCare.redaction` does, and what the log remembers of it. */
import type { LogHead, SealedBlock, StoredOutcome } from './log-store.ts';

/**
 * Replaces what events say. Their sequences, times, types and commits stay. The chain stays too.
 *
 * First the changed blocks are staged, in any number of calls, while the log works as before. Then `apply` puts all of
 * them in place at once. Then `scrub` removes the old bytes from the files. One redaction at a time.
 */
export interface LogRedaction {
  /** The chain before the block that begins at a sequence, hex: `redactRun` needs it for blocks that are open. */
  chainBefore(firstSequence: number): Promise<string>;
  /**
   * Keeps blocks and outcomes beside the log, where nothing reads them. A block replaces the blocks of exactly its
   * sequences (`redactRun` packs and proves one). It takes the place of a block that was staged for the same first
   * sequence. An outcome replaces the one of its command and time, if that is still remembered.
   *
   * @throws RefoldError `SEQUENCE_CONFLICT` when the log has no such blocks, `LOG_FULL`. Nothing of this call is staged then
   */
  stage(blocks: readonly SealedBlock[], outcomes: readonly StoredOutcome[]): Promise<void>;
  /**
   * Puts everything that was staged in place, all or nothing. Adds the row, and forgets what was staged. Deletes the
   * snapshots of every owner at `row.firstSequence` or later. Checkpoints of projections stay.
   *
   * @throws RefoldError `SEQUENCE_CONFLICT` for another head or epoch, when staged blocks overlap, or when the blocks have
   * changed since they were staged; `LOG_FULL`. The log is unchanged then, and what was staged still is
   */
  apply(row: RedactionRow, fence: RedactionFence): Promise<void>;
  /**
   * All remembered outcomes, in any order. Asked for only when commits without a command id are redacted: earlier releases did not
   * keep the id in the block. Absent when a log cannot list them.
   */
  outcomes?(): AsyncIterable<StoredOutcome>;
  /** Forgets what was staged. A writer that opens the log does it too. */
  discard(): Promise<void>;
  /**
   * Makes sure that no file of the log holds bytes that the log itself does not hold any more. May be called again, and
   * costs little when there is nothing to do. Appends may wait meanwhile.
   *
   * @param onProgress called with fractions from 0 to 1
   * @throws RefoldError `LOG_FULL` when the disk has no room for it; the log works as before
   */
  scrub(onProgress?: (fraction: number) => void): Promise<ScrubReport>;
  /** Oldest first. */
  redactions(): Promise<readonly RecordedRedaction[]>;
}

/** A redaction as the log remembers it: what was changed, when and by whom, but never the words. */
export interface RedactionRow {
  /** ms since the epoch. */
  readonly recordedAt: number;
  /** Who asked for it, as the caller names them. */
  readonly by?: string | undefined;
  /** A hash of what was asked for, hex. Opaque here. */
  readonly selector: string;
  /** How many events changed. */
  readonly events: number;
  /** The first and the last of the changed events. */
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** A redaction that was applied. */
export interface RecordedRedaction extends RedactionRow {
  /** False while a file of the log may still hold old bytes: until a `scrub` was complete. */
  readonly scrubbed: boolean;
}

/** What an `apply` expects. */
export interface RedactionFence {
  readonly epoch: number;
  /** The end of the log that was looked at. Left out by a member of a log that is written in turns: others append meanwhile. */
  readonly expectedSequence?: number | undefined;
  /**
   * For such a member, and never given to a log without `turn`: called with the end of the log, while no process appends. When it rejects,
   * `apply` rejects with the same and nothing has changed. It may be called more than once.
   */
  readonly onHeld?: ((head: LogHead) => Promise<void>) | undefined;
}

/** What a `scrub` came to. */
export interface ScrubReport {
  /** What keeps old bytes in a file of the log, such as a reader. Absent when none are left. */
  readonly pending?: string;
  readonly milliseconds: number;
}
