/** ioredis, as applications use it. */
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRedisServer } from '../../../src/redis/index.ts';
import { startServer } from '../harness.ts';
import { temporaryFolder } from '../real-redis.ts';

async function start(): Promise<Redis> {
  return connectTo(await startServer());
}

function connectTo({ port }: { readonly port: number }, options = {}): Redis {
  const redis = new Redis(port, '127.0.0.1', options);
  redis.on('error', () => undefined); // a test looks at what its commands give
  onTestFinished(() => redis.disconnect());
  return redis;
}

describe('ioredis', () => {
  test('gets ready, and reads what it wrote', async () => {
    const redis = await start();
    await redis.set('lecture:1', JSON.stringify({ title: 'Graphs' }), 'EX', 60);
    expect(JSON.parse((await redis.get('lecture:1'))!)).toEqual({ title: 'Graphs' });
    expect(await redis.ttl('lecture:1')).toBeGreaterThan(50);
    expect(redis.status).toBe('ready');
  });

  test('runs pipelines', async () => {
    const redis = await start();
    const pipeline = redis.pipeline();
    for (let at = 0; at < 500; at++) pipeline.rpush('list', String(at));
    pipeline.hset('hash', { a: 1, b: 2 }).hgetall('hash').llen('list').get('list');
    const results = (await pipeline.exec())!;
    expect(results.slice(-3).map(([, value]) => value)).toEqual([{ a: '1', b: '2' }, 500, undefined]);
    expect(results.at(-1)![0]!.message).toContain('WRONGTYPE');
  });

  test('runs transactions, and WATCH lets one fail', async () => {
    const server = await startServer();
    const [redis, other] = [connectTo(server), connectTo(server)];
    expect(await redis.multi().set('a', '1').incr('a').get('a').exec()).toEqual([
      [null, 'OK'],
      [null, 2],
      [null, '2'],
    ]);
    await redis.watch('a');
    await other.set('a', '9');
    expect(await redis.multi().set('a', '0').exec()).toBe(null);
    expect(await redis.get('a')).toBe('9');
  });

  test('receives what others publish, by channel and by pattern', async () => {
    const server = await startServer();
    const [subscriber, publisher] = [connectTo(server), connectTo(server)];
    const received: string[][] = [];
    const both = new Promise<void>((resolve) => {
      const note = (...parts: string[]): void => {
        if (received.push(parts) === 2) resolve();
      };
      subscriber.on('message', note);
      subscriber.on('pmessage', note);
    });
    await subscriber.subscribe('news');
    await subscriber.psubscribe('n*');
    expect(await publisher.publish('news', 'hello')).toBe(2);
    await both;
    expect(received).toEqual([
      ['news', 'hello'],
      ['n*', 'news', 'hello'],
    ]);
  });

  test('reads streams, alone and in a group', async () => {
    const redis = await start();
    const id = (await redis.xadd('events', '*', 'type', 'joined', 'user', '7'))!;
    await redis.xgroup('CREATE', 'events', 'workers', '0');
    expect(await redis.xreadgroup('GROUP', 'workers', 'w1', 'COUNT', 10, 'STREAMS', 'events', '>')).toEqual([
      ['events', [[id, ['type', 'joined', 'user', '7']]]],
    ]);
    expect(await redis.xack('events', 'workers', id)).toBe(1);
    expect(await redis.xpending('events', 'workers')).toEqual([0, null, null, null]);
  });

  test('waits for work with BRPOP', async () => {
    const server = await startServer();
    const [worker, producer] = [connectTo(server), connectTo(server)];
    const work = worker.brpop('queue', 5);
    await producer.lpush('queue', 'job');
    expect(await work).toEqual(['queue', 'job']);
  });

  test('scans every key', async () => {
    const redis = await start();
    await redis.mset(Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`key:${at}`, at])));
    const seen = new Set<string>();
    for await (const keys of redis.scanStream({ match: 'key:*', count: 100 })) for (const key of keys) seen.add(key);
    expect(seen.size).toBe(1_000);
  });

  test('keeps buffers as they are', async () => {
    const redis = await start();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await redis.set(bytes, bytes);
    expect(await redis.getBuffer(bytes)).toEqual(bytes);
  });

  test('connects again after the server was away, and finds its data', async () => {
    const path = `${temporaryFolder()}/redis.db`;
    const first = await createRedisServer({ path, port: 0 });
    const { port } = first;
    const redis = connectTo(first, { retryStrategy: () => 20 });
    await redis.set('kept', 'yes');
    await first.close();
    const again = await createRedisServer({ path, port });
    onTestFinished(() => again.close());
    expect(await redis.get('kept')).toBe('yes');
  });
});
