import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { RefoldError } from 'refold';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newKey } from '../../../src/studio/server/access.ts';
import { jsonOf } from '../../../src/studio/server/answering.ts';
import { makeServer, type Route } from '../../../src/studio/server/http-server.ts';
import { listen } from '../../../src/studio/server/listening.ts';

const KEY = newKey();
const PAGE = new Map([['/index.html', { type: 'text/html; charset=utf-8', content: Buffer.from('<!doctype html>') }]]);

let gone = 0;
let made = 0;
/** Lines for as long as somebody reads them. */
async function* endless(signal: AbortSignal): AsyncGenerator<string, void> {
  try {
    for (; !signal.aborted; made++) yield jsonOf({ filling: 'x'.repeat(100_000) });
  } finally {
    gone++;
  }
}

const ROUTES = new Map<string, Route>([
  ['/api/log', async (query) => jsonOf({ asked: Object.fromEntries(query) })],
  ['/api/large', async () => jsonOf({ text: 'x'.repeat(2_000_000) })],
  ['/api/gone', async () => Promise.reject(new RefoldError('HISTORY_GONE', 'it was dropped', { hint: 'ask later' }))],
  ['/api/broken', async () => Promise.reject(new TypeError('x is not a function'))],
  ['/api/slow', () => setTimeout(600, jsonOf({ slept: true }))],
  ['/api/endless', (_, signal) => endless(signal)],
]);

let server: Server;
let port: number;
beforeAll(async () => {
  server = makeServer({ gate: () => ({ port, allowedHosts: [], key: KEY }), files: PAGE, routes: ROUTES });
  port = await listen(server, '127.0.0.1', 0);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(path: string, { method = 'GET', headers = {} }: Asked = {}, at = port) {
  const request = httpRequest({ host: '127.0.0.1', port: at, path, method, headers: { ...headers }, agent: false });
  request.end();
  const [response] = await once(request, 'response');
  return { status: response.statusCode as number, headers: response.headers, body: await text(response) };
}

const HONEST: Asked = { headers: { authorization: `Bearer ${KEY}` } };

test('data is given to the one who has the key, with what keeps a browser safe', async () => {
  const answer = await ask('/api/log?at=10&path=a.b', HONEST);
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toEqual({ asked: { at: '10', path: 'a.b' } });
  expect(answer.headers).toMatchObject({
    'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'/),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  });
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
});

test('the page is given without a key, and nothing beside it', async () => {
  expect(await ask('/')).toMatchObject({ status: 200, body: '<!doctype html>' });
  for (const path of ['/../package.json', '/%2e%2e/package.json', '/index.html/', '/nothing', '//etc/passwd']) {
    expect(await ask(path)).toMatchObject({ status: 404, body: expect.stringContaining('NOT_FOUND') });
  }
});

test.each([
  ['/api/log', {}, 401, 'LOCKED'],
  ['/api/log', { headers: { ...HONEST.headers, host: 'evil.example' } }, 403, 'BAD_HOST'],
  ['/api/log', { headers: { ...HONEST.headers, origin: 'http://evil.example' } }, 403, 'BAD_ORIGIN'],
  ['/api/log', { ...HONEST, method: 'POST' }, 405, 'BAD_METHOD'],
  ['/', { method: 'DELETE' }, 405, 'BAD_METHOD'],
  ['/api/nothing', HONEST, 404, 'NOT_FOUND'],
  ['/api/large', HONEST, 400, 'INVALID_OPTION'],
  ['/api/gone', HONEST, 410, 'HISTORY_GONE'],
  ['/api/broken', HONEST, 500, 'DEFECT'],
] as const)('%s, asked with %j, is an error with status %i', async (path, asked, status, code) => {
  const answer = await ask(path, asked as Asked);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toMatchObject({ code, message: expect.any(String), hint: expect.any(String) });
  expect(answer.headers['content-security-policy']).toBeDefined();
});

test('a head without a body is given for HEAD', async () => {
  expect(await ask('/api/log', { ...HONEST, method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
});

test('a reader that is slow is waited for, and one that closes the connection ends the work', async () => {
  const before = gone;
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    path: '/api/endless',
    headers: HONEST.headers!,
    agent: false,
  });
  request.end();
  const [response] = await once(request, 'response');
  await once(response, 'data');
  response.pause();
  // What the buffers on the way hold is made, and no more.
  let seen = -1;
  await expect.poll(() => seen === (seen = made), { interval: 50 }).toBe(true);
  expect(made).toBeLessThan(500);
  request.destroy();
  await expect.poll(() => gone).toBe(before + 1);
});

describe('connections that are held', () => {
  let hasty: Server;
  let at: number;
  beforeAll(async () => {
    const large = { type: 'text/plain; charset=utf-8', content: Buffer.alloc(16_000_000) };
    const parts = { gate: () => ({ port: at, allowedHosts: [], key: KEY }), files: new Map([['/large.txt', large]]) };
    hasty = makeServer({ ...parts, routes: ROUTES }, { head: 100, still: 200 });
    at = await listen(hasty, '127.0.0.1', 0);
  });
  afterAll(() => {
    hasty.closeAllConnections();
    hasty.close();
  });

  test('after two thousand that say nothing, and stay, an honest request is answered', async () => {
    const sockets = Array.from({ length: 2_000 }, () => connect({ port: at, host: '127.0.0.1' }).on('error', () => {}));
    const status = () => ask('/api/log', HONEST, at).then((answer) => answer.status);
    await expect.poll(() => status().catch(() => 0), { timeout: 10_000 }).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  test.each([
    ['nothing', ''],
    ['half of a request', 'GET /api/log HTTP/1.1\r\nHost: '],
  ])('by one that says %s are closed without an answer to what was not asked', async (_what, begun) => {
    const socket = connect(at, '127.0.0.1', () => socket.write(begun));
    socket.on('error', () => {});
    expect(await text(socket)).toBe('');
  });

  test('by one that reads nothing is closed, and one with the key waits as long as the work takes', async () => {
    const socket = connect(at, '127.0.0.1', () =>
      socket.write(`GET /large.txt HTTP/1.1\r\nHost: 127.0.0.1:${at}\r\n\r\n`),
    );
    socket.on('error', () => {}).pause();
    const [slow] = await Promise.all([
      ask('/api/slow', HONEST, at),
      expect.poll(() => promisify(hasty.getConnections.bind(hasty))(), { timeout: 5_000 }).toBe(0),
    ]);
    expect(slow).toMatchObject({ status: 200, body: '{"slept":true}' });
    socket.destroy();
  });
});

test('bytes that are not a request are refused, and the server goes on', async () => {
  const socket = connect(port, '127.0.0.1', () => socket.write('\x16\x03\x01 not http\r\n\r\n'));
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400/);
  const long = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`;
  const second = connect(port, '127.0.0.1', () => second.write(long));
  second.on('error', () => {});
  expect(await text(second)).toMatch(/^HTTP\/1\.1 4/);
  expect((await ask('/')).status).toBe(200);
});

describe('the port', () => {
  test('that was asked for and is taken is named', async () => {
    const other = makeServer({ gate: () => ({ port, allowedHosts: [], key: KEY }), files: PAGE, routes: ROUTES });
    await expect(listen(other, '127.0.0.1', port)).rejects.toMatchObject({ code: 'INVALID_OPTION', type: 'port' });
  });

  test('that was not asked for is the usual one, or the next that is free', async () => {
    const two = [1, 2].map(() =>
      makeServer({ gate: () => ({ port, allowedHosts: [], key: KEY }), files: PAGE, routes: ROUTES }),
    );
    const ports: number[] = [];
    for (const one of two) ports.push(await listen(one, '127.0.0.1', undefined));
    expect(ports[1]! - ports[0]!).toBeGreaterThan(0);
    for (const one of two) {
      expect((one.address() as AddressInfo).address).toBe('127.0.0.1');
      one.close();
    }
  });
});
