/** ZPOPMIN, ZPOPMAX, ZMPOP, and the forms that wait. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient } from '../../harness.ts';

test('ZPOPMIN and ZPOPMAX take members from the ends', async () => {
  const client = await startWithClient();
  await client.call('ZADD', 'z', 1, 'a', 2, 'b', 3, 'c', 4, 'd');
  expect(await client.call('ZPOPMIN', 'z')).toEqual(['a', '1']);
  expect(await client.call('ZPOPMAX', 'z', 2)).toEqual(['d', '4', 'c', '3']);
  expect(await client.call('ZPOPMAX', 'z', 0)).toEqual([]);
  expect(await client.call('ZPOPMIN', 'z', 5)).toEqual(['b', '2']);
  expect(await client.call('ZPOPMIN', 'z')).toEqual([]);
  expect(await client.ask('ZPOPMIN', 'z', -1)).toEqual(new ErrorReply('ERR value is out of range, must be positive'));
});

test('RESP3 nests pairs only where a count is given', async () => {
  const client = await startWithClient();
  await client.call('HELLO', 3);
  await client.call('ZADD', 'z', 1, 'a', 2, 'b', 3, 'c');
  expect(await client.call('ZPOPMIN', 'z')).toEqual(['a', 1]);
  expect(await client.call('ZPOPMIN', 'z', 1)).toEqual([['b', 2]]);
  expect(await client.call('BZPOPMAX', 'z', 0)).toEqual(['z', 'c', 3]);
});

test('ZMPOP takes from the first key that has members', async () => {
  const client = await startWithClient();
  await client.call('ZADD', 'z', 1, 'a', 2, 'b', 3, 'c');
  expect(await client.call('ZMPOP', 2, 'none', 'z', 'MAX', 'COUNT', 2)).toEqual([
    'z',
    [
      ['c', '3'],
      ['b', '2'],
    ],
  ]);
  expect(await client.call('ZMPOP', 1, 'none', 'MIN')).toBe(null);
  expect(await client.ask('ZMPOP', 0, 'z', 'MIN')).toEqual(new ErrorReply('ERR numkeys should be greater than 0'));
  expect(await client.ask('ZMPOP', 1, 'z', 'MID')).toEqual(new ErrorReply('ERR syntax error'));
  expect(await client.ask('ZMPOP', 1, 'z', 'MIN', 'COUNT', 0)).toEqual(
    new ErrorReply('ERR count should be greater than 0'),
  );
  expect(await client.ask('BZMPOP', 'x', 1, 'z', 'MIN')).toEqual(
    new ErrorReply('ERR timeout is not a float or out of range'),
  );
});

test('waiting clients are served in their order', async () => {
  const server = await startServer();
  const [first, second, adder] = [await connectTo(server), await connectTo(server), await connectTo(server)];
  const answers = [first.ask('BZPOPMIN', 'none', 'z', 0), second.ask('BZMPOP', 0, 1, 'z', 'MAX', 'COUNT', 9)];
  await adder.call('PING');
  await adder.call('ZADD', 'z', 1, 'a', 2, 'b', 3, 'c');
  expect(await Promise.all(answers)).toEqual([
    ['z', 'a', '1'],
    [
      'z',
      [
        ['c', '3'],
        ['b', '2'],
      ],
    ],
  ]);
  expect(await adder.call('EXISTS', 'z')).toBe(0);
});

test('a waiting client ignores a key that gets another kind of value', async () => {
  const server = await startServer();
  const [waiter, other] = [await connectTo(server), await connectTo(server)];
  const answer = waiter.ask('BZPOPMAX', 'text', 'z', 0);
  await other.call('PING');
  await other.call('SET', 'text', 'x');
  await other.call('ZADD', 'z', 1, 'a');
  expect(await answer).toEqual(['z', 'a', '1']);
  expect(await waiter.ask('BZPOPMAX', 'text', 'z', 0)).toEqual(
    new ErrorReply('WRONGTYPE Operation against a key holding the wrong kind of value'),
  );
});

test('the end of the time and MULTI answer null', async () => {
  const client = await startWithClient();
  expect(await client.call('BZPOPMIN', 'z', '0.01')).toBe(null);
  await client.call('MULTI');
  await client.call('BZPOPMIN', 'z', 0);
  await client.call('BZMPOP', 0, 1, 'z', 'MIN');
  expect(await client.call('EXEC')).toEqual([null, null]);
});
