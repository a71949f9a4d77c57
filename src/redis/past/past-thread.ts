/** Starting the thread for the past. */
import { Worker } from 'node:worker_threads';
import type { PastTask } from './messages.ts';

/** The file lies beside this one: TypeScript in the sources, JavaScript in the build. */
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './past-worker.ts' : './redis-past-worker.js',
  import.meta.url,
);

export function startPastThread(task: PastTask): Worker {
  return new Worker(WORKER_FILE, { workerData: task, name: `refold redis ${task.kind}` });
}
