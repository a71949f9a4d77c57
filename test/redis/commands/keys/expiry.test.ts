/** EXPIRE and its like. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient } from '../../harness.ts';

const FAR = 4_102_444_800_000;

describe('the time of a key', () => {
  test('is set and told in seconds and milliseconds', async () => {
    const client = await startWithClient();
    await client.call('SET', 'key', 'x');
    expect(await client.call('TTL', 'key')).toBe(-1);
    expect(await client.call('EXPIRETIME', 'missing')).toBe(-2);
    expect(await client.call('PEXPIREAT', 'key', FAR)).toBe(1);
    expect(await client.call('PEXPIRETIME', 'key')).toBe(FAR);
    expect(await client.call('EXPIRETIME', 'key')).toBe(FAR / 1000);
    expect(await client.call('EXPIRE', 'key', 100)).toBe(1);
    expect(await client.call('TTL', 'key')).toBeLessThanOrEqual(100);
    expect(await client.call('PTTL', 'key')).toBeGreaterThan(90_000);
    expect(await client.call('PERSIST', 'key')).toBe(1);
    expect(await client.call('PTTL', 'key')).toBe(-1);
    expect(await client.call('PERSIST', 'key')).toBe(0);
  });

  test('is recorded as an absolute time', async () => {
    const server = await startServer();
    const client = await connectTo(server);
    const recorded: unknown[] = [];
    server.store.subscribe((events) => {
      for (const { type, data } of events) recorded.push(type, data);
    });
    await client.call('SET', 'key', 'x');
    await client.call('EXPIREAT', 'key', FAR / 1000);
    expect(recorded.slice(-2)).toEqual(['ExpirySet', { db: 0, key: 'key', at: FAR }]);
  });

  test('deletes at once when it is over', async () => {
    const client = await startWithClient();
    for (const [command, time] of [
      ['EXPIRE', -1],
      ['PEXPIREAT', 1],
      ['EXPIREAT', 0],
      ['EXPIRE', '-9223372036854775'],
    ] as const) {
      await client.call('SET', 'key', 'x');
      expect(await client.call(command, 'key', time)).toBe(1);
      expect(await client.call('EXISTS', 'key')).toBe(0);
    }
  });

  const conditions: readonly (readonly [option: string, at: number, before: number | undefined, reply: number])[] = [
    ['NX', FAR, undefined, 1],
    ['NX', FAR, FAR, 0],
    ['XX', FAR, undefined, 0],
    ['XX', FAR, FAR, 1],
    ['GT', FAR + 1, FAR, 1],
    ['GT', FAR, FAR, 0],
    ['GT', FAR, undefined, 0],
    ['LT', FAR - 1, FAR, 1],
    ['LT', FAR, FAR, 0],
    ['LT', FAR, undefined, 1],
  ];
  for (const [option, at, before, reply] of conditions) {
    test(`${option} asks for ${at - FAR} ms beside ${before === undefined ? 'no time' : 'another'}: ${reply}`, async () => {
      const client = await startWithClient();
      await client.call('SET', 'key', 'x');
      if (before !== undefined) await client.call('PEXPIREAT', 'key', before);
      expect(await client.call('PEXPIREAT', 'key', at, option)).toBe(reply);
      expect(await client.call('PEXPIRETIME', 'key')).toBe(reply === 1 ? at : (before ?? -1));
    });
  }

  test('that cannot be is refused', async () => {
    const client = await startWithClient();
    await client.call('SET', 'key', 'x');
    const refused: readonly (readonly [readonly (string | number)[], string])[] = [
      [['EXPIRE', 'key', 'x'], 'ERR value is not an integer or out of range'],
      [['EXPIRE', 'key', '9223372036854775807'], "ERR invalid expire time in 'expire' command"],
      [['PEXPIRE', 'key', '9223372036854775807'], "ERR invalid expire time in 'pexpire' command"],
      [['EXPIRE', 'key', 1, 'AB'], 'ERR Unsupported option AB'],
      [['EXPIRE', 'key', 1, 'NX', 'GT'], 'ERR NX and XX, GT or LT options at the same time are not compatible'],
      [['EXPIRE', 'key', 1, 'GT', 'LT'], 'ERR GT and LT options at the same time are not compatible'],
    ];
    for (const [command, error] of refused) expect(await client.ask(...command)).toEqual(new ErrorReply(error));
    expect(await client.call('PEXPIREAT', 'key', '9223372036854775807')).toBe(1);
    expect(await client.call('PEXPIRETIME', 'key')).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('a key whose time has come', () => {
  test('is deleted without anybody asking for it', async () => {
    const server = await startServer();
    const client = await connectTo(server);
    const expired = Promise.withResolvers<object>();
    server.store.subscribe((events) => {
      for (const { type, data } of events) if (type === 'KeyExpired') expired.resolve(data as object);
    });
    await client.call('SET', 'key', 'x');
    await client.call('PEXPIRE', 'key', 1);
    expect(await expired.promise).toEqual({ db: 0, key: 'key' });
    expect(await client.call('DBSIZE')).toBe(0);
  });

  test('is deleted when the server starts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'refold-redis-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'redis.db');
    const first = await startServer({ path });
    const past = Array.from({ length: 30 }, (_, at) => [
      { type: 'StringSet', data: { db: at % 3, key: `key${at}`, value: 'x' } },
      { type: 'ExpirySet', data: { db: at % 3, key: `key${at}`, at: at < 20 ? 1_000 : FAR } },
    ]).flat();
    await first.store.append(past as never);
    await first.close();
    const client = await connectTo(await startServer({ path }));
    expect(await client.call('DBSIZE')).toBe(3);
  });
});
