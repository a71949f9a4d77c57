/** Checking a log's file in a thread of its own: SQLite reads every page, which may take as long as the file is large. */
import type { SerializedError } from '../../../core/errors.ts';
import { askOnce } from '../../../threads/thread.ts';

/** What is asked of the checking thread. */
export interface CheckJobs {
  /** Takes the path of the log's file. */
  check: { takes: string; answers: readonly SerializedError[] };
}

/**
 * Everything found wrong, apart from the blocks' content; empty for a sound file.
 *
 * @throws RefoldError `STORE_FAILED` when the thread died: that says nothing about the file
 */
export function checkInThread(path: string): Promise<readonly SerializedError[]> {
  const thread = { name: 'check-worker', from: import.meta.url, data: path, action: 'check', path } as const;
  return askOnce<CheckJobs, 'check'>(thread, 'check', path);
}
