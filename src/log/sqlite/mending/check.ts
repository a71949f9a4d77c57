/** Checks a log's file in a separate thread: SQLite reads every page, which takes long in a large file. */
import type { SerializedError } from '../../../core/errors.ts';
import { askOnce } from '../../../threads/thread.ts';

/** The requests to the checking thread. */
export interface CheckJobs {
  /** Takes the path of the log's file. */
  check: { takes: string; answers: readonly SerializedError[] };
}

/**
 * All findings except the blocks' content. Empty for a sound file.
 *
 * @throws RefoldError `STORE_FAILED` when the thread died: that says nothing about the file
 */
export function checkInThread(path: string): Promise<readonly SerializedError[]> {
  const thread = { name: 'check-worker', from: import.meta.url, data: path, action: 'check', path } as const;
  return askOnce<CheckJobs, 'check'>(thread, 'check', path);
}
