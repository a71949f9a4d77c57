/** Under `appendfsync always` nothing leaves the server before what it shows is durable, whatever kind of output it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RedisServer } from '../../../src/redis/index.ts';
import { connectTo, Push, type Reply, startServer, type TestClient } from '../harness.ts';
import { temporaryFolder } from '../real-redis.ts';

/** Makes the store say that nothing becomes durable any more. Gives the function that ends it. */
function holdDurability({ store }: RedisServer): () => void {
  const reached = store.durableSequence;
  Object.defineProperty(store, 'durableSequence', { get: () => reached, configurable: true });
  return () => void Reflect.deleteProperty(store, 'durableSequence');
}

/** Notes what a client gets from now on. */
function heardBy(client: TestClient): Reply[] {
  const heard: Reply[] = [];
  const listen = async (): Promise<void> => {
    for (;;) heard.push(await client.next());
  };
  void listen();
  return heard;
}

test('replies, reads, messages, notifications, invalidations, MONITOR and unblocked clients wait for the sync', async () => {
  const server = await startServer({
    path: `${temporaryFolder()}/redis.db`,
    durability: 'always',
    config: { save: '', 'notify-keyspace-events': 'KEA' },
  });
  const [writer, reader, subscriber, notified, tracker, monitor, blocked] = await Promise.all(
    Array.from({ length: 7 }, () => connectTo(server)),
  );
  await tracker!.call('HELLO', 3);
  await tracker!.call('CLIENT', 'TRACKING', 'on');
  await tracker!.call('GET', 'a');
  await subscriber!.call('SUBSCRIBE', 'news');
  await notified!.call('PSUBSCRIBE', '__keyspace@0__:a');
  const heard = {
    blocked: heardBy(blocked!),
    monitor: heardBy(monitor!),
    notified: heardBy(notified!),
    reader: heardBy(reader!),
    subscriber: heardBy(subscriber!),
    writer: heardBy(writer!),
  };
  blocked!.write('BLPOP list 0\r\n');
  await expect.poll(async () => String(await tracker!.call('INFO', 'clients'))).toContain('blocked_clients:1\r\n');
  monitor!.write('MONITOR\r\n');
  await expect.poll(() => heard.monitor).toEqual(['OK']);
  heard.monitor.length = 0;

  const goOn = holdDurability(server);
  writer!.write('SET a 1\r\nRPUSH list item\r\nPUBLISH news written\r\n');
  await expect.poll(() => server.store.sequence).toBe(3);
  reader!.write('GET a\r\n');
  await sleep(200);
  expect(server.store.sequence).toBe(3);
  expect(Object.values(heard).flat()).toEqual([]);
  expect(tracker!.pushes).toEqual([]);

  goOn();
  writer!.write('SET b 1\r\n');
  await expect.poll(() => heard.writer, { timeout: 10_000 }).toEqual(['OK', 1, 1, 'OK']);
  await expect.poll(() => heard.reader).toEqual(['1']);
  await expect.poll(() => heard.blocked).toEqual([['list', 'item']]);
  await expect.poll(() => heard.subscriber).toEqual([['message', 'news', 'written']]);
  await expect.poll(() => heard.notified).toEqual([['pmessage', '__keyspace@0__:a', '__keyspace@0__:a', 'set']]);
  await expect.poll(() => tracker!.pushes).toEqual([new Push(['invalidate', ['a']])]);
  const seen = () => heard.monitor.map((line) => /"(\w+)"/.exec(String(line))?.[1]);
  await expect.poll(seen).toEqual(['SET', 'RPUSH', 'PUBLISH', 'GET', 'SET']);
});
