import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll } from 'vitest';
import type { LogContractSetup, LogUnderTest } from '../../src/log/contract/contract.ts';
import { LogThreads } from '../../src/log/sqlite/sharing/log-threads.ts';
import { sqliteSource } from '../../src/log/sqlite/sqlite-source.ts';
import { sample, sampleOf } from '../sample.ts';
import { describeLog } from './run-contract.ts';

interface FileUnderTest extends LogUnderTest {
  readonly directory: string;
  readonly path: string;
}

function alter({ path }: FileUnderTest, sql: string, ...values: number[]): void {
  const database = new Database(path);
  database.prepare(sql).run(...values);
  database.close();
}

const LAST_CHUNK = `rowid = (
  select max(c.rowid) from snapshot_chunks c join snapshots s on s.id = c.snapshot_id where s.sequence = ?)`;
const FLIPPED = "substr(data, 1, 100) || cast('?' as blob) || substr(data, 102)";

/** Text of the options for a log beside the one under test. */
function optionsBeside(directory: string): string {
  return JSON.stringify({ path: join(directory, 'other.db'), durability: 'os' });
}

const setup: LogContractSetup<FileUnderTest> = {
  create: () => {
    const directory = fs.mkdtempSync(join(tmpdir(), 'refold-log-'));
    const path = join(directory, 'log.db');
    const dispose = (): void => fs.rmSync(directory, { recursive: true });
    return { source: sqliteSource({ path }), directory, path, dispose };
  },
  redaction: true,
  copies: true,
  threads: true,
  // The lock lets no other writer in while there is one: this is what a writer would find after losing it.
  replaceWriter: async (subject) => alter(subject, 'update log_state set epoch = epoch + 1'),
  openInProcess: ({ directory }) => `
      import { openSqliteLog } from './src/log/sqlite/sqlite-log.ts';
      const log = await openSqliteLog(${optionsBeside(directory)});`,
  damageSnapshot: (subject, sequence) =>
    alter(subject, `update snapshot_chunks set data = cast(${FLIPPED} as blob) where ${LAST_CHUNK}`, sequence),
  loseChunk: (subject, sequence) => alter(subject, `delete from snapshot_chunks where ${LAST_CHUNK}`, sequence),
};

/** Most of the time is the start of a thread for each opening. */
describeLog('SQLite', { ...setup, scripts: sample(25) });

const threads = new LogThreads(1);
afterAll(() => threads.end());

/** The cases are those of above: the thread is what differs. */
describeLog(
  'SQLite in a shared thread',
  {
    ...setup,
    scripts: sample(25),
    create: async () => {
      const subject = await setup.create();
      return { ...subject, source: sqliteSource({ path: subject.path }, threads) };
    },
    openInProcess: ({ directory }) => `
      import { LogThreads } from './src/log/sqlite/sharing/log-threads.ts';
      import { openSqliteLog } from './src/log/sqlite/sqlite-log.ts';
      const log = await openSqliteLog({ ...${optionsBeside(directory)}, threads: new LogThreads(1) });`,
  },
  sampleOf,
);
