/** Limits of memory, and keyspace events, as clients see them. */
import { describe, expect, test } from 'vitest';
import { connectTo, ErrorReply, type Push, startServer, type TestClient } from '../../harness.ts';

const OOM = new ErrorReply("OOM command not allowed when used memory > 'maxmemory'.");

/** What a subscriber has got, once it has got so many messages. */
async function messages(subscriber: TestClient, count: number): Promise<string[]> {
  while (subscriber.pushes.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  return subscriber.pushes.map(({ items }: Push) => items.slice(-2).join(' '));
}

async function subscribed(port: { readonly port: number }): Promise<TestClient> {
  const subscriber = await connectTo(port);
  await subscriber.call('HELLO', 3);
  subscriber.write('PSUBSCRIBE __key*\r\n');
  await messages(subscriber, 1);
  subscriber.pushes.length = 0;
  return subscriber;
}

describe('maxmemory', () => {
  test('noeviction refuses commands that need memory, also EXEC', async () => {
    const server = await startServer();
    const [client, other] = [await connectTo(server), await connectTo(server)];
    await client.call('SET', 'key', 'x');
    await client.call('MULTI');
    await client.call('SET', 'key', 'y');
    await other.call('CONFIG', 'SET', 'maxmemory', '1');
    expect(await client.ask('EXEC')).toEqual(
      new ErrorReply(`EXECABORT Transaction discarded because of: ${OOM.message}`),
    );
    expect(await client.ask('SET', 'new', 'x')).toEqual(OOM);
    expect(await client.call('GET', 'key')).toBe('x');
    await client.call('MULTI');
    expect(await client.ask('GET', 'key')).toEqual(OOM);
    expect(await client.ask('EXEC')).toEqual(
      new ErrorReply('EXECABORT Transaction discarded because of previous errors.'),
    );
    await other.call('CONFIG', 'SET', 'maxmemory', '0');
    expect(await client.call('SET', 'new', 'x')).toBe('OK');
  });

  test('an eviction is an event in the log, and subscribers hear of it without another command', async () => {
    const server = await startServer();
    const client = await connectTo(server);
    const subscriber = await subscribed(server);
    const recorded: string[] = [];
    server.store.subscribe((events) => void recorded.push(...events.map(({ type }) => type)));
    await client.call('CONFIG', 'SET', 'notify-keyspace-events', 'Ee');
    await client.call('SET', 'key', 'x');
    await client.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru', 'maxmemory', '1');
    expect(await messages(subscriber, 1)).toEqual(['__keyevent@0__:evicted key']);
    expect(recorded).toEqual(['StringSet', 'KeyEvicted']);
  });

  test('keys leave until writes have room, and the limit holds', async () => {
    const server = await startServer();
    const client = await connectTo(server);
    await client.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu', 'maxmemory', String(2 * 1024 * 1024));
    for (let round = 0; round < 20; round++) {
      const writes = Array.from({ length: 50 }, (_, at) => client.call('SET', `key:${round}:${at}`, 'x'.repeat(3_000)));
      expect(new Set(await Promise.all(writes))).toEqual(new Set(['OK']));
    }
    expect(await client.call('DBSIZE')).toBeLessThan(400);
    expect(await client.call('DBSIZE')).toBeGreaterThan(100);
    // Which keys leave is drawn among those that are used least: any one of the last may be among them, but few are.
    const last = await Promise.all(Array.from({ length: 50 }, (_, at) => client.call('GET', `key:19:${at}`)));
    expect(last.filter((value) => value === 'x'.repeat(3_000)).length).toBeGreaterThan(10);
  });

  test('with an LFU policy OBJECT FREQ answers, and IDLETIME does not', async () => {
    const client = await connectTo(await startServer());
    await client.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu');
    await client.call('SET', 'key', 'x');
    expect(await client.call('OBJECT', 'FREQ', 'key')).toBe(5);
    await client.call('DEL', 'key');
    await client.call('SET', 'key', 'x');
    expect(await client.call('OBJECT', 'FREQ', 'key')).toBe(5);
    expect(await client.ask('OBJECT', 'IDLETIME', 'key')).toBeInstanceOf(ErrorReply);
  });
});

test('keyspace events come by key and by event, in the order of what happened', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  const subscriber = await subscribed(server);
  await client.call('CONFIG', 'SET', 'notify-keyspace-events', 'Eg$xmn');
  await client.call('SET', 'a', '1');
  await client.call('RENAME', 'a', 'b');
  await client.call('COPY', 'b', 'c');
  await client.call('EXPIRE', 'b', 100);
  await client.call('PERSIST', 'b');
  await client.call('MOVE', 'b', 1);
  await client.call('GET', 'b');
  await client.call('DEL', 'c');
  await client.call('SET', 'd', 'x', 'PX', 1);
  const heard = await messages(subscriber, 18);
  expect(heard.map((message) => message.replace(/__keyevent@(\d+)__:/, '$1 '))).toEqual([
    '0 new a',
    '0 set a',
    '0 new b',
    '0 rename_from a',
    '0 rename_to b',
    '0 new c',
    '0 copy_to c',
    '0 expire b',
    '0 persist b',
    '1 new b',
    '0 move_from b',
    '1 move_to b',
    '0 keymiss b',
    '0 del c',
    '0 new d',
    '0 set d',
    '0 expire d',
    '0 expired d',
  ]);
});

test('a subcommand has no name that a client could say', async () => {
  const client = await connectTo(await startServer());
  expect(await client.ask('CONFIG|GET', 'maxmemory')).toEqual(
    new ErrorReply("ERR unknown command 'CONFIG|GET', with args beginning with: 'maxmemory' "),
  );
});
