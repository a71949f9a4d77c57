import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { describeLogStore, type LogHarness } from './log-store.contract.ts';

async function sqliteHarness(): Promise<LogHarness> {
  const directory = fs.mkdtempSync(join(tmpdir(), 'refold-log-'));
  const path = join(directory, 'log.db');
  const alter = (sql: string, sequence: number) => {
    const database = new Database(path);
    database.prepare(sql).run(sequence);
    database.close();
  };
  const LAST_CHUNK = `rowid = (
    select max(c.rowid) from snapshot_chunks c join snapshots s on s.id = c.snapshot_id where s.sequence = ?)`;
  return {
    // The contract is about what is read and written, not about power cuts: no fsync per append.
    open: () => openSqliteLog({ path, durability: 'os' }),
    openReader: () => openSqliteLog({ path, readOnly: true }),
    openInProcess: `
      import { openSqliteLog } from './src/log/sqlite/sqlite-log.ts';
      const log = await openSqliteLog({ path: ${JSON.stringify(join(directory, 'other.db'))}, durability: 'os' });`,
    damageSnapshot: async (sequence) => {
      const flipped = "substr(data, 1, 100) || cast('?' as blob) || substr(data, 102)";
      alter(`update snapshot_chunks set data = cast(${flipped} as blob) where ${LAST_CHUNK}`, sequence);
    },
    loseChunk: async (sequence) => alter(`delete from snapshot_chunks where ${LAST_CHUNK}`, sequence),
    dispose: async () => fs.rmSync(directory, { recursive: true }),
  };
}

describeLogStore('SQLite', sqliteHarness);
