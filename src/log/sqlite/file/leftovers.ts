/** What an earlier log may have left beside a file that was put in its place. */
import { isRefoldError, RefoldError } from '../../../core/errors.ts';
import { sizeOf } from './files.ts';

/** Says more of a log that is found damaged. */
export type Explain = (error: unknown) => unknown;

/**
 * To be asked before the log is opened: whether there is a WAL beside it. SQLite takes that for the file's own, and cannot
 * tell that a backup was put back over the log it belonged to.
 *
 * What to do stays the reader's decision: the WAL of a log that is where it always was holds acknowledged events.
 */
export function explainLeftovers(path: string): Explain {
  const wal = `${path}-wal`;
  if (sizeOf(wal) === 0) return (error) => error;
  return (error) => {
    if (!isRefoldError(error, 'LOG_CORRUPT')) return error;
    const { code, message, hint = '', ...details } = error.toJSON();
    const restored = `If ${path} was put back from a backup, then ${wal} belonged to the log before it: remove it and ${path}-shm and ${path}-witness, put the backup back again, and open it`;
    return new RefoldError(code, message, { ...details, hint: `${hint}. ${restored}`, cause: error.cause });
  };
}
