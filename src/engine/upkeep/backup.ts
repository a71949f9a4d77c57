/** Copies of a log in a new file: complete, or up to an earlier position. */
import { RefoldError } from '../../core/errors.ts';
import type { LogBackupOptions, LogCopy, LogCut } from '../../log/log-backup.ts';
import type { LogStore } from '../../log/log-store.ts';
import { A_FUNCTION, A_SIGNAL, checkOptions, type OptionChecks, wrongKind } from '../calls/call-options.ts';
import { isLogUrl } from '../calls/log-options.ts';
import { harmless, type Progress } from '../calls/progress.ts';
import { A_POSITION, type Position } from '../past/history.ts';
import { copyInto } from './copy-log.ts';
import { rowsUpTo } from './rows-up-to.ts';

export interface BackupOptions {
  /**
   * Where the copy ends; default: with everything durable. A sequence must be the last of its commit. A time means the last
   * event at or before it.
   */
  readonly to?: Position | undefined;
  /** Ends the copying: it rejects with the signal's reason, and leaves nothing behind. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export const BACKUP_CHECKS: OptionChecks<BackupOptions> = { to: A_POSITION, signal: A_SIGNAL, onProgress: A_FUNCTION };

/** What a copy holds. */
export interface BackupReport extends LogCopy {
  /** The file of the copy. */
  readonly path: string;
}

/**
 * Copies the log to a new file.
 *
 * @param tell also gets the progress; it does not throw
 * @throws RefoldError as `Store.backup` does
 */
export async function backUpLog(
  log: LogStore,
  path: string,
  given: BackupOptions | undefined,
  tell: (progress: Progress) => void = () => {},
): Promise<BackupReport> {
  const { onProgress, ...options } = checkOptions('back up', BACKUP_CHECKS, given);
  if (isLogUrl(path)) throw wrongKind('back up', 'path', 'the path of a file', undefined, HINT_COPY);
  const tellCaller = harmless(onProgress);
  const inner = copyOptions(options, (progress) => {
    tell(progress);
    tellCaller(progress);
  });
  const { firstSequence, lastSequence, recordedAt, bytes } = await copyTo(log, path, inner);
  return { path, firstSequence, lastSequence, recordedAt, bytes };
}

/** A log that cannot back itself up is copied to a file first. */
async function copyTo(log: LogStore, path: string, options: LogBackupOptions): Promise<LogCopy> {
  const { care, path: from } = log;
  if (care?.backup !== undefined) return care.backup(path, options);
  if (care?.contents === undefined) throw noCopies(from);
  const { backUpByFilling } = await import('../../log/sqlite/copying/file-backup.ts');
  return backUpByFilling(from, path, options, (filling, tell) =>
    copyInto(log, filling, ({ done, total }) => tell(total === 0 ? 1 : done / total), options.signal),
  );
}

function noCopies(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot back up ${path}: this log makes no copies`, {
    path,
    type: 'log',
    hint: 'Back up what holds the log with its own tools, or export its events',
  });
}

const HINT_COPY = 'Give the path of a new file; copyLog and refold copy also write to a log in PostgreSQL';

/** What a log is asked for. */
export function copyOptions(
  { to, signal }: Pick<BackupOptions, 'to' | 'signal'>,
  tell: (progress: Progress) => void,
): LogBackupOptions {
  return {
    onProgress: (done) => tell({ phase: 'backup', done, total: 1 }),
    signal,
    // `A_POSITION` has made the time a number.
    ...(to !== undefined && { cut: { to: to as LogCut['to'], keep: rowsUpTo } }),
  };
}
