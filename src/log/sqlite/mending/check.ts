/** Checking a log's file in a thread of its own: SQLite reads every page, which may take as long as the file is large. */
import type { SerializedError } from '../../../core/errors.ts';
import { startThread, threadFailed, threadFile } from '../../../threads/threads.ts';

/**
 * Everything found wrong, apart from the blocks' content; empty for a sound file.
 *
 * @throws RefoldError `STORE_FAILED` when the thread died: that says nothing about the file
 */
export function checkInThread(path: string): Promise<readonly SerializedError[]> {
  return new Promise((resolve, reject) => {
    const worker = startThread(CHECK_WORKER, { workerData: path, name: 'refold check' }, 'check', path);
    worker.on('message', resolve);
    worker.on('error', (error) => reject(threadFailed('check', path, error)));
    worker.on('exit', () => reject(threadFailed('check', path, new Error('it ended without an answer'))));
  });
}

const CHECK_WORKER = threadFile(import.meta.url, 'check-worker');
