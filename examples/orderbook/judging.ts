/** What a run's report means: the exit code, and lines on stderr for what is wrong. */

import { CommanderError } from 'commander';
import { RefoldError, type SerializedError } from 'refold';
import type { FeedReport } from './feeds/matching/tape.ts';
import { number } from './text.ts';

export const EXIT_CHECK_FAILED = 1;
export const EXIT_BAD_INPUT = 2;

/** What `judge` looks at. Reports without rows have only refusals. */
export type Judged = Pick<FeedReport, 'rejected' | 'rejectedByCode' | 'first'> &
  Partial<Pick<FeedReport, 'rowsWrong' | 'firstWrongRow' | 'difference' | 'rejection' | 'timeStepsBack'>>;

/**
 * Says what is wrong, and gives the exit code.
 *
 * A wrong row is an error. Refused commands are a warning, because real feeds hold cancels that come too late; with
 * `strict` they are an error.
 */
export function judge(report: Judged, strict: boolean, write: (line: string) => void): number {
  const { rowsWrong = 0, firstWrongRow, difference, rejected, rejectedByCode, rejection, first } = report;
  const { timeStepsBack = 0 } = report;
  if (timeStepsBack > 0) {
    const times = timeStepsBack === 1 ? 'once' : `${number(timeStepsBack)} times`;
    write(`warning: time goes back ${times}, first in row ${first.timeStepsBack}`);
  }
  if (rejected > 0) {
    const codes = Object.entries(rejectedByCode).map(([code, count]) => `${code} ${number(count)}`);
    const why = rejection === undefined || rejection === null ? '' : `: ${rejection}`;
    const commands = rejected === 1 ? '1 command was refused' : `${number(rejected)} commands were refused`;
    write(
      `${strict ? 'error' : 'warning'}: ${commands} (${codes.join(', ')}), the first in row ${first.rejected}${why}`,
    );
  }
  if (rowsWrong > 0) {
    const others = rowsWrong === 1 ? '' : `; ${number(rowsWrong)} rows are wrong in all`;
    write(`error: row ${firstWrongRow} is wrong: ${difference}${others}`);
  }
  return rowsWrong > 0 || (strict && rejected > 0) ? EXIT_CHECK_FAILED : 0;
}

/** An error that ends a run, as `--json` prints it. Other errors are defects, and are thrown. */
export function serialise(error: unknown): SerializedError {
  if (error instanceof RefoldError) return error.toJSON();
  if (error instanceof CommanderError) {
    return { code: 'INVALID_OPTION', message: error.message.replace(/^error: /, ''), hint: 'Run with --help' };
  }
  throw error;
}
