/** What durability asks of SQLite, and what happens when the disk refuses. */
import fs from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { loadDriver, openConnection } from '../../../../src/log/sqlite/file/driver.ts';
import { createSchema } from '../../../../src/log/sqlite/file/schema.ts';
import { WriteConnection } from '../../../../src/log/sqlite/writing/write-connection.ts';
import {
  appendCommits,
  appendNotes,
  commitOf,
  noted,
  readEvents,
  refusalOf,
  sequencesOf,
  upTo,
} from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryPath, withDatabase } from '../fixtures.ts';

/** The writer's own connection, without its thread. */
async function openWriteConnection(durability: 'always' | 'everysec' | 'os') {
  const path = temporaryPath();
  fs.writeFileSync(path, '');
  const connection = openConnection(await loadDriver(), path, { readOnly: false });
  connection.pragma('journal_mode = wal');
  createSchema(connection);
  const writer = WriteConnection.open(connection, path, durability);
  return { connection, writer, path, synchronous: () => connection.pragma('synchronous', { simple: true }) };
}

describe('the writer’s connection', () => {
  test.each([
    ['always', 2],
    ['everysec', 1],
    ['os', 1],
  ] as const)('%s commits under synchronous = %i, before and after a forced sync', async (durability, level) => {
    const { connection, writer, synchronous } = await openWriteConnection(durability);
    expect(synchronous()).toBe(level);
    const syncs = connection.prepare('select syncs from log_state').pluck();
    const before = Number(syncs.get());
    writer.sync();
    expect(Number(syncs.get()) - before).toBe(durability === 'always' ? 0 : 1);
    expect(synchronous()).toBe(level);
    connection.close();
  });

  test('refuses what its work refuses, and works afterwards', async () => {
    const { connection, writer } = await openWriteConnection('always');
    const insert = connection.prepare("insert into meta values ('a', 'b')");
    expect(() =>
      writer.transact(() => {
        insert.run();
        throw new RangeError('a mistake of ours');
      }),
    ).toThrowError(RangeError);
    writer.transact(() => insert.run());
    expect(connection.prepare('select count(*) from meta').pluck().get()).toBe(1);
    connection.close();
  });

  test('a full disk is definite: nothing was written, and writing continues when there is space', async () => {
    const { connection, writer } = await openWriteConnection('always');
    const put = (key: string, value: string) =>
      writer.transact(() => connection.prepare('insert into meta values (?, ?)').run(key, value));
    connection.pragma('max_page_count = 40');
    expect(() => put('big', 'x'.repeat(1_000_000))).toThrowError(expect.objectContaining({ code: 'LOG_FULL' }));
    put('small', 'y');
    expect(connection.prepare('select key from meta').pluck().all()).toEqual(['small']);
    expect(writer.failed).toBe(false);
    connection.close();
  });

  test('any other error is the last write', async () => {
    const { connection, writer } = await openWriteConnection('always');
    const failing = () => {
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' });
    };
    expect(() => writer.transact(failing)).toThrowError(expect.objectContaining({ code: 'OUTCOME_UNKNOWN' }));
    expect(writer.failed).toBe(true);
    expect(() => writer.transact(() => 1)).toThrowError(expect.objectContaining({ code: 'STORE_FAILED' }));
    expect(() => writer.sync()).toThrowError(expect.objectContaining({ code: 'STORE_FAILED' }));
    connection.close();
  });

  test('a checkpoint that fails is the last write, unless the disk was only full or busy', async () => {
    const { connection, writer } = await openWriteConnection('always');
    const failWith = (code: string) => () => {
      throw Object.assign(new Error(code), { code });
    };
    writer.maintain(failWith('SQLITE_FULL'));
    writer.maintain(failWith('SQLITE_BUSY'));
    expect(writer.failed).toBe(false);
    writer.maintain(failWith('SQLITE_IOERR_WRITE'));
    expect(writer.failed).toBe(true);
    connection.close();
  });
});

describe('a log', () => {
  test('under everysec forces a sync by itself, and at flush', async () => {
    const path = temporaryPath();
    const log = await openLog(path, { durability: 'everysec' });
    const syncs = () => withDatabase(path, (db) => Number(db.prepare('select syncs from log_state').pluck().get()));
    await appendNotes(log, 3);
    expect(syncs()).toBe(0);
    await log.flush();
    expect(syncs()).toBe(1);
    await appendNotes(log, 1);
    await expect.poll(syncs, { timeout: 10_000 }).toBeGreaterThan(1);
  });

  test('keeps its WAL bounded while it is written to', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    const payload = 'x'.repeat(1_000_000);
    for (let index = 0; index < 60; index++) await appendCommits(log, commitOf([noted(payload)]));
    expect(log.care!.size().walBytes).toBeLessThan(40_000_000);
    expect(log.care!.size().fileBytes).toBeGreaterThan(40_000_000);
    expect(sequencesOf(await readEvents(log, 58))).toEqual([58, 59, 60]);
  });

  test('whose writer thread dies cannot say what was written, and is failed from then on', async () => {
    const path = temporaryPath();
    let thread: Worker | undefined;
    process.once('worker', (worker) => (thread = worker));
    const log = await openLog(path);
    await appendNotes(log, 1);
    // Held up by another program's transaction, the append is still on its way when the thread dies.
    const { pending, ended } = await withDatabaseHeld(path, async () => ({
      pending: refusalOf(appendNotes(log, 1)),
      ended: thread!.terminate(),
    }));
    expect((await pending).code).toBe('OUTCOME_UNKNOWN');
    await ended;
    expect((await refusalOf(appendNotes(log, 1))).code).toBe('STORE_FAILED');
    expect(sequencesOf(await readEvents(log, 1, 1))).toEqual([1]);
    await log.close();
    const again = await openLog(path); // the lock went with the thread
    expect(again.head().sequence).toBeGreaterThanOrEqual(1);
  });

  test('says that another program holds a write transaction, and works after it', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    const refused = withDatabaseHeld(path, () => refusalOf(appendNotes(log, 1)));
    expect((await refused).code).toBe('LOG_LOCKED');
    await appendNotes(log, 2);
    expect(sequencesOf(await readEvents(log))).toEqual(upTo(2));
  });
});

async function withDatabaseHeld<T>(path: string, work: () => Promise<T>): Promise<T> {
  const connection = openConnection(await loadDriver(), path, { readOnly: false });
  connection.exec('begin immediate');
  try {
    return await work();
  } finally {
    connection.close();
  }
}
