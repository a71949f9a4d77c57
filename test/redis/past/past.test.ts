/** REFOLD.AT, HISTORY and WHY, on a real file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RedisServer } from '../../../src/redis/index.ts';
import { connectTo, ErrorReply, type Reply, startServer, startWithClient, type TestClient } from '../harness.ts';

async function startOnFile(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'refold-redis-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return startServer({ path: join(folder, 'redis.db') });
}

/** A server on a file with the history: a = 1, a = 2, b = x, a deleted. */
async function startWithHistory(): Promise<{ readonly server: RedisServer; readonly client: TestClient }> {
  const server = await startOnFile();
  const client = await connectTo(server);
  for (const [key, value] of ['a1', 'a2', 'bx']) await client.call('SET', key!, value!);
  await client.call('DEL', 'a');
  return { server, client };
}

describe('a connection that reads the past', () => {
  test('reads what was there, while others read the present', async () => {
    const { server, client } = await startWithHistory();
    const other = await connectTo(server);
    expect(await client.call('REFOLD.AT', 1)).toBe('OK');
    expect(await client.call('GET', 'a')).toBe('1');
    expect(await client.call('GET', 'b')).toBe(null);
    expect(await other.call('GET', 'a')).toBe(null);
    await client.call('REFOLD.NOW');
    expect(await client.call('GET', 'a')).toBe(null);
  });

  test('says where it is', async () => {
    const { client } = await startWithHistory();
    expect(await client.call('REFOLD.AT')).toBe(null);
    await client.call('REFOLD.AT', 2);
    expect(await client.call('REFOLD.AT')).toEqual([2, expect.stringMatching(/^\d{4}-\d\d-\d\dT/)]);
  });

  test('answers a pipeline in order', async () => {
    const { client } = await startWithHistory();
    const replies = [
      client.call('REFOLD.AT', 2),
      client.call('GET', 'a'),
      client.call('PING'),
      client.call('EXISTS', 'a', 'b'),
      client.call('REFOLD.NOW'),
      client.call('GET', 'a'),
    ];
    expect(await Promise.all(replies)).toEqual(['OK', '2', 'PONG', 1, 'OK', null]);
  });

  test('runs MULTI there', async () => {
    const { client } = await startWithHistory();
    await client.call('REFOLD.AT', 1);
    await client.call('MULTI');
    await client.call('GET', 'a');
    await client.call('GET', 'b');
    expect(await client.call('EXEC')).toEqual(['1', null]);
  });

  test('can neither write nor watch', async () => {
    const { client } = await startWithHistory();
    await client.call('REFOLD.AT', 2);
    for (const command of ['SET a 9', 'DEL a', 'WATCH a', 'REFOLD.LEASE c 100']) {
      expect(await client.ask(...command.split(' '))).toEqual(
        new ErrorReply(
          `ERR this connection reads the past at sequence 2: ${command.split(' ')[0]} is refused there, and REFOLD.NOW leads back`,
        ),
      );
    }
    await client.call('REFOLD.NOW');
    expect(await client.call('GET', 'a')).toBe(null);
  });

  test('a moment that the log does not have is an error, and the connection stays where it was', async () => {
    const { client } = await startWithHistory();
    await client.call('REFOLD.AT', 1);
    expect(await client.ask('REFOLD.AT', 99)).toBeInstanceOf(ErrorReply);
    expect(await client.ask('REFOLD.AT', 'yesterday')).toBeInstanceOf(ErrorReply);
    expect(await client.call('GET', 'a')).toBe('1');
  });

  test('shares its state with others at the same place, and a third place is refused', async () => {
    const { server, client } = await startWithHistory();
    const others = await Promise.all([1, 1, 2].map(() => connectTo(server)));
    await client.call('REFOLD.AT', 1);
    expect(await Promise.all(others.map((other, at) => other.call('REFOLD.AT', [1, 1, 2][at]!)))).toEqual([
      'OK',
      'OK',
      'OK',
    ]);
    const third = await connectTo(server);
    expect(await third.ask('REFOLD.AT', 3)).toEqual(
      new ErrorReply('ERR 2 past states are in use: leave one with REFOLD.NOW, or raise refold-past-states'),
    );
    await others[2]!.call('REFOLD.NOW');
    expect(await third.call('REFOLD.AT', 3)).toBe('OK');
    expect(await third.call('GET', 'b')).toBe('x');
  });

  test('needs a file', async () => {
    const client = await startWithClient();
    expect(await client.ask('REFOLD.AT', 0)).toEqual(
      new ErrorReply('ERR this server keeps its log in memory: the past needs a file'),
    );
  });
});

/** The map of a search, with its changes as [sequence, effect]. */
function summaryOf(reply: Reply): { looked: unknown; partial: unknown; changes: unknown } {
  const map = reply as Map<Reply, Reply>;
  const changes = (map.get('changes') as Map<Reply, Reply>[]).map((each) => [each.get('sequence'), each.get('effect')]);
  return { looked: map.get('looked'), partial: map.get('partial'), changes };
}

describe('the history of a key', () => {
  test('has every change, newest first, and says how far it looked', async () => {
    const { client } = await startWithHistory();
    await client.call('HELLO', 3);
    expect(summaryOf(await client.call('REFOLD.HISTORY', 'a'))).toEqual({
      looked: [1, 4],
      partial: false,
      changes: [
        [4, 'KeyDeleted'],
        [2, 'StringSet'],
        [1, 'StringSet'],
      ],
    });
    const one = summaryOf(await client.call('REFOLD.HISTORY', 'a', 'COUNT', 1));
    expect(one.changes).toEqual([[4, 'KeyDeleted']]);
    const older = summaryOf(await client.call('REFOLD.HISTORY', 'a', 'BEFORE', 4));
    expect(older.changes).toEqual([
      [2, 'StringSet'],
      [1, 'StringSet'],
    ]);
  });

  test('WHY stops at the change that made the present value', async () => {
    const { client } = await startWithHistory();
    await client.call('HELLO', 3);
    expect(summaryOf(await client.call('REFOLD.WHY', 'a')).changes).toEqual([[4, 'KeyDeleted']]);
    expect(summaryOf(await client.call('REFOLD.WHY', 'b')).changes).toEqual([[3, 'StringSet']]);
  });

  test('many searches at once are all answered', async () => {
    const { server } = await startWithHistory();
    const clients = await Promise.all(Array.from({ length: 6 }, () => connectTo(server)));
    await Promise.all(clients.map((client) => client.call('HELLO', 3)));
    const found = await Promise.all(clients.map((client) => client.call('REFOLD.HISTORY', 'b')));
    for (const reply of found) expect(summaryOf(reply).changes).toEqual([[3, 'StringSet']]);
  });
});

describe('REFOLD.REWIND', () => {
  test('brings keys back by new events, and deletes those that were not there', async () => {
    const { server, client } = await startWithHistory();
    await client.call('SET', 'c', 'later');
    expect(await client.call('REFOLD.REWIND', 3, 'KEYS', '*')).toBe(2);
    expect(await client.call('GET', 'a')).toBe('2');
    expect(await client.call('GET', 'b')).toBe('x');
    expect(await client.call('GET', 'c')).toBe(null);
    expect(server.store.sequence).toBe(7);
    expect(await client.call('REFOLD.REWIND', 3, 'KEYS', '*')).toBe(0);
    expect(server.store.sequence).toBe(7);
  });

  test('touches only keys that match', async () => {
    const { client } = await startWithHistory();
    await client.call('SET', 'b', 'y');
    expect(await client.call('REFOLD.REWIND', 2, 'KEYS', 'a*')).toBe(1);
    expect(await client.call('GET', 'b')).toBe('y');
  });

  test('refuses a moment that the log does not have, and what it does not understand', async () => {
    const { client } = await startWithHistory();
    for (const args of ['99 KEYS *', '1 KEY *', 'x KEYS *']) {
      expect(await client.ask('REFOLD.REWIND', ...args.split(' ')), args).toBeInstanceOf(ErrorReply);
    }
    expect(await client.call('PING')).toBe('PONG');
  });
});
