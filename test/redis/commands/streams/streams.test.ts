/** Streams: entries, ranges, trimming and reading. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient, type TestClient } from '../../harness.ts';

async function withEntries(...ids: string[]): Promise<TestClient> {
  const client = await startWithClient();
  for (const id of ids) await client.call('XADD', 's', id, 'f', id);
  return client;
}

test('XADD answers the id, and ids only grow', async () => {
  const client = await startWithClient();
  const id = String(await client.call('XADD', 's', '*', 'f', 'v'));
  expect(id).toMatch(/^\d{13}-\d+$/);
  expect(await client.call('XADD', 's', '9999999999999-5', 'f', 'v')).toBe('9999999999999-5');
  expect(await client.call('XADD', 's', '*', 'f', 'v')).toBe('9999999999999-6');
  expect(await client.call('XADD', 's', '9999999999999-*', 'f', 'v')).toBe('9999999999999-7');
  expect(await client.call('XADD', 's', '18446744073709551615-*', 'a', '1', 'b', '2')).toBe('18446744073709551615-0');
  expect(await client.ask('XADD', 's', '5', 'f', 'v')).toEqual(
    new ErrorReply('ERR The ID specified in XADD is equal or smaller than the target stream top item'),
  );
  expect(await client.call('XLEN', 's')).toBe(5);
});

test.for([
  [['0-0', 'f', 'v'], 'ERR The ID specified in XADD must be greater than 0-0'],
  [['x', 'f', 'v'], 'ERR Invalid stream ID specified as stream command argument'],
  [['18446744073709551616', 'f', 'v'], 'ERR Invalid stream ID specified as stream command argument'],
  [['1-1', 'f', 'v', 'g'], "ERR wrong number of arguments for 'xadd' command"],
  [
    ['MAXLEN', '5', 'MINID', '3', '*', 'f', 'v'],
    'ERR syntax error, MAXLEN and MINID options at the same time are not compatible',
  ],
  [['MAXLEN', '5', 'LIMIT', '5', '*', 'f', 'v'], 'ERR syntax error, LIMIT cannot be used without the special ~ option'],
  [['MAXLEN', '-1', '*', 'f', 'v'], 'ERR The MAXLEN argument must be >= 0.'],
] as const)('XADD refuses %j, and makes no stream', async ([args, message]) => {
  const client = await startWithClient();
  expect(await client.ask('XADD', 's', ...args)).toEqual(new ErrorReply(message));
  expect(await client.call('EXISTS', 's')).toBe(0);
});

test('XADD with NOMKSTREAM makes no stream', async () => {
  const client = await startWithClient();
  expect(await client.call('XADD', 's', 'NOMKSTREAM', '*', 'f', 'v')).toBe(null);
  expect(await client.call('XLEN', 's')).toBe(0);
});

test('ranges take ids, milliseconds, exclusive bounds and a count', async () => {
  const client = await withEntries('1-1', '1-2', '2-1', '3-1');
  const ids = async (...args: string[]) => ((await client.call(...args)) as string[][]).map(([id]) => id);
  expect(await ids('XRANGE', 's', '-', '+')).toEqual(['1-1', '1-2', '2-1', '3-1']);
  expect(await ids('XRANGE', 's', '1', '1')).toEqual(['1-1', '1-2']);
  expect(await ids('XRANGE', 's', '(1-1', '(3-1')).toEqual(['1-2', '2-1']);
  expect(await ids('XREVRANGE', 's', '+', '1-2', 'COUNT', '2')).toEqual(['3-1', '2-1']);
  expect(await client.call('XRANGE', 's', '-', '+', 'COUNT', '0')).toBe(null);
  expect(await client.ask('XRANGE', 's', '(18446744073709551615-18446744073709551615', '+')).toEqual(
    new ErrorReply('ERR invalid start ID for the interval'),
  );
});

test('a stream stays when its last entry is deleted, and remembers its ids', async () => {
  const client = await withEntries('1-1', '2-1');
  expect(await client.call('XDEL', 's', '1-1', '2-1', '2-1', '3-1')).toBe(2);
  expect(await client.call('EXISTS', 's')).toBe(1);
  expect(await client.ask('XADD', 's', '2-1', 'f', 'v')).toBeInstanceOf(ErrorReply);
  expect(await client.call('XINFO', 'STREAM', 's')).toEqual(
    expect.arrayContaining(['last-generated-id', '2-1', 'max-deleted-entry-id', '2-1', 'entries-added', 2]),
  );
});

test('trimming leaves the newest entries, or those from an id on', async () => {
  const client = await withEntries('1-1', '2-1', '3-1', '4-1', '5-1');
  expect(await client.call('XTRIM', 's', 'MAXLEN', '4')).toBe(1);
  expect(await client.call('XTRIM', 's', 'MINID', '=', '4')).toBe(2);
  expect(await client.call('XTRIM', 's', 'MAXLEN', '~', '0', 'LIMIT', '1')).toBe(0);
  await client.call('XADD', 's', 'MAXLEN', '1', '6-1', 'f', 'v');
  expect(await client.call('XRANGE', 's', '-', '+')).toEqual([['6-1', ['f', 'v']]]);
});

test('approximate trimming deletes whole nodes of a hundred entries', async () => {
  const client = await startWithClient();
  const added = Array.from({ length: 250 }, (_, at) => client.call('XADD', 's', `${at + 1}-0`, 'f', 'v'));
  await Promise.all(added);
  expect(await client.call('XTRIM', 's', 'MAXLEN', '~', '120')).toBe(100);
  expect(await client.call('XTRIM', 's', 'MAXLEN', '30')).toBe(120);
  expect(await client.call('XTRIM', 's', 'MAXLEN', '~', '1')).toBe(0);
});

test('XREAD gives what came after an id, and nothing without news', async () => {
  const client = await withEntries('1-1', '2-1');
  expect(await client.call('XREAD', 'STREAMS', 's', 'none', '1-1', '0')).toEqual([['s', [['2-1', ['f', '2-1']]]]]);
  expect(await client.call('XREAD', 'COUNT', '1', 'STREAMS', 's', '0')).toEqual([['s', [['1-1', ['f', '1-1']]]]]);
  expect(await client.call('XREAD', 'STREAMS', 's', '$')).toBe(null);
});

test('XREAD with $ waits for entries after those that are there now', async () => {
  const server = await startServer();
  const [client, other] = [await connectTo(server), await connectTo(server)];
  await other.call('XADD', 's', '1-1', 'f', 'old');
  const waiting = client.call('XREAD', 'BLOCK', '0', 'STREAMS', 's', 'none', '$', '$');
  await settle(other);
  await other.call('DEL', 's');
  await other.call('XADD', 's', '1-1', 'f', 'same id');
  await other.call('XADD', 's', '2-1', 'f', 'new');
  expect(await waiting).toEqual([['s', [['2-1', ['f', 'new']]]]]);
});

test('XREAD that waits in vain answers null', async () => {
  const client = await startWithClient();
  expect(await client.call('XREAD', 'BLOCK', '1', 'STREAMS', 's', '$')).toBe(null);
  await client.call('MULTI');
  await client.call('XREAD', 'BLOCK', '0', 'STREAMS', 's', '$');
  expect(await client.call('EXEC')).toEqual([null]);
});

test('RESP3 answers maps', async () => {
  const client = await withEntries('1-1');
  await client.call('HELLO', '3');
  expect(await client.call('XREAD', 'STREAMS', 's', '0')).toEqual(new Map([['s', [['1-1', ['f', '1-1']]]]]));
  expect(await client.call('XINFO', 'STREAM', 's')).toBeInstanceOf(Map);
});

test('XSETID moves the last id, but not below an entry', async () => {
  const client = await withEntries('5-1');
  expect(await client.call('XSETID', 's', '9-0', 'ENTRIESADDED', '7', 'MAXDELETEDID', '3-0')).toBe('OK');
  expect(await client.ask('XSETID', 's', '4-0')).toEqual(
    new ErrorReply('ERR The ID specified in XSETID is smaller than the target stream top item'),
  );
  expect(await client.call('XADD', 's', '9-*', 'f', 'v')).toBe('9-1');
});

/** Lets the server read what other clients have sent. */
async function settle(client: TestClient): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await client.call('PING');
}
