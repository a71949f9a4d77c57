/** Client-side caching: a client hears when keys change that it may have cached. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, Push, startServer, type TestClient } from '../../harness.ts';

async function caching(...options: readonly string[]): Promise<readonly [TestClient, TestClient]> {
  const server = await startServer();
  const [client, other] = [await connectTo(server), await connectTo(server)];
  await client.call('HELLO', 3);
  await client.call('CLIENT', 'TRACKING', 'on', ...options);
  return [client, other];
}

const invalid = (...keys: readonly string[]) => new Push(['invalidate', [...keys]]);

test('a key that was read is invalid once another client changes it, and only once', async () => {
  const [client, other] = await caching();
  await client.call('GET', 'read');
  await other.call('SET', 'read', '1');
  await other.call('SET', 'read', '2');
  await other.call('SET', 'unread', '1');
  await client.call('PING');
  expect(client.pushes).toEqual([invalid('read')]);
});

test('a client that changes a key hears of it after the reply, unless it asked for NOLOOP', async () => {
  const [client] = await caching();
  await client.call('GET', 'a');
  await client.call('MULTI');
  await client.call('SET', 'a', '1');
  await client.call('GET', 'a');
  expect(await client.call('EXEC')).toEqual(['OK', '1']);
  await client.call('PING');
  expect(client.pushes).toEqual([invalid('a')]);
  const [quiet] = await caching('NOLOOP');
  await quiet.call('GET', 'a');
  await quiet.call('SET', 'a', '1');
  await quiet.call('PING');
  expect(quiet.pushes).toEqual([]);
});

test('in broadcast mode a client hears of every key with its prefixes', async () => {
  const [client, other] = await caching('BCAST', 'PREFIX', 'a:', 'PREFIX', 'b:');
  await other.call('MULTI');
  for (const key of ['a:1', 'a:2', 'b:1', 'c:1']) await other.call('SET', key, '1');
  await other.call('EXEC');
  await client.call('PING');
  expect(client.pushes).toEqual([invalid('a:1', 'a:2'), invalid('b:1')]);
  expect(await client.ask('CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', 'a:x')).toEqual(
    new ErrorReply(
      "ERR Prefix 'a:x' overlaps with an existing prefix 'a:'. Prefixes for a single client must not overlap.",
    ),
  );
});

test('with OPTIN only a read behind CLIENT CACHING YES counts', async () => {
  const [client, other] = await caching('OPTIN');
  await client.call('GET', 'a');
  await client.call('CLIENT', 'CACHING', 'yes');
  await client.call('GET', 'b');
  await client.call('GET', 'c');
  for (const key of ['a', 'b', 'c']) await other.call('SET', key, '1');
  await client.call('PING');
  expect(client.pushes).toEqual([invalid('b')]);
});

test('messages can go to another connection, over RESP2 by a channel', async () => {
  const server = await startServer();
  const [client, other, listener] = [await connectTo(server), await connectTo(server), await connectTo(server)];
  const id = Number(await listener.call('CLIENT', 'ID'));
  await listener.call('SUBSCRIBE', '__redis__:invalidate');
  await client.call('CLIENT', 'TRACKING', 'on', 'REDIRECT', id);
  expect(await client.call('CLIENT', 'GETREDIR')).toBe(id);
  await client.call('GET', 'a');
  await other.call('SET', 'a', '1');
  expect(await listener.next()).toEqual(['message', '__redis__:invalidate', ['a']]);
  listener.end();
  await expect.poll(() => other.call('CLIENT', 'LIST', 'ID', id)).toBe('');
  await client.call('HELLO', 3);
  await client.call('GET', 'a');
  await other.call('SET', 'a', '2');
  await client.call('PING');
  expect(client.pushes).toEqual([new Push(['tracking-redir-broken', id])]);
  const info = (await client.call('CLIENT', 'TRACKINGINFO')) as Map<string, unknown>;
  expect(info.get('flags')).toEqual(new Set(['on', 'broken_redirect']));
});

test('CLIENT TRACKINGINFO tells what was asked for', async () => {
  const [client] = await caching('OPTOUT', 'NOLOOP');
  await client.call('CLIENT', 'CACHING', 'no');
  expect(await client.call('CLIENT', 'TRACKINGINFO')).toEqual(
    new Map<string, unknown>([
      ['flags', new Set(['on', 'optout', 'caching-no', 'noloop'])],
      ['redirect', 0],
      ['prefixes', []],
    ]),
  );
  await client.call('CLIENT', 'TRACKING', 'off');
  expect(await client.call('CLIENT', 'GETREDIR')).toBe(-1);
});

test('options that contradict each other are refused', async () => {
  const [client] = await caching();
  const texts = [];
  for (const options of [['PREFIX', 'a'], ['BCAST'], ['OPTIN', 'OPTOUT'], ['REDIRECT', '99'], ['NONSENSE']]) {
    texts.push((await client.ask('CLIENT', 'TRACKING', 'on', ...options)) as ErrorReply);
  }
  expect(texts.map(({ message }) => message)).toEqual([
    'ERR PREFIX option requires BCAST mode to be enabled',
    "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
    "ERR You can't specify both OPTIN mode and OPTOUT mode",
    'ERR The client ID you want redirect to does not exist',
    'ERR syntax error',
  ]);
});

test('a flush makes every key invalid, also when there was nothing to delete', async () => {
  const [client, other] = await caching();
  await client.call('GET', 'a');
  await other.call('FLUSHALL');
  await client.call('GET', 'a');
  await client.call('FLUSHDB');
  await client.call('PING');
  expect(client.pushes).toEqual([new Push(['invalidate', null]), new Push(['invalidate', null])]);
});

test('an expired key is invalid, even for the client that changed it with NOLOOP', async () => {
  const [client] = await caching('NOLOOP');
  await client.call('SET', 'a', '1', 'PX', 20);
  await client.call('GET', 'a');
  await expect
    .poll(async () => {
      await client.call('PING');
      return client.pushes;
    })
    .toEqual([invalid('a')]);
});
