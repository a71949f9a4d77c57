/** Files made or placed by an attacker: they cause typed errors, and nothing is written elsewhere. */
import fs from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';
import type Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { RefoldError } from '../../../../src/core/errors.ts';
import { chainAfter, checksumOf, decodeBlock, EMPTY_CHAIN } from '../../../../src/log/blocks/block.ts';
import { checksumOfSnapshot } from '../../../../src/log/blocks/snapshot-chunks.ts';
import { loadDriver, openConnection } from '../../../../src/log/sqlite/file/driver.ts';
import {
  appendNotes,
  collect,
  readEvents,
  refusalOf,
  sequencesOf,
  snapshotAt,
} from '../../../contracts/log-fixtures.ts';
import { sampleOf } from '../../../sample.ts';
import { openLog, temporaryDirectory, temporaryPath, withDatabase } from '../fixtures.ts';

async function makeLog(events = 3): Promise<string> {
  const path = temporaryPath();
  const log = await openLog(path);
  await appendNotes(log, events);
  await log.putSnapshot(snapshotAt(log, events), [new Uint8Array(100)]);
  await log.close();
  return path;
}

describe('symbolic links', () => {
  test('a log that leads out of its folder is refused, and what it leads to is not touched', async () => {
    const target = await makeLog();
    const path = temporaryPath();
    fs.symlinkSync(target, path);
    const before = fs.readdirSync(join(target, '..')).sort();
    for (const readOnly of [false, true]) {
      const refusal = await refusalOf(openLog(path, { readOnly }));
      expect(refusal).toMatchObject({ code: 'INVALID_OPTION', path, type: 'path' });
      expect(refusal.message).toContain(target);
    }
    expect(fs.readdirSync(join(target, '..')).sort()).toEqual(before);
    expect(fs.readdirSync(join(path, '..'))).toEqual(['log.db']);
  });

  test('within its folder, and in the folders above, they are fine', async () => {
    const path = await makeLog();
    fs.symlinkSync('log.db', `${path}.link`);
    const folder = temporaryDirectory();
    fs.symlinkSync(join(path, '..'), join(folder, 'elsewhere'));
    for (const name of [`${path}.link`, join(folder, 'elsewhere', 'log.db')]) {
      const log = await openLog(name);
      expect(log.path).toBe(path);
      await log.close();
    }
  });

  test('one to nothing makes no file there', async () => {
    const path = temporaryPath();
    const target = temporaryPath('target.db');
    fs.symlinkSync(target, path);
    const refusal = await refusalOf(openLog(path));
    expect(refusal).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('link to nothing') });
    expect(fs.existsSync(target)).toBe(false);
  });

  test.each(['-wal', '-shm', '-journal', '-lock', '-lock-journal', '-witness', '-ballast', '-repair'])(
    'a %s that leads elsewhere is refused, and nothing is written through it',
    async (suffix) => {
      const path = await makeLog();
      const precious = temporaryPath('precious');
      fs.writeFileSync(precious, 'precious');
      fs.rmSync(path + suffix, { force: true });
      fs.symlinkSync(precious, path + suffix);
      for (const readOnly of [false, true]) {
        expect(await refusalOf(openLog(path, { readOnly }))).toMatchObject({
          code: 'INVALID_OPTION',
          path: path + suffix,
        });
      }
      expect(fs.readFileSync(precious, 'utf8')).toBe('precious');
    },
  );

  test('a backup is not written through one', async () => {
    const log = await openLog(temporaryPath());
    const precious = temporaryPath('precious');
    fs.symlinkSync(precious, `${log.path}.copy`);
    expect((await refusalOf(log.care!.backup!(`${log.path}.copy`))).code).toBe('INVALID_OPTION');
    expect(fs.existsSync(precious)).toBe(false);
  });
});

describe('a connection', () => {
  test('trusts no schema and lets nothing write into it', async () => {
    const path = await makeLog();
    const connection = openConnection(await loadDriver(), path, { readOnly: false });
    expect(connection.pragma('trusted_schema', { simple: true })).toBe(0);
    expect(connection.pragma('cell_size_check', { simple: true })).toBe(1);
    expect(connection.pragma('mmap_size', { simple: true })).toBe(0);
    connection.pragma('writable_schema = on'); // has no effect in defensive mode
    expect(() => connection.exec("update sqlite_schema set sql = 'x'")).toThrowError(/may not be modified/);
    connection.close();
  });
});

describe('a schema that is not as refold writes it', () => {
  test.each<[string, string]>([
    ['a trigger on the log', 'create trigger t after insert on blocks begin delete from blocks; end'],
    ['a trigger on the epoch', 'create trigger t after update on log_state begin update log_state set epoch = 0; end'],
    ['a view', 'create view v as select 1'],
    ['an index on an expression', "create index i on meta (lower(value)) where key like '%'"],
    ['another table', 'create table notes (text)'],
    ['a table that is a view', 'drop table meta; create view meta as select 1 as key, 2 as value'],
    ['a table with another column', 'alter table blocks add column extra text'],
    ['a view with another body', 'drop view events; create view events as select 1'],
    ['a missing table', 'drop table commands'],
  ])('%s', async (_, sql) => {
    const path = await makeLog();
    withDatabase(path, (database) => database.exec(sql));
    for (const readOnly of [false, true]) {
      expect(await refusalOf(openLog(path, { readOnly }))).toMatchObject({ code: 'LOG_CORRUPT', path });
    }
  });

  test('what ANALYZE and VACUUM leave is fine', async () => {
    const path = await makeLog();
    withDatabase(path, (database) => database.exec('analyze; vacuum'));
    expect(sequencesOf(await readEvents(await openLog(path)))).toEqual([1, 2, 3]);
  });
});

describe('values of kinds that no STRICT table would take', () => {
  const odd = ["'5'", "x'05'", '1e300', '9223372036854775807', '-1', 'null', "'x'"];
  const places: [table: string, column: string][] = [
    ['blocks', 'last_sequence'],
    ['blocks', 'recorded_at'],
    ['blocks', 'encoding'],
    ['blocks', 'checksum'],
    ['blocks', 'chain'],
    ['blocks', 'payload'],
    ['log_state', 'log_id'],
    ['log_state', 'epoch'],
    ['log_state', 'trimmed_through'],
    ['log_state', 'trimmed_chain'],
    ['snapshots', 'sequence'],
    ['snapshots', 'bytes'],
    ['snapshots', 'chunks'],
    ['snapshot_chunks', 'data'],
    ['snapshot_chunks', 'bytes'],
    ['snapshot_chunks', 'checksum'],
  ];
  test.each(sampleOf(places))('in %s.%s end in a typed error, or in nothing', async (table, column) => {
    const path = await makeLog();
    const sound = fs.readFileSync(path);
    for (const value of odd) {
      fs.writeFileSync(path, sound);
      smuggle(path, table, `update ${table} set ${column} = ${value}`);
      const outcome = await readAll(path).catch((error) => error);
      if (outcome instanceof Error) {
        expect(outcome, `${value}: ${outcome.stack}`).toBeInstanceOf(RefoldError);
        expect(outcome, value).toMatchObject({ code: expect.stringMatching(/LOG_CORRUPT|HISTORY_GONE/) });
      } else {
        expect(outcome, value).toEqual([1, 2, 3]);
      }
    }
  });
});

/** Takes the types out of a table's schema, changes a row, and puts the schema back as it was. */
function smuggle(path: string, table: string, sql: string): void {
  withDatabase(path, (database) => {
    const schema = database.prepare('select sql from sqlite_schema where name = ?').pluck().get(table) as string;
    rewriteSchema(
      database,
      table,
      schema.replace(/ (integer|text|blob|any)(?! primary)( not null)?/g, '').replace(') strict', ')'),
    );
  });
  withDatabase(path, (database) => {
    const schema = database.prepare('select sql from sqlite_schema where name = ?').pluck().get(table) as string;
    expect(schema).not.toContain('strict');
    database.exec(sql);
  });
  withDatabase(path, (database) => rewriteSchema(database, table, ORIGINAL.get(table)!));
}

const ORIGINAL = new Map<string, string>();

function rewriteSchema(database: Database.Database, table: string, sql: string): void {
  const before = database.prepare('select sql from sqlite_schema where name = ?').pluck().get(table) as string;
  if (!ORIGINAL.has(table)) ORIGINAL.set(table, before);
  database.unsafeMode();
  database.pragma('writable_schema = on');
  database.prepare('update sqlite_schema set sql = ? where name = ?').run(sql, table);
}

async function readAll(path: string): Promise<number[]> {
  const log = await openLog(path, { readOnly: true });
  const sequences = sequencesOf(await readEvents(log));
  await collect(log.headers());
  await log.blockAt(20);
  for (const info of await log.snapshots('')) await collect(log.readSnapshot(info));
  return sequences;
}

describe('content that means harm', () => {
  test.each([
    ['plainly', '{"__proto__":{"polluted":true}}'],
    ['deep inside', '{"a":[{"b":{"__proto__":{"polluted":true}}}]}'],
    ['with its name escaped', '{"\\u005f_proto__":{"polluted":true}}'],
  ])('a key __proto__, %s, is damage', async (_, data) => {
    const path = await makeLog(1);
    const payload = `[[0,0,[["Noted",1,${data}]]]]`;
    const checksum = checksumOf(payload);
    const chain = chainAfter(EMPTY_CHAIN, { checksum, firstSequence: 1, lastSequence: 1, recordedAt: 10 });
    withDatabase(path, (database) =>
      database.prepare('update blocks set payload = ?, checksum = ?, chain = ?').run(payload, checksum, chain),
    );
    fs.rmSync(`${path}-witness`);
    expect(await refusalOf(readAll(path))).toMatchObject({ code: 'LOG_CORRUPT', sequence: 1 });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('the word __proto__ as a value is allowed', () => {
    const payload = '[[0,0,[["Noted",1,{"note":"__proto__","b":"\\u0001"}]]]]';
    const block = { firstSequence: 1, lastSequence: 1, recordedAt: 1, encoding: 'open', bytes: 0, payload, chain: '' };
    expect(decodeBlock(block as Parameters<typeof decodeBlock>[0]).events[0]?.data).toEqual({
      note: '__proto__',
      b: '\u0001',
    });
  });

  test('a chunk of a snapshot that unpacks to gigabytes is refused before it does', async () => {
    const path = await makeLog();
    const bomb = zlib.zstdCompressSync(Buffer.alloc(200_000_000));
    withDatabase(path, (database) => {
      database.prepare('update snapshot_chunks set data = ?, checksum = ?').run(bomb, checksumOf(bomb));
      const row = database.prepare(HEADER).get() as Parameters<typeof checksumOfSnapshot>[0];
      const bytes = 200_000_000;
      database
        .prepare('update snapshots set bytes = ?, checksum = ?')
        .run(bytes, checksumOfSnapshot({ ...row, bytes }, 1));
    });
    expect(await refusalOf(readAll(path))).toMatchObject({ code: 'LOG_CORRUPT', sequence: 3 });
  });

  test('a flipped bit in a snapshot’s place puts it nowhere', async () => {
    const path = await makeLog();
    withDatabase(path, (database) => database.exec('update snapshots set sequence = 2'));
    const log = await openLog(path, { readOnly: true });
    expect(await log.snapshots('')).toEqual([]);
    const found = await log.care!.checkStructure();
    expect(found).toMatchObject([{ code: 'LOG_CORRUPT', sequence: 2 }]);
  });

  test('a lock file with a trigger in it is not written to', async () => {
    const path = await makeLog();
    withDatabase(`${path}-lock`, (database) =>
      database.exec('create trigger t after insert on holder begin delete from holder; end'),
    );
    expect(await refusalOf(openLog(path))).toMatchObject({ code: 'INVALID_OPTION', path: `${path}-lock` });
  });
});

const HEADER = `select owner, sequence, recorded_at as recordedAt, chain, state_hash as stateHash, fingerprint, format, bytes
  from snapshots`;
