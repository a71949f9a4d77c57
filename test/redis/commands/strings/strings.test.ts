/** SET and GET in all their forms. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient } from '../../harness.ts';

test('SET with conditions answers null where it does nothing', async () => {
  const client = await startWithClient();
  expect(await client.call('SET', 'k', '1', 'XX')).toBe(null);
  expect(await client.call('SET', 'k', '1', 'NX')).toBe('OK');
  expect(await client.call('SET', 'k', '2', 'nx')).toBe(null);
  expect(await client.call('SET', 'k', '2', 'xx')).toBe('OK');
  expect(await client.call('GET', 'k')).toBe('2');
});

test('SET with GET answers the old value, whether it stores or not', async () => {
  const client = await startWithClient();
  expect(await client.call('SET', 'k', '1', 'GET')).toBe(null);
  expect(await client.call('SET', 'k', '2', 'GET', 'NX')).toBe('1');
  expect(await client.call('SET', 'k', '3', 'GET', 'XX')).toBe('1');
  expect(await client.call('GET', 'k')).toBe('3');
});

test.for([
  [['SET', 'k', 'v', 'NX', 'XX'], 'ERR syntax error'],
  [['SET', 'k', 'v', 'EX', '10', 'PX', '10'], 'ERR syntax error'],
  [['SET', 'k', 'v', 'KEEPTTL', 'EX', '10'], 'ERR syntax error'],
  [['SET', 'k', 'v', 'PERSIST'], 'ERR syntax error'],
  [['SET', 'k', 'v', 'EX'], 'ERR syntax error'],
  [['SET', 'k', 'v', 'EX', 'ten'], 'ERR value is not an integer or out of range'],
  [['SET', 'k', 'v', 'EX', '0'], "ERR invalid expire time in 'set' command"],
  [['SET', 'k', 'v', 'EX', '9223372036854775807'], "ERR invalid expire time in 'set' command"],
  [['SETEX', 'k', '-1', 'v'], "ERR invalid expire time in 'setex' command"],
  [['PSETEX', 'k', '9223372036854775807', 'v'], "ERR invalid expire time in 'psetex' command"],
  [['GETEX', 'k', 'EX', '10', 'PERSIST'], 'ERR syntax error'],
  [['MSET', 'a', '1', 'b'], "ERR wrong number of arguments for 'mset' command"],
] as const)('%j is refused', async ([args, message]) => {
  const client = await startWithClient();
  expect(await client.ask(...args)).toEqual(new ErrorReply(message));
  expect(await client.call('EXISTS', 'k', 'a')).toBe(0);
});

test('a key that was set with a time is hidden when the time has come', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await client.call('SET', 'past', 'v', 'PXAT', '1');
  expect(await client.call('GET', 'past')).toBe(null);
  await client.call('SETEX', 'later', '100', 'v');
  await client.call('SET', 'later', 'w', 'KEEPTTL');
  const { keys, expires } = server.store.state.databases[0]!;
  expect([keys.keys, expires.keys]).toEqual([['later'], ['later']]);
  await client.call('SET', 'later', 'x');
  expect(expires.keys).toEqual([]);
});

test('GETEX sets, removes and passes the time of a key', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  const expires = () => server.store.state.databases[0]!.expires.values;
  await client.call('SET', 'k', 'v');
  expect(await client.call('GETEX', 'k', 'PXAT', '99999999999999')).toBe('v');
  expect(expires()).toEqual([99999999999999]);
  expect(await client.call('GETEX', 'k')).toBe('v');
  expect(expires()).toEqual([99999999999999]);
  expect(await client.call('GETEX', 'k', 'PERSIST')).toBe('v');
  expect(expires()).toEqual([]);
  expect(await client.call('GETEX', 'k', 'EXAT', '1')).toBe('v');
  expect(await client.call('EXISTS', 'k')).toBe(0);
});

test('GETSET and GETDEL answer the value that was there', async () => {
  const client = await startWithClient();
  expect(await client.call('GETSET', 'k', '1')).toBe(null);
  expect(await client.call('GETSET', 'k', '2')).toBe('1');
  expect(await client.call('GETDEL', 'k')).toBe('2');
  expect(await client.call('GETDEL', 'k')).toBe(null);
});

test('MGET, MSET and MSETNX work on several keys at once', async () => {
  const client = await startWithClient();
  expect(await client.call('MSET', 'a', '1', 'b', '2', 'a', '3')).toBe('OK');
  expect(await client.call('MGET', 'a', 'none', 'b')).toEqual(['3', null, '2']);
  expect(await client.call('MSETNX', 'c', '1', 'a', '1')).toBe(0);
  expect(await client.call('EXISTS', 'c')).toBe(0);
  expect(await client.call('MSETNX', 'c', '1', 'd', '1')).toBe(1);
});

test('commands that change nothing record nothing', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await client.call('SET', 'k', 'v');
  const { sequence } = server.store;
  await client.call('SETNX', 'k', 'x');
  await client.call('SET', 'none', 'x', 'XX');
  await client.call('GETEX', 'k', 'PERSIST');
  await client.call('SETRANGE', 'k', '5', '');
  await client.call('APPEND', 'k', '');
  await client.call('GETDEL', 'none');
  expect(server.store.sequence).toBe(sequence);
});

test('a long value of control characters is recorded as base64', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  const value = '\x00\x01\x02\x03'.repeat(2 ** 18);
  await client.call('SET', 'k', value);
  expect(await client.call('STRLEN', 'k')).toBe(value.length);
  expect(await client.call('GETRANGE', 'k', '-4', '-1')).toBe('\x00\x01\x02\x03');
  for await (const event of server.store.events()) {
    expect(event.type).toBe('EffectPacked');
    expect(JSON.stringify(event).length).toBeLessThan(value.length * 1.4);
  }
});
