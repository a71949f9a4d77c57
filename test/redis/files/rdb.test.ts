/** RDB files: ours are loaded by a real Redis to the same data, and its files are read here. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ByteInput } from '../../../src/redis/files/bytes/byte-input.ts';
import { ByteOutput } from '../../../src/redis/files/bytes/byte-output.ts';
import { crc64 } from '../../../src/redis/files/bytes/crc64.ts';
import { RedisFileError } from '../../../src/redis/files/bytes/file-error.ts';
import { decompress } from '../../../src/redis/files/bytes/lzf.ts';
import { openFile } from '../../../src/redis/files/file-input.ts';
import { type RdbRecord, readRdb } from '../../../src/redis/files/rdb/read-rdb.ts';
import { writeRdb } from '../../../src/redis/files/rdb/write-rdb.ts';
import { DatasetDigest } from '../../../src/redis/files/values/digest.ts';
import type { RedisEntry } from '../../../src/redis/files/values/value.ts';
import { HAS_REDIS, RealRedis, temporaryFolder } from '../real-redis.ts';
import { ENTRIES, sorted } from './samples.ts';

/** Reads a file that arrives in pieces of this many bytes. */
function read(file: Uint8Array, pieceBytes = 7): RdbRecord[] {
  let at = 0;
  const input = ByteInput.from((into) => {
    const piece = file.subarray(at, at + Math.min(pieceBytes, into.length));
    into.set(piece);
    at += piece.length;
    return piece.length;
  });
  return [...readRdb(input)];
}

function fileOf(entries: Iterable<RedisEntry>, aux?: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    writeRdb(entries, aux)
      .map((piece) => Buffer.from(piece))
      .toArray(),
  );
}

function entriesOf(records: readonly RdbRecord[]): RedisEntry[] {
  return records
    .filter((record) => record.kind === 'entry')
    .map(({ database, key, value, expireAt }) => ({ database, key, value: sorted(value), expireAt }))
    .sort((a, b) => a.database - b.database || (a.key < b.key ? -1 : 1));
}

const EXPECTED = ENTRIES.map((entry) => ({ ...entry, value: sorted(entry.value) })).sort(
  (a, b) => a.database - b.database || (a.key < b.key ? -1 : 1),
);

/** A file with these bytes between the header and the end mark, with or without a right checksum. */
function craft(body: readonly number[] | Buffer, { version = 10, checksum = true } = {}): Buffer {
  const output = new ByteOutput()
    .text(`REDIS${String(version).padStart(4, '0')}`)
    .append(Buffer.from(body))
    .byte(255);
  const file = Buffer.from(output.take());
  return Buffer.concat([file, new ByteOutput().int64(checksum ? crc64(file) : 0n).take()]);
}

describe('a file of ours', () => {
  test('comes back the same', () => {
    const records = read(fileOf(ENTRIES, { 'redis-ver': '7.0.15', ctime: '1700000000' }));
    expect(entriesOf(records)).toEqual(EXPECTED);
    expect(records.slice(0, 2)).toEqual([
      { kind: 'aux', name: 'redis-ver', value: '7.0.15' },
      { kind: 'aux', name: 'ctime', value: '1700000000' },
    ]);
  });

  test('may be empty', () => {
    expect(read(fileOf([]))).toEqual([]);
  });
});

test('a large file is read in pieces: the buffer follows the largest value, not the file', () => {
  const entry = { database: 0, value: { kind: 'string', value: 'v'.repeat(10_000) }, expireAt: undefined } as const;
  const pieces = writeRdb(Array.from({ length: 5_000 }, (_, n) => ({ ...entry, key: `key ${n}` })));
  let left = Buffer.alloc(0);
  let largest = 0;
  let bytes = 0;
  const input = ByteInput.from((into) => {
    largest = Math.max(largest, into.length);
    if (left.length === 0) left = Buffer.from(pieces.next().value ?? '');
    const piece = left.subarray(0, into.length);
    into.set(piece);
    left = left.subarray(piece.length);
    bytes += piece.length;
    return piece.length;
  });
  let keys = 0;
  for (const record of readRdb(input)) keys += record.kind === 'entry' ? 1 : 0;
  expect(keys).toBe(5_000);
  expect(bytes).toBeGreaterThan(50_000_000);
  expect(largest).toBeLessThan(1_000_000);
});

describe('records beside keys', () => {
  test('idle time, frequency and expiry in seconds belong to the next key only', () => {
    const records = read(craft([254, 3, 248, 60, 253, 1, 0, 0, 0, 0, 1, 97, 1, 98, 249, 255, 0, 1, 99, 1, 100]));
    const value = (text: string) => ({ kind: 'string', value: text });
    expect(records).toEqual([
      { kind: 'entry', database: 3, key: 'a', value: value('b'), expireAt: 1_000, idle: 60 },
      { kind: 'entry', database: 3, key: 'c', value: value('d'), expireAt: undefined, frequency: 255 },
    ]);
  });

  test('sizes and functions are reported', () => {
    expect(read(craft([254, 1, 251, 5, 2, 245, 3, 99, 111, 100]))).toEqual([
      { kind: 'sizes', database: 1, keys: 5, expiring: 2 },
      { kind: 'function', code: 'cod' },
    ]);
  });

  test('keys and data of modules are stepped over, whatever they contain', () => {
    // The id packs nine letters of 6 bits each, and a version of 10 bits.
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const id = [...'test-type'].reduce((sum, letter) => (sum << 6n) | BigInt(letters.indexOf(letter)), 0n) << 10n;
    const name = [0x81, ...new ByteOutput().uint64BigEndian(id | 3n).take()];
    const values = [1, 5, 2, 6, 3, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2, 104, 105, 0];
    expect(read(craft([247, ...name, 2, 1, ...values, 7, 1, 107, ...name, ...values]))).toEqual([
      { kind: 'module-data', type: 'test-type' },
      { kind: 'module-key', database: 0, key: 'k', type: 'test-type' },
    ]);
  });
});

describe('what is refused', () => {
  const whole = fileOf(ENTRIES.filter(({ key }) => /short|scores|all|integers/.test(key)));

  test('a newer version', () => {
    expect(() => read(craft([], { version: 11 }))).toThrow(expect.objectContaining({ kind: 'too-new' }));
  });

  test('a wrong checksum, but not a missing one', () => {
    const changed = Buffer.from(whole);
    changed[changed.length - 1]! ^= 1;
    expect(() => read(changed)).toThrow(expect.objectContaining({ kind: 'checksum', offset: whole.length }));
    expect(read(craft([0, 1, 97, 1, 98], { checksum: false }))).toHaveLength(1);
  });

  test('a file that ends early, at any byte', () => {
    for (let length = 0; length < whole.length; length += 7) {
      expect(() => read(whole.subarray(0, length), 1_000)).toThrow(expect.objectContaining({ name: 'RedisFileError' }));
    }
    const cut = (): unknown => read(whole.subarray(0, 100));
    expect(cut).toThrow(expect.objectContaining({ kind: 'truncated' }));
  });

  test.each([
    ['an announced string of 4 GB', [0, 1, 97, 0x80, 0xff, 0xff, 0xff, 0xff], 'unsupported'],
    ['an announced string of 2^62 bytes', [0, 1, 97, 0x81, 0x40, 0, 0, 0, 0, 0, 0, 0], 'malformed'],
    ['an announced list of 2^32 items', [1, 1, 97, 0x80, 0xff, 0xff, 0xff, 0xff], 'malformed'],
    ['a compressed string that announces 1 GB', [0, 1, 97, 0xc3, 2, 0x80, 0x40, 0, 0, 0, 0, 65], 'unsupported'],
    ['an unknown type', [8, 1, 97], 'unsupported'],
    ['a function of a release candidate', [246, 1, 97], 'unsupported'],
    ['a value of an old module', [6, 1, 97], 'unsupported'],
    ['a field that occurs twice', [4, 1, 97, 2, 1, 98, 1, 99, 1, 98, 1, 99], 'malformed'],
    ['a score that is not a number', [3, 1, 97, 1, 1, 98, 253], 'malformed'],
    ['another file', [], 'malformed'],
  ])('%s', (name, body, kind) => {
    const file = name === 'another file' ? Buffer.from('SQLite format 3') : craft(body);
    expect(() => read(file)).toThrow(expect.objectContaining({ name: 'RedisFileError', kind }));
  });
});

test('a file with random changes is read, or refused with a typed error', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  const random = randomFrom(seed);
  const whole = fileOf(ENTRIES.filter(({ key }) => /short|scores|all|integers|trimmed|string:1/.test(key)));
  for (let round = 0; round < 1_500; round += 1) {
    const file = Buffer.from(whole);
    for (let change = random(6); change >= 0; change -= 1) file[random(file.length)] = random(256);
    const end = random(10) === 0 ? random(file.length) : file.length;
    try {
      for (const record of readRdb(ByteInput.of(file.subarray(0, end)))) expect(record.kind).toBeTypeOf('string');
    } catch (error) {
      expect(error, `seed ${seed}, round ${round}`).toBeInstanceOf(RedisFileError);
    }
  }
});

/** Whole numbers from 0 to below a bound, the same ones for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('parts', () => {
  test('CRC-64 of Jones has its known value, also in two steps', () => {
    const digits = Buffer.from('123456789');
    expect(crc64(digits)).toBe(0xe9c6d914c4b8d9can);
    expect(crc64(digits.subarray(5), crc64(digits.subarray(0, 5)))).toBe(0xe9c6d914c4b8d9can);
  });

  test('LZF copies that overlap repeat what they copy', () => {
    expect(decompress(Buffer.from([1, 97, 98, 0xe0, 3, 1]), 14)?.toString()).toBe('ababababababab'.slice(0, 14));
    expect(decompress(Buffer.from([0x20, 5]), 3)).toBeUndefined();
    expect(decompress(Buffer.from([0, 97]), 2)).toBeUndefined();
    expect(decompress(Buffer.from([4, 97]), 5)).toBeUndefined();
  });
});

describe.skipIf(!HAS_REDIS)('a real Redis', () => {
  test('loads a file of ours with the same digest, and its own file reads the same', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'dump.rdb'), fileOf(ENTRIES));
    const redis = await RealRedis.start(['--sanitize-dump-payload', 'yes'], folder);
    expect(await redis.call('DEBUG', 'DIGEST')).toBe(digestOf(ENTRIES));
    await redis.call('SAVE');
    using file = openFile(join(folder, 'dump.rdb'));
    const records = [...readRdb(file.input)];
    expect(entriesOf(records)).toEqual(EXPECTED);
    expect(records).toContainEqual({ kind: 'aux', name: 'redis-ver', value: '7.0.15' });
    expect(records).toContainEqual({
      kind: 'sizes',
      database: 7,
      keys: ENTRIES.length / 2,
      expiring: expect.any(Number),
    });
  });

  test('writes functions, and idle times or frequencies when it evicts by them', async () => {
    const redis = await RealRedis.start(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lfu']);
    await redis.call('FUNCTION', 'LOAD', "#!lua name=mine\nredis.register_function('f', function() return 1 end)");
    await redis.call('SET', 'k', 'v');
    const saved = async (): Promise<RdbRecord[]> => {
      await redis.call('SAVE');
      return read(readFileSync(join(redis.folder, 'dump.rdb')), 1);
    };
    const records = await saved();
    expect(records).toContainEqual({ kind: 'function', code: expect.stringContaining('register_function') });
    expect(records).toContainEqual(expect.objectContaining({ key: 'k', frequency: expect.any(Number) }));
    await redis.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await saved()).toContainEqual(expect.objectContaining({ key: 'k', idle: expect.any(Number) }));
  });
});

function digestOf(entries: readonly RedisEntry[]): string {
  const digest = new DatasetDigest();
  let selected: number | undefined;
  for (const { database, key, value, expireAt } of entries) {
    if (database !== selected) digest.database(database);
    selected = database;
    digest.key(key, value, expireAt !== undefined);
  }
  return digest.hex();
}
