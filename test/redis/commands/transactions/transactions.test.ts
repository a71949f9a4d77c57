/** MULTI, EXEC and WATCH. */

import { expect, test } from 'vitest';
import { TOO_LARGE } from '../../../../src/redis/calls/errors.ts';
import { connectTo, ErrorReply, startServer, startWithClient } from '../../harness.ts';

test('a command that cannot be queued breaks the transaction', async () => {
  const client = await startWithClient();
  await client.call('MULTI');
  expect(await client.ask('NOPE')).toBeInstanceOf(ErrorReply);
  expect(await client.ask('EXEC')).toEqual(
    new ErrorReply('EXECABORT Transaction discarded because of previous errors.'),
  );
  expect(await client.ask('EXEC')).toEqual(new ErrorReply('ERR EXEC without MULTI'));
});

test('nested MULTI and WATCH inside MULTI are errors that break nothing', async () => {
  const client = await startWithClient();
  await client.call('MULTI');
  expect(await client.ask('MULTI')).toEqual(new ErrorReply('ERR MULTI calls can not be nested'));
  expect(await client.ask('WATCH', 'a')).toEqual(new ErrorReply('ERR WATCH inside MULTI is not allowed'));
  await client.call('PING');
  expect(await client.call('EXEC')).toEqual(['PONG']);
});

test('an error of one command does not stop the others', async () => {
  const client = await startWithClient();
  client.write('MULTI\r\nSELECT 99\r\nSET a 1\r\nEXEC\r\n');
  for (let count = 0; count < 3; count++) await client.next();
  expect(await client.next()).toEqual([new ErrorReply('ERR DB index is out of range'), 'OK']);
});

test('an EXEC that is refused discards the transaction', async () => {
  const client = await startWithClient();
  await client.call('MULTI');
  expect(await client.ask('EXEC', 'x')).toEqual(
    new ErrorReply("EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command"),
  );
  expect(await client.ask('EXEC')).toEqual(new ErrorReply('ERR EXEC without MULTI'));
});

test('a watched key of another database does not count, nor one that was unwatched', async () => {
  const server = await startServer();
  const [client, other] = [await connectTo(server), await connectTo(server)];
  await client.call('WATCH', 'a');
  await other.call('SELECT', 1);
  await other.call('SET', 'a', '1');
  await client.call('MULTI');
  expect(await client.call('EXEC')).toEqual([]);
  await client.call('WATCH', 'a');
  await other.call('SELECT', 0);
  await other.call('SET', 'a', '1');
  await client.call('UNWATCH');
  await client.call('MULTI');
  expect(await client.call('EXEC')).toEqual([]);
});

test('a flush counts as a change of watched keys that were there', async () => {
  const server = await startServer();
  const [client, other] = [await connectTo(server), await connectTo(server)];
  await client.call('WATCH', 'absent');
  await other.call('SET', 'x', '1');
  await other.call('FLUSHALL');
  await client.call('MULTI');
  expect(await client.call('EXEC')).toEqual([]);
  await other.call('SET', 'x', '1');
  await client.call('WATCH', 'absent', 'x');
  await other.call('FLUSHDB');
  await client.call('MULTI');
  expect(await client.call('EXEC')).toBe(null);
});

test('a watched key that has expired counts as changed, and one that was expired before does not', async () => {
  const server = await startServer();
  const [client, other] = [await connectTo(server), await connectTo(server)];
  await other.call('SET', 'a', '1', 'PX', 500); // not before it is watched
  await client.call('WATCH', 'a');
  await expect.poll(() => other.call('EXISTS', 'a')).toBe(0);
  await client.call('MULTI');
  expect(await client.call('EXEC')).toBe(null);
  await client.call('WATCH', 'a');
  await client.call('MULTI');
  expect(await client.call('EXEC')).toEqual([]);
});

test('SWAPDB counts as a change where a watched key is there before or after', async () => {
  const server = await startServer();
  const [client, other] = [await connectTo(server), await connectTo(server)];
  await other.call('SELECT', 1);
  await other.call('SET', 'a', '1');
  await client.call('WATCH', 'b');
  await other.call('SWAPDB', 0, 1);
  await client.call('MULTI');
  expect(await client.call('EXEC')).toEqual([]);
  await client.call('WATCH', 'a');
  await other.call('SWAPDB', 0, 1);
  await client.call('MULTI');
  expect(await client.call('EXEC')).toBe(null);
});

test('a transaction whose values take long in the log is recorded as a whole', async () => {
  const client = await startWithClient();
  const value = '\0'.repeat(1_000_000);
  await client.call('MULTI');
  for (let number = 0; number < 50; number++) await client.call('SET', `key:${number}`, value);
  expect(await client.call('EXEC')).toEqual(Array.from({ length: 50 }, () => 'OK'));
  expect(await client.call('GET', 'key:49')).toBe(value);
});

test('what does not fit into a commit is refused before anything of it holds', async () => {
  const client = await startWithClient();
  const value = '\0'.repeat(1_000);
  const pairs = Array.from({ length: 2_000 }, (_, number) => [`key:${number}`, value]).flat();
  await client.call('MULTI');
  let reply: unknown;
  for (let count = 0; count < 25; count++) reply = await client.ask('MSET', ...pairs);
  expect(reply).toEqual(new ErrorReply('ERR the transaction is too large'));
  expect(await client.ask('EXEC')).toMatchObject({ message: expect.stringMatching(/^EXECABORT/) });
  const many = Array.from({ length: 45_000 }, (_, number) => [`key:${number}`, value]).flat();
  expect(await client.ask('MSET', ...many)).toEqual(new ErrorReply(TOO_LARGE));
  expect(await client.call('DBSIZE')).toBe(0);
});
