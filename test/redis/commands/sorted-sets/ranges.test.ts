/** ZRANGE and its relatives, ZRANGESTORE, and the removal of ranges. */
import { expect, test } from 'vitest';
import { ErrorReply, type Reply, startWithClient, type TestClient } from '../../harness.ts';

async function letters(): Promise<TestClient> {
  const client = await startWithClient();
  await client.call('ZADD', 'z', 1, 'a', 2, 'b', 3, 'c', 4, 'd', 5, 'e');
  await client.call('ZADD', 'same', 0, 'a', 0, 'b', 0, 'c', 0, 'd', 0, 'e');
  return client;
}

const CASES: readonly (readonly [string, Reply])[] = [
  ['ZRANGE z 0 -1', ['a', 'b', 'c', 'd', 'e']],
  ['ZRANGE z -2 -1 WITHSCORES', ['d', '4', 'e', '5']],
  ['ZRANGE z 1 2 REV', ['d', 'c']],
  ['ZRANGE z 3 1', []],
  ['ZRANGE z -9223372036854775808 9223372036854775807 REV', ['e', 'd', 'c', 'b', 'a']],
  ['ZREVRANGE z 0 1 WITHSCORES', ['e', '5', 'd', '4']],
  ['ZRANGE z (1 3 BYSCORE', ['b', 'c']],
  ['ZRANGE z 4 (1 BYSCORE REV LIMIT 1 2', ['c', 'b']],
  ['ZRANGEBYSCORE z -inf +inf LIMIT 3 -1', ['d', 'e']],
  ['ZRANGEBYSCORE z -inf +inf LIMIT -1 2', []],
  ['ZRANGEBYSCORE z -inf +inf LIMIT 9 2', []],
  ['ZREVRANGEBYSCORE z 2 -inf WITHSCORES', ['b', '2', 'a', '1']],
  ['ZRANGEBYSCORE z 0x2 3.0e0', ['b', 'c']],
  ['ZRANGE same [b (d BYLEX', ['b', 'c']],
  ['ZRANGEBYLEX same - (c', ['a', 'b']],
  ['ZRANGEBYLEX same [c +', ['c', 'd', 'e']],
  ['ZRANGEBYLEX same + -', []],
  ['ZREVRANGEBYLEX same + [c LIMIT 1 1', ['d']],
  ['ZLEXCOUNT same (a [d', 3],
  ['ZRANGE none 0 -1 WITHSCORES', []],
  ['ZCOUNT none 0 1', 0],
  ['ZRANGE z 0 -1 LIMIT 0 -1', ['a', 'b', 'c', 'd', 'e']],
];

test.each(CASES)('%s', async (command, expected) => {
  expect(await (await letters()).call(...command.split(' '))).toEqual(expected);
});

const REFUSED: readonly (readonly [string, string])[] = [
  ['ZRANGE z x 1', 'ERR value is not an integer or out of range'],
  ['ZRANGE z 0 9223372036854775808', 'ERR value is not an integer or out of range'],
  ['ZRANGEBYSCORE z 1 x', 'ERR min or max is not a float'],
  ['ZRANGEBYSCORE z nan 1', 'ERR min or max is not a float'],
  ['ZRANGEBYLEX z a [b', 'ERR min or max not valid string range item'],
  ['ZRANGE z 0 1 BYSCORE BYLEX', 'ERR syntax error'],
  ['ZRANGE z 0 1 LIMIT 0', 'ERR syntax error'],
  ['ZRANGESTORE t z 0 1 WITHSCORES', 'ERR syntax error'],
  ['ZRANGE z 0 1 LIMIT 0 1', 'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX'],
  ['ZRANGE z [a [b BYLEX WITHSCORES', 'ERR syntax error, WITHSCORES not supported in combination with BYLEX'],
];

test.each(REFUSED)('%s is refused', async (command, message) => {
  expect(await (await letters()).ask(...command.split(' '))).toEqual(new ErrorReply(message));
});

test('an empty bound of scores is 0', async () => {
  const client = await letters();
  expect(await client.call('ZRANGEBYSCORE', 'same', '', '(1')).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(await client.call('ZCOUNT', 'same', '(', '')).toBe(0);
});

test('ZRANGESTORE replaces what the target holds, and deletes it for an empty range', async () => {
  const client = await letters();
  await client.call('SET', 'target', 'text');
  expect(await client.call('ZRANGESTORE', 'target', 'z', 1, 2)).toBe(2);
  expect(await client.call('ZRANGE', 'target', 0, -1, 'WITHSCORES')).toEqual(['b', '2', 'c', '3']);
  expect(await client.call('ZRANGESTORE', 'target', 'z', 5, 9, 'BYSCORE', 'LIMIT', 1, 1)).toBe(0);
  expect(await client.call('EXISTS', 'target')).toBe(0);
  expect(await client.call('ZRANGESTORE', 'z', 'z', '(3', '+inf', 'BYSCORE')).toBe(2);
  expect(await client.call('ZRANGE', 'z', 0, -1)).toEqual(['d', 'e']);
});

test('ranges are removed by rank, by score and by bytes', async () => {
  const client = await letters();
  expect(await client.call('ZREMRANGEBYRANK', 'z', -1, -1)).toBe(1);
  expect(await client.call('ZREMRANGEBYSCORE', 'z', '-inf', '(2')).toBe(1);
  expect(await client.call('ZREMRANGEBYLEX', 'same', '(b', '[d')).toBe(2);
  expect(await client.call('ZRANGE', 'z', 0, -1)).toEqual(['b', 'c', 'd']);
  expect(await client.call('ZRANGE', 'same', 0, -1)).toEqual(['a', 'b', 'e']);
  expect(await client.call('ZREMRANGEBYRANK', 'z', 5, 9)).toBe(0);
  expect(await client.call('ZREMRANGEBYSCORE', 'z', '-inf', 'inf')).toBe(3);
  expect(await client.call('EXISTS', 'z')).toBe(0);
});

test('a large set gives the same ranges as a look at every member', async () => {
  const client = await startWithClient();
  const members = Array.from({ length: 1_000 }, (_, at) => String((at * 7_919) % 1_000).padStart(3, '0'));
  await client.call('ZADD', 'same', ...members.flatMap((member) => [0, member]));
  await client.call('ZADD', 'z', ...members.flatMap((member) => [Number(member) / 4, member]));
  const sorted = members.toSorted();
  for (const [min, max] of [
    ['017', '902'],
    ['5', '6'],
    ['', '0001'],
    ['998x', 'x'],
  ] as const) {
    const expected = sorted.filter((member) => member > min && member <= max);
    expect(await client.call('ZRANGEBYLEX', 'same', `(${min}`, `[${max}`)).toEqual(expected);
    expect(await client.call('ZREVRANGEBYLEX', 'same', `[${max}`, `(${min}`)).toEqual(expected.toReversed());
    expect(await client.call('ZLEXCOUNT', 'same', `(${min}`, `[${max}`)).toBe(expected.length);
  }
  expect(await client.call('ZRANGEBYSCORE', 'z', '(100.25', '101')).toEqual(['402', '403', '404']);
  expect(await client.call('ZCOUNT', 'z', '(100.25', '+inf')).toBe(598);
  expect(await client.call('ZRANGE', 'z', -3, -2)).toEqual(['997', '998']);
  expect(await client.call('ZRANK', 'z', '770')).toBe(770);
});

test('a range by bytes over different scores ends where the walk first leaves it, as in Redis', async () => {
  const client = await startWithClient();
  await client.call('ZADD', 'z', 1, 'c', 2, 'a', 3, 'd', 4, 'b');
  expect(await client.call('ZRANGEBYLEX', 'z', '-', '[c')).toEqual(['c', 'a']);
  expect(await client.call('ZREVRANGEBYLEX', 'z', '[c', '-')).toEqual(['b', 'd', 'a', 'c']);
  expect(await client.call('ZRANGEBYLEX', 'z', '-', '[c', 'LIMIT', 3, 1)).toEqual(['b']);
});
