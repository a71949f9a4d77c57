/** Which keys there are, and what deletes, moves and copies them. */
import { describe, expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient, type TestClient } from '../../harness.ts';

/** A value of every kind under `string`, `list`, `hash`, `set` and `zset`. */
async function fill(client: TestClient): Promise<void> {
  await client.call('SET', 'string', 'text');
  await client.call('RPUSH', 'list', 'a', 'b', 'c');
  await client.call('HSET', 'hash', 'f', 'v');
  await client.call('SADD', 'set', '1', '2');
  await client.call('ZADD', 'zset', '-inf', 'low', '1.5', 'mid', 'inf', 'high');
}

const KINDS = ['string', 'list', 'hash', 'set', 'zset'];

async function digest(client: TestClient, key: string): Promise<unknown> {
  return client.call('DUMP', key);
}

describe('looking', () => {
  test('TYPE, EXISTS, TOUCH and DBSIZE see every kind', async () => {
    const client = await startWithClient();
    await fill(client);
    expect(await Promise.all(KINDS.map((kind) => client.call('TYPE', kind)))).toEqual(KINDS);
    expect(await client.call('TYPE', 'none of them')).toBe('none');
    expect(await client.call('EXISTS', 'string', 'string', 'missing')).toBe(2);
    expect(await client.call('TOUCH', 'string', 'list', 'missing')).toBe(2);
    expect(await client.call('DBSIZE')).toBe(5);
  });

  test('KEYS takes a pattern, and RANDOMKEY gives a key that is there', async () => {
    const client = await startWithClient();
    expect(await client.call('RANDOMKEY')).toBe(null);
    for (const key of ['one', 'two', '', '__proto__']) await client.call('SET', key, 'x');
    expect(((await client.call('KEYS', '*')) as string[]).sort()).toEqual(['', '__proto__', 'one', 'two']);
    expect(await client.call('KEYS', 't[v-x]o')).toEqual(['two']);
    expect(['', '__proto__', 'one', 'two']).toContain(await client.call('RANDOMKEY'));
  });

  test('SCAN gives each key once, by pattern and by type', async () => {
    const client = await startWithClient();
    await fill(client);
    for (let at = 0; at < 200; at++) await client.call('SET', `key:${at}`, at);
    const scan = async (...options: readonly (string | number)[]): Promise<string[]> => {
      const found: string[] = [];
      let cursor = '0';
      do {
        const [next, keys] = (await client.call('SCAN', cursor, ...options)) as [string, string[]];
        found.push(...keys);
        cursor = next;
      } while (cursor !== '0');
      return found.sort();
    };
    expect((await scan()).length).toBe(205);
    expect(new Set(await scan('COUNT', 3)).size).toBe(205);
    expect((await scan('MATCH', 'key:1?')).length).toBe(10);
    expect(await scan('TYPE', 'ZSET', 'COUNT', 1_000)).toEqual(['zset']);
    expect(await scan('TYPE', 'nosuchtype')).toEqual([]);
    expect(await client.ask('SCAN', 'x')).toEqual(new ErrorReply('ERR invalid cursor'));
    expect(await client.ask('SCAN', '0', 'COUNT', '0')).toEqual(new ErrorReply('ERR syntax error'));
  });

  test('SCAN and KEYS hide keys that have expired', async () => {
    const client = await startWithClient();
    await client.call('SET', 'stays', 'x');
    await client.call('SET', 'goes', 'x');
    await client.call('PEXPIRE', 'goes', 1);
    while ((await client.call('EXISTS', 'goes')) === 1);
    expect(await client.call('SCAN', 0)).toEqual(['0', ['stays']]);
    expect(await client.call('KEYS', '*')).toEqual(['stays']);
  });
});

describe('deleting', () => {
  test('DEL and UNLINK count what was there', async () => {
    const client = await startWithClient();
    await fill(client);
    expect(await client.call('DEL', 'string', 'string', 'missing')).toBe(1);
    expect(await client.call('UNLINK', 'list', 'hash')).toBe(2);
    expect(await client.call('DBSIZE')).toBe(2);
  });

  test('FLUSHDB empties one database, FLUSHALL all', async () => {
    const client = await startWithClient();
    for (const db of [0, 3, 15]) {
      await client.call('SELECT', db);
      await client.call('SET', 'key', db);
    }
    expect(await client.call('FLUSHDB', 'async')).toBe('OK');
    expect(await client.call('DBSIZE')).toBe(0);
    await client.call('SELECT', 3);
    expect(await client.call('GET', 'key')).toBe('3');
    expect(await client.ask('FLUSHALL', 'now')).toEqual(new ErrorReply('ERR syntax error'));
    expect(await client.call('FLUSHALL', 'SYNC')).toBe('OK');
    expect(await client.call('DBSIZE')).toBe(0);
  });

  test('what changes nothing records nothing', async () => {
    const server = await startServer();
    const client = await connectTo(server);
    await client.call('SET', 'key', 'x');
    const { sequence } = server.store;
    const nothing = [
      ['DEL', 'missing'],
      ['PERSIST', 'key'],
      ['EXPIRE', 'missing', 5],
      ['EXPIRE', 'key', 5, 'XX'],
      ['RENAME', 'key', 'key'],
      ['RENAMENX', 'key', 'key'],
      ['MOVE', 'missing', 1],
      ['COPY', 'missing', 'other'],
      ['SWAPDB', 4, 4],
      ['SORT', 'missing', 'STORE', 'missing'],
    ];
    for (const command of nothing) await client.call(...command);
    await client.call('SELECT', 9);
    await client.call('FLUSHDB');
    expect(server.store.sequence).toBe(sequence);
  });
});

describe('moving', () => {
  test('RENAME takes the expiry time along, and replaces what was there', async () => {
    const client = await startWithClient();
    await fill(client);
    await client.call('PEXPIREAT', 'list', 4_102_444_800_000);
    expect(await client.call('RENAME', 'list', 'string')).toBe('OK');
    expect(await client.call('LRANGE', 'string', 0, -1)).toEqual(['a', 'b', 'c']);
    expect(await client.call('PEXPIRETIME', 'string')).toBe(4_102_444_800_000);
    expect(await client.call('RENAME', 'hash', 'string')).toBe('OK');
    expect(await client.call('PEXPIRETIME', 'string')).toBe(-1);
    expect(await client.call('RENAMENX', 'set', 'zset')).toBe(0);
    expect(await client.call('RENAMENX', 'set', 'new')).toBe(1);
    expect(await client.ask('RENAME', 'missing', 'x')).toEqual(new ErrorReply('ERR no such key'));
  });

  test('MOVE goes to another database, unless the key is taken there', async () => {
    const client = await startWithClient();
    await fill(client);
    expect(await client.call('MOVE', 'hash', 2)).toBe(1);
    expect(await client.call('EXISTS', 'hash')).toBe(0);
    await client.call('HSET', 'hash', 'other', 'x');
    expect(await client.call('MOVE', 'hash', 2)).toBe(0);
    expect(await client.ask('MOVE', 'hash', 0)).toEqual(
      new ErrorReply('ERR source and destination objects are the same'),
    );
    expect(await client.ask('MOVE', 'hash', 16)).toEqual(new ErrorReply('ERR DB index is out of range'));
    await client.call('SELECT', 2);
    expect(await client.call('HGETALL', 'hash')).toEqual(['f', 'v']);
  });

  test('COPY makes a value of every kind that shares nothing', async () => {
    const client = await startWithClient();
    await fill(client);
    await client.call('XADD', 'stream', '1-1', 'f', 'v');
    await client.call('XGROUP', 'CREATE', 'stream', 'group', '0');
    await client.call('XREADGROUP', 'GROUP', 'group', 'reader', 'STREAMS', 'stream', '>');
    await client.call('SETRANGE', 'bytes', 3, 'x');
    const all = (await client.call('KEYS', '*')) as string[];
    for (const key of all) {
      const before = await digest(client, key);
      expect(await client.call('COPY', key, `copy of ${key}`)).toBe(1);
      expect(await digest(client, `copy of ${key}`)).toBe(before);
      expect(await client.call('COPY', key, `copy of ${key}`)).toBe(0);
      expect(await client.call('COPY', key, `copy of ${key}`, 'REPLACE', 'DB', 0)).toBe(1);
      expect(await client.call('COPY', key, key, 'DB', 5)).toBe(1);
    }
    await client.call('RPUSH', 'copy of list', 'd');
    await client.call('HSET', 'copy of hash', 'f', 'changed');
    await client.call('SADD', 'copy of set', '3');
    await client.call('ZADD', 'copy of zset', 7, 'mid');
    await client.call('SETRANGE', 'copy of bytes', 0, 'y');
    await client.call('XACK', 'copy of stream', 'group', '1-1');
    expect(await client.call('LRANGE', 'list', 0, -1)).toEqual(['a', 'b', 'c']);
    expect(await client.call('XPENDING', 'stream', 'group')).toEqual([1, '1-1', '1-1', [['reader', '1']]]);
    expect(await client.call('HGETALL', 'hash')).toEqual(['f', 'v']);
    expect(await client.call('SCARD', 'set')).toBe(2);
    expect(await client.call('ZSCORE', 'zset', 'mid')).toBe('1.5');
    expect(await client.call('GETRANGE', 'bytes', 0, 0)).toBe('\0');
    expect(await client.ask('COPY', 'list', 'list')).toEqual(
      new ErrorReply('ERR source and destination objects are the same'),
    );
  });

  test('SWAPDB swaps what two numbers mean, for all clients', async () => {
    const server = await startServer();
    const [client, other] = [await connectTo(server), await connectTo(server)];
    await client.call('SET', 'key', 'of 0');
    await other.call('SELECT', 1);
    await other.call('SET', 'key', 'of 1');
    expect(await client.call('SWAPDB', 0, 1)).toBe('OK');
    expect([await client.call('GET', 'key'), await other.call('GET', 'key')]).toEqual(['of 1', 'of 0']);
    expect(await client.ask('SWAPDB', 'x', 1)).toEqual(new ErrorReply('ERR invalid first DB index'));
    expect(await client.ask('SWAPDB', 1, 'x')).toEqual(new ErrorReply('ERR invalid second DB index'));
    expect(await client.ask('SWAPDB', 1, 16)).toEqual(new ErrorReply('ERR DB index is out of range'));
  });

  test('SWAPDB changes watched keys, and serves clients that wait', async () => {
    const server = await startServer();
    const [client, watcher, waiter] = [await connectTo(server), await connectTo(server), await connectTo(server)];
    await client.call('SELECT', 1);
    await client.call('RPUSH', 'queue', 'item');
    await client.call('SET', 'seen', 'x');
    await watcher.call('WATCH', 'seen');
    await watcher.call('MULTI');
    await watcher.call('PING');
    const popped = waiter.call('BLPOP', 'queue', 0);
    await client.call('PING');
    await client.call('SWAPDB', 0, 1);
    expect(await popped).toEqual(['queue', 'item']);
    expect(await watcher.call('EXEC')).toBe(null);
  });
});

test('LOLWUT names the version', async () => {
  const client = await startWithClient();
  expect(await client.call('LOLWUT')).toContain('Redis ver. 7.0.15');
});

test('TIME gives seconds and microseconds', async () => {
  const client = await startWithClient();
  const [seconds, micros] = (await client.call('TIME')) as [string, string];
  expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(100);
  expect(Number(micros)).toBeLessThan(1_000_000);
});
