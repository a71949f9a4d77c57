/** Limits that CONFIG SET changes while clients are there. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectTo, ErrorReply, Push, requestOf, startServer, startWithClient, TestClient } from '../../harness.ts';

/** What the server writes to its log is not shown. */
function silenceLog(): void {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => log.mockRestore());
}

test('a client beyond maxclients reads why, and is closed', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await client.call('CONFIG', 'SET', 'maxclients', 1);
  const refused = await TestClient.open(server.port);
  expect(await refused.next()).toEqual(new ErrorReply('ERR max number of clients reached'));
  await refused.closed;
  expect(String(await client.call('INFO', 'stats'))).toContain('rejected_connections:1\r\n');
});

test('an idle client is closed, but not one that waits or listens', async () => {
  silenceLog();
  const server = await startServer();
  const [admin, idle, blocked, listener] = [
    await connectTo(server),
    await connectTo(server),
    await connectTo(server),
    await connectTo(server),
  ];
  await idle.call('PING');
  blocked.write(requestOf(['BLPOP', 'list', 0]));
  await listener.call('SUBSCRIBE', 'a');
  await admin.call('CONFIG', 'SET', 'timeout', 1);
  const ids = async () => [...String(await admin.call('CLIENT', 'LIST')).matchAll(/^id=(\d+)/gm)].map(([, id]) => id);
  await expect.poll(ids, { timeout: 20_000 }).toEqual(['1', '3', '4']);
});

test('the largest clients are closed when all of them take more than maxmemory-clients', async () => {
  silenceLog();
  const server = await startServer();
  const [admin, large, kept] = [await connectTo(server), await connectTo(server), await connectTo(server)];
  await kept.call('CLIENT', 'NO-EVICT', 'on');
  for (const client of [large, kept]) {
    await client.call('MULTI');
    for (let count = 0; count < 4; count++) await client.call('SET', 'a', 'x'.repeat(500_000));
  }
  await admin.call('CONFIG', 'SET', 'maxmemory-clients', 3_000_000);
  await large.closed;
  expect(await admin.call('PING')).toBe('PONG');
  expect(String(await admin.call('INFO', 'stats'))).toContain('evicted_clients:1\r\n');
  expect(await kept.call('DISCARD')).toBe('OK');
});

test('a request longer than client-query-buffer-limit closes its connection', async () => {
  silenceLog();
  const server = await startServer();
  const [admin, client] = [await connectTo(server), await connectTo(server)];
  await admin.call('CONFIG', 'SET', 'client-query-buffer-limit', 1_048_576);
  client.write(`*2\r\n$3\r\nGET\r\n$3000000\r\n${'x'.repeat(2_000_000)}`);
  await client.closed;
  expect(await admin.call('PING')).toBe('PONG');
});

test('a client hears of keys that the tracking table has no room for', async () => {
  const client = await startWithClient();
  await client.call('CONFIG', 'SET', 'tracking-table-max-keys', 2);
  await client.call('HELLO', 3);
  await client.call('CLIENT', 'TRACKING', 'on');
  for (const key of ['a', 'b', 'c', 'd']) await client.call('GET', key);
  await client.call('PING');
  expect(client.pushes).toEqual([new Push(['invalidate', ['a']]), new Push(['invalidate', ['b']])]);
  expect(String(await client.call('INFO', 'stats'))).toContain('tracking_total_keys:2\r\n');
});

test('slow commands are logged with their time, and secrets are not', async () => {
  const client = await startWithClient();
  await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', 0);
  await client.call('CONFIG', 'SET', 'requirepass', '');
  await client.call('ACL', 'SETUSER', 'secret-name', '+get');
  await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', -1);
  const entries = (await client.call('SLOWLOG', 'GET')) as unknown[][];
  expect(entries.map(([, , , args]) => (args as string[]).join(' '))).toEqual([
    'ACL SETUSER (redacted) (redacted)',
    'CONFIG SET requirepass (redacted)',
    'CONFIG SET slowlog-log-slower-than 0',
  ]);
});

test('a command that no replica could confirm is refused with min-replicas-to-write', async () => {
  const client = await startWithClient();
  await client.call('CONFIG', 'SET', 'min-replicas-to-write', 1);
  expect(await client.ask('SET', 'a', '1')).toEqual(new ErrorReply('NOREPLICAS Not enough good replicas to write.'));
  expect(await client.call('GET', 'a')).toBe(null);
  await client.call('CONFIG', 'SET', 'min-replicas-to-write', 0);
  expect(await client.call('SET', 'a', '1')).toBe('OK');
});
