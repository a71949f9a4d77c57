/** What a redaction may be asked for besides its selector, and what it reports. */
import type { StateDifference } from '../../fold/diff.ts';
import { A_FUNCTION, A_SIGNAL, type OptionChecks, TRUE_OR_FALSE } from '../calls/call-options.ts';
import type { Progress } from '../calls/progress.ts';

export interface RedactOptions {
  /** Who redacts, for the record in the log: 1 to 200 characters. Default: without a name. */
  readonly by?: string | undefined;
  /**
   * Report what would be done and where the state would differ, and change nothing. The work is done for that, the fold of the
   * redacted log included, and takes as long. Works on a read-only store.
   */
  readonly dryRun?: boolean | undefined;
  /** Stops the work before it has taken effect: the call rejects with the signal's reason, and nothing has changed. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the store's `onProgress`. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const LONGEST_BY = 200;

export const REDACT_CHECKS: OptionChecks<RedactOptions> = {
  by: [
    `a text of 1 to ${LONGEST_BY} characters`,
    (by) => typeof by === 'string' && by.length >= 1 && by.length <= LONGEST_BY && by.isWellFormed(),
  ],
  dryRun: TRUE_OR_FALSE,
  signal: A_SIGNAL,
  onProgress: A_FUNCTION,
};

/** What a redaction did, or would do. */
export interface RedactionReport {
  readonly dryRun: boolean;
  /** Events that changed. 0 when all of the selected ones were redacted before. */
  readonly events: number;
  /** Blocks that were replaced. */
  readonly blocks: number;
  /** Snapshots, of the model and of projections, that were deleted because they may hold the words. */
  readonly snapshots: number;
  /** Remembered outcomes that lost their result. */
  readonly outcomes: number;
  /** How long it took in all, and about how long appends waited, in ms: while it took effect, and while the file was rebuilt. */
  readonly milliseconds: number;
  readonly blockedMilliseconds: number;
  /** Why a file of the log may still hold the words, such as a reader that must close first. Then redact again. Undefined when none does. */
  readonly pending: string | undefined;
  /** Where the state will differ, at most 100 places. Only in the report of a dry run. */
  readonly differences?: readonly StateDifference[];
}
