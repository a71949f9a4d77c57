/** A process may die between any two steps: what each gap leaves, and what the next open makes of it. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { checksumOf } from '../../../../src/log/blocks/block.ts';
import { readWitness, witnessPath } from '../../../../src/log/sqlite/file/witness.ts';
import {
  appendNotes,
  collect,
  readEvents,
  refusalOf,
  sequencesOf,
  snapshotAt,
  upTo,
} from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryPath, withDatabase } from '../fixtures.ts';

/** As `prepareFile` begins: these pragmas write the first page, before there is a table. */
function beginFile(path: string): void {
  withDatabase(path, (database) => {
    database.pragma('auto_vacuum = incremental');
    database.pragma('journal_mode = wal');
  });
}

function makeEmpty(...paths: readonly string[]): void {
  for (const path of paths) fs.writeFileSync(path, '');
}

describe('making a log', () => {
  test.each<[string, (path: string) => void]>([
    ['after the lock file', (path) => fs.writeFileSync(`${path}-lock`, '')],
    ['after the file', (path) => makeEmpty(path, `${path}-lock`)],
    ['after its first page', beginFile],
  ])('cut short %s, it is made by the next open', async (_, leave) => {
    const path = temporaryPath();
    leave(path);
    const log = await openLog(path);
    await appendNotes(log, 2);
    await log.close();
    withDatabase(path, (database) => expect(database.pragma('auto_vacuum', { simple: true })).toBe(2));
    expect(sequencesOf(await readEvents(await openLog(path)))).toEqual([1, 2]);
  });

  test('in the middle of its tables, no table is left', async () => {
    const path = temporaryPath();
    beginFile(path);
    const script = `
      const Database = require('better-sqlite3');
      const database = new Database(${JSON.stringify(path)});
      database.exec('begin immediate; create table blocks (x); create table log_state (y)');
      database.pragma('application_id = 1');
      process.kill(process.pid, 'SIGKILL');`;
    expect(() => execFileSync(process.execPath, ['--eval', script], { stdio: 'ignore' })).toThrowError();
    const log = await openLog(path);
    await appendNotes(log, 1);
    expect(log.epoch).toBe(1);
  });

  test('a reader finds no log in a file that is not finished', async () => {
    const path = temporaryPath();
    beginFile(path);
    expect((await refusalOf(openLog(path, { readOnly: true }))).code).toBe('INVALID_OPTION');
  });
});

describe('opening a log', () => {
  test('cut short between the epoch and the witness, the witness is merely old', async () => {
    const path = temporaryPath();
    await (await openLog(path)).close();
    withDatabase(path, (database) => database.exec('update log_state set epoch = epoch + 1'));
    const log = await openLog(path);
    expect(log.epoch).toBe(3);
    expect(readWitness(path)[0]?.epoch).toBe(3);
  });
});

describe('appending', () => {
  test('cut short between the commit and the witness, the commit is there', async () => {
    const path = temporaryPath();
    const log = await openLog(path, { durability: 'always' });
    await appendNotes(log, 2);
    const before = fs.readFileSync(witnessPath(path));
    await appendNotes(log, 1);
    await log.close();
    fs.writeFileSync(witnessPath(path), before);
    const again = await openLog(path);
    expect(again.head().sequence).toBe(3);
    expect(readWitness(path)[0]?.sequence).toBe(3);
  });

  test('after a failed write, closing moves nothing: the WAL stays for recovery', async () => {
    const path = temporaryPath();
    const log = await openLog(path, { durability: 'always' });
    await appendNotes(log, 3);
    withDatabase(path, (database) => database.exec("insert into blocks values (4, 4, 0, 'open', 0, '', '')"));
    expect((await refusalOf(appendNotes(log, 1))).code).toBe('OUTCOME_UNKNOWN');
    expect((await refusalOf(appendNotes(log, 1))).code).toBe('STORE_FAILED');
    const wal = fs.statSync(`${path}-wal`).size;
    await log.close();
    expect(fs.statSync(`${path}-wal`).size).toBe(wal);
    withDatabase(path, (database) => database.exec('delete from blocks where first_sequence = 4'));
    expect(sequencesOf(await readEvents(await openLog(path)))).toEqual([1, 2, 3]);
  });
});

describe('a snapshot', () => {
  test('cut short among its chunks does not exist; the chunks are swept, and the next one gets another id', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendNotes(log, 2);
    await log.putSnapshot(snapshotAt(log, 1), [new Uint8Array(10)]);
    await log.close();
    withDatabase(path, (database) => {
      const insert = database.prepare('insert into snapshot_chunks values (7, ?, 3, ?, ?)');
      for (const part of [0, 1]) insert.run(part, checksumOf(Buffer.from('abc')), Buffer.from('abc'));
    });
    const again = await openLog(path);
    expect((await again.snapshots('')).map(({ sequence }) => sequence)).toEqual([1]);
    await again.putSnapshot(snapshotAt(again, 2), [new Uint8Array(20)]);
    const [newest] = await again.snapshots('');
    expect(Buffer.concat(await collect(again.readSnapshot(newest!))).length).toBe(20);
    const ids = withDatabase(path, (db) =>
      db.prepare('select distinct snapshot_id from snapshot_chunks').pluck().all(),
    );
    expect(ids).toEqual([1, 8]);
  });
});

describe('dropping history', () => {
  test('cut short between two of its transactions, the log begins where the last one left it', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendNotes(log, 6);
    await log.dropThrough(2); // one transaction of those that `dropThrough(5)` takes
    await log.close();
    const again = await openLog(path);
    expect(again.firstSequence()).toBe(3);
    await again.dropThrough(5);
    await again.care!.reclaim();
    expect(sequencesOf(await readEvents(again, 6))).toEqual([6]);
    expect(await again.care!.checkStructure()).toEqual([]);
  });
});

describe('a backup', () => {
  test('cut short leaves a partial copy, which the next one replaces, WAL and all', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendNotes(log, 4);
    const partial = `${path}.copy.partial`;
    const stale = new Database(partial);
    stale.pragma('journal_mode = wal');
    stale.exec('create table stale (x); insert into stale values (1)');
    execFileSync('cp', [`${partial}-wal`, `${partial}-kept`]);
    stale.close();
    fs.renameSync(`${partial}-kept`, `${partial}-wal`);
    await log.care!.backup!(`${path}.copy`);
    expect(sequencesOf(await readEvents(await openLog(`${path}.copy`)))).toEqual(upTo(4));
    expect(fs.existsSync(`${partial}-wal`)).toBe(false);
  });

  test('is never placed beside a WAL that another file left', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    fs.writeFileSync(`${path}.copy-wal`, 'left behind');
    const refusal = await refusalOf(log.care!.backup!(`${path}.copy`));
    expect(refusal).toMatchObject({ code: 'INVALID_OPTION', path: `${path}.copy-wal` });
  });
});

describe('the lock', () => {
  test('names its holder, also when another has put its name down in between', async () => {
    const path = temporaryPath();
    await (await openLog(path)).close();
    withDatabase(`${path}-lock`, (database) => database.exec("update holder set pid = 1, host = 'elsewhere'"));
    await openLog(path);
    expect((await refusalOf(openLog(path))).message).toContain(`process ${process.pid} `);
  });
});
