/** Restores a backup: puts a checked copy of it in the place of a log. */
import { checkOptions, checkValue, type OptionCheck, type OptionChecks, TRUE_OR_FALSE } from '../calls/call-options.ts';
import { A_PATH, A_WAIT, isLogUrl } from '../calls/log-options.ts';
import { requireNode } from '../calls/open-log.ts';
import { harmless } from '../calls/progress.ts';
import { BACKUP_CHECKS, type BackupOptions, type BackupReport, copyOptions } from './backup.ts';

export interface RestoreOptions extends BackupOptions {
  /**
   * Replace the log that is there; default false: it is refused. The old log keeps its content, and gets another name.
   */
  readonly force?: boolean | undefined;
  /** How long to wait for a writer that has the log open, in ms; default 200. */
  readonly waitForLock?: number | undefined;
}

const RESTORE_CHECKS: OptionChecks<RestoreOptions> = { ...BACKUP_CHECKS, force: TRUE_OR_FALSE, waitForLock: A_WAIT };

/** What was restored. */
export interface RestoreReport extends BackupReport {
  /** The file that was restored. */
  readonly backup: string;
  /** Where the log is that was there before, with its `-wal`; absent for a new path. */
  readonly replaced?: string;
}

/**
 * Puts a backup in the place of a log, or in a new file. The backup stays as it is.
 *
 * The copy is made beside the place, read through completely, and synced. Then it takes its place. If anything fails before
 * that, the log that was there is as before. No store may have that log open for writing.
 *
 * @param backup a copy that `backup` made, or any log
 * @param path where the log shall be
 * @throws RefoldError `INVALID_OPTION` when there is a log already and `force` is not given, when a file is not a log, and for
 * a bad `to`; `LOG_LOCKED` when a writer has the log open; `LOG_CORRUPT` when the backup is damaged; `HISTORY_GONE`;
 * `LOG_FULL`; the reason of the signal
 */
export async function restoreLog(backup: string, path: string, options: RestoreOptions = {}): Promise<RestoreReport> {
  requireNode(process.versions.node);
  checkValue('restore', 'backup', A_FILE, backup);
  checkValue('restore', 'path', A_FILE, path);
  const { force = false, waitForLock, onProgress, ...which } = checkOptions('restore', RESTORE_CHECKS, options);
  const { restoreSqliteLog } = await import('../../log/sqlite/mending/restore.ts');
  const inner = copyOptions(which, harmless(onProgress));
  const restored = await restoreSqliteLog(backup, path, { ...inner, force, waitForLock });
  const { firstSequence, lastSequence, recordedAt, bytes, replaced } = restored;
  const report = { backup, path: restored.path, firstSequence, lastSequence, recordedAt, bytes };
  return replaced === undefined ? report : { ...report, replaced };
}

const A_FILE: OptionCheck = [
  "a file's path",
  (value) => A_PATH[1](value) && value !== ':memory:',
  undefined,
  (value) => (isLogUrl(value) ? 'Give the path of a file; refold copy writes to a log in PostgreSQL' : undefined),
];
