/**
 * Restores a backup: copies it beside the log's place, checks the copy completely, and puts it there.
 *
 * The writer's lock of the place is held all the time, so no store has the log open for writing. Until the copy is
 * complete, checked and synced, nothing else changes. The log that was there keeps its content under another name.
 */
import { isRefoldError, RefoldError } from '../../../core/errors.ts';
import type { LogBackupOptions, LogCopy } from '../../log-backup.ts';
import { type Driver, loadDriver } from '../file/driver.ts';
import {
  canonicalPath,
  createFile,
  fileIdentity,
  fileKind,
  isUsablePath,
  repairPath,
  requireNoRepair,
  requireOwnFiles,
  sizeOf,
  unusablePath,
  withoutLog,
} from '../file/files.ts';
import { acquireLock, lockPath } from '../file/lock.ts';
import { identify } from '../file/schema.ts';
import { copyLog } from './backup.ts';
import { finishInterrupted, openClosedLog, placeNew, replaceLog } from './replacing.ts';

export interface SqliteRestoreOptions extends LogBackupOptions {
  /** Replace a log that is there. */
  readonly force: boolean;
  /** How long to wait for the lock of the place, in ms. */
  readonly waitForLock?: number | undefined;
}

/** What was restored. */
export interface SqliteRestore extends LogCopy {
  readonly path: string;
  /** Where the log is that was there before; undefined for a new path. */
  readonly replaced: string | undefined;
}

/**
 * Puts a copy of the log at `backup` in the place of the log at `place`.
 *
 * @throws RefoldError `INVALID_OPTION` when there is a log already and `force` is false, or one of the files is not a log;
 * `LOG_LOCKED`; `LOG_CORRUPT` when the backup is damaged; what `backUp` throws. The log that was there is unchanged then
 */
export async function restoreSqliteLog(
  backup: string,
  place: string,
  options: SqliteRestoreOptions,
): Promise<SqliteRestore> {
  for (const path of [backup, place]) if (!isUsablePath(path)) throw unusablePath(path);
  const source = canonicalPath(backup);
  const path = canonicalPath(place);
  requireOwnFiles(source);
  requireOwnFiles(path);
  if (fileKind(source) !== 'filled') throw withoutLog(source, 'there is no log');
  requireNoRepair(source);
  if (source === path || fileIdentity(source) === fileIdentity(path)) throw sameFile(source);
  const driver = await loadDriver();
  requirePlace(driver, path, options.force);
  createFile(lockPath(path));
  const lock = await acquireLock(driver, path, options.waitForLock, options.signal);
  try {
    requirePlace(driver, path, options.force);
    finishInterrupted(path);
    return await restoreUnderLock(source, path, options);
  } finally {
    lock.close();
  }
}

async function restoreUnderLock(source: string, path: string, options: SqliteRestoreOptions): Promise<SqliteRestore> {
  const partial = `${repairPath(path)}.partial`;
  let replaced: string | undefined;
  const copy = await copyLog({ action: 'restore', source, partial, target: path, to: options.cut?.to }, options, () => {
    if (fileKind(path) === 'missing') placeNew(path, partial);
    else replaced = replaceLog(path, partial, 'replaced');
  });
  return { ...copy, path, replaced };
}

/** Refuses to replace a log without `force`, and another program's file at all. */
function requirePlace(driver: Driver, path: string, force: boolean): void {
  if (fileKind(path) === 'missing') {
    // A WAL without its file may hold the newest events of a log that was moved away.
    if (!force && sizeOf(`${path}-wal`) > 0) throw placeTaken(path, `${path}-wal`);
    return;
  }
  if (!force) throw placeTaken(path, path);
  if (fileKind(path) === 'filled') requireNotForeign(driver, path);
}

/** A damaged log may not be recognised as one. It may be replaced. */
function requireNotForeign(driver: Driver, path: string): void {
  try {
    const connection = openClosedLog(driver, path);
    try {
      identify(connection, path);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (isRefoldError(error, 'INVALID_OPTION')) throw error;
  }
}

function placeTaken(path: string, file: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot restore to ${path}: there is a file at ${file} already`, {
    path,
    type: 'force',
    hint: 'Choose another path; or replace the log there with force: true (--force), which keeps it under another name',
  });
}

function sameFile(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot restore ${path}: it is the backup and the place in one`, {
    path,
    type: 'path',
    hint: 'Give the path of the log that the backup shall replace, or of a new file',
  });
}
