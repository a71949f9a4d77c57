/** Publish and subscribe, over RESP2 and RESP3. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, Push, startServer, type TestClient } from '../../harness.ts';

async function twoClients(): Promise<readonly [TestClient, TestClient]> {
  const server = await startServer();
  return [await connectTo(server), await connectTo(server)];
}

test('a subscriber hears messages of its channels and patterns', async () => {
  const [listener, speaker] = await twoClients();
  expect(await listener.call('SUBSCRIBE', 'news')).toEqual(['subscribe', 'news', 1]);
  expect(await listener.call('PSUBSCRIBE', 'n*')).toEqual(['psubscribe', 'n*', 2]);
  expect(await speaker.call('PUBLISH', 'news', 'hello')).toBe(2);
  expect(await listener.next()).toEqual(['message', 'news', 'hello']);
  expect(await listener.next()).toEqual(['pmessage', 'n*', 'news', 'hello']);
  expect(await speaker.call('PUBLISH', 'other', 'hello')).toBe(0);
});

test('each channel of one command is answered by one message', async () => {
  const [listener] = await twoClients();
  listener.write('SUBSCRIBE a b a\r\nUNSUBSCRIBE\r\nPUNSUBSCRIBE\r\nPING x\r\n');
  const answers = [];
  for (let count = 0; count < 7; count++) answers.push(await listener.next());
  expect(answers).toEqual([
    ['subscribe', 'a', 1],
    ['subscribe', 'b', 2],
    ['subscribe', 'a', 2],
    ['unsubscribe', 'a', 1],
    ['unsubscribe', 'b', 0],
    ['punsubscribe', null, 0],
    'x',
  ]);
});

test('a subscriber over RESP2 can only subscribe, ping and leave', async () => {
  const [listener] = await twoClients();
  await listener.call('SUBSCRIBE', 'a');
  expect(await listener.ask('GET', 'x')).toEqual(
    new ErrorReply(
      "ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
    ),
  );
  expect(await listener.call('PING')).toEqual(['pong', '']);
  expect(await listener.call('UNSUBSCRIBE', 'a')).toEqual(['unsubscribe', 'a', 0]);
  expect(await listener.call('PING')).toBe('PONG');
});

test('a subscriber over RESP3 gets pushes, and goes on with other commands', async () => {
  const [listener, speaker] = await twoClients();
  await listener.call('HELLO', 3);
  listener.write('SSUBSCRIBE shard\r\n');
  expect(await listener.call('SET', 'a', '1')).toBe('OK');
  expect(await speaker.call('SPUBLISH', 'shard', 'm')).toBe(1);
  expect(await listener.call('GET', 'a')).toBe('1');
  expect(listener.pushes).toEqual([new Push(['ssubscribe', 'shard', 1]), new Push(['smessage', 'shard', 'm'])]);
});

test('a client that publishes to itself reads the message first', async () => {
  const [client] = await twoClients();
  await client.call('HELLO', 3);
  client.write('SUBSCRIBE a\r\n');
  expect(await client.call('PUBLISH', 'a', 'm')).toBe(1);
  expect(client.pushes.at(-1)).toEqual(new Push(['message', 'a', 'm']));
});

test('PUBSUB counts subscribers, and forgets those who left', async () => {
  const [listener, asker] = await twoClients();
  await listener.call('SUBSCRIBE', 'a1');
  await listener.call('SUBSCRIBE', 'b1');
  await listener.call('PSUBSCRIBE', 'a*');
  await listener.call('SSUBSCRIBE', 's');
  expect(await asker.call('PUBSUB', 'CHANNELS', 'a*')).toEqual(['a1']);
  expect(await asker.call('PUBSUB', 'CHANNELS')).toEqual(['a1', 'b1']);
  expect(await asker.call('PUBSUB', 'NUMSUB', 'a1', 'x')).toEqual(['a1', 1, 'x', 0]);
  expect(await asker.call('PUBSUB', 'NUMPAT')).toBe(1);
  expect(await asker.call('PUBSUB', 'SHARDCHANNELS')).toEqual(['s']);
  expect(await asker.call('PUBSUB', 'SHARDNUMSUB', 's')).toEqual(['s', 1]);
  listener.end();
  await listener.closed;
  await expect.poll(() => asker.call('PUBSUB', 'NUMPAT')).toBe(0);
  expect(await asker.call('PUBSUB', 'CHANNELS')).toEqual([]);
});

test('bytes of channels and messages arrive as they were', async () => {
  const [listener, speaker] = await twoClients();
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
  await listener.call('SUBSCRIBE', all);
  await speaker.call('PUBLISH', all, all);
  expect(await listener.next()).toEqual(['message', all, all]);
});
