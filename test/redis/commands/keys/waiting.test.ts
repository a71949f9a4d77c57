import { expect, test } from 'vitest';
import { ErrorReply, startWithClient } from '../../harness.ts';

test('WAIT has no replicas to wait for', async () => {
  const client = await startWithClient();
  expect(await client.call('WAIT', 0, 0)).toBe(0);
  expect(await client.call('WAIT', 1, 1)).toBe(0);
  expect(await client.ask('WAIT', 1, -1)).toEqual(new ErrorReply('ERR timeout is negative'));
  expect(await client.ask('WAIT', 1, 'x')).toEqual(new ErrorReply('ERR timeout is not an integer or out of range'));
});

test('WAITAOF answers once everything is on the disk', async () => {
  const client = await startWithClient();
  await client.call('SET', 'key', 'x');
  expect(await client.call('WAITAOF', 1, 0, 0)).toEqual([1, 0]);
  expect(await client.call('WAITAOF', 0, 0, 0)).toEqual([0, 0]);
  expect(await client.call('WAITAOF', 0, 1, 1)).toEqual([expect.any(Number), 0]);
  await client.call('MULTI');
  await client.call('WAITAOF', 1, 1, 0);
  expect(await client.call('EXEC')).toEqual([[0, 0]]);
  expect(await client.ask('WAITAOF', 2, 0, 0)).toBeInstanceOf(ErrorReply);
});
