/** Commands on hashes. */
import { describe, expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient, type TestClient } from '../../harness.ts';
import { loggedEffects } from '../../logged.ts';

const WRONG_TYPE = new ErrorReply('WRONGTYPE Operation against a key holding the wrong kind of value');

async function withHash(...entries: readonly (string | number)[]): Promise<TestClient> {
  const client = await startWithClient();
  await client.call('HSET', 'h', ...entries);
  await client.call('SET', 'text', 'x');
  return client;
}

test('HSET counts new fields once, and replaces values', async () => {
  const client = await startWithClient();
  expect(await client.call('HSET', 'h', 'a', '1', 'b', '2', 'a', '3')).toBe(2);
  expect(await client.call('HSET', 'h', 'a', '4', 'c', '5')).toBe(1);
  expect(await client.call('HMSET', 'h', 'd', '6')).toBe('OK');
  expect(await client.call('HSETNX', 'h', 'd', '7')).toBe(0);
  expect(await client.call('HSETNX', 'h', '', '8')).toBe(1);
  expect(await client.call('HGETALL', 'h')).toEqual(['a', '4', 'b', '2', 'c', '5', 'd', '6', '', '8']);
  expect(await client.ask('HSET', 'h', 'a', '1', 'b')).toEqual(
    new ErrorReply("ERR wrong number of arguments for 'hset' command"),
  );
  expect(await client.ask('HMSET', 'h', 'a', '1', 'b')).toEqual(
    new ErrorReply("ERR wrong number of arguments for 'hmset' command"),
  );
});

test('fields and values are bytes, and no name is special', async () => {
  const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
  const client = await withHash('__proto__', bytes, bytes, '__proto__', 'constructor', '\xed\xa0\x80');
  expect(await client.call('HMGET', 'h', '__proto__', bytes, 'constructor', 'toString')).toEqual([
    bytes,
    '__proto__',
    '\xed\xa0\x80',
    null,
  ]);
});

test('reading', async () => {
  const client = await withHash('a', '1', 'b', 'two');
  expect(await client.call('HGET', 'h', 'b')).toBe('two');
  expect(await client.call('HGET', 'h', 'none')).toBe(null);
  expect(await client.call('HMGET', 'none', 'a', 'b')).toEqual([null, null]);
  expect(await client.call('HLEN', 'h')).toBe(2);
  expect(await client.call('HSTRLEN', 'h', 'b')).toBe(3);
  expect(await client.call('HSTRLEN', 'h', 'none')).toBe(0);
  expect(await client.call('HEXISTS', 'h', 'a')).toBe(1);
  expect(await client.call('HEXISTS', 'none', 'a')).toBe(0);
  expect(await client.call('HKEYS', 'h')).toEqual(['a', 'b']);
  expect(await client.call('HVALS', 'h')).toEqual(['1', 'two']);
  expect(await client.call('HGETALL', 'none')).toEqual([]);
  await client.call('HELLO', 3);
  expect(await client.call('HGETALL', 'h')).toEqual(
    new Map([
      ['a', '1'],
      ['b', 'two'],
    ]),
  );
});

test('HDEL deletes the key with its last field', async () => {
  const client = await withHash('a', '1', 'b', '2', 'c', '3');
  expect(await client.call('HDEL', 'h', 'a', 'none', 'a')).toBe(1);
  expect(await client.call('HDEL', 'h', 'b', 'c')).toBe(2);
  expect(await client.call('EXISTS', 'h')).toBe(0);
  expect(await client.call('HDEL', 'h', 'b')).toBe(0);
});

test.each([
  ['HSET', 'text', 'a', '1'],
  ['HSETNX', 'text', 'a', '1'],
  ['HGET', 'text', 'a'],
  ['HMGET', 'text', 'a'],
  ['HDEL', 'text', 'a'],
  ['HLEN', 'text'],
  ['HGETALL', 'text'],
  ['HINCRBY', 'text', 'a', '1'],
  ['HINCRBYFLOAT', 'text', 'a', '1'],
  ['HRANDFIELD', 'text'],
  ['HRANDFIELD', 'text', '1'],
  ['HSCAN', 'text', '0'],
])('%s refuses a value of another kind', async (...args) => {
  const client = await withHash('a', '1');
  expect(await client.ask(...args)).toEqual(WRONG_TYPE);
});

describe('counters', () => {
  test('HINCRBY counts in 64 bits', async () => {
    const client = await withHash('n', '5', 'max', '9223372036854775807', 'text', ' 1');
    expect(await client.call('HINCRBY', 'h', 'n', -7)).toBe(-2);
    expect(await client.call('HINCRBY', 'h', 'new', 3)).toBe(3);
    expect(await client.call('HINCRBY', 'fresh', 'f', 1)).toBe(1);
    expect(await client.call('HINCRBY', 'h', 'max', -1)).toBe(9223372036854775806n);
    expect(await client.ask('HINCRBY', 'h', 'max', 2)).toEqual(
      new ErrorReply('ERR increment or decrement would overflow'),
    );
    expect(await client.ask('HINCRBY', 'h', 'text', 1)).toEqual(new ErrorReply('ERR hash value is not an integer'));
    expect(await client.ask('HINCRBY', 'h', 'n', 'x')).toEqual(
      new ErrorReply('ERR value is not an integer or out of range'),
    );
  });

  test('HINCRBYFLOAT adds with the precision of a long double', async () => {
    const client = await withHash('n', '0.1', 'text', '1 ', 'huge', '1e4932');
    expect(await client.call('HINCRBYFLOAT', 'h', 'n', '0.2')).toBe('0.3');
    expect(await client.call('HINCRBYFLOAT', 'h', 'n', '1e3')).toBe('1000.29999999999999999');
    expect(await client.call('HGET', 'h', 'n')).toBe('1000.29999999999999999');
    expect(await client.ask('HINCRBYFLOAT', 'h', 'text', '1')).toEqual(new ErrorReply('ERR hash value is not a float'));
    expect(await client.ask('HINCRBYFLOAT', 'h', 'n', 'inf')).toEqual(new ErrorReply('ERR value is NaN or Infinity'));
    expect(await client.ask('HINCRBYFLOAT', 'h', 'n', 'x')).toEqual(new ErrorReply('ERR value is not a valid float'));
    expect(await client.ask('HINCRBYFLOAT', 'h', 'huge', '1e4932')).toEqual(
      new ErrorReply('ERR increment would produce NaN or Infinity'),
    );
  });
});

describe('HRANDFIELD', () => {
  test('gives different fields for a positive count, and any for a negative one', async () => {
    const client = await withHash('a', '1', 'b', '2', 'c', '3');
    expect(['a', 'b', 'c']).toContain(await client.call('HRANDFIELD', 'h'));
    expect(new Set((await client.call('HRANDFIELD', 'h', 2)) as string[]).size).toBe(2);
    expect(((await client.call('HRANDFIELD', 'h', 9)) as string[]).sort()).toEqual(['a', 'b', 'c']);
    expect(await client.call('HRANDFIELD', 'h', -20)).toHaveLength(20);
    expect(await client.call('HRANDFIELD', 'h', 0)).toEqual([]);
    expect(await client.call('HRANDFIELD', 'none')).toBe(null);
    expect(await client.call('HRANDFIELD', 'none', 3)).toEqual([]);
  });

  test('adds values: flat in RESP2, in pairs in RESP3', async () => {
    const client = await withHash('a', '1');
    expect(await client.call('HRANDFIELD', 'h', -2, 'WITHVALUES')).toEqual(['a', '1', 'a', '1']);
    await client.call('HELLO', 3);
    expect(await client.call('HRANDFIELD', 'h', 5, 'withvalues')).toEqual([['a', '1']]);
  });

  test.each([
    [['x'], 'ERR value is not an integer or out of range'],
    [['1', 'VALUES'], 'ERR syntax error'],
    [['1', 'WITHVALUES', 'x'], 'ERR syntax error'],
    [['4611686018427387904', 'WITHVALUES'], 'ERR value is out of range'],
    [['-4611686018427387904', 'WITHVALUES'], 'ERR value is out of range'],
    [
      ['-9223372036854775808'],
      'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807',
    ],
  ])('refuses %j', async (args, message) => {
    const client = await withHash('a', '1');
    expect(await client.ask('HRANDFIELD', 'h', ...args)).toEqual(new ErrorReply(message));
  });

  test('a reply without bounds ends with an error', async () => {
    const client = await withHash('a', 'x'.repeat(4_000_000));
    expect(await client.ask('HRANDFIELD', 'h', '-4611686018427387903', 'WITHVALUES')).toEqual(
      new ErrorReply('ERR the reply is too large'),
    );
    expect(await client.call('PING')).toBe('PONG');
  });
});

test('HSCAN gives fields with values, all of them at once while the hash is small', async () => {
  const client = await withHash('a', '1', 'b', '2');
  const [cursor, entries] = (await client.call('HSCAN', 'h', 0, 'COUNT', 1)) as [string, string[]];
  expect(cursor).toBe('0');
  expect(entries.toSorted()).toEqual(['1', '2', 'a', 'b']);
  expect(await client.call('HSCAN', 'h', 0, 'MATCH', 'b*')).toEqual(['0', ['b', '2']]);
  for (let field = 0; field < 1_000; field++) await client.call('HSET', 'large', `f${field}`, field);
  const seen = new Set<string>();
  let at = '0';
  do {
    const [next, found] = (await client.call('HSCAN', 'large', at, 'COUNT', 100)) as [string, string[]];
    for (let index = 0; index < found.length; index += 2) seen.add(`${found[index]}=${found[index + 1]}`);
    at = next;
  } while (at !== '0');
  expect(seen.size).toBe(1_000);
  expect(seen).toContain('f17=17');
});

test('the log holds values as they became, and nothing of calls that changed nothing', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await client.call('HSET', 'h', 'a', '1');
  await client.call('HSET', 'h', 'b', '2', 'c', '3');
  await client.call('HINCRBY', 'h', 'a', 4);
  await client.call('HINCRBYFLOAT', 'h', 'a', '0.5');
  await client.call('HSETNX', 'h', 'a', '9');
  await client.call('HDEL', 'h', 'none');
  await client.call('HDEL', 'h', 'a');
  await client.call('HDEL', 'h', 'b', 'c', 'none');
  expect(await loggedEffects(server)).toEqual([
    ['HashFieldSet', { key: 'h', field: 'a', value: '1' }],
    ['HashFieldsSet', { key: 'h', entries: ['b', '2', 'c', '3'] }],
    ['HashFieldSet', { key: 'h', field: 'a', value: '5' }],
    ['HashFieldSet', { key: 'h', field: 'a', value: '5.5' }],
    ['HashFieldRemoved', { key: 'h', field: 'a' }],
    ['HashFieldsRemoved', { key: 'h', fields: ['b', 'c'] }],
  ]);
  expect((await server.store.verify()).ok).toBe(true);
});
