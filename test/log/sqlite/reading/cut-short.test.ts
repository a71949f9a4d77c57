/** Found by the fault table: logs that a power cut or damage had left in a state that could be opened no more, or never closed. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import type Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { EMPTY_CHAIN, type StoredBlock, verifyBlock } from '../../../../src/log/blocks/chain.ts';
import {
  appendCommits,
  appendNotes,
  commitOf,
  noted,
  readEvents,
  refusalOf,
  sequencesOf,
  snapshotAt,
  upTo,
} from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryPath, withDatabase } from '../fixtures.ts';

/** A rollback journal of a file that was empty before: its header alone, as SQLite writes it. */
function emptyJournal(): Buffer {
  const journal = Buffer.alloc(512);
  journal.write('d9d505f920a163d7', 0, 'hex');
  journal.writeUInt32BE(0, 8); // pages in it
  journal.writeUInt32BE(0x12345678, 12); // nonce of its checksums
  journal.writeUInt32BE(0, 16); // pages of the file before
  journal.writeUInt32BE(512, 20);
  journal.writeUInt32BE(4096, 24);
  return journal;
}

test('a log whose creation a power cut interrupted is started again by the next writer', async () => {
  const path = temporaryPath();
  fs.writeFileSync(path, Buffer.alloc(4096, 'torn'));
  fs.writeFileSync(`${path}-journal`, emptyJournal());
  expect(await refusalOf(openLog(path, { readOnly: true }))).toMatchObject({
    code: 'INVALID_OPTION',
    hint: expect.stringContaining('without readOnly'),
  });
  const log = await openLog(path);
  await appendNotes(log, 2);
  expect(sequencesOf(await readEvents(log))).toEqual(upTo(2));
});

test.each([
  ['was emptied', (path: string) => fs.truncateSync(path, 0)],
  ['was never moved out of its WAL, and has lost that', (path: string) => fs.rmSync(`${path}-wal`)],
])('a log that %s is not started again', async (_, harm) => {
  const path = temporaryPath();
  await leaveUncheckpointed(path);
  harm(path);
  const refusal = await refusalOf(openLog(path, { durability: 'always' }));
  expect(refusal).toMatchObject({ code: 'LOG_CORRUPT', path, sequence: 1, hint: expect.stringContaining('backup') });
  fs.rmSync(path); // as the hint says
  const begun = await openLog(path);
  expect(begun.head().sequence).toBe(0);
});

/** A copy of a log as its writer has it open: all it holds is in the WAL. */
async function leaveUncheckpointed(path: string): Promise<void> {
  const original = temporaryPath();
  const log = await openLog(original, { durability: 'always' });
  await appendNotes(log, 3);
  for (const suffix of ['', '-wal', '-witness']) execFileSync('cp', [original + suffix, path + suffix]);
  await log.close();
}

test('a row of another table in the place of a block is refused like any damage', () => {
  // What SQLite reads after two pages were swapped: a strict table is strict when it is written, not when it is read.
  const row = {
    firstSequence: 5,
    lastSequence: 5,
    recordedAt: 1,
    encoding: 'sealed',
    checksum: 0,
    chain: '',
    bytes: 0,
  };
  for (const payload of [null, 42]) {
    const block = { ...row, payload } as unknown as StoredBlock;
    expect(() => verifyBlock(block, EMPTY_CHAIN, 'log.db')).toThrowError(
      expect.objectContaining({ code: 'LOG_CORRUPT', path: 'log.db', sequence: 5 }),
    );
  }
});

test('pages of blocks that were swapped end every way of reading, with the truth or with an error', async () => {
  const path = temporaryPath();
  const log = await openLog(path);
  for (let at = 1; at <= 40; at++) await appendCommits(log, commitOf([noted('x'.repeat(600))], at * 10));
  await log.close();
  const sound = fs.readFileSync(path);
  const pages = withDatabase(path, (database) =>
    database.prepare("select pageno from dbstat where name = 'blocks' and pagetype = 'leaf'").pluck().all(),
  ) as number[];
  expect(pages.length).toBeGreaterThan(4);
  for (const one of pages) {
    for (const other of pages.filter((page) => page < one)) {
      fs.writeFileSync(path, swapped(sound, one - 1, other - 1));
      expect(await refusalOf(() => readThrough(path))).toMatchObject({ code: 'LOG_CORRUPT', path });
      for (let time = 10; time <= 400; time += 30) await lookFor(path, time).catch(expectDamage);
    }
  }
});

function swapped(file: Buffer, one: number, other: number): Buffer {
  const pages = Buffer.from(file);
  file.copy(pages, one * 4096, other * 4096, (other + 1) * 4096);
  file.copy(pages, other * 4096, one * 4096, (one + 1) * 4096);
  return pages;
}

async function readThrough(path: string): Promise<void> {
  await readEvents(await openLog(path, { readOnly: true }));
}

async function lookFor(path: string, time: number): Promise<void> {
  const log = await openLog(path, { readOnly: true });
  await log.blockAt(time);
}

function expectDamage(error: unknown): void {
  expect(error).toMatchObject({ code: 'LOG_CORRUPT' });
}

test('chunks that only a damaged index knows of are not swept for ever', async () => {
  const path = temporaryPath();
  const log = await openLog(path);
  await appendNotes(log, 1);
  await log.close();
  withDatabase(path, leaveInIndexAlone);
  const damaged = await openLog(path);
  await damaged.putSnapshot(snapshotAt(damaged, 1), [Buffer.from('state')]);
  expect(await damaged.snapshots('')).toMatchObject([{ sequence: 1 }]);
});

/** A chunk of no snapshot, whose row is deleted behind its index's back. */
function leaveInIndexAlone(database: Database.Database): void {
  const schema = database.prepare("select sql from sqlite_schema where name = 'snapshot_chunks'").pluck();
  const sql = schema.get() as string;
  const index = database.prepare("select * from sqlite_schema where name = 'sqlite_autoindex_snapshot_chunks_1'");
  const { rootpage } = index.get() as { rootpage: number };
  database.exec("insert into snapshot_chunks values (99, 0, 1, 0, x'00')");
  database.unsafeMode(true);
  database.pragma('writable_schema = on');
  const setSql = database.prepare("update sqlite_schema set sql = ? where name = 'snapshot_chunks'");
  setSql.run(sql.replace(/,\s*primary key \(snapshot_id, part\)/, ''));
  database.exec("delete from sqlite_schema where name = 'sqlite_autoindex_snapshot_chunks_1'");
  database.pragma('writable_schema = reset');
  database.exec('delete from snapshot_chunks where snapshot_id = 99');
  database.pragma('writable_schema = on');
  setSql.run(sql);
  database
    .prepare(
      "insert into sqlite_schema values ('index', 'sqlite_autoindex_snapshot_chunks_1', 'snapshot_chunks', ?, null)",
    )
    .run(rootpage);
}
