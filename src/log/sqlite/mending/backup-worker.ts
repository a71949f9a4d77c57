/**
 * The thread that copies a log: it uses SQLite's backup on a separate connection.
 *
 * A read transaction is held for the whole copy, so it shows the log at one moment, whatever is appended meanwhile, and
 * never starts over. The copy becomes visible under its name only when it is complete and synced.
 */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../../../threads/serving.ts';
import { loadDriver, openConnection } from '../file/driver.ts';
import { createFile, removeDatabase, syncDirectory, syncFile } from '../file/files.ts';
import { newLogId } from '../file/schema.ts';
import { type BackupJobs, type BackupOptions, backupFailed } from './backup.ts';

/** Pages copied before other work gets its turn: 1 MiB. */
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

/** Gives the copy a new id. When it is restored in place of the log, the witness of the log must not refuse it. */
async function giveOwnId(path: string): Promise<void> {
  const connection = openConnection(await loadDriver(), path, { readOnly: false });
  try {
    connection.prepare('update log_state set log_id = ?').run(newLogId());
    connection.pragma('wal_checkpoint(truncate)'); // closing does the same, but does not report a failure
  } finally {
    connection.close();
  }
}

async function copy(options: BackupOptions, tell: (fraction: number) => void): Promise<undefined> {
  try {
    removeDatabase(options.partial); // left over from an interrupted copy
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
    // The error of the copy says more.
  }
}

await serve<BackupJobs>(
  parentPort,
  (error) => backupFailed(workerData as BackupOptions, error),
  () => ({ opened: undefined, jobs: { copy } }),
);
