/**
 * The jobs that the store asks of its writer thread.
 *
 * The writer does the jobs one after the other. The store cuts long work (dropping, snapshots) into several jobs, so
 * appends get their turn in between.
 */

import type { PackedChunk } from '../../blocks/snapshot-chunks.ts';
import type { RedactionFence, RedactionRow } from '../../log-redaction.ts';
import type {
  Checkpoint,
  Durability,
  LogHead,
  ReactorRow,
  SealedBlock,
  SnapshotInfo,
  TagList,
} from '../../log-store.ts';
import type { OutcomeBounds } from '../../outcomes.ts';
import type { LogState, Trimmed } from '../file/block-rows.ts';
import type { StagedParts } from '../redacting/staging.ts';

/** The writer thread's `workerData`. */
export interface WriterOptions {
  readonly path: string;
  readonly durability: Durability;
  /** There was no file at the path: files beside it belong to a log that was removed. */
  readonly isNew: boolean;
  /** See `SqliteLogOptions.checkpointFromBytes`. */
  readonly checkpointFromBytes: number | undefined;
  readonly remember: OutcomeBounds;
  /** Other logs share the thread: nothing may wait in it. Default false. */
  readonly isShared?: boolean | undefined;
  /** How long to wait for another writer, in ms. Undefined: as `acquireLock` does by itself. */
  readonly waitForLock: number | undefined;
}

/** A block ready to be written; the writer adds checksum and chain. */
export interface NewBlock {
  readonly events: number;
  readonly recordedAt: number;
  /** When its last commit was recorded. */
  readonly lastRecordedAt: number;
  /** The JSON text, in UTF-8; transferred, not copied. */
  readonly payload: Uint8Array<ArrayBuffer>;
  /** Present when every commit said what its events' tags are. `hasTags` when there is at least one tagger. */
  readonly tags: { readonly list: TagList; readonly hasTags: boolean } | undefined;
  /** Whether a commit has an id. */
  readonly hasIds: boolean;
}

/** Outcomes to remember, as one text: a message of many objects or strings takes several times as long to send. */
export interface PackedOutcomes {
  /** Command id and outcome of each, one after the other. */
  readonly text: string;
  /** Time, length of the command id and length of the outcome of each; lengths in UTF-16 units. */
  readonly numbers: Float64Array;
  /** True when the log may hold one of these ids already, or an id comes twice. */
  readonly mayReplace: boolean;
}

/** A sealed block on its way into the log. */
export interface PackedRun {
  /** The chain before the blocks that it replaces. */
  readonly startChain: string;
  readonly sealed: SealedBlock;
  /** Keep its tag list even in a file without the table of tag lists. */
  readonly withTags: boolean;
}

/** Every job with what it takes and what it answers. */
export interface Jobs {
  append: {
    takes: {
      readonly expectedSequence: number;
      readonly epoch: number;
      readonly block: NewBlock | undefined;
      readonly outcomes: PackedOutcomes;
    };
    answers: LogHead;
  };
  putCheckpoint: { takes: Checkpoint; answers: undefined };
  /** By the name of its projection. */
  dropCheckpoint: { takes: string; answers: undefined };
  putReactor: { takes: ReactorRow; answers: undefined };
  /** By its name. */
  dropReactor: { takes: string; answers: undefined };
  putMeta: { takes: { readonly key: string; readonly value: string }; answers: undefined };
  /** A small snapshot, complete and not yet compressed. Answers whether there may be chunks without a snapshot. */
  putSnapshot: { takes: { readonly info: SnapshotInfo; readonly chunks: readonly Uint8Array[] }; answers: boolean };
  /** A large one: begun, put chunk by chunk, then finished, with the same answer. */
  beginSnapshot: { takes: undefined; answers: number };
  putChunk: { takes: PackedChunk & { readonly id: number; readonly part: number }; answers: undefined };
  finishSnapshot: {
    takes: { readonly id: number; readonly chunks: number; readonly info: SnapshotInfo };
    answers: boolean;
  };
  abandonSnapshot: { takes: number; answers: undefined };
  dropSnapshots: { takes: { readonly owner: string; readonly sequences: readonly number[] }; answers: undefined };
  /** Deletes a few chunks that no snapshot owns; answers whether there are more. */
  sweepChunks: { takes: undefined; answers: boolean };
  /**
   * Replaces a run by the sealed block that was packed from it. Answers false, and changes nothing, when the run has
   * changed.
   */
  swapRun: { takes: PackedRun; answers: boolean };
  /** The bytes that one transaction may move while room on the disk is tight; undefined otherwise. */
  pieceBytes: { takes: undefined; answers: number | undefined };
  /**
   * Drops some blocks that end at or before `through`; answers the new end of the dropped history, or undefined when
   * done.
   */
  dropBlocks: { takes: { readonly through: number }; answers: Trimmed | undefined };
  /** Returns some free pages; answers whether there are more. */
  reclaimPages: { takes: undefined; answers: boolean };
  stageRedaction: { takes: StagedParts; answers: undefined };
  applyRedaction: { takes: { readonly row: RedactionRow; readonly fence: RedactionFence }; answers: undefined };
  discardRedaction: { takes: undefined; answers: undefined };
  /** Rebuilds the file when a redaction needs it. Answers whether a redaction still waits for an empty WAL. */
  rebuildFile: { takes: undefined; answers: boolean };
  /** Empties the WAL after a rebuild; answers false while a reader prevents it. */
  emptyWal: { takes: undefined; answers: boolean };
  flush: { takes: undefined; answers: undefined };
}

export type JobName = keyof Jobs;

/** What the writer found when it opened the log. */
export interface OpenedLog extends LogState {
  /** The file was empty: this writer has made the log. */
  readonly isCreated: boolean;
}
