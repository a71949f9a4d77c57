/** BITFIELD: a string as an array of integers. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient } from '../../harness.ts';

test('fields of any width lie at any bit, and operations see those before them', async () => {
  const client = await startWithClient();
  expect(
    await client.call('BITFIELD', 'k', 'SET', 'u8', 0, 255, 'GET', 'u8', 0, 'SET', 'i5', 3, -16, 'GET', 'u16', 0),
  ).toEqual([0, 255, -1, 0xf000]);
  expect(await client.call('GET', 'k')).toBe('\xf0');
});

test('# counts in integers of the type', async () => {
  const client = await startWithClient();
  expect(await client.call('BITFIELD', 'k', 'SET', 'u8', '#1', 66, 'SET', 'u8', '#0', 65)).toEqual([0, 0]);
  expect(await client.call('GET', 'k')).toBe('AB');
});

test('64-bit integers are exact', async () => {
  const client = await startWithClient();
  await client.call('BITFIELD', 'k', 'SET', 'i64', 3, '9223372036854775807');
  expect(await client.call('BITFIELD_RO', 'k', 'GET', 'i64', 3)).toEqual([9223372036854775807n]);
  expect(await client.call('BITFIELD', 'k', 'INCRBY', 'i64', 3, 1)).toEqual([-9223372036854775808n]);
});

test.for([
  ['u8', '255', '1', [0, 255, null]],
  ['u8', '0', '-1', [255, 0, null]],
  ['i8', '127', '1', [-128, 127, null]],
  ['i8', '-128', '-1', [127, -128, null]],
] as const)('%s of %s by %s wraps, saturates or fails', async ([type, start, by, expected]) => {
  const client = await startWithClient();
  const results = [];
  for (const overflow of ['WRAP', 'SAT', 'FAIL']) {
    await client.call('BITFIELD', 'k', 'SET', type, 0, start);
    results.push(...((await client.call('BITFIELD', 'k', 'OVERFLOW', overflow, 'INCRBY', type, 0, by)) as unknown[]));
  }
  expect(results).toEqual(expected);
});

test('the log holds the bytes of each field', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await client.call('SETRANGE', 'k', 1000, 'x');
  await client.call('BITFIELD', 'k', 'SET', 'u8', 12, 255, 'GET', 'u8', 0, 'SET', 'u8', 12, 255);
  const events = [];
  for await (const { type, data } of server.store.events({ from: 2 })) events.push({ type, data });
  expect(events).toEqual([{ type: 'RangeWritten', data: { db: 0, key: 'k', offset: 1, value: '\x0f\xf0' } }]);
});

test.for([
  [
    ['GET', 'u64', '0'],
    'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
  ],
  [
    ['GET', 'x8', '0'],
    'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
  ],
  [['GET', 'u8', '-1'], 'ERR bit offset is not an integer or out of range'],
  [['SET', 'u8', '0', 'x'], 'ERR value is not an integer or out of range'],
  [['OVERFLOW', 'MAYBE'], 'ERR Invalid OVERFLOW type specified'],
  [['SET', 'u8', '0', '1', 'GET', 'u8'], 'ERR syntax error'],
] as const)('%j is refused, and nothing changes', async ([args, message]) => {
  const client = await startWithClient();
  expect(await client.ask('BITFIELD', 'k', ...args)).toEqual(new ErrorReply(message));
  expect(await client.call('EXISTS', 'k')).toBe(0);
});

test('BITFIELD_RO only reads', async () => {
  const client = await startWithClient();
  expect(await client.call('BITFIELD_RO', 'none', 'GET', 'u8', 0)).toEqual([0]);
  expect(await client.ask('BITFIELD_RO', 'k', 'SET', 'u8', 0, 1)).toEqual(
    new ErrorReply('ERR BITFIELD_RO only supports the GET subcommand'),
  );
});
