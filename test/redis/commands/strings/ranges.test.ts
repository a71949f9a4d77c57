/** Parts of strings: APPEND, GETRANGE, SETRANGE. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient } from '../../harness.ts';

test('APPEND and SETRANGE make a string longer, with zeros between', async () => {
  const client = await startWithClient();
  expect(await client.call('APPEND', 'k', 'ab')).toBe(2);
  expect(await client.call('APPEND', 'k', 'cd')).toBe(4);
  expect(await client.call('SETRANGE', 'k', '6', 'xy')).toBe(8);
  expect(await client.call('SETRANGE', 'k', '0', 'A')).toBe(8);
  expect(await client.call('GET', 'k')).toBe('Abcd\x00\x00xy');
  expect(await client.call('STRLEN', 'k')).toBe(8);
});

test.for([
  ['0', '3', 'This'],
  ['-3', '-1', 'ing'],
  ['0', '-1', 'This is a string'],
  ['10', '100', 'string'],
  ['5', '2', ''],
  ['-1', '-5', ''],
  ['-5', '-100', ''],
  ['-100', '0', 'T'],
  ['-9223372036854775808', '9223372036854775807', 'This is a string'],
])('GETRANGE from %s to %s', async ([start, end, expected]) => {
  const client = await startWithClient();
  await client.call('SET', 'text', 'This is a string');
  await client.call('APPEND', 'bytes', 'This is');
  await client.call('APPEND', 'bytes', ' a string');
  expect(await client.call('GETRANGE', 'text', start!, end!)).toBe(expected);
  expect(await client.call('SUBSTR', 'bytes', start!, end!)).toBe(expected);
});

test('a string that would become too long is refused, and nothing changes', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  const message = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';
  expect(await client.ask('SETRANGE', 'k', String(64 * 1024 * 1024), 'x')).toEqual(new ErrorReply(message));
  expect(await client.ask('SETRANGE', 'k', '9223372036854775807', 'x')).toEqual(new ErrorReply(message));
  expect(await client.ask('SETRANGE', 'k', '-1', 'x')).toEqual(new ErrorReply('ERR offset is out of range'));
  expect(server.store.sequence).toBe(0);
  expect(await client.call('SETRANGE', 'k', String(64 * 1024 * 1024 - 1), 'x')).toBe(64 * 1024 * 1024);
  expect(await client.ask('APPEND', 'k', 'x')).toEqual(new ErrorReply(message));
});

test('the log holds what was written, not the whole string', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await client.call('SET', 'k', 'x'.repeat(100_000));
  await client.call('APPEND', 'k', 'tail');
  await client.call('SETRANGE', 'k', '5', 'mid');
  const events = [];
  for await (const { type, data } of server.store.events({ from: 2 })) events.push({ type, data });
  expect(events).toEqual([
    { type: 'StringAppended', data: { db: 0, key: 'k', value: 'tail' } },
    { type: 'RangeWritten', data: { db: 0, key: 'k', offset: 5, value: 'mid' } },
  ]);
});
