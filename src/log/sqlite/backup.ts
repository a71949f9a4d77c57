/** A consistent copy of a log that may be written to meanwhile, made in a thread of its own. */
import { Worker } from 'node:worker_threads';
import { messageOf, RefoldError } from '../../core/errors.ts';
import { canonicalPath, fileKind } from './files.ts';

/** Handed to the copying thread. */
export interface BackupOptions {
  readonly source: string;
  readonly partial: string;
  readonly target: string;
}

/** What the copying thread says. */
export type BackupMessage = { readonly progress: number } | { readonly done: true };

/**
 * Copies the log at `source` to the new file `path`; until the copy is complete it is called `<path>.partial`.
 *
 * @param onProgress told fractions from 0 to 1
 * @throws RefoldError `INVALID_OPTION` when there is a file at `path`, or none can be made
 */
export async function backUp(source: string, path: string, onProgress?: (fraction: number) => void): Promise<void> {
  const target = canonicalPath(path);
  // A WAL that an older file left behind would be taken for the copy's own, and harm it.
  for (const taken of [target, `${target}-wal`, `${target}-journal`]) {
    if (fileKind(taken) !== 'missing') throw targetTaken(source, taken);
  }
  try {
    await copyInThread({ source, partial: `${target}.partial`, target }, onProgress);
    onProgress?.(1);
  } catch (error) {
    throw backupFailed(source, target, error);
  }
}

function copyInThread(options: BackupOptions, onProgress: ((fraction: number) => void) | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(BACKUP_WORKER, { workerData: options, execArgv: [], name: 'refold backup' });
    let done = false;
    worker.on('message', (message: BackupMessage) => {
      if ('done' in message) done = true;
      else onProgress?.(message.progress);
    });
    worker.on('error', reject);
    worker.on('exit', () => (done ? resolve() : reject(new Error('the copying thread ended'))));
  });
}

const BACKUP_WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './backup-worker.ts' : './backup-worker.js',
  import.meta.url,
);

function targetTaken(source: string, target: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot back up ${source}: there is a file at ${target} already`, {
    path: target,
    type: 'path',
    hint: 'Choose a new path, or remove the file first',
  });
}

/** The error crosses a thread as a plain one: it keeps its message and loses its class. */
function backupFailed(source: string, target: string, cause: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot back up ${source} to ${target}: ${messageOf(cause)}`, {
    path: target,
    type: 'path',
    hint: 'Check that the directory exists, is writable and has space',
    cause,
  });
}
