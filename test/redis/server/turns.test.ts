/** A server from end to end: requests, pipelines, transactions, and what is there after a restart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createRedisServer } from '../../../src/redis/index.ts';
import { connectTo, ErrorReply, startServer, startWithClient } from '../harness.ts';

test('a server starts without a warning', async () => {
  const warned: string[] = [];
  const keep = ({ name }: Error): void => void warned.push(name);
  process.on('warning', keep);
  onTestFinished(() => void process.off('warning', keep));
  const client = await startWithClient();
  expect(await client.call('PING')).toBe('PONG');
  expect(warned).toEqual([]);
});

test('a pipeline is answered in order', async () => {
  const client = await startWithClient();
  const replies = [client.call('SET', 'a', '1'), client.call('GET', 'a'), client.call('PING')];
  expect(await Promise.all(replies)).toEqual(['OK', '1', 'PONG']);
});

test('bytes of every value come back as they were', async () => {
  const client = await startWithClient();
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
  await client.call('SET', `key${all}`, all);
  expect(await client.call('GET', `key${all}`)).toBe(all);
  expect(await client.call('GET', '__proto__')).toBe(null);
});

test('what was acknowledged is there after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refold-redis-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'redis.db');
  const first = await createRedisServer({ path, port: 0 });
  const client = await connectTo(first);
  await client.call('SET', 'kept', 'value');
  await first.close();
  const again = await connectTo(await startServer({ path }));
  expect(await again.call('GET', 'kept')).toBe('value');
});

test('EXEC runs what was queued, and nothing when a watched key has changed', async () => {
  const server = await startServer();
  const [client, other] = [await connectTo(server), await connectTo(server)];
  await client.call('MULTI');
  expect(await client.call('SET', 'a', '1')).toBe('QUEUED');
  expect(await client.call('GET', 'a')).toBe('QUEUED');
  expect(await client.call('EXEC')).toEqual(['OK', '1']);
  await client.call('WATCH', 'a');
  await other.call('SET', 'a', '2');
  await client.call('MULTI');
  await client.call('SET', 'a', '3');
  expect(await client.call('EXEC')).toBe(null);
  expect(await client.call('GET', 'a')).toBe('2');
});

test.each(['', '*1\r\n$4\r\n', 'BLPOP missing 0\r\n'])(
  'a client that sends nothing more gets its replies, and is closed (last sent: %j)',
  async (last) => {
    const server = await startServer();
    const socket = connect(server.port, '127.0.0.1');
    socket.end(`SET a 1\r\nGET a\r\n${'PING\r\n'.repeat(6_000)}${last}`);
    expect(await text(socket)).toBe(`+OK\r\n$1\r\n1\r\n${'+PONG\r\n'.repeat(6_000)}`);
  },
);

test('a client that quits in the turn after a write gets both replies', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refold-redis-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const client = await connectTo(await startServer({ path: join(folder, 'redis.db'), durability: 'always' }));
  for (let count = 0; count < 20; count++) client.write(`SET a ${count}\r\n`);
  const written = Array.from({ length: 20 }, () => client.next());
  await new Promise(setImmediate);
  client.write('QUIT\r\n');
  expect(await Promise.all([...written, client.next()])).toEqual(Array.from({ length: 21 }, () => 'OK'));
});

test('an unknown command is an error, and the connection goes on', async () => {
  const client = await startWithClient();
  expect(await client.ask('NOPE', 'x')).toEqual(
    new ErrorReply("ERR unknown command 'NOPE', with args beginning with: 'x' "),
  );
  expect(await client.call('PING')).toBe('PONG');
});
