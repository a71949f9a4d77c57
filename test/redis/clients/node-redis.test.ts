/** node-redis, as applications use it. */
import { createClient, RESP_TYPES } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRedisServer } from '../../../src/redis/index.ts';
import { startServer } from '../harness.ts';
import { temporaryFolder } from '../real-redis.ts';

type NodeRedis = Awaited<ReturnType<typeof connectTo>>;

async function start(): Promise<NodeRedis> {
  return connectTo(await startServer());
}

async function connectTo({ port }: { readonly port: number }, options = {}) {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 3, ...options });
  client.on('error', () => undefined); // a test looks at what its commands give
  await client.connect();
  onTestFinished(() => client.close().catch(() => undefined));
  return client;
}

describe('node-redis', () => {
  test('reads what it wrote, in the shapes of RESP3', async () => {
    const client = await start();
    await client.set('lecture:1', 'Graphs', { expiration: { type: 'EX', value: 60 } });
    expect(await client.get('lecture:1')).toBe('Graphs');
    await client.hSet('hash', { a: '1', b: '2' });
    expect({ ...(await client.hGetAll('hash')) }).toEqual({ a: '1', b: '2' });
    await client.zAdd('board', [
      { value: 'ann', score: 1.5 },
      { value: 'bob', score: 2 },
    ]);
    expect(await client.zScore('board', 'ann')).toBe(1.5);
    expect(await client.zRangeWithScores('board', 0, -1)).toEqual([
      { value: 'ann', score: 1.5 },
      { value: 'bob', score: 2 },
    ]);
    await client.sAdd('set', ['x', 'y']);
    expect([...(await client.sMembers('set'))].sort()).toEqual(['x', 'y']);
  });

  test('sends commands of one turn as a pipeline', async () => {
    const client = await start();
    const counts = await Promise.all(Array.from({ length: 200 }, () => client.incr('counter')));
    expect(counts).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
  });

  test('runs transactions', async () => {
    const client = await start();
    expect(await client.multi().set('a', '1').incr('a').get('a').exec()).toEqual(['OK', 2, '2']);
  });

  test('receives what others publish', async () => {
    const server = await startServer();
    const [subscriber, publisher] = [await connectTo(server), await connectTo(server)];
    const message = new Promise((resolve) => void subscriber.subscribe('news', resolve));
    while ((await publisher.publish('news', 'hello')) === 0);
    expect(await message).toBe('hello');
  });

  test('reads streams', async () => {
    const client = await start();
    const id = await client.xAdd('events', '*', { type: 'joined' });
    expect(await client.xRange('events', '-', '+')).toEqual([
      { id, message: expect.objectContaining({ type: 'joined' }) },
    ]);
    await client.xGroupCreate('events', 'workers', '0');
    const read = await client.xReadGroup('workers', 'w1', { key: 'events', id: '>' });
    expect(JSON.stringify(read)).toContain('joined');
  });

  test('waits for work in a blocking read', async () => {
    const server = await startServer();
    const [worker, producer] = [await connectTo(server), await connectTo(server)];
    const work = worker.brPop('queue', 5);
    await producer.lPush('queue', 'job');
    expect(await work).toEqual({ key: 'queue', element: 'job' });
  });

  test('scans every key', async () => {
    const client = await start();
    await client.mSet(Array.from({ length: 500 }, (_, at) => [`key:${at}`, 'x'] as [string, string]));
    const seen = new Set<string>();
    for await (const keys of client.scanIterator({ MATCH: 'key:*', COUNT: 50 })) for (const key of keys) seen.add(key);
    expect(seen.size).toBe(500);
  });

  test('keeps buffers as they are', async () => {
    const client = (await start()).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await client.set(bytes, bytes);
    expect(await client.get(bytes)).toEqual(bytes);
  });

  test('keeps a client-side cache that is never stale', async () => {
    const server = await startServer();
    const reader = await connectTo(server, { clientSideCache: { ttl: 0, maxEntries: 0, evictPolicy: 'LRU' } });
    const writer = await connectTo(server);
    await writer.set('lecture', 'one');
    expect(await reader.get('lecture')).toBe('one');
    expect(await reader.get('lecture')).toBe('one');
    await writer.set('lecture', 'two');
    await expect.poll(() => reader.get('lecture')).toBe('two');
  });

  test('connects again after the server was away, and finds its data', async () => {
    const path = `${temporaryFolder()}/redis.db`;
    const first = await createRedisServer({ path, port: 0 });
    const { port } = first;
    const client = await connectTo(first, {
      socket: { reconnectStrategy: 20, port, host: '127.0.0.1' },
      url: undefined,
    });
    await client.set('kept', 'yes');
    await first.close();
    const again = await createRedisServer({ path, port });
    onTestFinished(() => again.close());
    expect(await client.get('kept')).toBe('yes');
  });
});
