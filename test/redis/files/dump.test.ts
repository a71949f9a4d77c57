/** DUMP payloads: ours are restored by a real Redis to the same value, and its payloads are read here. */
import { describe, expect, test } from 'vitest';
import { ByteOutput } from '../../../src/redis/files/bytes/byte-output.ts';
import { crc64 } from '../../../src/redis/files/bytes/crc64.ts';
import { dumpPayload, restorePayload } from '../../../src/redis/files/rdb/dump.ts';
import { digestOfValue, EMPTY_DIGEST } from '../../../src/redis/files/values/digest.ts';
import { HAS_REDIS, RealRedis } from '../real-redis.ts';
import { sorted, VALUES } from './samples.ts';

const NAMES = Object.keys(VALUES);

describe('a payload of ours', () => {
  test.each(NAMES)('%s comes back the same', (name) => {
    expect(restorePayload(dumpPayload(VALUES[name]!))).toEqual({ value: VALUES[name] });
  });

  test('is refused after any change of one byte', () => {
    const payload = dumpPayload(VALUES['hash:short']!);
    for (let at = 0; at < payload.length; at += 1) {
      const changed = payload.slice(0, at) + String.fromCharCode(payload.charCodeAt(at) ^ 1) + payload.slice(at + 1);
      expect(restorePayload(changed)).toEqual({ error: 'ERR DUMP payload version or checksum are wrong' });
    }
  });

  test('is refused after any cut', () => {
    const payload = dumpPayload(VALUES['zset:scores']!);
    for (let length = 0; length < payload.length; length += 1) {
      expect(restorePayload(payload.slice(0, length))).toHaveProperty('error');
    }
  });

  test.each(['list', 'set', 'hash', 'zset'] as const)('that holds an empty %s is refused', (kind) => {
    const empty = { list: { items: [] }, set: { members: [] }, hash: { pairs: [] }, zset: { members: [] } }[kind];
    const payload = dumpPayload({ kind, ...empty } as never);
    expect(restorePayload(payload)).toEqual({ error: 'ERR Bad data format' });
  });
});

test('a payload that unpacks to more than 64 MiB is refused', () => {
  // One byte, then copies of it: each takes three bytes and makes 264.
  const copies = 300_000;
  const packed = Buffer.concat([Buffer.from([0, 97]), Buffer.alloc(3 * copies, Buffer.from([0xe0, 255, 0]))]);
  const output = new ByteOutput().byte(0).byte(0xc3).byte(0x80).uint32BigEndian(packed.length);
  output
    .byte(0x80)
    .uint32BigEndian(1 + 264 * copies)
    .append(packed)
    .int(10, 2);
  const body = Buffer.from(output.take());
  const payload = Buffer.concat([body, new ByteOutput().int64(crc64(body)).take()]).toString('latin1');
  expect(restorePayload(payload)).toEqual({ error: 'ERR Bad data format' });
});

describe.skipIf(!HAS_REDIS)('a real Redis', () => {
  test('restores each payload to a value with the same digest, and its own payload reads the same', async () => {
    const redis = await RealRedis.start(['--sanitize-dump-payload', 'yes']);
    for (const name of NAMES) {
      const value = VALUES[name]!;
      expect([name, await redis.call('RESTORE', name, 0, dumpPayload(value))]).toEqual([name, 'OK']);
      expect([name, await digestValue(redis, name)]).toEqual([name, digestOfValue(value, false)]);
      const theirs = restorePayload(await redis.text('DUMP', name));
      expect([name, 'value' in theirs && sorted(theirs.value)]).toEqual([name, sorted(value)]);
      await redis.call('PEXPIREAT', name, 4_000_000_000_000);
      expect([name, await digestValue(redis, name)]).toEqual([name, digestOfValue(value, true)]);
    }
    expect(await digestValue(redis, 'missing')).toBe(EMPTY_DIGEST);
  });

  test('restores integers as integers', async () => {
    const redis = await RealRedis.start();
    await redis.call('RESTORE', 'n', 0, dumpPayload({ kind: 'string', value: '-70000' }));
    expect(await redis.call('OBJECT', 'ENCODING', 'n')).toBe('int');
  });

  test('gives payloads with plain nodes and compressed strings, which are read', async () => {
    const redis = await RealRedis.start(['--list-compress-depth', '1', '--list-max-listpack-size', '4']);
    await redis.call('DEBUG', 'QUICKLIST-PACKED-THRESHOLD', '100b');
    const items = Array.from({ length: 50 }, (_, n) => (n % 5 === 0 ? `${n}`.repeat(200) : `item ${n}`));
    await redis.call('RPUSH', 'list', ...items);
    const payload = await redis.text('DUMP', 'list');
    expect(restorePayload(payload)).toEqual({ value: { kind: 'list', items } });
    const value = 'so many words, so many words, '.repeat(1_000);
    await redis.call('SET', 'text', value);
    const compressed = await redis.text('DUMP', 'text');
    expect(compressed.length).toBeLessThan(2_000);
    expect(restorePayload(compressed)).toEqual({ value: { kind: 'string', value } });
  });
});

async function digestValue(redis: RealRedis, key: string): Promise<unknown> {
  const [digest] = (await redis.call('DEBUG', 'DIGEST-VALUE', key)) as unknown[];
  return digest;
}
