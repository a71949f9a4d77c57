/** Export and import: what a real Redis has comes over whole, and goes back. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from 'refold';
import { describe, expect, test } from 'vitest';
import { dumpPayload } from '../../src/redis/files/rdb/dump.ts';
import { writeRdb } from '../../src/redis/files/rdb/write-rdb.ts';
import { digestOfValue } from '../../src/redis/files/values/digest.ts';
import type { RedisEntry } from '../../src/redis/files/values/value.ts';
import { exportAof, importFiles } from '../../src/redis/index.ts';
import type { KeySpace } from '../../src/redis/model/key-space.ts';
import { keySpaceModel } from '../../src/redis/model/model.ts';
import { digestOfSpace, plainEntries } from '../../src/redis/plain/plain-value.ts';
import { ENVIRONMENT, REFOLD, refold } from '../cli/support.ts';
import { Chance, compileTemplate } from './differential/grammar.ts';
import { TEMPLATES, WORDS } from './differential/templates.ts';
import { ENTRIES } from './files/samples.ts';
import { connectTo, requestOf, startServer, type TestClient } from './harness.ts';
import { HAS_REDIS, RealRedis, temporaryFolder } from './real-redis.ts';

const APPENDING = ['--appendonly', 'yes'];

function writeRdbFile(path: string, entries: Iterable<RedisEntry> = ENTRIES): string {
  writeFileSync(
    path,
    Buffer.concat(
      writeRdb(entries)
        .map((piece) => Buffer.from(piece))
        .toArray(),
    ),
  );
  return path;
}

/** DEBUG DIGEST of a log. */
async function digestOf(path: string): Promise<string> {
  await using store = await openStore(keySpaceModel, { path, readOnly: true, fold: 'direct' });
  return digestOfSpace(store.state as KeySpace);
}

/** Compares key by key, so that a difference names its key. */
async function expectSameKeys(path: string, real: RealRedis): Promise<void> {
  await using store = await openStore(keySpaceModel, { path, readOnly: true, fold: 'direct' });
  for (const { database, key, value, expireAt } of plainEntries(store.state as KeySpace)) {
    await real.call('SELECT', database);
    const [digest] = (await real.call('DEBUG', 'DIGEST-VALUE', key)) as string[];
    expect([database, key, digest]).toEqual([database, key, digestOfValue(value, expireAt !== undefined)]);
  }
}

/** Everything about a stream except when its consumers were seen, which commands cannot set, and its memory. */
async function aboutStream(client: TestClient, key: string): Promise<string> {
  const about = JSON.stringify(await client.call('XINFO', 'STREAM', key, 'FULL', 'COUNT', 0));
  return about.replaceAll(/"(seen-time|radix-tree-keys|radix-tree-nodes)",\d+,/g, '');
}

describe('a round trip without a server', () => {
  test('RDB to log to AOF to log: the same digest and the same times', async () => {
    const folder = temporaryFolder();
    const [first, second] = [join(folder, 'first.db'), join(folder, 'second.db')];
    const imported = await importFiles({ path: first, source: { rdb: writeRdbFile(join(folder, 'dump.rdb')) } });
    expect(imported.keys.all).toBe(ENTRIES.length);
    expect(imported.keys.expiring).toBe(ENTRIES.filter(({ expireAt }) => expireAt !== undefined).length);
    const exported = await exportAof({ path: first, folder: join(folder, 'aof') });
    expect(exported).toMatchObject({ sequence: imported.lastSequence, keys: imported.keys });
    const again = await importFiles({ path: second, source: { aof: join(folder, 'aof') } });
    expect(again.keys).toEqual(imported.keys);
    expect(await digestOf(second)).toBe(await digestOf(first));
  });

  test('keys of an RDB file whose time has come are left out', async () => {
    const folder = temporaryFolder();
    const value = { kind: 'string', value: 'v' } as const;
    const rdb = writeRdbFile(join(folder, 'dump.rdb'), [
      { database: 0, key: 'gone', value, expireAt: 1_000 },
      { database: 0, key: 'stays', value, expireAt: 4_000_000_000_000 },
    ]);
    const imported = await importFiles({ path: join(folder, 'log.db'), source: { rdb } });
    expect(imported).toMatchObject({ expired: 1, keys: { all: 1, expiring: 1 } });
  });

  test('in an AOF a later command may keep a key whose time had come', async () => {
    const folder = temporaryFolder();
    const words = [
      ['SELECT', '2'],
      ['SET', 'a', '1', 'PXAT', '1000'],
      ['SET', 'a', '2', 'PXAT', '4000000000000'],
    ];
    const aof = join(folder, 'old.aof');
    writeFileSync(
      aof,
      words
        .map((command) => `*${command.length}\r\n${command.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`)
        .join(''),
    );
    const imported = await importFiles({ path: join(folder, 'log.db'), source: { aof } });
    expect(imported).toMatchObject({ keys: { all: 1, expiring: 1 } });
  });
});

describe('what is refused', () => {
  test.each([
    ['a damaged RDB file', (bytes: Buffer) => bytes.fill(7, 100, 120), 'LOG_CORRUPT'],
    ['half an RDB file', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2), 'LOG_CORRUPT'],
    ['an RDB file of a newer Redis', (bytes: Buffer) => bytes.fill('12', 7, 9), 'FORMAT_TOO_NEW'],
    ['another file', () => Buffer.from('{}'), 'LOG_CORRUPT'],
  ])('%s', async (_name, change, code) => {
    const folder = temporaryFolder();
    const rdb = writeRdbFile(join(folder, 'dump.rdb'));
    writeFileSync(rdb, change(readFileSync(rdb)));
    await expect(importFiles({ path: join(folder, 'log.db'), source: { rdb } })).rejects.toMatchObject({
      code,
      path: rdb,
    });
  });

  test.each([
    ['a missing file', { rdb: 'missing.rdb' }],
    ['a missing folder', { aof: 'missing' }],
    ['a folder as an RDB file', { rdb: '.' }],
    ['a folder without an AOF', { aof: '.' }],
  ])('%s', async (_name, named) => {
    const folder = temporaryFolder();
    const source = Object.fromEntries(Object.entries(named).map(([kind, name]) => [kind, join(folder, name)])) as {
      rdb: string;
    };
    const importing = importFiles({ path: join(folder, 'log.db'), source });
    await expect(importing).rejects.toMatchObject({ code: 'INVALID_OPTION', path: expect.stringContaining(folder) });
  });

  test('an AOF whose files are torn, or not all there; a torn end of the last file is told and left out', async () => {
    const folder = temporaryFolder();
    const [base, last] = ['*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n', '*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n'];
    writeFileSync(join(folder, 'a.manifest'), 'file base seq 1 type b\nfile last seq 1 type i\n');
    const importing = (log: string): Promise<unknown> =>
      importFiles({ path: join(folder, log), source: { aof: folder } });
    writeFileSync(join(folder, 'base'), base);
    await expect(importing('1.db')).rejects.toMatchObject({ code: 'LOG_CORRUPT', path: join(folder, 'last') });
    writeFileSync(join(folder, 'last'), last + last.slice(0, 9));
    expect(await importing('2.db')).toMatchObject({ keys: { all: 2 }, tornAt: last.length });
    writeFileSync(join(folder, 'base'), base.slice(0, 9));
    await expect(importing('3.db')).rejects.toMatchObject({ code: 'LOG_CORRUPT', path: join(folder, 'base') });
  });

  test('a command that the server refuses, by name', async () => {
    const folder = temporaryFolder();
    const aof = join(folder, 'a.aof');
    writeFileSync(aof, '*2\r\n$6\r\nSELECT\r\n$3\r\n999\r\n');
    const importing = importFiles({ path: join(folder, 'log.db'), source: { aof } });
    await expect(importing).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('SELECT 999'),
    });
  });

  test('an export to a folder that has something in it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'log.db');
    await importFiles({ path, source: { rdb: writeRdbFile(join(folder, 'dump.rdb')) } });
    await expect(exportAof({ path, folder })).rejects.toMatchObject({ code: 'INVALID_OPTION', path: folder });
    await expect(exportAof({ path, folder: path })).rejects.toMatchObject({ code: 'INVALID_OPTION', path });
    expect(existsSync(path)).toBe(true);
  });

  test('an export that is interrupted leaves nothing', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'log.db');
    await importFiles({ path, source: { rdb: writeRdbFile(join(folder, 'dump.rdb')) } });
    const target = join(folder, 'aof');
    await expect(exportAof({ path, folder: target, signal: AbortSignal.abort() })).rejects.toThrow('abort');
    expect(existsSync(target)).toBe(false);
  });
});

describe('on the command line', () => {
  test('an import ends with exit code 3 before the heap is full', async () => {
    const folder = temporaryFolder();
    const aof = join(folder, 'large.aof');
    const value = 'v'.repeat(20_000);
    writeFileSync(aof, Array.from({ length: 3_000 }, (_, n) => requestOf(['SET', `key ${n}`, value])).join(''));
    const nodeOptions = ['--max-old-space-size=80'];
    const run = await refold(['import', join(folder, 'log.db'), '--aof', aof], { nodeOptions });
    expect(run).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('the heap of Node is nearly full'),
    });
    expect(readdirSync(folder)).toEqual(['large.aof']);
  });

  test('import and export report what they did', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'log.db');
    writeRdbFile(join(folder, 'dump.rdb'), [
      { database: 0, key: 'a', value: { kind: 'string', value: '1' }, expireAt: undefined },
      { database: 3, key: 'b', value: { kind: 'string', value: '2' }, expireAt: 4_000_000_000_000 },
    ]);
    const imported = await refold(['import', path, '--rdb', join(folder, 'dump.rdb')]);
    expect(imported.stderr).toBe('');
    expect(imported.stdout).toMatch(/^imported {2}2 keys \(2 string, 1 expire\)\n/);
    const exported = await refold(['export', path, '--aof', join(folder, 'aof'), '--json']);
    expect(JSON.parse(exported.stdout)).toMatchObject({
      path,
      destination: join(folder, 'aof'),
      keys: { all: 2 },
      commands: 5,
    });
    expect(await refold(['import', path, '--rdb', join(folder, 'dump.rdb')])).toMatchObject({ code: 2, stdout: '' });
  });

  test('a failed import leaves nothing, and its exit code tells why', async () => {
    const folder = temporaryFolder();
    const bad = join(folder, 'bad.rdb');
    writeFileSync(bad, 'REDIS0010 nothing of use');
    const run = await refold(['import', join(folder, 'log.db'), '--rdb', bad]);
    expect(run).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('bad.rdb') });
    expect(readdirSync(folder)).toEqual(['bad.rdb']);
  });

  test.each([
    [['import', 'new.db', '--aof', 'a', '--rdb', 'b']],
    [['import', 'new.db', '--aof', 'a', '--renumber']],
    [['import', 'new.db', '--rdb', 'a', '--sqlite', 'b']],
    [['export', 'log.db', '--aof', 'a', '--sqlite', 'b']],
    [['export', 'log.db', '--aof', 'a', '--from', '3']],
  ])('%j cannot be combined', async (args) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'log.db'), '');
    const run = await refold(args, { cwd: folder });
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be combined') });
  });
});

const HAS_STRACE = spawnSync('strace', ['-V']).status === 0;

test.skipIf(!HAS_STRACE)(
  'the manifest of an export appears when all else is synced, and its folder is synced after it',
  async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'log.db');
    await importFiles({ path, source: { rdb: writeRdbFile(join(folder, 'dump.rdb')) } });
    const target = join(folder, 'aof');
    const trace = join(folder, 'trace');
    const tracing = ['-f', '-y', '-o', trace, '-e', 'trace=fsync,rename'];
    const traced = spawnSync('strace', [...tracing, ...REFOLD, 'export', path, '--aof', target], { env: ENVIRONMENT });
    expect(traced.stderr.toString()).toBe('');
    const calls = readFileSync(trace, 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, call, file = ''] = /(fsync|rename)\((?:\d+<|")(.*?)[>"]/.exec(line) ?? [];
        return file.startsWith(target) ? [`${call} ${file.slice(target.length)}`] : [];
      });
    expect(calls).toEqual([
      'fsync /appendonly.aof.1.base.aof',
      'fsync /appendonly.aof.1.incr.aof',
      'fsync ',
      'fsync /appendonly.aof.manifest.temporary',
      'rename /appendonly.aof.manifest.temporary',
      'fsync ',
    ]);
  },
);

describe.skipIf(!HAS_REDIS)('a real Redis', () => {
  test('loads an export, made beside a running server, with the same digest', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'redis.db');
    await importFiles({ path, source: { rdb: writeRdbFile(join(folder, 'dump.rdb')) } });
    const server = await startServer({ path });
    const client = await connectTo(server);
    await client.call('SET', 'later', 'x');
    await exportAof({ path, folder: join(folder, 'appendonlydir') });
    const real = await RealRedis.start(APPENDING, folder);
    expect(await real.call('DEBUG', 'DIGEST')).toBe(await digestOf(path));
    expect(await real.call('GET', 'later')).toBe('x');
    for (const { database, key, value } of ENTRIES) {
      await real.call('SELECT', database);
      await client.call('SELECT', database);
      expect(await real.call('PEXPIRETIME', key)).toBe(await client.call('PEXPIRETIME', key));
      if (value.kind !== 'stream') continue;
      expect([key, await aboutStream(real.client, key)]).toEqual([key, await aboutStream(client, key)]);
    }
  });

  test('its RDB file and its AOF are imported with the same digest', async () => {
    const real = await RealRedis.start(APPENDING);
    for (const { database, key, value, expireAt } of ENTRIES) {
      await real.call('SELECT', database);
      await real.call('RESTORE', key, expireAt ?? 0, dumpPayload(value), 'ABSTTL');
    }
    await real.call('SAVE');
    await real.call('BGREWRITEAOF');
    await expect.poll(() => real.text('INFO', 'persistence')).toContain('aof_rewrite_in_progress:0');
    await real.call('SET', 'after the rewrite', 'x', 'EX', 1_000_000);
    const digest = await real.text('DEBUG', 'DIGEST');
    const fromAof = join(real.folder, 'aof.db');
    await importFiles({ path: fromAof, source: { aof: real.folder } });
    await expectSameKeys(fromAof, real);
    expect(await digestOf(fromAof)).toBe(digest);
    await real.call('DEL', 'after the rewrite');
    const fromRdb = join(real.folder, 'rdb.db');
    await importFiles({ path: fromRdb, source: { rdb: join(real.folder, 'dump.rdb') } });
    expect(await digestOf(fromRdb)).toBe(await real.text('DEBUG', 'DIGEST'));
  });

  // The row redis-differential of the fault table does this with many more commands.
  test('the AOF of random commands is imported with the same digest, and goes back', async () => {
    const written = await RealRedis.start(APPENDING);
    const chance = new Chance(3);
    const commands = TEMPLATES.map(({ text }) => compileTemplate(text));
    for (let batch = 0; batch < 60; batch += 1) {
      const requests = Array.from({ length: 50 }, () => requestOf(chance.pick(commands)(chance, WORDS)));
      written.client.write(requests.join(''));
      for (const _ of requests) await written.client.next();
      if (batch === 30) await written.call('BGREWRITEAOF');
    }
    await written.kill();
    // What Redis itself loads from its AOF is what counts. It is not always what the server had before.
    const real = await RealRedis.start(APPENDING, written.folder);
    const path = join(real.folder, 'log.db');
    const { keys } = await importFiles({ path, source: { aof: real.folder } });
    expect(keys.all).toBeGreaterThan(0);
    await expectSameKeys(path, real);
    const digest = await real.text('DEBUG', 'DIGEST');
    expect(await digestOf(path)).toBe(digest);
    const folder = temporaryFolder();
    await exportAof({ path, folder: join(folder, 'appendonlydir') });
    const again = await RealRedis.start(APPENDING, folder);
    expect(await again.call('DEBUG', 'DIGEST')).toBe(digest);
  });

  test('its functions are counted, and left out only when asked to', async () => {
    const real = await RealRedis.start();
    await real.call('FUNCTION', 'LOAD', "#!lua name=mine\nredis.register_function('f', function() return 1 end)");
    await real.call('SET', 'k', 'v');
    await real.call('SAVE');
    const [path, rdb] = [join(real.folder, 'log.db'), join(real.folder, 'dump.rdb')];
    const refused = await refold(['import', path, '--rdb', rdb]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('function libraries: 1') });
    expect(existsSync(path)).toBe(false);
    const run = await refold(['import', path, '--rdb', rdb, '--skip-unsupported', '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({ keys: { all: 1 }, skipped: { functions: 1, moduleKeys: 0 } });
  });
});
