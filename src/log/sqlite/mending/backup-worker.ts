/**
 * The thread that copies a log: SQLite's own backup, from a connection of its own.
 *
 * A read transaction is held for the whole copy, so that it shows the log at one moment, however much is appended
 * meanwhile, and is never started over. The copy becomes visible under its name only when it is complete and synced.
 */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../../../threads/serving.ts';
import { loadDriver, openConnection } from '../file/driver.ts';
import { createFile, removeDatabase, syncDirectory, syncFile } from '../file/files.ts';
import { newLogId } from '../file/schema.ts';
import { type BackupJobs, type BackupOptions, backupFailed } from './backup.ts';

/** Pages copied before others get a turn: one megabyte. */
const PAGES_AT_ONCE = 256;

async function copyLog({ source, partial, target }: BackupOptions, tell: (fraction: number) => void): Promise<void> {
  const connection = openConnection(await loadDriver(), source, { readOnly: true });
  try {
    connection.exec('begin');
    connection.prepare('select epoch from log_state').get(); // a read transaction begins with its first read
    await connection.backup(partial, {
      progress: ({ totalPages, remainingPages }) => {
        tell(totalPages === 0 ? 0 : 1 - remainingPages / totalPages);
        return PAGES_AT_ONCE;
      },
    });
  } finally {
    connection.close();
  }
  await giveOwnId(partial);
  syncFile(partial);
  fs.renameSync(partial, target);
  syncDirectory(dirname(target));
}

/** A copy lives on by itself: put back in the log's place, it must not be held against the witness of the log. */
async function giveOwnId(path: string): Promise<void> {
  const connection = openConnection(await loadDriver(), path, { readOnly: false });
  try {
    connection.prepare('update log_state set log_id = ?').run(newLogId());
    connection.pragma('wal_checkpoint(truncate)'); // closing does the same, and says nothing when it fails
  } finally {
    connection.close();
  }
}

async function copy(options: BackupOptions, tell: (fraction: number) => void): Promise<undefined> {
  try {
    removeDatabase(options.partial); // left over from a copy that was interrupted
    createFile(options.partial);
    await copyLog(options, tell);
  } catch (error) {
    removeIfPossible(options.partial);
    throw error;
  }
}

function removeIfPossible(path: string): void {
  try {
    removeDatabase(path);
  } catch {
    // Why the copy failed says more.
  }
}

await serve<BackupJobs>(
  parentPort,
  (error) => backupFailed(workerData as BackupOptions, error),
  () => ({ opened: undefined, jobs: { copy } }),
);
