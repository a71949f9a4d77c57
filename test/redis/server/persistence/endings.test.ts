/** Reloads, the end of a server, and a file that does not take writes, as clients see them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectTo, ErrorReply, startServer, type TestClient } from '../../harness.ts';

/** Threads start slowly on a busy machine. */
const PATIENCE = { timeout: 30_000, interval: 50 };

function filePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'refold-redis-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'redis.db');
}

async function infoOf(client: TestClient, field: string): Promise<string | undefined> {
  const text = (await client.call('INFO', 'everything')) as string;
  return new RegExp(`^${field}:(.*)\r$`, 'm').exec(text)?.[1];
}

test('BGREWRITEAOF drops what the history does not want', async () => {
  const server = await startServer({ path: filePath(), config: { save: '' }, history: 'discard' });
  const client = await connectTo(server);
  for (let count = 0; count < 50; count++) await client.call('SET', 'a', count);
  await client.call('BGREWRITEAOF');
  await vi.waitFor(async () => expect(await infoOf(client, 'aof_rewrites')).toBe('1'), PATIENCE);
  expect(await infoOf(client, 'aof_last_bgrewrite_status')).toBe('ok');
  expect(await client.call('GET', 'a')).toBe('49');
});

test('DEBUG RELOAD and LOADAOF build the state again, and it has the same digest', async () => {
  const server = await startServer({ path: filePath(), config: { save: '', 'enable-debug-command': 'yes' } });
  const client = await connectTo(server);
  await client.call('RPUSH', 'list', 'a', 'b');
  await client.call('SET', 'text', 'value', 'PX', 100_000);
  const digest = await client.call('DEBUG', 'DIGEST');
  expect(digest).toMatch(/^[1-9a-f][0-9a-f]{39}$/);
  const before = server.store;
  expect(await client.call('DEBUG', 'RELOAD')).toBe('OK');
  expect(server.store).not.toBe(before);
  expect(await client.call('DEBUG', 'DIGEST')).toBe(digest);
  expect(await client.call('DEBUG', 'LOADAOF')).toBe('OK');
  expect(await client.call('DEBUG', 'DIGEST')).toBe(digest);
  await client.call('RPUSH', 'list', 'c');
  expect(await client.call('LRANGE', 'list', 0, -1)).toEqual(['a', 'b', 'c']);
});

test('another appendfsync opens the file again, and nothing is lost', async () => {
  const server = await startServer({ path: filePath(), config: { save: '' } });
  const client = await connectTo(server);
  await client.call('SET', 'a', '1');
  expect(await client.call('CONFIG', 'SET', 'appendfsync', 'always')).toBe('OK');
  await client.call('SET', 'b', '2');
  expect(await client.call('MGET', 'a', 'b')).toEqual(['1', '2']);
});

test('a file that takes no writes: the reply does not leave, reads go on, and writing comes back', async () => {
  const path = filePath();
  const lines: string[] = [];
  const server = await startServer({
    path,
    durability: 'always',
    config: { save: '' },
    log: (line) => lines.push(line),
  });
  const [client, reader] = [await connectTo(server), await connectTo(server)];
  await client.call('SET', 'a', '1');
  const blocker = new Sqlite(path);
  onTestFinished(() => void blocker.close());
  blocker.exec('begin immediate');
  void client.ask('SET', 'a', '2');
  await client.closed;
  await vi.waitFor(async () => expect(await reader.ask('GET', 'a')).toBe('1'), PATIENCE);
  expect(await reader.ask('SET', 'a', '3')).toMatchObject({ message: expect.stringMatching(/^MISCONF /) });
  expect(await infoOf(reader, 'aof_last_write_status')).toBe('err');
  blocker.exec('rollback');
  await vi.waitFor(async () => expect(await reader.ask('SET', 'a', '4')).toBe('OK'), PATIENCE);
  expect(await reader.call('GET', 'a')).toBe('4');
  expect(lines.join('\n')).toContain('takes writes again');
});

test('SHUTDOWN saves if there are save rules, and ends the server', async () => {
  const path = filePath();
  const ended = Promise.withResolvers<void>();
  const server = await startServer({ path, onShutdown: ended.resolve });
  const client = await connectTo(server);
  await client.call('SET', 'a', '1');
  expect(await client.ask('SHUTDOWN', 'SAVE', 'NOSAVE')).toEqual(new ErrorReply('ERR syntax error'));
  expect(await client.ask('SHUTDOWN', 'ABORT')).toEqual(new ErrorReply('ERR No shutdown in progress.'));
  void client.ask('SHUTDOWN');
  await ended.promise;
  await client.closed;
  const again = await startServer({ path });
  expect(await (await connectTo(again)).call('GET', 'a')).toBe('1');
});

test('with audit, the log says who caused an effect', async () => {
  const server = await startServer({ audit: true });
  const client = await connectTo(server);
  await client.call('SET', 'a', '1');
  await server.store.flush();
  for await (const { meta } of server.store.events()) {
    expect(meta).toMatchObject({ command: 'set', user: 'default', client: expect.stringContaining('127.0.0.1') });
  }
  expect(server.store.sequence).toBe(1);
});
