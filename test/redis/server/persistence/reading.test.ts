/** Servers that only read a file: its newest state, beside the process that writes it, or the state of one moment. */
import { cpSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRedisServer, type RedisServer } from '../../../../src/redis/index.ts';
import { connectTo, ErrorReply, Push, requestOf, startServer, type TestClient } from '../../harness.ts';
import { temporaryFolder } from '../../real-redis.ts';

const PATIENCE = { timeout: 30_000 };
const READONLY = new ErrorReply("READONLY You can't write against a read only replica.");

function pathIn(folder: string): string {
  return join(folder, 'redis.db');
}

async function infoOf(client: TestClient, field: string): Promise<string | undefined> {
  return new RegExp(`^${field}:(.*)\r$`, 'm').exec(String(await client.call('INFO', 'everything')))?.[1];
}

/** A server that writes a file, one that reads it, and a client of each. */
async function besideAWriter(): Promise<{ path: string; server: RedisServer; writer: TestClient; reader: TestClient }> {
  const path = pathIn(temporaryFolder());
  const server = await startServer({ path, config: { save: '' } });
  const reader = await startServer({ path, readOnly: true, log: () => undefined });
  return { path, server, writer: await connectTo(server), reader: await connectTo(reader) };
}

describe('a server that follows the file', () => {
  test('has what the writer wrote, refuses writes, and says that it is a replica', async () => {
    const { writer, reader } = await besideAWriter();
    await writer.call('RPUSH', 'list', 'a', 'b');
    await expect.poll(() => reader.call('LRANGE', 'list', 0, -1), PATIENCE).toEqual(['a', 'b']);
    expect(await reader.ask('LPOP', 'list')).toEqual(READONLY);
    for (const name of ['SAVE', 'BGSAVE', 'BGREWRITEAOF']) {
      expect(await reader.ask(name)).toEqual(new ErrorReply('ERR this server only reads its file'));
    }
    expect(await reader.call('ROLE')).toEqual(['slave', '', 0, 'connected', 1]);
    expect(await infoOf(reader, 'role')).toBe('slave');
    expect(await infoOf(reader, 'master_link_status')).toBe('up');
    expect(await infoOf(reader, 'refold_lag')).toBe('0');
    expect(((await reader.call('HELLO', 3)) as Map<unknown, unknown>).get('role')).toBe('replica');
  });

  test('hides expired keys, and deletes none', async () => {
    const { server, writer, reader } = await besideAWriter();
    await writer.call('CONFIG', 'SET', 'hz', 1);
    await writer.call('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
    await writer.call('SET', 'short', 'value', 'PX', 50);
    await expect.poll(() => reader.call('DBSIZE'), PATIENCE).toBe(1);
    await expect.poll(() => reader.call('GET', 'short'), PATIENCE).toBe(null);
    expect(await reader.call('DBSIZE')).toBe(1);
    expect(server.store.sequence).toBe(1);
  });

  test('evicts nothing when memory is short', async () => {
    const { writer, reader } = await besideAWriter();
    await writer.call('SET', 'a', 'x'.repeat(10_000));
    await expect.poll(() => reader.call('STRLEN', 'a'), PATIENCE).toBe(10_000);
    await reader.call('CONFIG', 'SET', 'maxmemory', 1000, 'maxmemory-policy', 'allkeys-lru');
    expect(await reader.call('STRLEN', 'a')).toBe(10_000);
    expect(await reader.ask('SET', 'b', '1')).toEqual(READONLY);
  });

  test('tells clients that wait for, watch or cache a key of what the writer did', async () => {
    const { writer, reader } = await besideAWriter();
    await reader.call('HELLO', 3);
    await reader.call('CLIENT', 'TRACKING', 'on');
    await reader.call('GET', 'a');
    await reader.call('WATCH', 'b');
    await writer.call('MSET', 'a', '1', 'b', '2');
    await expect
      .poll(async () => (await reader.call('PING')) && reader.pushes, PATIENCE)
      .toEqual([new Push(['invalidate', ['a']])]);
    await reader.call('MULTI');
    expect(await reader.call('PING')).toBe('QUEUED');
    expect(await reader.call('EXEC')).toBe(null);
    reader.write(requestOf(['XREAD', 'BLOCK', 0, 'STREAMS', 'stream', '$']));
    await expect.poll(() => infoOf(writer, 'role'), PATIENCE).toBe('master');
    // The reader may see the entry before it waits: so another one follows until it has answered.
    let hasAnswered = false;
    const answer = reader.next().finally(() => (hasAnswered = true));
    await expect
      .poll(async () => (await writer.call('XADD', 'stream', '*', 'f', 'v')) && hasAnswered, PATIENCE)
      .toBe(true);
    expect(await answer).toBeInstanceOf(Map);
  });

  test('opens the file again when another one has taken its place', async () => {
    const { path, server, reader } = await besideAWriter();
    await server.close();
    const other = pathIn(temporaryFolder());
    await using second = await createRedisServer({ path: other, port: 0, config: { save: '' } });
    await (await connectTo(second)).call('SET', 'from', 'the other file');
    await second.close();
    cpSync(other, `${path}.new`);
    renameSync(`${path}.new`, path);
    await expect.poll(() => reader.call('GET', 'from'), PATIENCE).toBe('the other file');
    await expect.poll(() => infoOf(reader, 'master_link_status'), PATIENCE).toBe('up');
  });
});

describe('a server of one moment', () => {
  test('shows that state, whatever the writer does', async () => {
    const path = pathIn(temporaryFolder());
    const writer = await connectTo(await startServer({ path, config: { save: '' } }));
    await writer.call('SET', 'a', '1');
    await writer.call('SET', 'short', 'value', 'PX', 100);
    await expect.poll(() => writer.call('EXISTS', 'short'), PATIENCE).toBe(0);
    await writer.call('SET', 'a', '2');
    const server = await startServer({ path, readOnly: true, at: { sequence: 2 } });
    const reader = await connectTo(server);
    expect(server.moment).toEqual({ sequence: 2, recordedAt: expect.any(Number) });
    await writer.call('SET', 'a', '3');
    expect(await reader.call('GET', 'a')).toBe('1');
    // Time stands still as well: the key has not expired, and never will.
    expect(await reader.call('GET', 'short')).toBe('value');
    expect(await reader.call('PTTL', 'short')).toBe(100);
    expect(await reader.ask('SET', 'a', '4')).toEqual(READONLY);
    expect(await reader.ask('DEBUG', 'RELOAD')).toEqual(new ErrorReply('ERR this server only reads its file'));
    expect(await infoOf(reader, 'refold_at_sequence')).toBe('2');
    expect(await reader.call('ROLE')).toEqual(['slave', '', 0, 'connected', 2]);
    expect(() => server.store).toThrow('A server of a past moment has no store');
    const found = (await reader.call('REFOLD.HISTORY', 'a')) as unknown[];
    expect(found.slice(0, 2)).toEqual(['looked', [1, 2]]);
  });

  test('hides keys that had expired at that moment', async () => {
    const path = pathIn(temporaryFolder());
    const writer = await connectTo(await startServer({ path, config: { save: '' } }));
    await writer.call('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
    await writer.call('SET', 'short', 'value', 'PX', 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await writer.call('SET', 'later', '1');
    const reader = await connectTo(await startServer({ path, readOnly: true, at: { time: new Date() } }));
    expect(await reader.call('DBSIZE')).toBe(2);
    expect(await reader.call('MGET', 'short', 'later')).toEqual([null, '1']);
  });

  test('beyond the history says where that begins', async () => {
    const path = pathIn(temporaryFolder());
    const server = await startServer({ path, history: 'discard', config: { save: '' } });
    const writer = await connectTo(server);
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 20; count++) await writer.call('SET', 'a', count);
      await writer.call('SAVE');
    }
    await writer.call('BGREWRITEAOF');
    await expect.poll(() => infoOf(writer, 'aof_rewrites'), PATIENCE).toBe('1');
    const { firstSequence } = server.store.stats();
    expect(firstSequence).toBeGreaterThan(1);
    await expect(createRedisServer({ path, port: 0, readOnly: true, at: { sequence: 1 } })).rejects.toMatchObject({
      code: 'HISTORY_GONE',
      message: `HISTORYGONE first sequence is ${firstSequence}`,
    });
    expect(await writer.ask('REFOLD.AT', 1)).toEqual(new ErrorReply(`HISTORYGONE first sequence is ${firstSequence}`));
  });

  test.each([
    [{ at: { sequence: 1 } }, 'the past takes no writes'],
    [{ at: { sequence: 1 }, readOnly: true, path: ':memory:' }, 'a server in memory has no past'],
    [{ at: {} as never, readOnly: true }, 'it is not a moment'],
    [{ at: { sequence: 1, time: 1 }, readOnly: true }, 'it is not a moment'],
    [{ at: { time: Number.NaN }, readOnly: true }, 'it is not a moment'],
  ])('refuses the options %j', async (options, why) => {
    const path = pathIn(temporaryFolder());
    await expect(createRedisServer({ path, port: 0, ...options })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(why),
    });
  });
});
