/** Libraries that people put on Redis: sessions, caches, and sockets across processes. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import KeyvRedis from '@keyv/redis';
import { createAdapter } from '@socket.io/redis-adapter';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { createClient } from 'redis';
import { Server as SocketServer } from 'socket.io';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { startServer } from '../harness.ts';

async function connectTo(port: number) {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.close().catch(() => undefined));
  return client;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('express-session finds a session again, also from another process of the application', async () => {
  const { port } = await startServer();
  const start = async (): Promise<number> => {
    const app = fork(new URL('./fixtures/session-app.ts', import.meta.url), [String(port)], { execArgv: [] });
    onTestFinished(() => void app.kill());
    const [own] = await once(app, 'message');
    return own as number;
  };
  const [first, second] = [await start(), await start()];
  const response = await fetch(`http://127.0.0.1:${first}/`);
  expect(await response.json()).toBe(1);
  const headers = { cookie: response.headers.get('set-cookie')!.split(';')[0]! };
  expect(await (await fetch(`http://127.0.0.1:${second}/`, { headers })).json()).toBe(2);
  await fetch(`http://127.0.0.1:${first}/logout`, { method: 'POST', headers });
  expect(await (await fetch(`http://127.0.0.1:${second}/`, { headers })).json()).toBe(1);
});

test('cache-manager keeps values until their time is over, and forgets what it is told to', async () => {
  const { port } = await startServer();
  const adapter = new KeyvRedis(`redis://127.0.0.1:${port}`);
  onTestFinished(() => adapter.disconnect());
  const cache = createCache({ stores: [new Keyv({ store: adapter })] });
  let fetched = 0;
  const fetchLecture = (): Promise<string> =>
    cache.wrap('lecture', () => Promise.resolve(`content ${++fetched}`), 60_000);
  expect([await fetchLecture(), await fetchLecture()]).toEqual(['content 1', 'content 1']);
  await cache.del('lecture');
  expect(await fetchLecture()).toBe('content 2');
  await cache.set('brief', 'x', 30);
  await expect.poll(() => cache.get('brief')).toBe(undefined);
  await cache.clear();
  expect(await cache.get('lecture')).toBe(undefined);
});

test('socket.io reaches clients of another process', async () => {
  const { port } = await startServer();
  const start = async (): Promise<{ readonly sockets: SocketServer; readonly port: number }> => {
    const sockets = new SocketServer({
      transports: ['polling'],
      adapter: createAdapter(await connectTo(port), await connectTo(port)),
    });
    const http = createServer();
    sockets.attach(http);
    onTestFinished(() => sockets.close());
    return { sockets, port: await listen(http) };
  };
  const [first, second] = [await start(), await start()];
  second.sockets.on('connection', (socket) => void socket.join('room'));
  const client = io(`http://127.0.0.1:${second.port}`, { transports: ['polling'] });
  onTestFinished(() => void client.close());
  await new Promise((resolve) => void client.once('connect', resolve as () => void));
  const received = new Promise((resolve) => void client.once('news', resolve));
  // The room is known to the other process once its subscription has arrived.
  const sending = setInterval(() => void first.sockets.to('room').emit('news', 'hello'), 20);
  onTestFinished(() => clearInterval(sending));
  expect(await received).toBe('hello');
});
