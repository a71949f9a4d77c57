/** Files of an earlier log that may lie beside a restored backup. */
import { isRefoldError, RefoldError } from '../../../core/errors.ts';
import { sizeOf } from './files.ts';

/** Adds a hint to the error of a damaged log. */
export type Explain = (error: unknown) => unknown;

/**
 * Call it before the log is opened: it checks whether there is a WAL beside the file. SQLite assumes that the WAL
 * belongs to the file. It cannot detect that a backup was restored over the log that the WAL belonged to.
 *
 * The user must decide what to do: without a restored backup, the WAL holds acknowledged events.
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
