/** Single bits, ranges of bits, and operations on whole strings. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient } from '../../harness.ts';

test('SETBIT answers the old bit, and makes the string long enough', async () => {
  const client = await startWithClient();
  expect(await client.call('SETBIT', 'k', 1, 1)).toBe(0);
  expect(await client.call('SETBIT', 'k', 1, 1)).toBe(1);
  expect(await client.call('SETBIT', 'k', 23, 0)).toBe(0);
  expect(await client.call('GET', 'k')).toBe('\x40\x00\x00');
  expect(await client.call('GETBIT', 'k', 1)).toBe(1);
  expect(await client.call('GETBIT', 'k', 1000)).toBe(0);
});

test('SETBIT records a bit, and nothing when the bit is set already', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await client.call('SETRANGE', 'k', 1_000_000, 'x');
  await client.call('SETBIT', 'k', 8_000_000, 1);
  await client.call('SETBIT', 'k', 8_000_000, 1);
  const events = [];
  for await (const { type, data } of server.store.events({ from: 2 })) events.push({ type, data });
  expect(events).toEqual([{ type: 'BitSet', data: { db: 0, key: 'k', offset: 8_000_000, bit: 1 } }]);
});

test.for([
  ['SETBIT', 'k', '-1', '1'],
  ['SETBIT', 'k', 'x', '1'],
  ['SETBIT', 'k', String(64 * 1024 * 1024 * 8), '1'],
  ['GETBIT', 'k', '-1'],
])('%j names a bit that no string has', async (args) => {
  const client = await startWithClient();
  const message = 'ERR bit offset is not an integer or out of range';
  expect(await client.ask(...args)).toEqual(new ErrorReply(message));
});

test.for([
  [[], 26],
  [['0', '0'], 4],
  [['1', '1'], 6],
  [['-2', '-1'], 7],
  [['5', '30', 'BIT'], 17],
  [['-5', '-1', 'BIT'], 2],
  [['3', '2'], 0],
  [['-1', '-2'], 0],
] as const)('BITCOUNT of foobar in %j is %d', async ([range, expected]) => {
  const client = await startWithClient();
  await client.call('SET', 'text', 'foobar');
  await client.call('APPEND', 'bytes', 'foo');
  await client.call('APPEND', 'bytes', 'bar');
  expect(await client.call('BITCOUNT', 'text', ...range)).toBe(expected);
  expect(await client.call('BITCOUNT', 'bytes', ...range)).toBe(expected);
});

test.for([
  ['\xff\xf0\x00', ['0'], 12],
  ['\x00\xff\xf0', ['1', '0'], 8],
  ['\x00\xff\xf0', ['1', '2'], 16],
  ['\xff\xff\xff', ['0'], 24],
  ['\xff\xff\xff', ['0', '0', '-1'], -1],
  ['\x00\x00', ['1'], -1],
  ['\x00\xff\xf0', ['1', '7', '15', 'BIT'], 8],
  ['\x00\xff\xf0', ['0', '8', '15', 'BIT'], -1],
] as const)('BITPOS in %j of %j is %d', async ([value, args, expected]) => {
  const client = await startWithClient();
  await client.call('SET', 'k', value);
  expect(await client.call('BITPOS', 'k', ...args)).toBe(expected);
});

test('BITPOS of a missing key sees an endless row of zeros', async () => {
  const client = await startWithClient();
  expect(await client.call('BITPOS', 'none', 0)).toBe(0);
  expect(await client.call('BITPOS', 'none', 1)).toBe(-1);
});

test.for([
  ['AND', ['\xff\x0f', '\x0f'], '\x0f\x00'],
  ['OR', ['\xf0\x01', '\x0f'], '\xff\x01'],
  ['XOR', ['\xff\x01', '\x0f'], '\xf0\x01'],
  ['NOT', ['\xaa\x00'], '\x55\xff'],
] as const)('BITOP %s', async ([operation, values, expected]) => {
  const client = await startWithClient();
  for (const [at, value] of values.entries()) await client.call('SET', `k${at}`, value);
  expect(await client.call('BITOP', operation, 'out', ...values.map((_, at) => `k${at}`))).toBe(expected.length);
  expect(await client.call('GET', 'out')).toBe(expected);
});

test('BITOP of missing keys deletes the target', async () => {
  const client = await startWithClient();
  await client.call('SET', 'out', 'x');
  expect(await client.call('BITOP', 'OR', 'out', 'none', 'none')).toBe(0);
  expect(await client.call('EXISTS', 'out')).toBe(0);
  expect(await client.ask('BITOP', 'NOT', 'out', 'a', 'b')).toEqual(
    new ErrorReply('ERR BITOP NOT must be called with a single source key.'),
  );
});
