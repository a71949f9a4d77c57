/** The contract of backups: what `LogCare.backup` is asked for, and what the copy holds. */
import type { ReactorRow, StoredOutcome } from './log-store.ts';

export interface LogBackupOptions {
  /** Gets fractions from 0 to 1. Does not throw. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  /** Ends the copying: it rejects with the signal's reason, and leaves nothing behind. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the copy has everything. */
  readonly cut?: LogCut | undefined;
}

/** Where a copy ends, and what it keeps of the rows that only the engine can read. */
export interface LogCut {
  /** The last event, or the last event at or before a time in ms. */
  readonly to: { readonly sequence: number } | { readonly time: number };
  /** Called once, when the end is known. */
  readonly keep: (end: CutEnd) => CutRows;
}

/** The end of a copy. */
export interface CutEnd {
  readonly sequence: number;
  /** When the event after it was recorded; undefined at the end of the log. */
  readonly nextRecordedAt: number | undefined;
}

/** What a copy keeps. None of the functions throws. */
export interface CutRows {
  /** Asked for each outcome, in the order in which they were written. */
  readonly outcome: (outcome: StoredOutcome) => boolean;
  readonly reactor: (row: ReactorRow) => ReactorRow;
  /** The text that a key of `meta` gets. */
  readonly meta: (key: string, value: string) => string;
}

/** What a copy holds. */
export interface LogCopy {
  /** The first event that is in the copy. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** When the last event was recorded, in ms since the epoch; 0 for an empty log. */
  readonly recordedAt: number;
  /** Size of the file. */
  readonly bytes: number;
}
