/** ZADD, ZINCRBY, ZREM, and reads of single members. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient, type TestClient } from '../../harness.ts';

const error = (text: string) => new ErrorReply(text);
const all = (client: TestClient, key: string) => client.call('ZRANGE', key, 0, -1, 'WITHSCORES');

test('ZADD counts new members, and with CH also those whose score changed', async () => {
  const client = await startWithClient();
  expect(await client.call('ZADD', 'z', 1, 'a', 2, 'b')).toBe(2);
  expect(await client.call('ZADD', 'z', 3, 'a', 2, 'b', 4, 'c')).toBe(1);
  expect(await client.call('ZADD', 'z', 'CH', 5, 'a', 2, 'b', 4, 'd')).toBe(2);
  expect(await all(client, 'z')).toEqual(['b', '2', 'c', '4', 'd', '4', 'a', '5']);
});

test('a member that stands twice in one ZADD gets the last score', async () => {
  const client = await startWithClient();
  expect(await client.call('ZADD', 'z', 'CH', 1, 'a', 2, 'a', 3, 'a')).toBe(3);
  expect(await all(client, 'z')).toEqual(['a', '3']);
  expect(await client.call('ZADD', 'new', 'NX', 1, 'a', 2, 'a')).toBe(1);
  expect(await all(client, 'new')).toEqual(['a', '1']);
});

test.each([
  ['NX', ['a', '1', 'b', '7']],
  ['XX', ['a', '7']],
  ['GT', ['a', '7', 'b', '7']],
  ['LT', ['a', '1', 'b', '7']],
])('ZADD %s decides which members change', async (option, expected) => {
  const client = await startWithClient();
  await client.call('ZADD', 'z', 1, 'a');
  await client.call('ZADD', 'z', option, 7, 'a', 7, 'b');
  expect(await all(client, 'z')).toEqual(expected);
});

test('ZADD INCR answers the new score, or null when an option forbids it', async () => {
  const client = await startWithClient();
  expect(await client.call('ZADD', 'z', 'INCR', '1.5', 'a')).toBe('1.5');
  expect(await client.call('ZADD', 'z', 'GT', 'INCR', -1, 'a')).toBe(null);
  expect(await client.call('ZADD', 'z', 'XX', 'INCR', 1, 'b')).toBe(null);
  expect(await client.call('ZINCRBY', 'z', '0.1', 'a')).toBe('1.6000000000000001');
});

test('ZADD refuses what does not fit, and changes nothing', async () => {
  const client = await startWithClient();
  await client.call('SET', 'text', 'x');
  await client.call('ZADD', 'z', '-inf', 'a');
  const notCompatible = 'options at the same time are not compatible';
  expect(await client.ask('ZADD', 'z', 'NX', 'XX', 1, 'b')).toEqual(error(`ERR XX and NX ${notCompatible}`));
  expect(await client.ask('ZADD', 'z', 'GT', 'LT', 1, 'b')).toEqual(error(`ERR GT, LT, and/or NX ${notCompatible}`));
  expect(await client.ask('ZADD', 'z', 1, 'b', 2)).toEqual(error('ERR syntax error'));
  expect(await client.ask('ZADD', 'z', 1, 'b', 'nan', 'c')).toEqual(error('ERR value is not a valid float'));
  expect(await client.ask('ZADD', 'z', '1e400', 'b')).toEqual(error('ERR value is not a valid float'));
  expect(await client.ask('ZADD', 'z', 'INCR', 1, 'b', 2, 'c')).toEqual(
    error('ERR INCR option supports a single increment-element pair'),
  );
  expect(await client.ask('ZINCRBY', 'z', 'inf', 'a')).toEqual(error('ERR resulting score is not a number (NaN)'));
  expect(await client.ask('ZADD', 'text', 1, 'a')).toEqual(
    error('WRONGTYPE Operation against a key holding the wrong kind of value'),
  );
  expect(await all(client, 'z')).toEqual(['a', '-inf']);
});

test('scores are doubles in RESP3, and missing ones null', async () => {
  const client = await startWithClient();
  await client.call('HELLO', 3);
  await client.call('ZADD', 'z', 'inf', 'a', '-inf', 'b', '0.1', 'c');
  expect(await client.call('ZMSCORE', 'z', 'a', 'b', 'c', 'd')).toEqual([Infinity, -Infinity, 0.1, null]);
  expect(await client.call('ZSCORE', 'none', 'a')).toBe(null);
  expect(await client.call('ZRANGE', 'z', 0, 0, 'WITHSCORES')).toEqual([['b', -Infinity]]);
});

test('ranks and counts follow the order of scores, then of bytes', async () => {
  const client = await startWithClient();
  await client.call('ZADD', 'z', 2, 'b', 2, '\xff', 1, 'c', 2, '');
  expect(await client.call('ZRANGE', 'z', 0, -1)).toEqual(['c', '', 'b', '\xff']);
  expect(await client.call('ZRANK', 'z', 'b')).toBe(2);
  expect(await client.call('ZREVRANK', 'z', 'b')).toBe(1);
  expect(await client.call('ZRANK', 'z', 'none')).toBe(null);
  expect(await client.call('ZCOUNT', 'z', '(1', 2)).toBe(3);
  expect(await client.call('ZCOUNT', 'z', '-inf', '(2')).toBe(1);
  expect(await client.call('ZCARD', 'z')).toBe(4);
});

test.each(['__proto__', '', 'constructor', '\0', '\xed\xa0\x80', 'a\r\nb'])(
  '%j is a member like any other',
  async (name) => {
    const client = await startWithClient();
    expect(await client.call('ZADD', name, 1, name)).toBe(1);
    expect(await client.call('ZINCRBY', name, 1, name)).toBe('2');
    expect(await all(client, name)).toEqual([name, '2']);
    expect(await client.call('ZREM', name, name)).toBe(1);
    expect(await client.call('EXISTS', name)).toBe(0);
  },
);

test('-0 keeps its sign only where Redis keeps it: in a set that is not compact', async () => {
  const client = await startWithClient();
  const long = 'm'.repeat(65);
  await client.call('ZADD', 'compact', '-0', 'a');
  await client.call('ZADD', 'large', '-0', long);
  expect(await client.call('ZSCORE', 'compact', 'a')).toBe('0');
  expect(await client.call('ZSCORE', 'large', long)).toBe('-0');
  expect(await all(client, 'large')).toEqual([long, '-0']);
});

test('ZREM deletes a key without members', async () => {
  const client = await startWithClient();
  await client.call('ZADD', 'z', 1, 'a', 2, 'b', 3, 'c');
  expect(await client.call('ZREM', 'z', 'a', 'none', 'a')).toBe(1);
  expect(await client.call('ZREM', 'z', 'c', 'b')).toBe(2);
  expect(await client.call('EXISTS', 'z')).toBe(0);
  expect(await client.call('ZREM', 'z', 'a')).toBe(0);
});

test('the log holds outcomes, and nothing for a command without one', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await client.call('ZADD', 'z', 1, 'a', 'inf', 'b', 2, 'c');
  await client.call('ZADD', 'z', 1, 'a');
  await client.call('ZADD', 'z', 'NX', 5, 'a');
  await client.call('ZINCRBY', 'z', '0.5', 'a');
  await client.call('ZPOPMIN', 'z');
  await client.call('ZREMRANGEBYRANK', 'z', 0, -1);
  await client.call('ZREM', 'z', 'a');
  const recorded = await Array.fromAsync(server.store.events(), ({ type, data }) => [type, data]);
  expect(recorded).toEqual([
    ['ScoresSet', { db: 0, key: 'z', members: ['a', 'b', 'c'], scores: ['1', 'Infinity', '2'] }],
    ['ScoreSet', { db: 0, key: 'z', member: 'a', score: 1.5 }],
    ['ScoreRemoved', { db: 0, key: 'z', member: 'a' }],
    ['KeyDeleted', { db: 0, key: 'z' }],
  ]);
});
