/** BLPOP and its like: who waits, who is served, and in which order. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, type Reply, startServer, type TestClient } from '../../harness.ts';
import { loggedEffects } from '../../logged.ts';

interface Scene {
  readonly server: Awaited<ReturnType<typeof startServer>>;
  /** Does what the waiting clients wait for. */
  readonly client: TestClient;
  /** Sends a command on a new connection, and resolves when the client is blocked. Its reply comes later. */
  wait(...args: readonly (string | number)[]): Promise<{ readonly reply: Promise<Reply>; readonly client: TestClient }>;
}

async function scene(): Promise<Scene> {
  const server = await startServer();
  const client = await connectTo(server);
  const ids: number[] = [];
  return {
    server,
    client,
    async wait(...args) {
      const waiting = await connectTo(server);
      ids.push((await waiting.call('CLIENT', 'ID')) as number);
      const reply = waiting.ask(...args);
      while (!isBlocked(await client.call('CLIENT', 'LIST', 'ID', ids.at(-1)!)));
      return { reply, client: waiting };
    },
  };
}

function isBlocked(line: Reply): boolean {
  return /flags=b/.test(String(line));
}

test('a list that is there is popped at once, by the first key that has one', async () => {
  const { client } = await scene();
  await client.call('RPUSH', 'b', '1', '2', '3', '4');
  expect(await client.call('BLPOP', 'a', 'b', 0)).toEqual(['b', '1']);
  expect(await client.call('BRPOP', 'a', 'b', 'b', 0)).toEqual(['b', '4']);
  expect(await client.call('BLMPOP', 0, 2, 'a', 'b', 'RIGHT', 'COUNT', 5)).toEqual(['b', ['3', '2']]);
});

test('a push serves those who wait, first come first served, and the log holds the pops', async () => {
  const { server, client, wait } = await scene();
  const first = await wait('BLPOP', 'l', 0);
  const second = await wait('BRPOP', 'l', 0);
  const third = await wait('BLMPOP', 0, 2, 'x', 'l', 'LEFT', 'COUNT', 2);
  expect(await client.call('RPUSH', 'l', 'a', 'b', 'c', 'd', 'e')).toBe(5);
  expect(await first.reply).toEqual(['l', 'a']);
  expect(await second.reply).toEqual(['l', 'e']);
  expect(await third.reply).toEqual(['l', ['b', 'c']]);
  expect(await client.call('LRANGE', 'l', 0, -1)).toEqual(['d']);
  expect(await loggedEffects(server)).toEqual([
    ['ListItemsPushed', { key: 'l', end: 'right', items: ['a', 'b', 'c', 'd', 'e'] }],
    ['ListItemsPopped', { key: 'l', end: 'left', count: 1 }],
    ['ListItemsPopped', { key: 'l', end: 'right', count: 1 }],
    ['ListItemsPopped', { key: 'l', end: 'left', count: 2 }],
  ]);
});

test('the key that got its items first serves, whatever the order of the arguments', async () => {
  const { client, wait } = await scene();
  const { reply } = await wait('BLPOP', 'a', 'b', 0);
  await client.call('MULTI');
  await client.call('RPUSH', 'b', '1');
  await client.call('RPUSH', 'a', '2');
  await client.call('EXEC');
  expect(await reply).toEqual(['b', '1']);
  expect(await client.call('LRANGE', 'a', 0, -1)).toEqual(['2']);
});

test('a transaction serves at its end: a list that it deletes or replaces serves no client', async () => {
  const { client, wait } = await scene();
  const { reply } = await wait('BLPOP', 'l', 0);
  for (const last of [
    ['DEL', 'l'],
    ['SET', 'l', 'text'],
  ]) {
    await client.call('MULTI');
    await client.call('RPUSH', 'l', 'a');
    await client.call('DEL', 'l');
    await client.call(...last);
    await client.call('EXEC');
  }
  await client.call('DEL', 'l');
  await client.call('RPUSH', 'l', 'b');
  expect(await reply).toEqual(['l', 'b']);
});

test('moves that wait for each other form a chain', async () => {
  const { client, wait } = await scene();
  const second = await wait('BLMOVE', 'b', 'c', 'LEFT', 'RIGHT', 0);
  const first = await wait('BLMOVE', 'a', 'b', 'RIGHT', 'LEFT', 0);
  const third = await wait('BRPOPLPUSH', 'c', 'd', 0);
  await client.call('RPUSH', 'a', 'item');
  expect(await Promise.all([first.reply, second.reply, third.reply])).toEqual(['item', 'item', 'item']);
  expect(await client.call('LRANGE', 'd', 0, -1)).toEqual(['item']);
  expect(await client.call('EXISTS', 'a', 'b', 'c')).toBe(0);
});

test('moves in a circle, and from a list to itself, end', async () => {
  const { client, wait } = await scene();
  const [one, two] = [await wait('BRPOPLPUSH', 'a', 'b', 0), await wait('BRPOPLPUSH', 'b', 'a', 0)];
  const self = await wait('BRPOPLPUSH', 'c', 'c', 0);
  await client.call('RPUSH', 'a', 'x');
  await client.call('RPUSH', 'c', 'y');
  expect(await Promise.all([one.reply, two.reply, self.reply])).toEqual(['x', 'x', 'y']);
  expect(await client.call('LRANGE', 'a', 0, -1)).toEqual(['x']);
  expect(await client.call('LRANGE', 'c', 0, -1)).toEqual(['y']);
});

test('a target of another kind fails its client, and the next one gets the item', async () => {
  const { client, wait } = await scene();
  await client.call('SET', 'text', 'x');
  const failing = await wait('BLMOVE', 'a', 'text', 'LEFT', 'LEFT', 0);
  const next = await wait('BLMOVE', 'a', 'b', 'LEFT', 'LEFT', 0);
  await client.call('RPUSH', 'a', 'item');
  expect(await failing.reply).toEqual(
    new ErrorReply('WRONGTYPE Operation against a key holding the wrong kind of value'),
  );
  expect(await next.reply).toBe('item');
});

test('the end of the time is answered with null, a fraction of a second too', async () => {
  const { client } = await scene();
  expect(await client.call('BLPOP', 'a', '0.01')).toBe(null);
  expect(await client.call('BLMOVE', 'a', 'b', 'LEFT', 'LEFT', '0.001')).toBe(null);
  expect(await client.call('BLMPOP', '0.0001', 1, 'a', 'LEFT')).toBe(null);
  expect(await client.call('PING')).toBe('PONG');
});

test.each([
  ['x', 'ERR timeout is not a float or out of range'],
  ['nan', 'ERR timeout is not a float or out of range'],
  ['-1', 'ERR timeout is negative'],
  ['inf', 'ERR timeout is negative'],
  ['9223372036854776', 'ERR timeout is negative'],
])('a timeout of %s is refused', async (timeout, message) => {
  const { client } = await scene();
  expect(await client.ask('BLPOP', 'a', timeout)).toEqual(new ErrorReply(message));
});

test('nothing blocks inside a transaction', async () => {
  const { client } = await scene();
  await client.call('MULTI');
  await client.call('BLPOP', 'a', 0);
  await client.call('BLMOVE', 'a', 'b', 'LEFT', 'LEFT', 0);
  await client.call('BLMPOP', 0, 1, 'a', 'LEFT');
  expect(await client.call('EXEC')).toEqual([null, null, null]);
});

test('a client that left takes nothing', async () => {
  const { client, wait } = await scene();
  const { client: leaving } = await wait('BLPOP', 'l', 0);
  leaving.end();
  while (/flags=b/.test(String(await client.call('CLIENT', 'LIST'))));
  await client.call('RPUSH', 'l', 'kept');
  expect(await client.call('LRANGE', 'l', 0, -1)).toEqual(['kept']);
});

test('CLIENT UNBLOCK ends a wait as its timeout does, or with an error', async () => {
  const { client, wait } = await scene();
  const ids: number[] = [];
  const waits = [await wait('BLPOP', 'l', 0), await wait('BLPOP', 'l', 0)];
  for (const line of String(await client.call('CLIENT', 'LIST')).split('\n')) {
    if (/flags=b/.test(line)) ids.push(Number(/id=(\d+)/.exec(line)![1]));
  }
  expect(await client.call('CLIENT', 'UNBLOCK', ids[0]!)).toBe(1);
  expect(await client.call('CLIENT', 'UNBLOCK', ids[1]!, 'ERROR')).toBe(1);
  expect(await waits[0]!.reply).toBe(null);
  expect(await waits[1]!.reply).toEqual(new ErrorReply('UNBLOCKED client unblocked via CLIENT UNBLOCK'));
});

test('what a client sent while it waited is answered afterwards, in order', async () => {
  const { client, wait } = await scene();
  const { reply, client: waiting } = await wait('BLPOP', 'l', 0);
  const later = [waiting.call('RPUSH', 'm', 'x'), waiting.call('PING')];
  await client.call('RPUSH', 'l', 'a');
  expect(await reply).toEqual(['l', 'a']);
  expect(await Promise.all(later)).toEqual([1, 'PONG']);
});

test('a list that RENAME or SWAPDB brings serves, and one that has expired does not', async () => {
  const { client, wait } = await scene();
  const renamed = await wait('BLPOP', 'l', 0);
  await client.call('RPUSH', 'other', 'a');
  await client.call('RENAME', 'other', 'l');
  expect(await renamed.reply).toEqual(['l', 'a']);

  const swapped = await wait('BLPOP', 'l', 0);
  await client.call('SELECT', 1);
  await client.call('RPUSH', 'l', 'old');
  await client.call('PEXPIRE', 'l', 1);
  while ((await client.call('PTTL', 'l')) !== -2);
  await client.call('SWAPDB', 0, 1);
  await client.call('SWAPDB', 0, 1);
  await client.call('RPUSH', 'l', 'b');
  await client.call('SWAPDB', 0, 1);
  expect(await swapped.reply).toEqual(['l', 'b']);
});

test('a served move changes its target for those who watch it', async () => {
  const { server, client, wait } = await scene();
  const { reply } = await wait('BRPOPLPUSH', 'a', 'b', 0);
  const watcher = await connectTo(server);
  await watcher.call('WATCH', 'b');
  await client.call('RPUSH', 'a', 'x');
  await watcher.call('MULTI');
  await watcher.call('PING');
  expect(await watcher.call('EXEC')).toBe(null);
  expect(await reply).toBe('x');
});
