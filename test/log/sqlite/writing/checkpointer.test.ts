/** The thread that moves the WAL into the file, alone and behind a log. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { loadDriver, openConnection } from '../../../../src/log/sqlite/file/driver.ts';
import { Checkpointer } from '../../../../src/log/sqlite/writing/checkpointer.ts';
import { appendCommits, commitOf, noted, readEvents, sequencesOf } from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryPath } from '../fixtures.ts';

/** A database whose WAL holds a table, and the connection that wrote it. */
async function writtenDatabase() {
  const path = temporaryPath();
  fs.writeFileSync(path, '');
  const connection = openConnection(await loadDriver(), path, { readOnly: false });
  connection.pragma('journal_mode = wal');
  connection.pragma('wal_autocheckpoint = 0');
  connection.exec("create table notes (text); insert into notes values ('a')");
  const unmoved = () => {
    const [size] = connection.pragma('wal_checkpoint(noop)') as [{ log: number; checkpointed: number }];
    return size.log - size.checkpointed;
  };
  return { path, connection, unmoved };
}

async function startedThread(path: string): Promise<Checkpointer> {
  const thread = new Checkpointer(path);
  thread.start();
  await expect.poll(() => thread.isUp, { timeout: 10_000 }).toBe(true);
  return thread;
}

/** The thread that is started next. */
async function startOfThread(): Promise<Worker> {
  return (await once(process, 'worker'))[0] as Worker;
}

describe('the checkpointing thread', () => {
  test('moves what the WAL holds, again and again, and closes its connection when it ends', async () => {
    const { path, connection, unmoved } = await writtenDatabase();
    const thread = await startedThread(path);
    for (let round = 0; round < 3; round++) {
      connection.exec("insert into notes values ('b')");
      expect(unmoved()).toBeGreaterThan(0);
      thread.move();
      thread.awaitMove();
      expect(thread.isBusy).toBe(false);
      expect(thread.outcome).toBe('moved');
      expect(unmoved()).toBe(0);
    }
    thread.close();
    // The last connection to close removes the WAL, and this is the only one.
    connection.close();
    expect(fs.existsSync(`${path}-wal`)).toBe(false);
  });

  test('leaves what a reader still needs, without a complaint', async () => {
    const { path, connection, unmoved } = await writtenDatabase();
    const reader = openConnection(await loadDriver(), path, { readOnly: true });
    reader.exec('begin; select * from notes');
    connection.exec("insert into notes values ('b')");
    const thread = await startedThread(path);
    thread.move();
    thread.awaitMove();
    expect(thread.outcome).toBe('moved');
    expect(unmoved()).toBeGreaterThan(0);
    reader.close();
    thread.close();
    connection.close();
  });

  test('is never up where it cannot open the file, and closing it then waits for nothing', async () => {
    const thread = new Checkpointer(temporaryPath('missing.db'));
    const [worker] = await Promise.all([startOfThread(), thread.start()]);
    await once(worker, 'exit');
    expect(thread.isUp).toBe(false);
    thread.move();
    expect(thread.isBusy).toBe(false);
    thread.close();
  });

  test('opens nothing when it is closed while it starts', async () => {
    const { path, connection } = await writtenDatabase();
    const thread = new Checkpointer(path);
    const [worker] = await Promise.all([startOfThread(), thread.start()]);
    thread.close();
    connection.close();
    expect(fs.existsSync(`${path}-wal`)).toBe(false);
    await once(worker, 'exit');
    expect(thread.isUp).toBe(false);
    expect(fs.existsSync(`${path}-wal`)).toBe(false);
  });

  test('that was never started has nothing to wait for', () => {
    const thread = new Checkpointer(temporaryPath('missing.db'));
    thread.awaitMove();
    thread.close();
    expect(thread.isUp).toBe(false);
  });
});

/** Large enough for the log's ballast to let the WAL grow to where the thread is asked. */
const LARGE_COMMITS = 60;

describe('a log that is written to without a pause', () => {
  test('has its WAL moved by the thread, loses nothing, and leaves no WAL when it is closed', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    const text = 'x'.repeat(500_000);
    for (let commit = 0; commit < 2 * LARGE_COMMITS; commit++) await appendCommits(log, commitOf([noted(text)]));
    if (process.platform === 'linux') expect(threadNames()).toContain('refold checkpoi');
    expect(log.care!.size().walBytes).toBeLessThan(30_000_000);
    await log.close();
    expect(fs.existsSync(`${path}-wal`)).toBe(false);
    expect(sequencesOf(await readEvents(await openLog(path), 2 * LARGE_COMMITS))).toEqual([2 * LARGE_COMMITS]);
  });

  test.each(['process.exit()', ''])('does not keep a program from ending that never closes it: %s', async (ending) => {
    const program = `
      import { openSqliteLog } from ${JSON.stringify(new URL('../../../../src/log/sqlite/sqlite-log.ts', import.meta.url))};
      const log = await openSqliteLog({ path: process.argv[1], durability: 'os' });
      for (let n = 0; n < ${LARGE_COMMITS}; n++) {
        const json = JSON.stringify([['Noted', 1, 'x'.repeat(1_000_000)]]);
        const { sequence: expectedSequence, epoch = log.epoch } = log.head();
        await log.append({ expectedSequence, epoch, commits: [{ events: 1, recordedAt: n, json }], outcomes: [] });
      }
      console.log('written');
      ${ending}`;
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program, temporaryPath()];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
    expect(stdout).toBe('written\n');
  });
});

function threadNames(): string[] {
  const tasks = '/proc/self/task';
  return fs.readdirSync(tasks).map((task) => fs.readFileSync(`${tasks}/${task}/comm`, 'utf8').trim());
}
