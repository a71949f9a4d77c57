/**
 * A consistent copy of a log, made in a separate thread. The log may be written meanwhile.
 *
 * The thread makes and syncs the copy under a temporary name. Only when that is done does the copy get its final name,
 * here. So a copy that was aborted leaves nothing behind.
 */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { type ErrorCode, isRefoldError, messageOf, RefoldError } from '../../../core/errors.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { Thread } from '../../../threads/thread.ts';
import { HINT_CORRUPT } from '../../blocks/chain.ts';
import type { LogBackupOptions, LogCopy, LogCut } from '../../log-backup.ts';
import type { ReactorRow, StoredOutcome } from '../../log-store.ts';
import { readFailure } from '../file/driver.ts';
import { canonicalPath, fileKind, isOutOfSpace, isUsablePath, removeDatabase, syncDirectory } from '../file/files.ts';
import type { Cut } from './cut.ts';

/** What to copy, and for what: a restore also checks what it copies. */
export interface BackupRequest {
  readonly action: 'back up' | 'restore';
  /** The file that is copied. */
  readonly source: string;
  /** What messages call it; default: its path. */
  readonly name?: string | undefined;
  readonly partial: string;
  readonly target: string;
  readonly to: LogCut['to'] | undefined;
}

/** Rows of a copy that only the engine can judge. */
export interface KeptRows {
  readonly outcomes: readonly (StoredOutcome & { readonly row: number })[];
  readonly reactors: readonly ReactorRow[];
  readonly meta: readonly (readonly [key: string, value: string])[];
}

/** What is asked of the copying thread, in this order. Without a cut: `copy` and `finish` alone. */
export interface BackupJobs {
  /** Copies everything. Reports fractions from 0 to 1, and answers where the copy is to be cut. */
  copy: { takes: undefined; answers: Cut | undefined; tells: number };
  /** Some outcomes after a row. */
  outcomes: { takes: number; answers: KeptRows['outcomes'] };
  /** Deletes outcomes by their rows. */
  forget: { takes: readonly number[]; answers: undefined };
  rows: { takes: undefined; answers: Omit<KeptRows, 'outcomes'> };
  /** Stores these rows, and deletes everything after the end. */
  cut: { takes: Omit<KeptRows, 'outcomes'>; answers: undefined };
  /** Checks and syncs the copy. */
  finish: { takes: undefined; answers: LogCopy };
}

/**
 * Copies the log at `source` to the new file `path`; until the copy is complete it is called `<path>.partial`.
 *
 * @param stand for a log without a file: makes a file in its place. `source` only names the log then
 * @throws RefoldError `INVALID_OPTION` when there is a file at `path`, or it cannot be created, or the log does not have
 * the end of the cut; `HISTORY_GONE` for an end before what is left; `LOG_FULL` when the disk of the copy is full;
 * `LOG_CORRUPT` when the log is damaged; `STORE_FAILED` for any other error of a disk; the reason of the signal
 */
export async function backUp(
  source: string,
  path: string,
  options: LogBackupOptions,
  stand?: () => Promise<StandIn>,
): Promise<LogCopy> {
  if (!isUsablePath(path) || path === ':memory:') throw noTarget(source, path);
  const target = canonicalPath(path);
  requireFree(source, target);
  const standIn = await stand?.();
  const request: BackupRequest = {
    ...{ action: 'back up', source: standIn?.file ?? source, name: source },
    ...{ partial: `${target}.partial`, target, to: options.cut?.to },
  };
  try {
    return await copyLog(request, options, (partial) => {
      requireFree(source, target);
      fs.renameSync(partial, target);
      syncDirectory(dirname(target));
    });
  } finally {
    standIn?.remove();
  }
}

/** A file with all that a log holds which has no file. */
export interface StandIn {
  readonly file: string;
  readonly remove: () => void;
}

/**
 * Makes the copy in a thread, then gives it its place.
 *
 * @param place renames the complete copy
 * @throws as `backUp` does; the copy is removed then
 */
export async function copyLog(
  request: BackupRequest,
  { onProgress, signal, cut }: LogBackupOptions,
  place: (partial: string) => void,
): Promise<LogCopy> {
  throwIfAborted(signal);
  try {
    const copy = await copyInThread(request, onProgress, signal, cut);
    throwIfAborted(signal);
    place(request.partial);
    onProgress?.(1);
    return copy;
  } catch (error) {
    removeIfPossible(request.partial);
    throwIfAborted(signal);
    throw backupFailed(request, error);
  }
}

async function copyInThread(
  request: BackupRequest,
  onProgress: LogBackupOptions['onProgress'],
  signal: AbortSignal | undefined,
  cut: LogCut | undefined,
): Promise<LogCopy> {
  const { action, source } = request;
  const thread = await Thread.start<BackupJobs>({
    name: 'backup-worker',
    from: import.meta.url,
    data: request,
    action,
    path: source,
    ...(signal && { signal }),
  });
  try {
    const at = await thread.ask('copy', undefined, [], onProgress);
    if (at !== undefined && cut !== undefined) await cutThere(thread, cut, at);
    return await thread.ask('finish', undefined);
  } finally {
    await thread.end();
  }
}

/** The copy is cut in the thread. Here the engine says which rows are true at its end. */
async function cutThere(thread: Thread<BackupJobs>, cut: LogCut, at: Cut): Promise<void> {
  const keep = cut.keep({ sequence: at.sequence, nextRecordedAt: at.nextRecordedAt });
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const page = await thread.ask('outcomes', after);
    const last = page.at(-1);
    if (last === undefined) break;
    const gone = page.filter((outcome) => !keep.outcome(outcome)).map(({ row }) => row);
    if (gone.length > 0) await thread.ask('forget', gone);
    after = last.row;
  }
  const { reactors, meta } = await thread.ask('rows', undefined);
  await thread.ask('cut', {
    reactors: reactors.map(keep.reactor),
    meta: meta.map(([key, value]) => [key, keep.meta(key, value)] as const),
  });
}

function removeIfPossible(path: string): void {
  try {
    removeDatabase(path);
  } catch {
    // The error of the copy says more.
  }
}

/** Completes "Cannot …". */
export function doingOf({ action, source, name = source }: Pick<BackupRequest, 'action' | 'source' | 'name'>): string {
  return `${action} ${name}`;
}

/** SQLite would apply a WAL that an older file left there, and damage the copy. */
function requireFree(source: string, target: string): void {
  for (const taken of [target, `${target}-wal`, `${target}-journal`]) {
    if (fileKind(taken) !== 'missing') throw targetTaken(source, taken);
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
export function backupFailed(request: Omit<BackupRequest, 'partial' | 'to'>, cause: unknown): RefoldError {
  const failed = `Cannot ${doingOf(request)}`;
  if (isRefoldError(cause) && cause.message.startsWith(failed)) return cause;
  const { target } = request;
  const [code, hint] = kindOfFailure(cause);
  return new RefoldError(code, `${failed} to ${target}: ${messageOf(cause)}`, {
    path: target,
    ...(code === 'INVALID_OPTION' && { type: 'path' }),
    hint,
    cause,
  });
}

/** The system's codes for a path that cannot be written, on any disk. */
const BAD_PATH = /^(ENOENT|ENOTDIR|EISDIR|EACCES|EPERM|EROFS|EEXIST|ENAMETOOLONG|ELOOP)$/;

function kindOfFailure(cause: unknown): readonly [ErrorCode, hint: string] {
  const known = isRefoldError(cause) ? cause : readFailure(cause, 'back up', '');
  const { code } = known;
  if (code === 'LOG_FULL' || isOutOfSpace(cause)) {
    return ['LOG_FULL', 'Free some space for the copy, or choose another disk; the log did not change'];
  }
  if (code === 'LOG_CORRUPT') {
    const isOfLog = known.hint === undefined || known.hint === HINT_CORRUPT;
    return [code, isOfLog ? 'Run refold repair --plan, then refold repair; an older backup may be sound' : known.hint!];
  }
  if (code === 'FORMAT_TOO_NEW') return [code, 'Update refold'];
  const isBadPath = BAD_PATH.test(String((cause as NodeJS.ErrnoException | undefined)?.code));
  if (code === 'INVALID_OPTION' || isBadPath) {
    return [
      'INVALID_OPTION',
      isRefoldError(cause) && cause.hint !== undefined ? cause.hint : 'Check that the directory exists and is writable',
    ];
  }
  return ['STORE_FAILED', 'Check the disks of the log and of the copy, then try again; the log did not change'];
}
