/** ZUNION, ZINTER, ZDIFF with their options, ZINTERCARD, ZRANDMEMBER and ZSCAN. */
import { expect, test } from 'vitest';
import { ErrorReply, type Reply, startWithClient, type TestClient } from '../../harness.ts';

async function two(): Promise<TestClient> {
  const client = await startWithClient();
  await client.call('ZADD', 'x', 1, 'a', 2, 'b', 3, 'c');
  await client.call('ZADD', 'y', 10, 'b', 20, 'c', 30, 'd');
  await client.call('ZADD', 'up', 'inf', 'a');
  await client.call('ZADD', 'down', '-inf', 'a');
  return client;
}

const CASES: readonly (readonly [string, Reply])[] = [
  ['ZUNION 2 x y', ['a', 'b', 'c', 'd']],
  ['ZUNION 2 x y WITHSCORES', ['a', '1', 'b', '12', 'c', '23', 'd', '30']],
  ['ZUNION 2 x y WEIGHTS 2 -1 WITHSCORES', ['d', '-30', 'c', '-14', 'b', '-6', 'a', '2']],
  ['ZUNION 2 x y AGGREGATE MAX WITHSCORES', ['a', '1', 'b', '10', 'c', '20', 'd', '30']],
  ['ZUNION 2 up down WITHSCORES', ['a', '0']],
  ['ZUNION 1 up WEIGHTS 0 WITHSCORES', ['a', '0']],
  ['ZINTER 2 x y WITHSCORES', ['b', '12', 'c', '23']],
  ['ZINTER 2 x y AGGREGATE MIN WITHSCORES', ['b', '2', 'c', '3']],
  ['ZINTER 2 x none', []],
  ['ZINTER 2 x x WITHSCORES', ['a', '2', 'b', '4', 'c', '6']],
  ['ZDIFF 2 x y WITHSCORES', ['a', '1']],
  ['ZDIFF 2 x x', []],
  ['ZINTERCARD 2 x y', 2],
  ['ZINTERCARD 2 x y LIMIT 1', 1],
  ['ZINTERCARD 2 x y LIMIT 0', 2],
];

test.each(CASES)('%s', async (command, expected) => {
  expect(await (await two()).call(...command.split(' '))).toEqual(expected);
});

const REFUSED: readonly (readonly [string, string])[] = [
  ['ZUNION 0 x', "ERR at least 1 input key is needed for 'zunion' command"],
  ['ZINTERSTORE t 0 x', "ERR at least 1 input key is needed for 'zinterstore' command"],
  ['ZUNION 3 x y', 'ERR syntax error'],
  ['ZUNION 2 x y WEIGHTS 1', 'ERR syntax error'],
  ['ZUNION 2 x y WEIGHTS 1 x', 'ERR weight value is not a float'],
  ['ZUNION 2 x y AGGREGATE AVG', 'ERR syntax error'],
  ['ZUNIONSTORE t 2 x y WITHSCORES', 'ERR syntax error'],
  ['ZDIFF 2 x y WEIGHTS 1 2', 'ERR syntax error'],
  ['ZINTERCARD 2 x y LIMIT -1', "ERR LIMIT can't be negative"],
];

test.each(REFUSED)('%s is refused', async (command, message) => {
  expect(await (await two()).ask(...command.split(' '))).toEqual(new ErrorReply(message));
});

test('results are stored in place of what the target holds', async () => {
  const client = await two();
  await client.call('SET', 't', 'text');
  expect(await client.call('ZUNIONSTORE', 't', 2, 'x', 'y', 'WEIGHTS', 1, '0.5')).toBe(4);
  expect(await client.call('ZRANGE', 't', 0, -1, 'WITHSCORES')).toEqual(['a', '1', 'b', '7', 'c', '13', 'd', '15']);
  expect(await client.call('ZINTERSTORE', 'x', 2, 'x', 'y')).toBe(2);
  expect(await client.call('ZRANGE', 'x', 0, -1)).toEqual(['b', 'c']);
  expect(await client.call('ZDIFFSTORE', 't', 2, 'x', 'y')).toBe(0);
  expect(await client.call('EXISTS', 't')).toBe(0);
});

test('a result of several thousand members is stored whole', async () => {
  const client = await startWithClient();
  const pairs = Array.from({ length: 3_500 }, (_, at) => [at, `member ${at}`]).flat();
  await client.call('ZADD', 'x', ...pairs);
  expect(await client.call('ZUNIONSTORE', 't', 1, 'x')).toBe(3_500);
  expect(await client.call('ZRANGE', 't', 0, -1, 'WITHSCORES')).toEqual(
    await client.call('ZRANGE', 'x', 0, -1, 'WITHSCORES'),
  );
  expect(await client.call('ZREMRANGEBYRANK', 't', 100, -2)).toBe(3_399);
  expect(await client.call('ZRANGE', 't', 99, -1)).toEqual(['member 99', 'member 3499']);
});

test('ZRANDMEMBER gives different members for a positive count, and repeats them for a negative one', async () => {
  const client = await two();
  expect(['a', 'b', 'c']).toContain(await client.call('ZRANDMEMBER', 'x'));
  expect(new Set((await client.call('ZRANDMEMBER', 'x', 10)) as string[])).toEqual(new Set(['a', 'b', 'c']));
  expect(new Set((await client.call('ZRANDMEMBER', 'x', 2)) as string[]).size).toBe(2);
  expect(await client.call('ZRANDMEMBER', 'x', -50)).toHaveLength(50);
  const pairs = (await client.call('ZRANDMEMBER', 'x', -3, 'WITHSCORES')) as string[];
  for (const at of [0, 2, 4]) expect(['a1', 'b2', 'c3']).toContain(`${pairs[at]}${pairs[at + 1]}`);
  expect(await client.call('ZRANDMEMBER', 'none')).toBe(null);
  expect(await client.call('ZRANDMEMBER', 'none', -3)).toEqual([]);
  expect(await client.ask('ZRANDMEMBER', 'x', '-9223372036854775807', 'WITHSCORES')).toEqual(
    new ErrorReply('ERR value is out of range'),
  );
});

test('ZSCAN gives each member of a large set once, with its score', async () => {
  const client = await startWithClient();
  await client.call('ZADD', 'z', ...Array.from({ length: 500 }, (_, at) => [`${at}.5`, `m${at}`]).flat());
  const found: string[] = [];
  let cursor = '0';
  do {
    const [next, items] = (await client.call('ZSCAN', 'z', cursor, 'COUNT', 50)) as [string, string[]];
    found.push(...Array.from({ length: items.length / 2 }, (_, at) => `${items[2 * at]} ${items[2 * at + 1]}`));
    cursor = next;
  } while (cursor !== '0');
  expect(found.sort()).toEqual(Array.from({ length: 500 }, (_, at) => `m${at} ${at}.5`).sort());
  expect(await client.call('ZSCAN', 'z', 0, 'MATCH', 'm12', 'COUNT', 1000)).toEqual(['0', ['m12', '12.5']]);
});

test('ZSCAN gives a small set at once, in its order', async () => {
  const client = await startWithClient();
  await client.call('ZADD', 'z', '1e18', 'b', '0.5', 'c', '-3', 'a');
  const all = ['a', '-3', 'c', '0.5', 'b', '1000000000000000000'];
  expect(await client.call('ZSCAN', 'z', 0, 'COUNT', 1)).toEqual(['0', all]);
  expect(await client.call('ZSCAN', 'z', 0, 'MATCH', '[ab]')).toEqual(['0', ['a', '-3', 'b', '1000000000000000000']]);
  expect(await client.call('ZSCAN', 'none', 0)).toEqual(['0', []]);
});

test('of 0 and -0 the smallest and the largest score is the first', async () => {
  const client = await startWithClient();
  await client.call('ZADD', 'a', 0, 'm');
  for (const aggregate of ['MIN', 'MAX']) {
    const combined = ['ZUNION', 2, 'a', 'a', 'WEIGHTS', -1, 1, 'AGGREGATE', aggregate, 'WITHSCORES'];
    expect(await client.call(...combined)).toEqual(['m', '-0']);
  }
  await client.call('ZUNIONSTORE', 't', 1, 'a', 'WEIGHTS', -1);
  expect(await client.call('ZSCORE', 't', 'm')).toBe('0');
});
