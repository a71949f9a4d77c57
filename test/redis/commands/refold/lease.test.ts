/** REFOLD.LEASE and REFOLD.FILL: single flight. */
import { expect, test } from 'vitest';
import type { RedisServer } from '../../../../src/redis/index.ts';
import { connectTo, ErrorReply, type Reply, startServer, startWithClient, type TestClient } from '../../harness.ts';

function connectMany(server: RedisServer, count: number): Promise<TestClient[]> {
  return Promise.all(Array.from({ length: count }, () => connectTo(server)));
}

test('one of a hundred callers fetches the value, and all get it', async () => {
  const clients = await connectMany(await startServer(), 100);
  let fetched = 0;
  const values = await Promise.all(
    clients.map(async (client) => {
      const [value, token] = (await client.call('REFOLD.LEASE', 'lecture', 10_000)) as [Reply, number | undefined];
      if (token === undefined) return value;
      fetched++;
      await client.call('REFOLD.FILL', 'lecture', token, 'content');
      return 'content';
    }),
  );
  expect(fetched).toBe(1);
  expect(new Set(values)).toEqual(new Set(['content']));
});

test('a value that is there needs no lease', async () => {
  const client = await startWithClient();
  await client.call('SET', 'a', '1');
  expect(await client.call('REFOLD.LEASE', 'a', 1000)).toEqual(['1']);
});

test('when the time of a lease is over, the next caller gets one, and its token is larger', async () => {
  const [first, second] = await connectMany(await startServer(), 2);
  const [, token] = (await first!.call('REFOLD.LEASE', 'a', 50)) as [null, number];
  const [nothing, next] = (await second!.call('REFOLD.LEASE', 'a', 10_000)) as [null, number];
  expect(nothing).toBe(null);
  expect(next).toBeGreaterThan(token);
  expect(await first!.ask('REFOLD.FILL', 'a', token, 'late')).toEqual(
    new ErrorReply('STALELEASE another caller may have the lease now'),
  );
  expect(await second!.call('REFOLD.FILL', 'a', next, 'fresh')).toBe('OK');
  expect(await first!.call('GET', 'a')).toBe('fresh');
});

test('a write by another client ends the lease, so that an older value cannot replace it', async () => {
  const [holder, waiter, writer] = await connectMany(await startServer(), 3);
  const [, token] = (await holder!.call('REFOLD.LEASE', 'a', 10_000)) as [null, number];
  const waiting = waiter!.call('REFOLD.LEASE', 'a', 10_000);
  await writer!.call('SET', 'a', 'new');
  expect(await waiting).toEqual(['new']);
  expect(await holder!.ask('REFOLD.FILL', 'a', token, 'old')).toBeInstanceOf(ErrorReply);
  expect(await writer!.call('GET', 'a')).toBe('new');
});

test('FILL with PX lets the value expire', async () => {
  const client = await startWithClient();
  const [, token] = (await client.call('REFOLD.LEASE', 'a', 1000)) as [null, number];
  await client.call('REFOLD.FILL', 'a', token, 'short', 'PX', 20);
  expect(await client.call('GET', 'a')).toBe('short');
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(await client.call('GET', 'a')).toBe(null);
});

test.each([
  [['REFOLD.LEASE', 'a', '0'], 'ERR invalid expire time'],
  [['REFOLD.LEASE', 'a', 'x'], 'ERR value is not an integer'],
  [['REFOLD.FILL', 'a', '1', 'v', 'EX', '1'], 'ERR syntax error'],
  [['REFOLD.FILL', 'a', '1', 'v', 'PX', '0'], 'ERR invalid expire time'],
  [['REFOLD.FILL', 'a', '1', 'v'], 'STALELEASE'],
])('%j is refused', async (command, error) => {
  const client = await startWithClient();
  expect(String(await client.ask(...command))).toContain(error);
  expect(await client.call('GET', 'a')).toBe(null);
});
