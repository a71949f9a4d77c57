/** Limits: no client hurts the others, whatever it sends or leaves unread. */
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Client } from '../../../../src/redis/calls/client.ts';
import { isLoopback, refusalOf } from '../../../../src/redis/server/clients/listeners.ts';
import { judgeOutput, parseOutputLimits } from '../../../../src/redis/server/clients/output-limits.ts';
import { isHttp, SecurityWarning } from '../../../../src/redis/server/clients/security-warning.ts';
import { ServerConfig } from '../../../../src/redis/server/config/server-config.ts';
import { connectTo, requestOf, startServer } from '../../harness.ts';

/** A connection that reads nothing until it is told to. */
async function silent(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.on('error', () => undefined);
  socket.pause();
  return socket;
}

/** Everything that the server sends until it closes the connection. */
function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.resume();
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}

describe('a client that does not read', () => {
  test('is not served until it does, and then gets everything', async () => {
    const server = await startServer();
    const [slow, other] = [await silent(server.port), await connectTo(server)];
    const value = 'x'.repeat(100_000);
    await other.call('SET', 'large', value);
    const count = 1000;
    slow.write(requestOf(['GET', 'large']).repeat(count));
    const unsent = async () => Number(/ obl=(\d+)/.exec(String(await other.call('CLIENT', 'LIST', 'ID', 1)))![1]);
    await expect.poll(unsent).toBeGreaterThan(4_000_000);
    for (let round = 0; round < 20; round++) await other.call('PING');
    expect(await unsent()).toBeLessThan(10_000_000);
    let received = 0;
    const done = new Promise<void>((resolve) => {
      slow.on('data', (chunk) => {
        received += chunk.length;
        if (received === count * (value.length + 11)) resolve();
      });
    });
    slow.resume();
    await done;
  });

  test('is closed when it is a subscriber, and messages pile up', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    onTestFinished(() => log.mockRestore());
    const server = await startServer();
    const [slow, other] = [await silent(server.port), await connectTo(server)];
    slow.write('SUBSCRIBE a\r\n');
    await expect.poll(() => other.call('PUBSUB', 'NUMSUB', 'a')).toEqual(['a', 1]);
    const message = 'x'.repeat(1_000_000);
    let sent = 0;
    while ((await other.call('PUBLISH', 'a', message)) === 1) sent++;
    expect(sent).toBeGreaterThan(30);
    expect(sent).toBeLessThan(60);
    expect(await other.call('PING')).toBe('PONG');
  });
});

test('a client that announces much, and sends little, does not hold others up', async () => {
  const server = await startServer();
  const other = await connectTo(server);
  for (let count = 0; count < 50; count++) (await silent(server.port)).write('*1000000\r\n$67108864\r\nabc');
  expect(await other.call('SET', 'a', '1')).toBe('OK');
  const list = String(await other.call('CLIENT', 'LIST'));
  for (const [, bytes] of list.matchAll(/ tot-mem=(\d+)/g)) expect(Number(bytes)).toBeLessThan(10_000);
});

test('an announcement of 512 MB is refused, and the connection is closed', async () => {
  const server = await startServer();
  const socket = await silent(server.port);
  socket.write('*2\r\n$3\r\nGET\r\n$536870912\r\n');
  expect(await readAll(socket)).toBe('-ERR Protocol error: invalid bulk length\r\n');
});

test.each(['POST / HTTP/1.1\r\nHost: x\r\n\r\nSET a 1\r\n', 'Host: x\r\nSET a 1\r\n'])(
  'a request of a browser closes the connection with a warning: %j',
  async (text) => {
    const warning = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    onTestFinished(() => warning.mockRestore());
    const server = await startServer();
    const [socket, other] = [await silent(server.port), await connectTo(server)];
    socket.write(text);
    expect(await readAll(socket)).toBe('');
    expect(String(warning.mock.calls.at(-1))).toContain('Possible SECURITY ATTACK');
    expect(await other.call('GET', 'a')).toBe(null);
  },
);

test('the warning is written once a minute', () => {
  const lines: string[] = [];
  const warning = new SecurityWarning((line) => lines.push(line));
  for (const now of [0, 1000, 59_999, 60_000]) warning.warn('address', now);
  expect(lines).toHaveLength(2);
  expect([isHttp(['Post']), isHttp(['HOST:']), isHttp(['HOST']), isHttp(['GET'])]).toEqual([true, true, false, false]);
});

describe('who may come in', () => {
  const config = new ServerConfig();
  const host = {
    config,
    clients: () => 1,
    isOpen: () => true,
    accept: () => undefined,
    refused: () => undefined,
    log: () => undefined,
  };

  test('in protected mode only clients of this machine', () => {
    expect(refusalOf(host, '127.0.0.1')).toBe(undefined);
    expect(refusalOf(host, undefined)).toBe(undefined);
    expect(refusalOf(host, '::ffff:10.0.0.1')).toMatch(/^-DENIED /);
    expect(refusalOf({ ...host, isOpen: () => false }, '10.0.0.1')).toBe(undefined);
    expect(['127.1.2.3', '::1', '::ffff:127.0.0.1', '128.0.0.1', '127.example'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('no more than maxclients', () => {
    const full = new ServerConfig();
    full.preset('maxclients', '1');
    expect(refusalOf({ ...host, config: full }, '127.0.0.1')).toBe('-ERR max number of clients reached\r\n');
  });
});

test('limits of output are read in any order, and hold for their class', () => {
  const limits = parseOutputLimits('pubsub 100 50 10 normal 0 0 0 slave 1 2 3');
  expect(limits.replica).toEqual({ hardBytes: 1, softBytes: 2, softSeconds: 3 });
  const client = new Client(1, 0, 'a', 'b');
  expect([49, 50, 100].map((bytes) => judgeOutput(client, bytes, limits.pubsub))).toEqual(['fine', 'soft', 'hard']);
  expect(judgeOutput(client, 200_000_000, limits.normal)).toBe('fine');
  expect(judgeOutput(client, 300_000_000, limits.normal)).toBe('hard');
  client.user = undefined;
  expect(judgeOutput(client, 70_000, limits.normal)).toBe('hard');
});
