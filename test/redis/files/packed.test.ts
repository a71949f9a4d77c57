/**
 * Encodings of older servers, which Redis 7.0 no longer writes: ziplist, zipmap, streams without counters.
 *
 * A small builder makes them here, from the description of the formats and without the code under test.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ByteInput } from '../../../src/redis/files/bytes/byte-input.ts';
import { crc64 } from '../../../src/redis/files/bytes/crc64.ts';
import { RedisFileError } from '../../../src/redis/files/bytes/file-error.ts';
import { dumpPayload, restorePayload } from '../../../src/redis/files/rdb/dump.ts';
import { readListpack } from '../../../src/redis/files/rdb/read-packed.ts';
import { readRdb } from '../../../src/redis/files/rdb/read-rdb.ts';
import { readValue } from '../../../src/redis/files/rdb/read-value.ts';
import { DatasetDigest, digestOfValue } from '../../../src/redis/files/values/digest.ts';
import type { RedisValue } from '../../../src/redis/files/values/value.ts';
import { HAS_REDIS, RealRedis, temporaryFolder } from '../real-redis.ts';
import { STREAM } from './samples.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

function integer(bytes: number, value: number | bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64LE(BigInt(value));
  return buffer.subarray(0, bytes);
}

/** An entry of a ziplist without the length of the one before: encoding and content. */
type ZiplistEntry = readonly [encoding: readonly number[], content: Buffer];

const zipText = (text: string): ZiplistEntry => {
  const length = text.length;
  if (length < 64) return [[length], latin1(text)];
  if (length < 16_384) return [[0x40 | (length >> 8), length & 0xff], latin1(text)];
  return [[0x80, length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff], latin1(text)];
};

const ZIP_INTEGERS: readonly (readonly [string, ZiplistEntry])[] = [
  ['0', [[0xf1], Buffer.alloc(0)]],
  ['12', [[0xfd], Buffer.alloc(0)]],
  ['-128', [[0xfe], integer(1, -128)]],
  ['-32768', [[0xc0], integer(2, -32768)]],
  ['-8388608', [[0xf0], integer(3, -8388608)]],
  ['2147483647', [[0xd0], integer(4, 2147483647)]],
  ['-9223372036854775808', [[0xe0], integer(8, -(2n ** 63n))]],
];

function ziplist(entries: readonly ZiplistEntry[]): Buffer {
  const parts: Buffer[] = [];
  let before = 0;
  let tail = 10;
  for (const [encoding, content] of entries) {
    const link = before < 254 ? Buffer.from([before]) : Buffer.from([254, ...integer(4, before)]);
    const entry = Buffer.concat([link, Buffer.from(encoding), content]);
    if (parts.length > 0) tail += before;
    parts.push(entry);
    before = entry.length;
  }
  const body = Buffer.concat([...parts, Buffer.from([255])]);
  return Buffer.concat([integer(4, body.length + 10), integer(4, tail), integer(2, entries.length), body]);
}

/** A string in an RDB file, with a length of 32 bits. */
function asString(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([Buffer.from([0x80]), length, bytes]);
}

/** A DUMP payload of this type, of RDB version 9. */
function payloadOf(type: number, value: Uint8Array): string {
  const body = Buffer.concat([Buffer.from([type]), value, integer(2, 9)]);
  const checksum = Buffer.alloc(8);
  checksum.writeBigUInt64LE(crc64(body));
  return Buffer.concat([body, checksum]).toString('latin1');
}

const LONG = 'l'.repeat(300);
const HUGE = 'h'.repeat(20_000);
const WORDS: readonly ZiplistEntry[] = [zipText('a'), zipText(''), zipText(LONG), zipText('after long'), zipText(HUGE)];
const ITEMS = ['a', '', LONG, 'after long', HUGE, ...ZIP_INTEGERS.map(([text]) => text)];
const ZIPLIST = ziplist([...WORDS, ...ZIP_INTEGERS.map(([, entry]) => entry)]);

/** Two streams as Redis 5 wrote them: the second node has entries with other fields, and a deleted one. */
function oldStream(): Buffer {
  const listpack = (elements: readonly (number | string)[]): Buffer => {
    const parts = elements.map((element) => {
      const content =
        typeof element === 'number' && element >= 0 && element < 128
          ? Buffer.from([element])
          : typeof element === 'number'
            ? Buffer.concat([Buffer.from([0xf4]), integer(8, element)])
            : Buffer.concat([Buffer.from([0x80 | element.length]), latin1(element)]);
      return Buffer.concat([content, Buffer.from([content.length])]);
    });
    const body = Buffer.concat([...parts, Buffer.from([255])]);
    return Buffer.concat([integer(4, body.length + 6), integer(2, elements.length), body]);
  };
  const id = (milliseconds: bigint, sequence: bigint): Buffer => {
    const bytes = Buffer.alloc(16);
    bytes.writeBigUInt64BE(milliseconds);
    bytes.writeBigUInt64BE(sequence, 8);
    return bytes;
  };
  // Count, deleted, fields, 0; then flags, id, [fields], values, and how many elements that were.
  const first = listpack([2, 0, 1, 'f', 0, 2, 0, 0, 'one', 4, 2, 0, 1, 'two', 4]);
  const second = listpack([1, 1, 1, 'f', 0, 3, 0, 0, 'gone', 4, 0, 5, -1, 1, 'g', 'three', 6]);
  const group = (name: string, milliseconds: number, sequence: number): Buffer =>
    Buffer.concat([asString(latin1(name)), Buffer.from([milliseconds, sequence])]);
  const pending = Buffer.concat([
    Buffer.from([1]),
    id(1n, 1n),
    integer(8, 1_000),
    Buffer.from([3, 1]),
    asString(latin1('c')),
    integer(8, 2_000),
    Buffer.from([1]),
    id(1n, 1n),
  ]);
  const nothing = Buffer.from([0, 0]);
  return Buffer.concat([
    Buffer.from([2]),
    asString(id(1n, 0n)),
    asString(first),
    asString(id(10n, 5n)),
    asString(second),
    Buffer.from([3, 15, 4, 5]),
    Buffer.concat([group('at first', 1, 0), nothing]),
    Buffer.concat([group('at last', 15, 4), pending]),
    Buffer.concat([group('before', 0, 0), nothing]),
    Buffer.concat([group('between', 1, 1), nothing]),
    Buffer.concat([group('beyond', 40, 0), nothing]),
  ]);
}

const textScores = (...scores: (readonly number[] | string)[]): Buffer =>
  Buffer.concat([
    Buffer.from([scores.length]),
    ...scores.flatMap((score, n) => [
      Buffer.from([1, 97 + n]),
      typeof score === 'string' ? Buffer.concat([Buffer.from([score.length]), latin1(score)]) : Buffer.from(score),
    ]),
  ]);

const OLD: readonly (readonly [name: string, type: number, bytes: Buffer, value: RedisValue])[] = [
  ['a list in a ziplist', 10, asString(ZIPLIST), { kind: 'list', items: ITEMS }],
  [
    'a list in a quicklist of ziplists',
    14,
    Buffer.concat([Buffer.from([2]), asString(ZIPLIST), asString(ziplist([zipText('end')]))]),
    { kind: 'list', items: [...ITEMS, 'end'] },
  ],
  [
    'a hash in a ziplist',
    13,
    asString(ziplist([zipText('f'), ZIP_INTEGERS[4]![1], ZIP_INTEGERS[1]![1], zipText(LONG)])),
    {
      kind: 'hash',
      pairs: [
        ['f', '-8388608'],
        ['12', LONG],
      ],
    },
  ],
  [
    'a sorted set in a ziplist',
    12,
    asString(ziplist([zipText('b'), zipText('-1.5'), zipText('a'), ZIP_INTEGERS[1]![1], zipText('c'), zipText('inf')])),
    {
      kind: 'zset',
      members: [
        ['b', -1.5],
        ['a', 12],
        ['c', Number.POSITIVE_INFINITY],
      ],
    },
  ],
  [
    'a hash in a zipmap',
    9,
    asString(
      Buffer.concat([
        Buffer.from([2, 1, 102, 1, 2, 118, 0, 0]), // the value has two unused bytes behind it
        Buffer.from([1, 103, 254]),
        integer(4, 300),
        Buffer.from([0]),
        latin1(LONG),
        Buffer.from([255]),
      ]),
    ),
    {
      kind: 'hash',
      pairs: [
        ['f', 'v'],
        ['g', LONG],
      ],
    },
  ],
  [
    'a sorted set with scores as text',
    3,
    textScores('17', '-0.10000000000000001', '1e+20', [254], [255]),
    {
      kind: 'zset',
      members: [
        ['a', 17],
        ['b', -0.1],
        ['c', 1e20],
        ['d', Infinity],
        ['e', -Infinity],
      ],
    },
  ],
  [
    'a stream of Redis 5',
    15,
    oldStream(),
    {
      kind: 'stream',
      entries: [
        { id: '1-0', fields: [['f', 'one']] },
        { id: '1-1', fields: [['f', 'two']] },
        { id: '15-4', fields: [['g', 'three']] },
      ],
      lastId: '15-4',
      firstId: '1-0',
      maxDeletedId: '0-0',
      entriesAdded: 3n,
      groups: [
        { name: 'at first', lastId: '1-0', entriesRead: 1n, consumers: [], pending: [] },
        {
          name: 'at last',
          lastId: '15-4',
          entriesRead: 3n,
          consumers: [{ name: 'c', seenAt: 2_000 }],
          pending: [{ id: '1-1', consumer: 'c', deliveredAt: 1_000, deliveries: 3n }],
        },
        { name: 'before', lastId: '0-0', entriesRead: 0n, consumers: [], pending: [] },
        { name: 'between', lastId: '1-1', entriesRead: -1n, consumers: [], pending: [] },
        { name: 'beyond', lastId: '40-0', entriesRead: -1n, consumers: [], pending: [] },
      ],
    },
  ],
];

describe('older encodings', () => {
  test.each(OLD)('%s', (_name, type, bytes, value) => {
    expect(readValue(type, ByteInput.of(bytes))).toEqual(value);
    expect(restorePayload(payloadOf(type, bytes))).toEqual({ value });
  });

  test.skipIf(!HAS_REDIS).each(OLD)('%s means the same to a real Redis', async (_name, type, bytes, value) => {
    const redis = await RealRedis.start(['--sanitize-dump-payload', 'yes']);
    expect(await redis.call('RESTORE', 'k', 0, payloadOf(type, bytes))).toBe('OK');
    expect(await redis.call('DEBUG', 'DIGEST-VALUE', 'k')).toEqual([digestOfValue(value, false)]);
    const theirs = restorePayload(await redis.text('DUMP', 'k'));
    if (value.kind === 'stream') expect(theirs).toEqual({ value });
  });
});

describe('a file of version 9 with all of them', () => {
  const entries = OLD.map(([name, , , value]) => ({ database: 0, key: name, value, expireAt: undefined }));

  test('is read', () => {
    const records = [...readRdb(ByteInput.of(oldFile()))];
    expect(records).toEqual(entries.map((entry) => ({ kind: 'entry', ...entry })));
  });

  test.skipIf(!HAS_REDIS)('means the same to a real Redis', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'dump.rdb'), oldFile());
    const redis = await RealRedis.start([], folder);
    const digest = new DatasetDigest();
    digest.database(0);
    for (const { key, value } of entries) digest.key(key, value, false);
    expect(await redis.call('DEBUG', 'DIGEST')).toBe(digest.hex());
  });
});

/** An RDB file as Redis 5 and 6 wrote it. */
function oldFile(): Buffer {
  const values = OLD.map(([name, type, bytes]) => Buffer.concat([Buffer.from([type]), asString(latin1(name)), bytes]));
  const body = Buffer.concat([latin1('REDIS0009'), Buffer.from([254, 0]), ...values, Buffer.from([255])]);
  const checksum = Buffer.alloc(8);
  checksum.writeBigUInt64LE(crc64(body));
  return Buffer.concat([body, checksum]);
}

describe('listpacks', () => {
  test('a list of more than 65,534 elements does not say how many they are', () => {
    const count = 70_000;
    const body = Buffer.alloc(2 * count + 1, Buffer.from([7, 1]));
    body[2 * count] = 255;
    const bytes = Buffer.concat([integer(4, body.length + 6), integer(2, 0xffff), body]);
    expect(readListpack(ByteInput.of(bytes))).toEqual(Array.from({ length: count }, () => '7'));
  });
});

describe('damage', () => {
  const samples: readonly (readonly [name: string, type: number, bytes: Buffer])[] = [
    ...OLD.map(([name, type, bytes]) => [name, type, bytes] as const),
    ...[{ kind: 'set', members: ['1', 'a', 'b'] } as const, { kind: 'hash', pairs: [['a', 'b']] } as const, STREAM].map(
      (value): readonly [string, number, Buffer] => {
        const payload = latin1(dumpPayload(value));
        return [`a ${value.kind} of today`, payload[0]!, payload.subarray(1, -10)];
      },
    ),
  ];

  test.each(samples)(
    '%s: a flipped byte gives another value or a typed error, and never more',
    (_name, type, bytes) => {
      for (let at = 0; at < bytes.length; at += bytes.length > 2_000 ? 53 : 1) {
        for (const flip of [1, 0x40, 0x80, 0xff]) {
          const changed = Buffer.from(bytes);
          changed[at]! ^= flip;
          expectValueOrError(type, changed);
        }
      }
    },
  );

  test.each(samples)('%s: cut off at any byte', (_name, type, bytes) => {
    const step = bytes.length > 2_000 ? 53 : 1;
    for (let length = 0; length < bytes.length; length += step) {
      expect(() => readValue(type, ByteInput.of(bytes.subarray(0, length)))).toThrow(RedisFileError);
    }
  });

  test('random bytes of every type', () => {
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Buffer.from(Array.from({ length: random(60) }, () => (random(3) === 0 ? random(256) : random(8))));
      expectValueOrError(random(22), bytes);
    }
  });
});

function expectValueOrError(type: number, bytes: Buffer): void {
  try {
    const value = readValue(type, ByteInput.of(bytes));
    // What is read can be written, and reads the same.
    expect(restorePayload(dumpPayload(value))).toSatisfy((restored: object) => 'value' in restored || isEmpty(value));
  } catch (error) {
    if (!(error instanceof RedisFileError)) throw error;
    expect(error.offset).toBeLessThanOrEqual(bytes.length);
  }
}

function isEmpty(value: RedisValue): boolean {
  return (
    digestOfValue(value, false) ===
    digestOfValue({ kind: value.kind, items: [], members: [], pairs: [] } as never, false)
  );
}
