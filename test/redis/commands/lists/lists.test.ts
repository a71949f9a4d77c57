/** Commands on lists that do not wait. */
import { describe, expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient, type TestClient } from '../../harness.ts';
import { loggedEffects } from '../../logged.ts';

const WRONG_TYPE = new ErrorReply('WRONGTYPE Operation against a key holding the wrong kind of value');
const NOT_AN_INTEGER = new ErrorReply('ERR value is not an integer or out of range');

async function withList(...items: readonly string[]): Promise<TestClient> {
  const client = await startWithClient();
  await client.call('RPUSH', 'l', ...items);
  await client.call('SET', 'text', 'x');
  return client;
}

function listAt(client: TestClient, key = 'l'): Promise<unknown> {
  return client.call('LRANGE', key, 0, -1);
}

test('items are pushed one after the other, at both ends', async () => {
  const client = await startWithClient();
  expect(await client.call('LPUSH', 'l', 'a', 'b')).toBe(2);
  expect(await client.call('RPUSH', 'l', 'c', 'd')).toBe(4);
  expect(await client.call('LPUSHX', 'l', 'first')).toBe(5);
  expect(await client.call('RPUSHX', 'l', 'last', '')).toBe(7);
  expect(await listAt(client)).toEqual(['first', 'b', 'a', 'c', 'd', 'last', '']);
  expect(await client.call('LPUSHX', 'none', 'a')).toBe(0);
  expect(await client.call('EXISTS', 'none')).toBe(0);
});

test('more items than one effect carries are pushed in order', async () => {
  const client = await startWithClient();
  const items = Array.from({ length: 2_500 }, (_, index) => String(index));
  expect(await client.call('RPUSH', 'l', ...items)).toBe(2_500);
  expect(await listAt(client)).toEqual(items);
  expect(await client.call('LPUSH', 'm', ...items)).toBe(2_500);
  expect(await listAt(client, 'm')).toEqual(items.toReversed());
});

test('pops take from an end, and the key vanishes with the last item', async () => {
  const client = await withList('a', 'b', 'c', 'd', 'e');
  expect(await client.call('LPOP', 'l')).toBe('a');
  expect(await client.call('RPOP', 'l')).toBe('e');
  expect(await client.call('RPOP', 'l', 0)).toEqual([]);
  expect(await client.call('RPOP', 'l', 2)).toEqual(['d', 'c']);
  expect(await client.call('LPOP', 'l', 7)).toEqual(['b']);
  expect(await client.call('EXISTS', 'l')).toBe(0);
  expect(await client.call('LPOP', 'l')).toBe(null);
  expect(await client.ask('LPOP', 'l', -1)).toEqual(new ErrorReply('ERR value is out of range, must be positive'));
  expect(await client.ask('RPOP', 'l', 1, 2)).toEqual(
    new ErrorReply("ERR wrong number of arguments for 'rpop' command"),
  );
});

test('a pop answers a missing key with null, in both protocols', async () => {
  const client = await startWithClient();
  expect([await client.call('LPOP', 'none'), await client.call('LPOP', 'none', 1)]).toEqual([null, null]);
  await client.call('HELLO', 3);
  expect([await client.call('LPOP', 'none'), await client.call('LPOP', 'none', 1)]).toEqual([null, null]);
});

test('LMPOP takes from the first key that holds a list', async () => {
  const client = await withList('a', 'b', 'c');
  expect(await client.call('LMPOP', 2, 'none', 'l', 'LEFT')).toEqual(['l', ['a']]);
  expect(await client.call('LMPOP', 1, 'l', 'right', 'COUNT', 9)).toEqual(['l', ['c', 'b']]);
  expect(await client.call('LMPOP', 1, 'l', 'RIGHT')).toBe(null);
});

test.each([
  [['LMPOP', '0', 'l', 'LEFT'], 'ERR numkeys should be greater than 0'],
  [['LMPOP', 'x', 'l', 'LEFT'], 'ERR numkeys should be greater than 0'],
  [['LMPOP', '2', 'l', 'LEFT'], 'ERR syntax error'],
  [['LMPOP', '9223372036854775807', 'l', 'LEFT'], 'ERR syntax error'],
  [['LMPOP', '1', 'l', 'UP'], 'ERR syntax error'],
  [['LMPOP', '1', 'l', 'LEFT', 'COUNT'], 'ERR syntax error'],
  [['LMPOP', '1', 'l', 'LEFT', 'COUNT', '0'], 'ERR count should be greater than 0'],
  [['LMPOP', '1', 'l', 'LEFT', 'COUNT', '1', 'COUNT', '2'], 'ERR syntax error'],
  [['LMOVE', 'l', 'l', 'LEFT', 'UP'], 'ERR syntax error'],
  [['LINSERT', 'l', 'BESIDE', 'a', 'b'], 'ERR syntax error'],
  [['LSET', 'l', '3', 'x'], 'ERR index out of range'],
  [['LSET', 'l', '-4', 'x'], 'ERR index out of range'],
  [['LSET', 'none', '0', 'x'], 'ERR no such key'],
  [['LPOS', 'l', 'a', 'COUNT', '-1'], "ERR COUNT can't be negative"],
  [['LPOS', 'l', 'a', 'MAXLEN', '-1'], "ERR MAXLEN can't be negative"],
  [['LPOS', 'l', 'a', 'RANK'], 'ERR syntax error'],
])('%j is refused, and the list stays', async (args, message) => {
  const client = await withList('a', 'b', 'c');
  expect(await client.ask(...args)).toEqual(new ErrorReply(message));
  expect(await listAt(client)).toEqual(['a', 'b', 'c']);
});

test.each([
  ['LPUSH', 'text', 'a'],
  ['RPUSHX', 'text', 'a'],
  ['LPOP', 'text'],
  ['RPOP', 'text', '2'],
  ['LLEN', 'text'],
  ['LINDEX', 'text', '0'],
  ['LRANGE', 'text', '0', '-1'],
  ['LPOS', 'text', 'a'],
  ['LSET', 'text', '0', 'a'],
  ['LINSERT', 'text', 'BEFORE', 'a', 'b'],
  ['LREM', 'text', '0', 'a'],
  ['LTRIM', 'text', '0', '1'],
  ['LMOVE', 'text', 'l', 'LEFT', 'LEFT'],
  ['LMOVE', 'l', 'text', 'LEFT', 'LEFT'],
  ['RPOPLPUSH', 'l', 'text'],
  ['LMPOP', '2', 'text', 'l', 'LEFT'],
  ['BLPOP', 'text', 'l', '0'],
  ['BLMOVE', 'l', 'text', 'LEFT', 'LEFT', '0'],
])('%s refuses a value of another kind', async (...args) => {
  const client = await withList('a', 'b');
  expect(await client.ask(...args)).toEqual(WRONG_TYPE);
  expect(await listAt(client)).toEqual(['a', 'b']);
});

describe('reading', () => {
  test('indices count from both ends', async () => {
    const client = await withList('a', 'b', 'c');
    expect(await client.call('LLEN', 'l')).toBe(3);
    expect(await client.call('LLEN', 'none')).toBe(0);
    expect(await client.call('LINDEX', 'l', 0)).toBe('a');
    expect(await client.call('LINDEX', 'l', -1)).toBe('c');
    expect(await client.call('LINDEX', 'l', 3)).toBe(null);
    expect(await client.call('LINDEX', 'l', '-9223372036854775808')).toBe(null);
    expect(await client.ask('LINDEX', 'l', 'x')).toEqual(NOT_AN_INTEGER);
  });

  test.each([
    [0, -1, 'abcde'],
    [1, 2, 'bc'],
    [-2, 100, 'de'],
    [-100, 0, 'a'],
    [3, 1, ''],
    [5, 9, ''],
    [0, -9, ''],
  ])('LRANGE %i %i', async (first, last, expected) => {
    const client = await withList(...'abcde');
    expect(((await client.call('LRANGE', 'l', first, last)) as string[]).join('')).toBe(expected);
    expect(await client.call('LRANGE', 'none', first, last)).toEqual([]);
  });

  test('LPOS finds by rank, count and length', async () => {
    const client = await withList(...'abcabcx');
    expect(await client.call('LPOS', 'l', 'b')).toBe(1);
    expect(await client.call('LPOS', 'l', 'b', 'RANK', 2)).toBe(4);
    expect(await client.call('LPOS', 'l', 'b', 'RANK', -1)).toBe(4);
    expect(await client.call('LPOS', 'l', 'b', 'COUNT', 0, 'RANK', -1)).toEqual([4, 1]);
    expect(await client.call('LPOS', 'l', 'b', 'COUNT', 1)).toEqual([1]);
    expect(await client.call('LPOS', 'l', 'b', 'COUNT', 0, 'MAXLEN', 4)).toEqual([1]);
    expect(await client.call('LPOS', 'l', 'b', 'RANK', 3)).toBe(null);
    expect(await client.call('LPOS', 'none', 'b', 'COUNT', 2)).toEqual([]);
    expect(await client.call('LPOS', 'none', 'b')).toBe(null);
    const rank = (await client.ask('LPOS', 'l', 'b', 'RANK', 0)) as ErrorReply;
    expect(rank.message).toMatch(/^ERR RANK can't be zero: use 1 to start from the first match/);
  });
});

describe('changing', () => {
  test('LSET, LINSERT, LREM and LTRIM', async () => {
    const client = await withList(...'abcab');
    expect(await client.call('LSET', 'l', -1, 'z')).toBe('OK');
    expect(await client.call('LINSERT', 'l', 'AFTER', 'a', 'new')).toBe(6);
    expect(await client.call('LINSERT', 'l', 'before', 'c', 'new')).toBe(7);
    expect(await client.call('LINSERT', 'l', 'before', 'none', 'new')).toBe(-1);
    expect(await client.call('LINSERT', 'none', 'before', 'c', 'new')).toBe(0);
    expect(await listAt(client)).toEqual(['a', 'new', 'b', 'new', 'c', 'a', 'z']);
    expect(await client.call('LREM', 'l', -1, 'new')).toBe(1);
    expect(await client.call('LREM', 'l', 0, 'a')).toBe(2);
    expect(await client.call('LREM', 'l', 5, 'none')).toBe(0);
    expect(await listAt(client)).toEqual(['new', 'b', 'c', 'z']);
    expect(await client.call('LTRIM', 'l', 1, -2)).toBe('OK');
    expect(await listAt(client)).toEqual(['b', 'c']);
    expect(await client.call('LTRIM', 'l', 5, 9)).toBe('OK');
    expect(await client.call('EXISTS', 'l')).toBe(0);
  });

  test('LREM of the last items deletes the key', async () => {
    const client = await withList('a', 'a');
    expect(await client.call('LREM', 'l', 2, 'a')).toBe(2);
    expect(await client.call('EXISTS', 'l')).toBe(0);
  });

  test('LMOVE and RPOPLPUSH move between ends, also of one list', async () => {
    const client = await withList(...'abcd');
    expect(await client.call('LMOVE', 'l', 'to', 'LEFT', 'RIGHT')).toBe('a');
    expect(await client.call('LMOVE', 'l', 'to', 'right', 'right')).toBe('d');
    expect(await client.call('RPOPLPUSH', 'l', 'to')).toBe('c');
    expect(await listAt(client, 'to')).toEqual(['c', 'a', 'd']);
    expect(await client.call('RPOPLPUSH', 'to', 'to')).toBe('d');
    expect(await client.call('LMOVE', 'to', 'to', 'LEFT', 'LEFT')).toBe('d');
    expect(await listAt(client, 'to')).toEqual(['d', 'c', 'a']);
    expect(await client.call('RPOPLPUSH', 'l', 'l')).toBe('b');
    expect(await client.call('RPOPLPUSH', 'l', 'to')).toBe('b');
    expect(await client.call('EXISTS', 'l')).toBe(0);
    expect(await client.call('RPOPLPUSH', 'l', 'to')).toBe(null);
  });
});

test('the log holds what changed, and nothing of calls that changed nothing', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await client.call('RPUSH', 'l', 'a', 'b', 'a');
  await client.call('LPUSH', 'l', 'z');
  await client.call('RPOP', 'l', 1);
  await client.call('LMOVE', 'l', 'm', 'LEFT', 'RIGHT');
  await client.call('LREM', 'l', 0, 'a');
  await client.call('LREM', 'l', 0, 'none');
  await client.call('LTRIM', 'l', 0, 5);
  await client.call('LPOP', 'l', 0);
  await client.call('LPOP', 'none');
  await client.call('LINSERT', 'm', 'BEFORE', 'none', 'x');
  expect(await loggedEffects(server)).toEqual([
    ['ListItemsPushed', { key: 'l', end: 'right', items: ['a', 'b', 'a'] }],
    ['ListItemPushed', { key: 'l', end: 'left', item: 'z' }],
    ['ListItemsPopped', { key: 'l', end: 'right', count: 1 }],
    ['ListItemMoved', { key: 'l', end: 'left', toKey: 'm', toEnd: 'right' }],
    ['ListItemsRemoved', { key: 'l', end: 'left', item: 'a', count: 1 }],
  ]);
  expect((await server.store.verify()).ok).toBe(true);
});
