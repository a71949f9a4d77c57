/** A consistent copy of a log that may be written to meanwhile, made in a thread of its own. */
import { RefoldError } from '../../core/errors.ts';
import { startThread, threadFailed, threadFile } from '../threads.ts';
import { canonicalPath, fileKind } from './files.ts';

/** Handed to the copying thread. */
export interface BackupOptions {
  readonly source: string;
  readonly partial: string;
  readonly target: string;
}

/** What the copying thread says. */
export type BackupMessage =
  | { readonly progress: number }
  | { readonly done: true }
  | { readonly failed: string; readonly isFull: boolean };

/**
 * Copies the log at `source` to the new file `path`; until the copy is complete it is called `<path>.partial`.
 *
 * @param onProgress told fractions from 0 to 1
 * @throws RefoldError `INVALID_OPTION` when there is a file at `path`, or none can be made; `LOG_FULL`
 */
export async function backUp(source: string, path: string, onProgress?: (fraction: number) => void): Promise<void> {
  const target = canonicalPath(path);
  // A WAL that an older file left behind would be taken for the copy's own, and harm it.
  for (const taken of [target, `${target}-wal`, `${target}-journal`]) {
    if (fileKind(taken) !== 'missing') throw targetTaken(source, taken);
  }
  await copyInThread({ source, partial: `${target}.partial`, target }, onProgress);
  onProgress?.(1);
}

function copyInThread(options: BackupOptions, onProgress: ((fraction: number) => void) | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const { source } = options;
    const worker = startThread(BACKUP_WORKER, { workerData: options, name: 'refold backup' }, 'back up', source);
    let done = false;
    worker.on('message', (message: BackupMessage) => {
      if ('done' in message) done = true;
      else if ('failed' in message) reject(backupFailed(options, message.failed, message.isFull));
      else onProgress?.(message.progress);
    });
    worker.on('error', (error) => reject(threadFailed('back up', source, error)));
    worker.on('exit', () => (done ? resolve() : reject(threadFailed('back up', source, new Error('it ended early')))));
  });
}

const BACKUP_WORKER = threadFile(import.meta.url, 'backup-worker');

function targetTaken(source: string, target: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot back up ${source}: there is a file at ${target} already`, {
    path: target,
    type: 'path',
    hint: 'Choose a new path, or remove the file first',
  });
}

function backupFailed({ source, target }: BackupOptions, why: string, isFull: boolean): RefoldError {
  return new RefoldError(isFull ? 'LOG_FULL' : 'INVALID_OPTION', `Cannot back up ${source} to ${target}: ${why}`, {
    path: target,
    type: 'path',
    hint: isFull
      ? 'Free some space, or choose another disk; the log is as it was'
      : 'Check that the directory exists, is writable and has space',
  });
}
