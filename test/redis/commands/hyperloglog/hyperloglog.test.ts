/** PFADD, PFCOUNT, PFMERGE, PFDEBUG and PFSELFTEST. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient } from '../../harness.ts';

const error = (text: string) => new ErrorReply(text);
const INVALID = error('WRONGTYPE Key is not a valid HyperLogLog string value.');
const HEADER = 'HYLL\x01\0\0\0';

function elements(count: number, prefix = 'e'): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`);
}

test('PFADD and PFCOUNT keep the bytes that Redis keeps', async () => {
  const client = await startWithClient();
  expect(await client.call('PFADD', 'h')).toBe(1);
  expect(await client.call('GET', 'h')).toBe(`${HEADER}\0\0\0\0\0\0\0\x80\x7f\xff`);
  expect(await client.call('PFADD', 'h')).toBe(0);
  expect(await client.call('PFADD', 'h', 'a')).toBe(1);
  expect(await client.call('PFADD', 'h', 'a')).toBe(0);
  expect(await client.call('GET', 'h')).toBe(`${HEADER}\0\0\0\0\0\0\0\x80\x71\xa6\x84\x4e\x57`);
  expect(await client.call('PFCOUNT', 'h')).toBe(1);
  expect(await client.call('GETRANGE', 'h', 8, 15)).toBe('\x01\0\0\0\0\0\0\0');
  await client.call('PFADD', 'h', 'b');
  expect(await client.call('GETRANGE', 'h', 8, 15)).toBe('\x01\0\0\0\0\0\0\x80');
});

test.each([10, 1_000, 20_000])('the estimate of %i elements is within three percent', async (count) => {
  const client = await startWithClient();
  for (let at = 0; at < count; at += 1_000) await client.call('PFADD', 'h', ...elements(count).slice(at, at + 1_000));
  const estimated = (await client.call('PFCOUNT', 'h')) as number;
  expect(Math.abs(estimated - count)).toBeLessThanOrEqual(count * 0.03);
});

test('a sparse value becomes dense when it is too large, and counts the same', async () => {
  const client = await startWithClient();
  await client.call('PFADD', 'h', ...elements(500));
  const before = await client.call('PFCOUNT', 'h');
  expect(await client.call('PFDEBUG', 'ENCODING', 'h')).toBe('sparse');
  expect(await client.call('PFDEBUG', 'TODENSE', 'h')).toBe(1);
  expect(await client.call('PFDEBUG', 'TODENSE', 'h')).toBe(0);
  expect(await client.call('STRLEN', 'h')).toBe(12_304);
  expect(await client.call('PFCOUNT', 'h')).toBe(before);
  await client.call('PFADD', 'large', ...elements(3_000));
  expect(await client.call('PFDEBUG', 'ENCODING', 'large')).toBe('dense');
  const registers = (await client.call('PFDEBUG', 'GETREG', 'large')) as number[];
  expect(registers).toHaveLength(16_384);
  await client.call('PFADD', 'again', ...elements(3_000));
  expect(await client.call('PFDEBUG', 'GETREG', 'again')).toEqual(registers);
});

test('PFCOUNT and PFMERGE unite several keys', async () => {
  const client = await startWithClient();
  await client.call('PFADD', 'a', 'x', 'y');
  await client.call('PFADD', 'b', 'y', 'z');
  expect(await client.call('PFCOUNT', 'a', 'b', 'none')).toBe(3);
  expect(await client.call('PFCOUNT', 'none')).toBe(0);
  expect(await client.call('PFMERGE', 'c', 'a', 'b')).toBe('OK');
  expect(await client.call('PFCOUNT', 'c')).toBe(3);
  expect(await client.call('PFDEBUG', 'ENCODING', 'c')).toBe('sparse');
  await client.call('PFDEBUG', 'TODENSE', 'a');
  expect(await client.call('PFMERGE', 'c', 'a')).toBe('OK');
  expect(await client.call('PFDEBUG', 'ENCODING', 'c')).toBe('dense');
  expect(await client.call('PFMERGE', 'new')).toBe('OK');
  expect(await client.call('PFCOUNT', 'new')).toBe(0);
});

test('PFDEBUG DECODE shows the runs of a sparse value', async () => {
  const client = await startWithClient();
  await client.call('PFADD', 'h', 'a');
  expect(await client.call('PFDEBUG', 'DECODE', 'h')).toMatch(/^Z:\d+ v:\d+,1 Z:\d+$/);
  await client.call('PFDEBUG', 'TODENSE', 'h');
  expect(await client.ask('PFDEBUG', 'DECODE', 'h')).toEqual(error('ERR HLL encoding is not sparse'));
  expect(await client.ask('PFDEBUG', 'OTHER', 'h')).toEqual(error("ERR Unknown PFDEBUG subcommand 'OTHER'"));
  expect(await client.ask('PFDEBUG', 'ENCODING', 'none')).toEqual(error('ERR The specified key does not exist'));
});

test('what is not a HyperLogLog is refused', async () => {
  const client = await startWithClient();
  await client.call('SET', 'text', 'HYLL');
  await client.call('SET', 'wrong', 'x'.repeat(20));
  await client.call('SET', 'form', `HYLL\x02${'\0'.repeat(20)}`);
  await client.call('SET', 'short', `HYLL\0${'\0'.repeat(20)}`);
  await client.call('ZADD', 'z', 1, 'a');
  for (const key of ['text', 'wrong', 'form', 'short']) {
    expect(await client.ask('PFADD', key, 'a')).toEqual(INVALID);
    expect(await client.ask('PFCOUNT', key)).toEqual(INVALID);
    expect(await client.ask('PFMERGE', 'target', key)).toEqual(INVALID);
  }
  expect(await client.ask('PFCOUNT', 'z')).toEqual(
    error('WRONGTYPE Operation against a key holding the wrong kind of value'),
  );
  expect(await client.call('EXISTS', 'target')).toBe(0);
});

test.each([
  ['too few', '\x40\x01'],
  ['too many', '\x7f\xff\x7f\xff'],
  ['no', ''],
])('runs of %s registers are reported as corrupt, and nothing changes', async (_, runs) => {
  const client = await startWithClient();
  const value = `${HEADER}\0\0\0\0\0\0\0\x80${runs}`;
  await client.call('SET', 'h', value);
  await client.call('PFADD', 'sound', 'a');
  const corrupt = error('INVALIDOBJ Corrupted HLL object detected');
  expect(await client.ask('PFCOUNT', 'h')).toEqual(corrupt);
  expect(await client.ask('PFMERGE', 'sound', 'h')).toEqual(corrupt);
  expect(await client.ask('PFDEBUG', 'TODENSE', 'h')).toEqual(corrupt);
  expect(await client.call('GET', 'h')).toBe(value);
});

test('an element that changes one register of a dense value records a few bytes', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await client.call('PFADD', 'h', ...elements(3_000));
  await client.call('PFCOUNT', 'h');
  const { sequence } = server.store;
  for (let at = 0; server.store.sequence === sequence; at++) await client.call('PFADD', 'h', `new ${at}`);
  const recorded = await Array.fromAsync(server.store.events({ from: sequence + 1 }), ({ type, data }) => ({
    type,
    data,
  }));
  expect(recorded.map(({ type }) => type)).toEqual(['RangeWritten', 'RangeWritten']);
  expect(JSON.stringify(recorded).length).toBeLessThan(250);
});

test('PFSELFTEST finds no fault', async () => {
  const client = await startWithClient();
  expect(await client.call('PFSELFTEST')).toBe('OK');
});
