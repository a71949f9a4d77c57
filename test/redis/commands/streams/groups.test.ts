/** Consumer groups. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, type Reply, startServer, startWithClient, type TestClient } from '../../harness.ts';

async function withGroup(entries = 3): Promise<TestClient> {
  const client = await startWithClient();
  await fill(client, entries);
  return client;
}

async function fill(client: TestClient, entries: number): Promise<void> {
  await client.call('XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM');
  for (let at = 1; at <= entries; at++) await client.call('XADD', 's', `${at}-0`, 'f', `v${at}`);
}

/** The ids of the entries of the only stream in a reply. */
function idsOf(reply: Reply): Reply[] {
  return ((reply as Reply[][])[0]![1] as Reply[][]).map(([id]) => id!);
}

function read(client: TestClient, consumer: string, id = '>', ...options: string[]): Promise<Reply> {
  return client.ask('XREADGROUP', 'GROUP', 'g', consumer, ...options, 'STREAMS', 's', id);
}

test('each entry is delivered to one consumer, and is pending until it is acknowledged', async () => {
  const client = await withGroup();
  expect(idsOf(await read(client, 'alice', '>', 'COUNT', '1'))).toEqual(['1-0']);
  expect(idsOf(await read(client, 'bob'))).toEqual(['2-0', '3-0']);
  expect(await read(client, 'bob')).toBe(null);
  expect(await client.call('XPENDING', 's', 'g')).toEqual([
    3,
    '1-0',
    '3-0',
    [
      ['alice', '1'],
      ['bob', '2'],
    ],
  ]);
  expect(await client.call('XACK', 's', 'g', '1-0', '2-0', '9-0')).toBe(2);
  expect(await client.call('XPENDING', 's', 'g')).toEqual([1, '3-0', '3-0', [['bob', '1']]]);
});

test('a consumer reads its history again, without what was deleted', async () => {
  const client = await withGroup();
  await read(client, 'alice');
  await client.call('XDEL', 's', '2-0');
  expect(await read(client, 'alice', '0')).toEqual([
    [
      's',
      [
        ['1-0', ['f', 'v1']],
        ['2-0', null],
        ['3-0', ['f', 'v3']],
      ],
    ],
  ]);
  expect(await client.call('XPENDING', 's', 'g', '-', '+', '10')).toEqual([
    ['1-0', 'alice', expect.any(Number), 2],
    ['2-0', 'alice', expect.any(Number), 1],
    ['3-0', 'alice', expect.any(Number), 2],
  ]);
});

test('NOACK delivers without pending entries', async () => {
  const client = await withGroup();
  expect(idsOf(await read(client, 'alice', '>', 'NOACK'))).toHaveLength(3);
  expect(await client.call('XPENDING', 's', 'g')).toEqual([0, null, null, null]);
});

test('XCLAIM gives entries to another consumer', async () => {
  const client = await withGroup();
  await read(client, 'alice');
  expect(await client.call('XCLAIM', 's', 'g', 'bob', '0', '1-0', '9-0')).toEqual([['1-0', ['f', 'v1']]]);
  expect(await client.call('XCLAIM', 's', 'g', 'bob', '1000000', '2-0')).toEqual([]);
  expect(await client.call('XCLAIM', 's', 'g', 'bob', '0', '3-0', 'RETRYCOUNT', '7', 'JUSTID')).toEqual(['3-0']);
  expect(await client.call('XPENDING', 's', 'g', '-', '+', '10', 'bob')).toEqual([
    ['1-0', 'bob', expect.any(Number), 2],
    ['3-0', 'bob', expect.any(Number), 7],
  ]);
});

test('XAUTOCLAIM goes through what is pending, and forgets deleted entries', async () => {
  const client = await withGroup(4);
  await read(client, 'alice');
  await client.call('XDEL', 's', '2-0');
  expect(await client.call('XAUTOCLAIM', 's', 'g', 'bob', '0', '-', 'COUNT', '2')).toEqual([
    '3-0',
    [['1-0', ['f', 'v1']]],
    ['2-0'],
  ]);
  expect(await client.call('XAUTOCLAIM', 's', 'g', 'bob', '0', '3-0', 'JUSTID')).toEqual(['0-0', ['3-0', '4-0'], []]);
  expect(await client.call('XPENDING', 's', 'g')).toEqual([3, '1-0', '4-0', [['bob', '3']]]);
});

test('groups and consumers come and go', async () => {
  const client = await withGroup();
  expect(await client.ask('XGROUP', 'CREATE', 's', 'g', '0')).toEqual(
    new ErrorReply('BUSYGROUP Consumer Group name already exists'),
  );
  expect(await client.call('XGROUP', 'CREATECONSUMER', 's', 'g', 'carol')).toBe(1);
  expect(await client.call('XGROUP', 'CREATECONSUMER', 's', 'g', 'carol')).toBe(0);
  await read(client, 'alice');
  expect(await client.call('XGROUP', 'DELCONSUMER', 's', 'g', 'alice')).toBe(3);
  expect(await client.call('XPENDING', 's', 'g')).toEqual([0, null, null, null]);
  expect(await client.call('XGROUP', 'SETID', 's', 'g', '2-0')).toBe('OK');
  expect(idsOf(await read(client, 'bob'))).toEqual(['3-0']);
  expect(await client.call('XGROUP', 'DESTROY', 's', 'g')).toBe(1);
  expect(await client.call('XGROUP', 'DESTROY', 's', 'g')).toBe(0);
  expect(await read(client, 'bob')).toEqual(
    new ErrorReply("NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option"),
  );
});

test('the lag counts what the group has not read, and is unknown behind deleted entries', async () => {
  const client = await withGroup(5);
  const lag = async () => ((await client.call('XINFO', 'GROUPS', 's')) as Reply[][])[0]!.slice(-3);
  await read(client, 'alice', '>', 'COUNT', '2');
  expect(await lag()).toEqual([2, 'lag', 3]);
  await client.call('XDEL', 's', '4-0');
  expect(await lag()).toEqual([2, 'lag', null]);
  await read(client, 'alice');
  expect(await lag()).toEqual([5, 'lag', 0]);
});

test('entries deleted before the first one do not count against what a group says it has read', async () => {
  const client = await startWithClient();
  for (const id of ['1-0', '2-0', '3-0']) await client.call('XADD', 's', id, 'f', 'v');
  await client.call('XDEL', 's', '1-0');
  await client.call('XGROUP', 'CREATE', 's', 'g', '0', 'ENTRIESREAD', 0);
  expect(((await client.call('XINFO', 'GROUPS', 's')) as Reply[][])[0]!.slice(-2)).toEqual(['lag', 3]);
});

test('XREADGROUP waits, and is served in the order of arrival', async () => {
  const server = await startServer();
  const [first, second, writer] = [await connectTo(server), await connectTo(server), await connectTo(server)];
  await fill(writer, 0);
  const replies = [read(first, 'alice', '>', 'BLOCK', '0'), read(second, 'bob', '>', 'BLOCK', '0')];
  await settle(writer);
  await writer.call('XADD', 's', '1-0', 'f', 'v');
  await writer.call('XADD', 's', '2-0', 'f', 'v');
  expect((await Promise.all(replies)).map(idsOf)).toEqual([['1-0'], ['2-0']]);
});

test.for([
  [['DEL', 's'], 'UNBLOCKED the stream key no longer exists'],
  [['SET', 's', 'text'], 'UNBLOCKED the stream key no longer exists'],
  [['FLUSHALL'], 'UNBLOCKED the stream key no longer exists'],
  [['XGROUP', 'DESTROY', 's', 'g'], 'NOGROUP the consumer group this client was blocked on no longer exists'],
] as const)('%j ends the wait of XREADGROUP with an error', async ([args, message]) => {
  const server = await startServer();
  const [client, other] = [await connectTo(server), await connectTo(server)];
  await fill(other, 0);
  const waiting = read(client, 'alice', '>', 'BLOCK', '0');
  await settle(other);
  await other.call(...args);
  expect(await waiting).toEqual(new ErrorReply(message));
});

test('a group that gets nothing records nothing', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await fill(client, 1);
  await read(client, 'alice');
  const { sequence } = server.store;
  await read(client, 'alice');
  await read(client, 'new');
  await client.call('XACK', 's', 'g', '9-0');
  await client.call('XCLAIM', 's', 'g', 'bob', '0', '9-0');
  await client.call('XDEL', 's', '9-0');
  await client.call('XTRIM', 's', 'MAXLEN', '10');
  expect(server.store.sequence).toBe(sequence);
});

test('the log holds the outcome of a delivery and of an acknowledgement', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await fill(client, 2);
  await read(client, 'alice', '>', 'COUNT', '1');
  await client.call('XACK', 's', 'g', '1-0');
  const events = [];
  for await (const { type, data } of server.store.events({ from: 5 })) events.push({ type, data });
  const on = { db: 0, key: 's', group: 'g' };
  const at = expect.any(Number);
  expect(events).toEqual([
    { type: 'ConsumerCreated', data: { ...on, consumer: 'alice', at } },
    { type: 'EntryDelivered', data: { ...on, consumer: 'alice', id: '1-0', at, entriesRead: 1 } },
    { type: 'EntryAcknowledged', data: { ...on, id: '1-0' } },
  ]);
});

/** Lets the server read what other clients have sent. */
async function settle(client: TestClient): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await client.call('PING');
}

test('XGROUP SETID takes the edges of a stream, and XGROUP CREATE does not', async () => {
  const client = await withGroup();
  expect(await client.call('XGROUP', 'SETID', 's', 'g', '+')).toBe('OK');
  expect(await read(client, 'alice')).toBe(null);
  expect(await client.call('XGROUP', 'SETID', 's', 'g', '-')).toBe('OK');
  expect(idsOf(await read(client, 'alice'))).toHaveLength(3);
  expect(await client.ask('XGROUP', 'CREATE', 's', 'other', '-')).toEqual(
    new ErrorReply('ERR Invalid stream ID specified as stream command argument'),
  );
});
