/** OBJECT, DUMP and RESTORE. */
import { describe, expect, test } from 'vitest';
import { ErrorReply, startWithClient } from '../../harness.ts';

describe('OBJECT', () => {
  test('ENCODING follows contents and thresholds', async () => {
    const client = await startWithClient();
    const encodings: readonly (readonly [encoding: string, ...command: (string | number)[]])[] = [
      ['int', 'SET', 'k', '-9223372036854775808'],
      ['embstr', 'SET', 'k', '9223372036854775808'],
      ['embstr', 'SET', 'k', 'x'.repeat(44)],
      ['raw', 'SET', 'k', 'x'.repeat(45)],
      ['quicklist', 'RPUSH', 'k', 'a'],
      ['listpack', 'HSET', 'k', 'f', 'x'.repeat(64)],
      ['hashtable', 'HSET', 'k', 'f', 'x'.repeat(65)],
      ['intset', 'SADD', 'k', '1', '2'],
      ['hashtable', 'SADD', 'k', '1', 'x'],
      ['hashtable', 'SADD', 'k', ...Array.from({ length: 513 }, (_, at) => at)],
      ['listpack', 'ZADD', 'k', 1, 'a'],
      ['skiplist', 'ZADD', 'k', 1, 'x'.repeat(65)],
      ['skiplist', 'ZADD', 'k', ...Array.from({ length: 129 }, (_, at) => [at, at]).flat()],
    ];
    for (const [encoding, ...command] of encodings) {
      await client.call('DEL', 'k');
      await client.call(...command);
      expect(await client.call('OBJECT', 'ENCODING', 'k'), command.slice(0, 4).join(' ')).toBe(encoding);
    }
    expect(await client.call('OBJECT', 'ENCODING', 'missing')).toBe(null);
  });

  test('IDLETIME and REFCOUNT answer, FREQ needs another policy', async () => {
    const client = await startWithClient();
    await client.call('SET', 'k', 'text');
    expect(await client.call('OBJECT', 'IDLETIME', 'k')).toBe(0);
    expect(await client.call('OBJECT', 'REFCOUNT', 'k')).toBe(1);
    expect(await client.ask('OBJECT', 'FREQ', 'k')).toBeInstanceOf(ErrorReply);
    expect(await client.call('OBJECT', 'FREQ', 'missing')).toBe(null);
    expect(await client.ask('OBJECT', 'FOO', 'k')).toEqual(
      new ErrorReply("ERR unknown subcommand 'FOO'. Try OBJECT HELP."),
    );
  });
});

describe('DUMP and RESTORE', () => {
  test('bring back a value of every kind', async () => {
    const client = await startWithClient();
    await client.call('SET', 'string', `bytes ${'\0\xff'.repeat(30)}`);
    await client.call('RPUSH', 'list', ...Array.from({ length: 2_500 }, (_, at) => at));
    await client.call('HSET', 'hash', '__proto__', 'x', 'f', '');
    await client.call('SADD', 'set', 'a', '1', '');
    await client.call('ZADD', 'zset', 'inf', 'a', '-inf', 'b', '-0', 'c', 0.1, 'd');
    for (const key of ['string', 'list', 'hash', 'set', 'zset']) {
      const payload = (await client.call('DUMP', key)) as string;
      expect(await client.ask('RESTORE', key, 0, payload)).toEqual(
        new ErrorReply('BUSYKEY Target key name already exists.'),
      );
      expect(await client.call('RESTORE', `${key} again`, 0, payload)).toBe('OK');
      expect(await client.call('DUMP', `${key} again`)).toBe(payload);
      expect(await client.call('RESTORE', 'replaced', 0, payload, 'REPLACE')).toBe('OK');
      expect(await client.call('DUMP', 'replaced')).toBe(payload);
    }
    expect(await client.call('DUMP', 'missing')).toBe(null);
  });

  test('RESTORE takes a ttl, or a time, and when the key was used', async () => {
    const client = await startWithClient();
    await client.call('SET', 'k', 'x');
    const payload = (await client.call('DUMP', 'k')) as string;
    await client.call('RESTORE', 'a', 100_000, payload, 'IDLETIME', 1_000);
    expect(await client.call('PTTL', 'a')).toBeGreaterThan(90_000);
    expect(await client.call('OBJECT', 'IDLETIME', 'a')).toBeGreaterThanOrEqual(1_000);
    await client.call('RESTORE', 'b', 4_102_444_800_000, payload, 'ABSTTL');
    expect(await client.call('PEXPIRETIME', 'b')).toBe(4_102_444_800_000);
    await client.call('RESTORE', 'c', 1_000, payload, 'ABSTTL');
    expect(await client.call('EXISTS', 'c')).toBe(0);
  });

  test('RESTORE refuses what is damaged or makes no sense', async () => {
    const client = await startWithClient();
    await client.call('SET', 'k', 'x');
    const payload = (await client.call('DUMP', 'k')) as string;
    const refused: readonly (readonly [readonly (string | number)[], string])[] = [
      [[0, 'x'], 'ERR DUMP payload version or checksum are wrong'],
      [[0, payload.slice(0, -1)], 'ERR DUMP payload version or checksum are wrong'],
      [[-1, payload], 'ERR Invalid TTL value, must be >= 0'],
      [['x', payload], 'ERR value is not an integer or out of range'],
      [[0, payload, 'FREQ', 300], 'ERR Invalid FREQ value, must be >= 0 and <= 255'],
      [[0, payload, 'IDLETIME', -1], 'ERR Invalid IDLETIME value, must be >= 0'],
      [[0, payload, 'FREQ', 1, 'IDLETIME', 1], 'ERR syntax error'],
    ];
    for (const [args, error] of refused) {
      expect(await client.ask('RESTORE', 'new', ...args)).toEqual(new ErrorReply(error));
    }
    expect(await client.call('EXISTS', 'new')).toBe(0);
    expect(await client.ask('MIGRATE', '127.0.0.1', 1, 'k', 0, 10)).toBeInstanceOf(ErrorReply);
  });
});
