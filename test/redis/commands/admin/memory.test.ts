/** MEMORY, ROLE and REPLICAOF. */
import { expect, test } from 'vitest';
import { ErrorReply, startWithClient } from '../../harness.ts';

test('MEMORY USAGE grows with the value, and is null without the key', async () => {
  const client = await startWithClient();
  expect(await client.call('MEMORY', 'USAGE', 'a')).toBe(null);
  await client.call('SET', 'a', 'x');
  const small = Number(await client.call('MEMORY', 'USAGE', 'a'));
  await client.call('APPEND', 'a', 'x'.repeat(10_000));
  expect(Number(await client.call('MEMORY', 'USAGE', 'a', 'SAMPLES', 0))).toBeGreaterThan(small + 9_000);
  expect(await client.ask('MEMORY', 'USAGE', 'a', 'SAMPLE', 1)).toEqual(new ErrorReply('ERR syntax error'));
});

test('MEMORY STATS counts keys', async () => {
  const client = await startWithClient();
  await client.call('HELLO', 3);
  await client.call('MSET', 'a', '1', 'b', '2');
  expect(((await client.call('MEMORY', 'STATS')) as Map<string, number>).get('keys.count')).toBe(2);
});

test('the server is a master, and cannot be a replica', async () => {
  const client = await startWithClient();
  await client.call('SET', 'a', '1');
  expect(await client.call('ROLE')).toEqual(['master', 1, []]);
  expect(await client.call('REPLICAOF', 'NO', 'ONE')).toBe('OK');
  expect(await client.ask('REPLICAOF', 'localhost', '7')).toBeInstanceOf(ErrorReply);
});
