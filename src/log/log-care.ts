/**
 * The contract of care: what a log may do besides what `LogStore` asks of it. It can seal, reclaim, copy itself, and say
 * which files and bytes it takes. The engine works without it.
 */
import type { SerializedError } from '../core/errors.ts';
import type { LogContents } from './copying/log-copying.ts';
import type { LogBackupOptions, LogCopy } from './log-backup.ts';
import type { LogRedaction } from './log-redaction.ts';
import type { BlockHeader, SealedBlock } from './log-store.ts';

export interface SealOptions {
  /** Blocks that begin before this sequence are left alone; default 1. */
  readonly from?: number;
  /** Blocks that end at or before this sequence are sealed. */
  readonly through: number;
  /** No sealed block crosses one of these sequences. Default: an empty list. */
  readonly borders?: readonly number[];
  /** Packs and proves everything but changes nothing. Also works when the log is read-only. */
  readonly dryRun?: boolean | undefined;
  /** Stop after the block in progress. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (sealedThrough: number) => void;
}

export interface SealReport {
  readonly sealedEvents: number;
  readonly blocksBefore: number;
  readonly blocksAfter: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** The sealed blocks that were made, in order. */
  readonly made: readonly BlockHeader[];
}

/** Sizes on disk; zero where a log has no files. */
export interface LogSize {
  readonly fileBytes: number;
  readonly walBytes: number;
  /** Pages of the file that hold nothing and can be returned. */
  readonly freeBytes: number;
}

/** A file of a log. */
export interface LogFile {
  readonly path: string;
  readonly bytes: number;
}

/** A process that has a log open for writing. */
export interface LogWriter {
  readonly pid: number;
  readonly host: string;
  /** When it opened the log, ms since the epoch. */
  readonly startedAt: number;
}

/**
 * What a log may also do. Without it the engine neither seals nor reclaims, `compact` only drops history, `backup` is
 * refused, `verify` skips the structure, and all sizes are 0.
 */
export interface LogCare {
  /**
   * Packs open blocks (and merges small sealed ones) into sealed ones, each proven to decode to the same events first.
   * Appends may wait while rows are replaced, but never while blocks are packed.
   *
   * @throws RefoldError `LOG_CORRUPT` at the first damaged block; what was sealed before it stays sealed
   */
  seal(options: SealOptions): Promise<SealReport>;
  /** Gives free pages back to the file system. */
  reclaim(): Promise<void>;
  /** The version of the log's format; absent when the log has only one. */
  format?(): number;
  /** The log's id, which stays the same as long as the log lives. A backup has another one. Absent for a log without one. */
  id?(): string;
  /** The present sizes. Must be cheap: `stats()` asks for them synchronously. */
  size(): LogSize;
  /** Every file that belongs to the log, with its size: the file itself first. Absent for a log without files. */
  files?(): readonly LogFile[];
  /** Who has the log open for writing. Undefined when no process has, and where this one cannot tell. */
  writer?(): Promise<LogWriter | undefined>;
  /** About how much disk space an open block with so many bytes of text takes; absent when it takes just as many. */
  storedBytes?(textBytes: number): number;
  /**
   * What is wrong besides the blocks' content: the structure of the log, snapshots, outcomes. Empty when everything is
   * sound.
   */
  checkStructure(): Promise<readonly SerializedError[]>;
  /**
   * Replaces a sealed block by another one with the same events, sequences and chains, and other tags. False, and
   * nothing was changed, when the block that it was packed from is not there any more.
   */
  replaceBlock?(sealed: SealedBlock): Promise<boolean>;
  /**
   * Writes a consistent copy of the log to a new file: all of it, or up to the end that `cut` asks for.
   *
   * @throws RefoldError `INVALID_OPTION` when the file exists, where a log has no file to copy, and for an end that is not
   * in the log or lies within a commit; `HISTORY_GONE` for an end before what is left. Absent: the engine makes the copy from
   * `contents`
   */
  backup?(path: string, options?: LogBackupOptions): Promise<LogCopy>;
  /** What a copy of the log needs besides what every reader can ask for. Absent when the log cannot be copied. */
  contents?(): Promise<LogContents>;
  /** Changes what events say. Absent when the log cannot do it. */
  readonly redaction?: LogRedaction | undefined;
}
