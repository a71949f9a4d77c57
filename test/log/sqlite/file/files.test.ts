/** What may be opened, what may not, and what the file looks like from outside. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeBlock } from '../../../../src/log/blocks/block.ts';
import { APPLICATION_ID, FORMAT_VERSION, NEWEST_FORMAT } from '../../../../src/log/sqlite/file/schema.ts';
import { openSqliteLog } from '../../../../src/log/sqlite/sqlite-log.ts';
import {
  appendCommits,
  appendNotes,
  collect,
  commitOf,
  noted,
  readEvents,
  refusalOf,
  sequencesOf,
  snapshotAt,
  upTo,
} from '../../../contracts/log-fixtures.ts';
import { sampleOf } from '../../../sample.ts';
import { openLog, temporaryDirectory, temporaryPath, withDatabase } from '../fixtures.ts';

describe('a new log file', () => {
  test('is for its owner alone and says what it is', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendNotes(log, 1);
    const names = fs.readdirSync(join(path, '..')).sort();
    expect(names).toEqual(['', '-ballast', '-lock', '-shm', '-wal', '-witness'].map((suffix) => `log.db${suffix}`));
    for (const name of names) expect(fs.statSync(join(path, '..', name)).mode & 0o777, name).toBe(0o600);
    await log.close();
    withDatabase(path, (database) => {
      expect(database.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
      expect(database.pragma('user_version', { simple: true })).toBe(FORMAT_VERSION);
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(database.pragma('auto_vacuum', { simple: true })).toBe(2); // incremental
      const strict = database.prepare("select name from pragma_table_list where schema = 'main' and type = 'table'");
      const tables = strict.pluck().all() as string[];
      expect(tables.filter((name) => !name.startsWith('sqlite_')).sort()).toEqual(
        ['blocks', 'checkpoints', 'commands', 'log_state', 'meta', 'snapshot_chunks', 'snapshots'].sort(),
      );
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    });
  });

  test('closed, it is one file: the WAL is inside', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendNotes(log, 3);
    await log.close();
    const names = fs.readdirSync(join(path, '..')).sort();
    expect(names).toEqual(['log.db', 'log.db-ballast', 'log.db-lock', 'log.db-witness']);
    for (const suffix of ['-ballast', '-lock', '-witness']) fs.rmSync(path + suffix);
    expect(sequencesOf(await readEvents(await openLog(path)))).toEqual([1, 2, 3]);
  });

  test('two names of one file share its lock', async () => {
    const path = temporaryPath();
    await openLog(path);
    fs.symlinkSync(path, `${path}.link`);
    expect((await refusalOf(openLog(`${path}.link`))).code).toBe('LOG_LOCKED');
  });
});

describe('a file that is not a log', () => {
  test.each<[string, (path: string) => void, string, RegExp]>([
    [
      'another program’s SQLite file',
      (path) => withDatabase(path, (database) => database.exec('create table users (id); create table posts (id)')),
      'INVALID_OPTION',
      /another program.*posts, users/,
    ],
    [
      'a file with another application id',
      (path) => withDatabase(path, (database) => database.pragma('application_id = 0x0f055112')),
      'INVALID_OPTION',
      /0xf055112/,
    ],
    ['text', (path) => fs.writeFileSync(path, 'not a database '.repeat(100)), 'LOG_CORRUPT', /not a database/],
    ['a directory', (path) => fs.mkdirSync(path), 'INVALID_OPTION', /is a directory/],
  ])('%s is refused and left as it is', async (_, make, code, message) => {
    const path = temporaryPath();
    make(path);
    const isFile = fs.statSync(path).isFile();
    const before = isFile ? fs.readFileSync(path) : undefined;
    for (const readOnly of [false, true]) {
      const refusal = await refusalOf(openLog(path, { readOnly }));
      expect(refusal).toMatchObject({ code, path, hint: expect.any(String) });
      expect(refusal.message).toMatch(message);
    }
    if (before !== undefined) expect(fs.readFileSync(path).equals(before)).toBe(true);
    expect(fs.readdirSync(join(path, '..'))).toEqual(['log.db']);
  });

  test('a log whose first bytes are lost is told to restore a backup: repair could not read it either', async () => {
    const path = temporaryPath();
    await (await openLog(path)).close();
    const file = fs.openSync(path, 'r+');
    fs.writeSync(file, 'lost', 0);
    fs.closeSync(file);
    for (const readOnly of [false, true]) {
      const { code, hint } = await refusalOf(openLog(path, { readOnly }));
      expect(code).toBe('LOG_CORRUPT');
      expect(hint).toMatch(/restore a backup$/);
    }
  });

  test('a newer format is refused', async () => {
    const path = temporaryPath();
    await (await openLog(path)).close();
    withDatabase(path, (database) => database.pragma(`user_version = ${NEWEST_FORMAT + 1}`));
    for (const readOnly of [false, true]) {
      expect(await refusalOf(openLog(path, { readOnly }))).toMatchObject({ code: 'FORMAT_TOO_NEW', path });
    }
  });

  test('an empty file becomes a log, but a reader refuses it', async () => {
    const path = temporaryPath();
    fs.writeFileSync(path, '');
    expect((await refusalOf(openLog(path, { readOnly: true }))).code).toBe('INVALID_OPTION');
    const log = await openLog(path);
    await appendNotes(log, 1);
    expect(log.head().sequence).toBe(1);
  });

  test.each([
    ['a missing directory', (directory: string) => join(directory, 'nowhere', 'log.db'), /directory first/],
    ['a file as directory', (directory: string) => join(directory, 'file', 'log.db'), /directory first/],
  ])('%s is named, with the cause', async (_, pathIn, hint) => {
    const directory = temporaryDirectory();
    fs.writeFileSync(join(directory, 'file'), '');
    const refusal = await refusalOf(openLog(pathIn(directory)));
    expect(refusal.code).toBe('INVALID_OPTION');
    expect(refusal.hint).toMatch(hint);
    expect(refusal.path).toContain(directory);
    expect(refusal.cause).toBeInstanceOf(Error);
  });

  test('a reader refuses a missing file', async () => {
    const path = temporaryPath();
    expect(await refusalOf(openLog(path, { readOnly: true }))).toMatchObject({ code: 'INVALID_OPTION', path });
    expect(fs.existsSync(path)).toBe(false);
  });

  test('an unknown durability is refused', async () => {
    const refusal = await refusalOf(openLog(temporaryPath(), { durability: 'never' as 'os' }));
    expect(refusal).toMatchObject({ code: 'INVALID_OPTION', type: 'durability' });
  });
});

describe('one writer', () => {
  test('a second one in the same process is told who holds the log', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    const refusal = await refusalOf(openLog(path));
    expect(refusal).toMatchObject({ code: 'LOG_LOCKED', path });
    expect(refusal.message).toContain(`process ${process.pid} `);
    await log.close();
    expect((await openLog(path)).epoch).toBe(2);
  });

  test('a second one in another process too, and the lock ends with its holder', async () => {
    const path = temporaryPath();
    const holder = holdInChild(path);
    await once(holder.stdout!, 'data');
    const refusal = await refusalOf(openLog(path));
    expect(refusal.code).toBe('LOG_LOCKED');
    expect(refusal.message).toContain(`process ${holder.pid} `);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const log = await openLog(path);
    expect(sequencesOf(await readEvents(log))).toEqual([1]);
  });

  test('a writer that another one has replaced appends no more', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendNotes(log, 1);
    withDatabase(path, (database) => database.exec('update log_state set epoch = epoch + 1'));
    expect((await refusalOf(appendNotes(log, 1))).code).toBe('SEQUENCE_CONFLICT');
    expect((await refusalOf(log.putMeta('a', 'b'))).code).toBe('SEQUENCE_CONFLICT');
    expect(sequencesOf(await readEvents(log))).toEqual([1]);
  });

  test('a foreign lock file is refused by name', async () => {
    const path = temporaryPath();
    fs.writeFileSync(`${path}-lock`, 'somebody else’s notes '.repeat(50));
    const refusal = await refusalOf(openLog(path));
    expect(refusal).toMatchObject({ code: 'INVALID_OPTION', path: `${path}-lock` });
  });

  test('a program that forgets to close ends, and loses no acknowledged event', async () => {
    const path = temporaryPath();
    const forgetful = runChild(`await append(1); log.append(request(2)); log.append(request(3));`, path);
    const [code] = await once(forgetful, 'exit');
    expect(code).toBe(0);
    const log = await openLog(path);
    expect(sequencesOf(await readEvents(log))).toEqual([1, 2, 3]);
  });
});

describe('the events view', () => {
  test('spreads open blocks for any SQL tool', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendCommits(log, commitOf([noted('sealed')], 5));
    await log.care!.seal({ through: 1 });
    await appendCommits(
      log,
      commitOf([noted('a'), { type: 'B', version: 2, data: [1, 'x'], meta: { by: 'ada' } }], 100),
      commitOf([noted('ü')], 104),
    );
    await appendCommits(log, commitOf([{ type: 'C', version: 1, data: null }], 200));
    const expected = (await collect(log.read({ from: 2 }))).flatMap((block) => decodeBlock(block).events);
    const sql = 'select sequence, recorded_at as recordedAt, type, version, data, meta from events order by sequence';
    const read = (rows: Record<string, unknown>[]) =>
      rows.map(({ data, meta, ...row }) => ({
        ...row,
        data: JSON.parse(String(data)),
        ...(meta === null ? {} : { meta: JSON.parse(String(meta)) }),
      }));
    const rows = withDatabase(path, (database) => {
      database.pragma('trusted_schema = off');
      return database.prepare(sql).all();
    });
    expect(read(rows as Record<string, unknown>[])).toEqual(expected);
    await log.close();
    const shell = sqliteShell(path, sql);
    if (shell !== undefined) expect(read(shell)).toEqual(expected);
  });
});

describe('a reader beside the writer', () => {
  test('sees what was appended, and writes nothing', async () => {
    const path = temporaryPath();
    const writer = await openLog(path);
    await appendNotes(writer, 2);
    const reader = await openLog(path, { readOnly: true });
    expect(reader).toMatchObject({ readOnly: true, epoch: 1, path });
    expect(sequencesOf(await readEvents(reader))).toEqual([1, 2]);
    await appendNotes(writer, 1);
    expect(sequencesOf(await readEvents(reader))).toEqual([1, 2, 3]);
    expect(reader.head()).toEqual(writer.head());
    const refused: (() => Promise<unknown>)[] = [
      () => appendNotes(reader, 1),
      () => reader.putMeta('a', 'b'),
      () => reader.putCheckpoint({ projection: 'p', sequence: 1 }),
      () => reader.dropCheckpoint('p'),
      () => reader.putSnapshot(snapshotAt(reader, 1), []),
      () => reader.dropSnapshots('', [1]),
      () => reader.care!.seal({ through: 1 }),
      () => reader.dropThrough(1),
      () => reader.care!.reclaim(),
    ];
    for (const call of refused)
      expect(await refusalOf(call)).toMatchObject({ code: 'INVALID_OPTION', type: 'readOnly' });
    await reader.close();
    await appendNotes(writer, 1);
  });

  test('follows another process’s appends', async () => {
    const path = temporaryPath();
    const writer = await openLog(path);
    await appendNotes(writer, 1);
    const reader = await openLog(path, { readOnly: true });
    const stop = new AbortController();
    const keepAlive = setInterval(() => {}, 1_000);
    const following = (async () => {
      const seen: number[] = [];
      for await (const block of reader.follow(1, stop.signal)) {
        seen.push(...sequencesOf(decodeBlock(block).events));
        if (seen.length === 6) stop.abort();
      }
      return seen;
    })();
    for (let index = 0; index < 5; index++) {
      await appendNotes(writer, 1);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(await following).toEqual(upTo(6));
    clearInterval(keepAlive);
  });

  test('learns of dropped history', async () => {
    const path = temporaryPath();
    const writer = await openLog(path);
    await appendNotes(writer, 4);
    const reader = await openLog(path, { readOnly: true });
    await writer.dropThrough(2);
    expect(await refusalOf(readEvents(reader, 1))).toMatchObject({ code: 'HISTORY_GONE', sequence: 3 });
    expect(reader.firstSequence()).toBe(3);
  });

  test('reads what a killed writer left in the WAL', async () => {
    const path = temporaryPath();
    const holder = holdInChild(path);
    await once(holder.stdout!, 'data');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(fs.statSync(`${path}-wal`).size).toBeGreaterThan(0);
    const reader = await openLog(path, { readOnly: true });
    expect(sequencesOf(await readEvents(reader))).toEqual([1]);
  });
});

describe('a backup', () => {
  test('is the log at one moment, under its name only when complete', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendNotes(log, 5);
    await log.care!.seal({ through: 3 });
    await log.putSnapshot(snapshotAt(log, 5), [new Uint8Array(3_000_000).fill(7)]);
    const target = `${path}.copy`;
    const progress: number[] = [];
    const copying = log.care!.backup!(target, { onProgress: (fraction) => progress.push(fraction) });
    await appendNotes(log, 3);
    await copying;
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(fs.existsSync(`${target}.partial`)).toBe(false);
    expect(fs.statSync(target).mode & 0o777).toBe(0o600);
    const copy = await openLog(target);
    const sequences = sequencesOf(await readEvents(copy));
    expect(sequences.slice(0, 5)).toEqual(upTo(5));
    expect(sequences).toEqual(upTo(copy.head().sequence));
    const [info] = await copy.snapshots('');
    expect((await collect(copy.readSnapshot(info!))).reduce((sum, chunk) => sum + chunk.length, 0)).toBe(3_000_000);
    await appendNotes(copy, 1);
  });

  test('never replaces a file', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    fs.writeFileSync(`${path}.copy`, 'precious');
    expect(await refusalOf(log.care!.backup!(`${path}.copy`))).toMatchObject({
      code: 'INVALID_OPTION',
      path: `${path}.copy`,
    });
    expect(fs.readFileSync(`${path}.copy`, 'utf8')).toBe('precious');
  });

  test('into a missing directory says so, and leaves nothing', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    const refusal = await refusalOf(log.care!.backup!(join(path, '..', 'nowhere', 'copy.db')));
    expect(refusal.code).toBe('INVALID_OPTION');
    expect(fs.readdirSync(join(path, '..')).filter((name) => name.includes('copy'))).toEqual([]);
  });

  test.each([
    ['a folder', ''],
    ['in memory', ':memory:'],
    ['with a NUL', 'copy.db\0'],
    ['with a lone surrogate', 'copy\ud800.db'],
    ['no text', null],
    ['nothing at all', undefined],
    ['a number', 7],
  ])('to an invalid path (%s) is refused', async (_what, target) => {
    const log = await openLog(temporaryPath());
    expect(await refusalOf(log.care!.backup!(target as string))).toMatchObject({
      code: 'INVALID_OPTION',
      type: 'path',
    });
  });

  test('fails with LOG_CORRUPT when SQLite finds the log damaged', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendNotes(log, 3);
    await log.close();
    const reader = await openLog(path, { readOnly: true });
    const bytes = fs.readFileSync(path);
    fs.writeFileSync(path, bytes.fill(0x55, 0, 100));
    expect(await refusalOf(reader.care!.backup!(`${path}.copy`))).toMatchObject({ code: 'LOG_CORRUPT' });
    expect(fs.readdirSync(join(path, '..')).filter((name) => name.includes('copy'))).toEqual([]);
  });

  test('can be made by a reader', async () => {
    const path = temporaryPath();
    await appendNotes(await openLog(path), 2);
    const reader = await openLog(path, { readOnly: true });
    await reader.care!.backup!(`${path}.copy`);
    expect(sequencesOf(await readEvents(await openLog(`${path}.copy`)))).toEqual([1, 2]);
  });
});

describe('a path is that path', () => {
  test.each(
    sampleOf([
      'log.db ',
      'log.db\n',
      'log.db\t',
      ' log.db',
      'log.db\u00a0',
      'log.db\ufeff',
      ' ',
      '  .db  ',
      ':memory: ',
      'log.db?mode=ro',
      'file:log.db',
      'log%20.db',
    ]),
  )('%j, beside one without the white space', async (name) => {
    const folder = temporaryDirectory();
    const trimmed = await openLog(join(folder, 'log.db'));
    await appendNotes(trimmed, 1);
    const path = join(folder, name);
    const log = await openLog(path);
    await appendNotes(log, 3);
    expect(log.path).toBe(fs.realpathSync(path));
    const reader = await openLog(path, { readOnly: true });
    expect(sequencesOf(await readEvents(reader))).toEqual(upTo(3));
    expect(await log.care!.checkStructure()).toEqual([]);
    await log.care!.seal({ through: 2 });
    await log.care!.backup!(`${path}copy `);
    expect(sequencesOf(await readEvents(await openLog(`${path}copy `)))).toEqual(upTo(3));
    expect((await refusalOf(openLog(path))).code).toBe('LOG_LOCKED');
    await reader.close();
    await log.close();
    expect(sequencesOf(await readEvents(trimmed))).toEqual([1]);
    const again = await openLog(path);
    expect(again.head().sequence).toBe(3);
    const beside = fs.readdirSync(folder).filter((entry) => entry !== name && !entry.startsWith(`${name}-`));
    expect(beside.filter((entry) => !entry.startsWith('log.db') && !entry.includes('copy'))).toEqual([]);
  });

  test('by a relative one', async () => {
    const folder = temporaryDirectory();
    const log = await openLog(relative(process.cwd(), join(folder, ' log.db ')));
    await appendNotes(log, 1);
    expect(fs.existsSync(join(folder, ' log.db '))).toBe(true);
  });

  test.each(['', 'a\0b', 'log\udc00.db', 7, null, undefined, {}, new URL('file:///tmp/log.db')])(
    'and %j is not a path',
    async (path) => {
      for (const readOnly of [true, false]) {
        expect(await refusalOf(openSqliteLog({ path: path as string, readOnly }))).toMatchObject({
          code: 'INVALID_OPTION',
          type: 'path',
        });
      }
    },
  );
});

describe('space', () => {
  test('sealing shrinks history, and reclaiming shrinks the file', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    for (let index = 0; index < 40; index++) {
      await appendCommits(
        log,
        commitOf(upTo(1_000).map((n) => noted({ order: n * index, side: 'buy', price: 5_000 + (n % 50) }))),
      );
    }
    await log.care!.reclaim();
    const before = log.care!.size();
    expect(before.walBytes).toBe(0);
    const report = await log.care!.seal({ through: 40_000 });
    expect(report.bytesAfter * 5).toBeLessThan(report.bytesBefore);
    expect(log.care!.size().freeBytes).toBeGreaterThan(0);
    await log.care!.reclaim();
    const sealed = log.care!.size();
    expect(sealed.freeBytes).toBe(0);
    expect(sealed.fileBytes * 3).toBeLessThan(before.fileBytes);
    await log.dropThrough(35_000);
    await log.care!.reclaim();
    expect(log.care!.size().fileBytes).toBeLessThan(sealed.fileBytes);
    expect(sequencesOf(await readEvents(log, log.firstSequence()))).toEqual(upTo(40_000, log.firstSequence()));
  });

  test('chunks of dropped, replaced and interrupted snapshots go', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    const failing = function* () {
      yield new Uint8Array(3_000_000);
      throw new Error('half way');
    };
    await log.putSnapshot(snapshotAt(log, 1), [new Uint8Array(20_000_000)]);
    await log.putSnapshot(snapshotAt(log, 1), [new Uint8Array(2_000_000)]);
    await log.putSnapshot(snapshotAt(log, 2), failing()).catch(() => {});
    const chunks = () => withDatabase(path, (db) => db.prepare('select count(*) from snapshot_chunks').pluck().get());
    expect(chunks()).toBe(16);
    await log.dropSnapshots('', [1]);
    expect(chunks()).toBe(0);
  });
});

const ROOT = new URL('../../../..', import.meta.url).pathname;

/** A process that appends event 1 to the log, says so, and keeps the log open. */
function holdInChild(path: string) {
  return runChild(`await append(1); console.log('held'); setInterval(() => {}, 1_000);`, path);
}

function runChild(code: string, path: string) {
  const script = `
    import { openSqliteLog } from './src/log/sqlite/sqlite-log.ts';
    const log = await openSqliteLog({ path: ${JSON.stringify(path)} });
    const request = (n) => ({ expectedSequence: n - 1, epoch: log.epoch, outcomes: [],
      commits: [{ events: 1, recordedAt: n, json: '[["Noted",1,' + n + ']]' }] });
    const append = (n) => log.append(request(n));
    ${code}`;
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '--eval', script];
  return spawn(process.execPath, flags, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Rows as the system's sqlite3 shell reads them, or undefined where it is missing. */
function sqliteShell(path: string, sql: string): Record<string, unknown>[] | undefined {
  try {
    return JSON.parse(execFileSync('sqlite3', ['-readonly', '-json', path, sql], { encoding: 'utf8' }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
