/** Checking a log's file in a thread of its own: SQLite reads every page, which may take as long as the file is large. */
import { Worker } from 'node:worker_threads';
import type { SerializedError } from '../../core/errors.ts';
import { readFailure } from './driver.ts';

/** Everything found wrong, apart from the blocks' content; empty for a sound file. */
export async function checkInThread(path: string): Promise<readonly SerializedError[]> {
  try {
    return await new Promise((resolve, reject) => {
      const worker = new Worker(CHECK_WORKER, { workerData: path, execArgv: [], name: 'refold check' });
      worker.on('message', resolve);
      worker.on('error', reject);
      worker.on('exit', () => reject(new Error('the checking thread ended')));
    });
  } catch (error) {
    return [readFailure(error, 'check', path).toJSON()];
  }
}

const CHECK_WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './check-worker.ts' : './check-worker.js',
  import.meta.url,
);
