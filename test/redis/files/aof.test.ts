/** AOF: a real Redis loads ours to the same data, and what it wrote is read here. */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { formatManifest, parseManifest } from '../../../src/redis/files/aof/manifest.ts';
import { readCommands } from '../../../src/redis/files/aof/read-commands.ts';
import { formatCommand, rewriteCommands } from '../../../src/redis/files/aof/write-commands.ts';
import { ByteInput } from '../../../src/redis/files/bytes/byte-input.ts';
import { RedisFileError } from '../../../src/redis/files/bytes/file-error.ts';
import { dumpPayload } from '../../../src/redis/files/rdb/dump.ts';
import { type AofRecord, findAof, readAof, sizeOf } from '../../../src/redis/files/read-files.ts';
import { isFree, writeAof } from '../../../src/redis/files/write-aof.ts';
import { HAS_REDIS, RealRedis, temporaryFolder } from '../real-redis.ts';
import { ENTRIES, VALUES } from './samples.ts';

const MULTI = formatCommand(['MULTI']);
const EXEC = formatCommand(['EXEC']);
const SET = formatCommand(['SET', 'a', '\r\n\xff']);
const PUSH = formatCommand(['RPUSH', 'l', '']);

function steps(text: string): { steps: unknown[]; tail: unknown } {
  const commands = readCommands(ByteInput.of(Buffer.from(text, 'latin1')));
  const found: unknown[] = [];
  for (;;) {
    const { done, value } = commands.next();
    if (done) return { steps: found, tail: value };
    found.push(value.commands);
  }
}

describe('commands of a file', () => {
  test('one by one, and those of a transaction together', () => {
    expect(steps(SET + MULTI + PUSH + PUSH + EXEC + MULTI + EXEC + PUSH)).toEqual({
      steps: [
        [['SET', 'a', '\r\n\xff']],
        [
          ['RPUSH', 'l', ''],
          ['RPUSH', 'l', ''],
        ],
        [['RPUSH', 'l', '']],
      ],
      tail: undefined,
    });
  });

  test('an annotation tells the time of the commands after it', () => {
    const text = `${PUSH}#TS:1700000000\r\n${PUSH}#other\r\n${MULTI}#TS:1700000001\r\n${PUSH}${EXEC}`;
    const times = [...readCommands(ByteInput.of(Buffer.from(text)))].map(({ time }) => time);
    expect(times).toEqual([undefined, 1_700_000_000, 1_700_000_001]);
  });

  test('a cut at any byte leaves the commands before it, and never half a transaction', () => {
    const text = SET + MULTI + PUSH + PUSH + EXEC + SET;
    const ends = [0, SET.length, text.length - SET.length, text.length];
    for (let length = 0; length <= text.length; length += 1) {
      const whole = ends.findLast((end) => end <= length)!;
      const { steps: found, tail } = steps(text.slice(0, length));
      expect(found).toHaveLength(ends.indexOf(whole));
      expect(tail).toEqual(whole === length ? undefined : { offset: whole });
    }
  });

  test.each([
    ['text that is not a command', 'SET a b\r\n'],
    ['no words', '*0\r\n'],
    ['a negative count', '*-1\r\n'],
    ['a word without a length', '*1\r\nabc\r\n'],
    ['a word that is longer than its length', '*1\r\n$1\r\nab\r\n'],
    ['an EXEC alone', EXEC],
    ['a MULTI in a MULTI', MULTI + MULTI],
    ['a line without an end', `*${'1'.repeat(5_000)}`],
    ['zeros, as a power cut leaves them', '\0'.repeat(100)],
  ])('%s is refused, with its place', (_name, text) => {
    expect(() => steps(SET + text)).toThrow(expect.objectContaining({ kind: 'malformed', offset: expect.any(Number) }));
  });

  test('an announced word of 4 GB costs no memory', () => {
    expect(steps('*1\r\n$500000000\r\nabc')).toEqual({ steps: [], tail: { offset: 0 } });
    expect(() => steps('*1\r\n$4000000000\r\nabc')).toThrow(expect.objectContaining({ kind: 'unsupported' }));
  });
});

test('a file with random changes is read, or refused with a typed error', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const whole = Buffer.from(`#TS:17\r\n${SET}${MULTI}${PUSH}${SET}${EXEC}${PUSH}`.repeat(3), 'latin1');
  for (let round = 0; round < 5_000; round += 1) {
    const file = Buffer.from(whole);
    const usual = Buffer.from('*$\r\n0123456789-#');
    for (let change = random(4); change >= 0; change -= 1) file[random(file.length)] = usual[random(usual.length)]!;
    try {
      for (const { commands } of readCommands(ByteInput.of(file))) expect(commands.length).toBeGreaterThan(0);
    } catch (error) {
      expect(error, `seed ${seed}, round ${round}`).toBeInstanceOf(RedisFileError);
    }
  }
});

describe('manifests', () => {
  test('come back the same', () => {
    for (const manifest of [
      { base: 'a.base.rdb', increments: ['a.incr', 'b.incr'] },
      { base: undefined, increments: ['i'] },
    ]) {
      expect(parseManifest(formatManifest(manifest))).toEqual(manifest);
    }
  });

  test('may have comments, history, quoted names, and members in any order', () => {
    const text = '# about\nfile old seq 1 type h\ntype b seq 2 file "my \\"base\\x21"\nfile i.1 seq 7 type i newer 1\n';
    expect(parseManifest(text)).toEqual({ base: 'my "base!', increments: ['i.1'] });
  });

  test.each([
    ['nothing', ''],
    ['two bases', 'file a seq 1 type b\nfile b seq 2 type b\n'],
    ['INCR files out of order', 'file a seq 2 type i\nfile b seq 1 type i\n'],
    ['a missing name', 'file seq 1 type i\n'],
    ['an unknown type', 'file a seq 1 type x\n'],
    ['a sequence that is not a number', 'file a seq one type i\n'],
    ['a path', 'file ../a seq 1 type i\n'],
    ['an open quote', 'file "a seq 1 type i\n'],
  ])('%s is refused', (_name, text) => {
    expect(() => parseManifest(text)).toThrow(expect.objectContaining({ name: 'RedisFileError' }));
  });
});

describe('an AOF on disk', () => {
  test('is found by its folder, the folder above, its manifest, or as a single file', async () => {
    const dir = temporaryFolder();
    const folder = join(dir, 'appendonlydir');
    expect(isFree(folder)).toBe(true);
    await writeAof(folder, [
      ['SELECT', '0'],
      ['SET', 'a', 'b'],
    ]);
    expect(isFree(folder)).toBe(false);
    const found = findAof(folder);
    expect(found.files).toEqual(['appendonly.aof.1.base.aof', 'appendonly.aof.1.incr.aof']);
    expect(findAof(dir)).toEqual(found);
    expect(findAof(join(folder, 'appendonly.aof.manifest'))).toEqual(found);
    expect(findAof(join(folder, found.files[0]!)).files).toEqual([found.files[0]]);
    expect(readdirSync(folder)).toHaveLength(3);
    expect(sizeOf(found)).toBe(readFileSync(join(folder, found.files[0]!)).length);
  });

  test('a missing path, manifest or file is named', async () => {
    const dir = temporaryFolder();
    expect(() => findAof(join(dir, 'x'))).toThrow('There is nothing at this path');
    expect(() => findAof(dir)).toThrow('The folder has no manifest');
    writeFileSync(join(dir, 'a.manifest'), 'file gone seq 1 type i\n');
    expect(() => findAof(dir)).toThrow(expect.objectContaining({ path: join(dir, 'gone') }));
  });

  test('only the last file may be cut', () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.manifest'), 'file one seq 1 type i\nfile two seq 2 type i\n');
    writeFileSync(join(dir, 'one'), SET, 'latin1');
    writeFileSync(join(dir, 'two'), SET + PUSH.slice(0, -1), 'latin1');
    expect(readWhole(dir)).toEqual({ records: 4, tail: { offset: SET.length } });
    writeFileSync(join(dir, 'one'), SET.slice(0, -1), 'latin1');
    expect(() => readWhole(dir)).toThrow(expect.objectContaining({ path: join(dir, 'one') }));
  });

  test('is not half there when the commands fail', async () => {
    const dir = temporaryFolder();
    const failing = function* (): Generator<string[]> {
      yield ['SET', 'a', 'b'];
      throw new Error('no more');
    };
    await expect(writeAof(dir, failing())).rejects.toThrow('no more');
    expect(readdirSync(dir).filter((file) => file.includes('manifest'))).toEqual([]);
  });
});

function readWhole(path: string): { records: number; tail: unknown } {
  const reading = readAof(findAof(path));
  for (let records = 0; ; records += 1) {
    const { done, value } = reading.next();
    if (done) return { records, tail: value };
  }
}

const APPENDING = ['--appendonly', 'yes', '--aof-load-truncated', 'yes'];

describe.skipIf(!HAS_REDIS)('a real Redis', () => {
  test('loads what is written here: the same digest, times, and streams with all that they know', async () => {
    const folder = temporaryFolder();
    await writeAof(join(folder, 'appendonlydir'), rewriteCommands(ENTRIES));
    const loaded = await RealRedis.start(APPENDING, folder);
    // The same values another way: as payloads.
    const restored = await RealRedis.start(['--sanitize-dump-payload', 'yes']);
    for (const { database, key, value, expireAt } of ENTRIES) {
      await restored.call('SELECT', database);
      await restored.call('RESTORE', key, expireAt ?? 0, dumpPayload(value), 'ABSTTL');
    }
    expect(await loaded.call('DEBUG', 'DIGEST')).toBe(await restored.call('DEBUG', 'DIGEST'));
    for (const { database, key, value } of ENTRIES) {
      for (const redis of [loaded, restored]) await redis.call('SELECT', database);
      expect(await loaded.call('PEXPIRETIME', key)).toBe(await restored.call('PEXPIRETIME', key));
      if (value.kind !== 'stream') continue;
      expect([key, await aboutStream(loaded, key)]).toEqual([key, await aboutStream(restored, key)]);
    }
  });

  test('writes an AOF that is read here: base, increments, transactions and annotations', async () => {
    const redis = await RealRedis.start([...APPENDING, '--aof-timestamp-enabled', 'yes']);
    await redis.call('SET', 'base', 'in it');
    await redis.call('BGREWRITEAOF');
    await expect.poll(() => redis.text('INFO', 'persistence')).toContain('aof_rewrite_in_progress:0');
    await pause(1_100); // an annotation is written when the second has changed
    await redis.call('SELECT', 5);
    await redis.call('MULTI');
    await redis.call('INCR', 'n');
    await redis.call('RPUSH', 'l', 'x');
    await redis.call('EXEC');
    const folder = join(redis.folder, 'appendonlydir');
    await redis.kill();
    const records = [...readAof(findAof(folder))];
    const commands = (record: AofRecord): unknown => record.kind === 'commands' && record.commands;
    expect(records).toContainEqual(expect.objectContaining({ kind: 'entry', key: 'base' }));
    expect(records.map(commands).at(-1)).toEqual([
      ['INCR', 'n'],
      ['RPUSH', 'l', 'x'],
    ]);
    expect(records.at(-1)).toHaveProperty('time', expect.any(Number));

    // Redis itself loads a file whose end is torn, and leaves out the same commands.
    const last = join(folder, findAof(folder).files.at(-1)!);
    truncateSync(last, readFileSync(last).length - 5);
    expect(readWhole(folder)).toMatchObject({ records: records.length - 1, tail: { offset: expect.any(Number) } });
    const again = await RealRedis.start(APPENDING, redis.folder);
    await again.call('SELECT', 5);
    expect(await again.call('DBSIZE')).toBe(0);
    await again.kill();
    expect(readWhole(folder).records).toBe(records.length - 1);
  });

  test('writes a base of commands when it is told to, from every type', async () => {
    const redis = await RealRedis.start([...APPENDING, '--aof-use-rdb-preamble', 'no']);
    // Redis's own rewrite loses the sign of -0.
    const values = Object.entries(VALUES).filter(([key]) => !key.endsWith('-0'));
    for (const [key, value] of values) await redis.call('RESTORE', key, 0, dumpPayload(value));
    await redis.call('BGREWRITEAOF');
    await expect.poll(() => redis.text('INFO', 'persistence')).toContain('aof_rewrite_in_progress:0');
    const files = findAof(join(redis.folder, 'appendonlydir'));
    expect(files.files[0]).toMatch(/base\.aof$/);
    const keys = new Set(
      [...readAof(files)].flatMap((r) => (r.kind === 'commands' ? r.commands.map((c) => c[1]!) : [])),
    );
    for (const [key] of values) if (!key.startsWith('stream')) expect(keys).toContain(key);
    // The commands, sent as a client sends them, make the same data.
    const other = await RealRedis.start();
    for (const record of readAof(files)) {
      if (record.kind === 'commands') for (const command of record.commands) await other.call(...command);
    }
    expect(await other.call('DEBUG', 'DIGEST')).toBe(await redis.call('DEBUG', 'DIGEST'));
  });
});

/** Everything about a stream except when its consumers were seen last, which a command cannot set. */
async function aboutStream(redis: RealRedis, key: string): Promise<unknown> {
  const about = JSON.stringify(await redis.call('XINFO', 'STREAM', key, 'FULL', 'COUNT', 0));
  return about.replaceAll(/"(seen-time)",\d+/g, '').replaceAll(/"radix-tree-(keys|nodes)",\d+,/g, '');
}
