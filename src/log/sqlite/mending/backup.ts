/** A consistent copy of a log, made in a separate thread. The log may be written meanwhile. */
import { type ErrorCode, isRefoldError, messageOf, RefoldError } from '../../../core/errors.ts';
import { askOnce } from '../../../threads/thread.ts';
import { readFailure } from '../file/driver.ts';
import { canonicalPath, fileKind, isOutOfSpace, isUsablePath } from '../file/files.ts';

/** The log to copy, and the target. */
export interface BackupOptions {
  readonly source: string;
  readonly partial: string;
  readonly target: string;
}

/** What is asked of the copying thread. */
export interface BackupJobs {
  /** Reports fractions from 0 to 1. */
  copy: { takes: BackupOptions; answers: undefined; tells: number };
}

/**
 * Copies the log at `source` to the new file `path`; until the copy is complete it is called `<path>.partial`.
 *
 * @param onProgress called with fractions from 0 to 1
 * @throws RefoldError `INVALID_OPTION` when there is a file at `path`, or it cannot be created; `LOG_FULL` when the
 * disk of the copy is full; `LOG_CORRUPT` when SQLite finds the log damaged; `STORE_FAILED` for any other error of a
 * disk
 */
export async function backUp(source: string, path: string, onProgress?: (fraction: number) => void): Promise<void> {
  if (!isUsablePath(path) || path === ':memory:') throw noTarget(source, path);
  const target = canonicalPath(path);
  // SQLite would apply a WAL that an older file left there, and damage the copy.
  for (const taken of [target, `${target}-wal`, `${target}-journal`]) {
    if (fileKind(taken) !== 'missing') throw targetTaken(source, taken);
  }
  try {
    const options: BackupOptions = { source, partial: `${target}.partial`, target };
    await askOnce<BackupJobs, 'copy'>(
      { name: 'backup-worker', from: import.meta.url, data: options, action: 'back up', path: source },
      'copy',
      options,
      onProgress,
    );
    onProgress?.(1);
  } catch (error) {
    throw backupFailed({ source, target }, error);
  }
}

function targetTaken(source: string, target: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot back up ${source}: there is a file at ${target} already`, {
    path: target,
    type: 'path',
    hint: 'Choose a new path, or remove the file first',
  });
}

function noTarget(source: string, path: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot back up ${source}: the copy has no usable path`, {
    ...(typeof path === 'string' && { path }),
    type: 'path',
    hint: 'Give the path of a new file',
  });
}

/** Turns an error of copying into a RefoldError. The log itself never changes. */
export function backupFailed({ source, target }: Omit<BackupOptions, 'partial'>, cause: unknown): RefoldError {
  if (isRefoldError(cause) && cause.message.startsWith(FAILED)) return cause;
  const [code, hint] = kindOfFailure(cause);
  return new RefoldError(code, `${FAILED} ${source} to ${target}: ${messageOf(cause)}`, {
    path: target,
    ...(code === 'INVALID_OPTION' && { type: 'path' }),
    hint,
    cause,
  });
}

const FAILED = 'Cannot back up';

/** The system's codes for a path that cannot be written, on any disk. */
const BAD_PATH = /^(ENOENT|ENOTDIR|EISDIR|EACCES|EPERM|EROFS|EEXIST|ENAMETOOLONG|ELOOP)$/;

function kindOfFailure(cause: unknown): readonly [ErrorCode, hint: string] {
  const code = isRefoldError(cause) ? cause.code : readFailure(cause, 'back up', '').code;
  if (code === 'LOG_FULL' || isOutOfSpace(cause)) {
    return ['LOG_FULL', 'Free some space for the copy, or choose another disk; the log did not change'];
  }
  if (code === 'LOG_CORRUPT') return [code, 'Run refold verify, then refold repair; an older backup may be sound'];
  const isBadPath = BAD_PATH.test(String((cause as NodeJS.ErrnoException | undefined)?.code));
  if (code === 'INVALID_OPTION' || isBadPath) {
    return ['INVALID_OPTION', 'Check that the directory exists and is writable'];
  }
  return ['STORE_FAILED', 'Check the disks of the log and of the copy, then try again; the log did not change'];
}
