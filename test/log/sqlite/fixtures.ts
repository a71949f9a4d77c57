/** A log in a temporary folder, and a second connection to look at it or to harm it. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { LogStore } from '../../../src/log/log-store.ts';
import { openSqliteLog, type SqliteLogOptions } from '../../../src/log/sqlite/sqlite-log.ts';
import { cleanAfterEachTest } from '../../cleaning/cleaning.ts';

const directories: string[] = [];
const opened: LogStore[] = [];

cleanAfterEachTest(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close().catch(() => {})));
  for (const directory of directories.splice(0)) fs.rmSync(directory, { recursive: true, force: true });
});

/** A fresh folder, removed after the test. */
export function temporaryDirectory(): string {
  const directory = fs.mkdtempSync(join(tmpdir(), 'refold-log-'));
  directories.push(directory);
  return directory;
}

export function temporaryPath(name = 'log.db'): string {
  return join(temporaryDirectory(), name);
}

/** Opens a log that is closed after the test. No fsync per append unless asked for. */
export async function openLog(path: string, options: Partial<SqliteLogOptions> = {}): Promise<LogStore> {
  const log = await openSqliteLog({ path, durability: 'os', ...options });
  opened.push(log);
  return log;
}

/** Runs `work` on a plain connection to a file. */
export function withDatabase<T>(path: string, work: (database: Database.Database) => T): T {
  const database = new Database(path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}
