/** Commands on sets. */
import { describe, expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient, type TestClient } from '../../harness.ts';
import { loggedEffects } from '../../logged.ts';

const WRONG_TYPE = new ErrorReply('WRONGTYPE Operation against a key holding the wrong kind of value');

async function withSet(...members: readonly (string | number)[]): Promise<TestClient> {
  const client = await startWithClient();
  await client.call('SADD', 's', ...members);
  await client.call('SET', 'text', 'x');
  return client;
}

async function membersOf(client: TestClient, key = 's'): Promise<string[]> {
  return ((await client.call('SMEMBERS', key)) as string[]).toSorted();
}

test('members are added and removed once', async () => {
  const client = await startWithClient();
  expect(await client.call('SADD', 's', 'a', 'b', 'a')).toBe(2);
  expect(await client.call('SADD', 's', 'b', '')).toBe(1);
  expect(await client.call('SCARD', 's')).toBe(3);
  expect(await client.call('SISMEMBER', 's', '')).toBe(1);
  expect(await client.call('SMISMEMBER', 's', 'a', 'x', '__proto__')).toEqual([1, 0, 0]);
  expect(await client.call('SMISMEMBER', 'none', 'a')).toEqual([0]);
  expect(await client.call('SREM', 's', 'a', 'a', 'none')).toBe(1);
  expect(await client.call('SREM', 's', 'b', '')).toBe(2);
  expect(await client.call('EXISTS', 's')).toBe(0);
  expect(await client.call('SREM', 's', 'b')).toBe(0);
});

test('members are bytes', async () => {
  const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
  const client = await withSet(bytes, '__proto__', '\xed\xa0\x80');
  expect(await membersOf(client)).toEqual([bytes, '__proto__', '\xed\xa0\x80'].toSorted());
});

test('a small set of integers is answered in order', async () => {
  const client = await withSet(30, -5, '9223372036854775807', 4, '-9223372036854775808');
  const sorted = ['-9223372036854775808', '-5', '4', '30', '9223372036854775807'];
  expect(await client.call('SMEMBERS', 's')).toEqual(sorted);
  expect(await client.call('SRANDMEMBER', 's', 5)).toEqual(sorted);
  expect(await client.call('SSCAN', 's', 0)).toEqual(['0', sorted]);
  await client.call('SADD', 'other', 7, 4);
  expect(await client.call('SUNION', 's', 'other')).toEqual(sorted.toSpliced(3, 0, '7'));
  expect(await client.call('SDIFF', 's', 'other')).toEqual(sorted.toSpliced(2, 1));
  expect(await client.call('SINTER', 's', 'other')).toEqual(['4']);
  await client.call('SADD', 's', '01');
  expect(await client.call('SMEMBERS', 's')).toEqual(['30', '-5', sorted[4], '4', sorted[0], '01']);
});

test('SMOVE', async () => {
  const client = await withSet('a', 'b');
  expect(await client.call('SMOVE', 's', 't', 'a')).toBe(1);
  expect(await client.call('SMOVE', 's', 't', 'a')).toBe(0);
  expect(await client.call('SMOVE', 's', 's', 'b')).toBe(1);
  expect(await client.call('SMOVE', 'none', 'text', 'a')).toBe(0);
  expect(await client.call('SADD', 't', 'b')).toBe(1);
  expect(await client.call('SMOVE', 's', 't', 'b')).toBe(1);
  expect(await client.call('EXISTS', 's')).toBe(0);
  expect(await membersOf(client, 't')).toEqual(['a', 'b']);
});

test.each([
  ['SADD', 'text', 'a'],
  ['SREM', 'text', 'a'],
  ['SISMEMBER', 'text', 'a'],
  ['SMISMEMBER', 'text', 'a'],
  ['SCARD', 'text'],
  ['SMEMBERS', 'text'],
  ['SSCAN', 'text', '0'],
  ['SPOP', 'text'],
  ['SPOP', 'text', '1'],
  ['SRANDMEMBER', 'text'],
  ['SRANDMEMBER', 'text', '1'],
  ['SMOVE', 's', 'text', 'a'],
  ['SMOVE', 'text', 's', 'a'],
  ['SINTER', 'none', 'text'],
  ['SUNION', 'none', 'text'],
  ['SDIFF', 'none', 'text'],
  ['SINTERCARD', '2', 'none', 'text'],
  ['SINTERSTORE', 's', 'none', 'text'],
  ['SUNIONSTORE', 's', 'text'],
  ['SDIFFSTORE', 's', 's', 'text'],
])('%s refuses a value of another kind', async (...args) => {
  const client = await withSet('a', 'b');
  expect(await client.ask(...args)).toEqual(WRONG_TYPE);
  expect(await membersOf(client)).toEqual(['a', 'b']);
});

test.each([
  [['SPOP', 's', '-1'], 'ERR value is out of range, must be positive'],
  [['SPOP', 's', 'x'], 'ERR value is out of range, must be positive'],
  [['SPOP', 's', '1', '2'], 'ERR syntax error'],
  [['SRANDMEMBER', 's', 'x'], 'ERR value is not an integer or out of range'],
  [['SRANDMEMBER', 's', '1', '2'], 'ERR syntax error'],
  [['SINTERCARD', '0', 's'], 'ERR numkeys should be greater than 0'],
  [['SINTERCARD', 'x', 's'], 'ERR numkeys should be greater than 0'],
  [['SINTERCARD', '2', 's'], "ERR Number of keys can't be greater than number of args"],
  [['SINTERCARD', '1', 's', 'LIMIT'], 'ERR syntax error'],
  [['SINTERCARD', '1', 's', 'MOST', '1'], 'ERR syntax error'],
  [['SINTERCARD', '1', 's', 'LIMIT', '-1'], "ERR LIMIT can't be negative"],
  [['SINTERCARD', '1', 's', 'LIMIT', 'x'], "ERR LIMIT can't be negative"],
])('%j is refused', async (args, message) => {
  const client = await withSet('a', 'b');
  expect(await client.ask(...args)).toEqual(new ErrorReply(message));
  expect(await membersOf(client)).toEqual(['a', 'b']);
});

describe('combinations', () => {
  async function withSets(): Promise<TestClient> {
    const client = await withSet('a', 'b', 'c', 'd');
    await client.call('SADD', 't', 'c', 'd', 'e');
    await client.call('SADD', 'u', 'd');
    return client;
  }

  test('are answered', async () => {
    const client = await withSets();
    expect(await client.call('SINTER', 's', 't')).toEqual(['c', 'd']);
    expect(await client.call('SINTER', 's', 't', 'u')).toEqual(['d']);
    expect(await client.call('SINTER', 's', 'none')).toEqual([]);
    expect(await client.call('SUNION', 's', 'none', 't')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await client.call('SDIFF', 's', 't', 'none')).toEqual(['a', 'b']);
    expect(await client.call('SDIFF', 's', 'u', 'u', 'u', 'u', 'u', 'u')).toEqual(['a', 'b', 'c']);
    expect(await client.call('SDIFF', 's', 's')).toEqual([]);
    expect(await client.call('SDIFF', 'none', 's')).toEqual([]);
    expect(await client.call('SINTERCARD', 2, 's', 't')).toBe(2);
    expect(await client.call('SINTERCARD', 2, 's', 't', 'LIMIT', 1)).toBe(1);
    expect(await client.call('SINTERCARD', 2, 's', 't', 'LIMIT', 0)).toBe(2);
    await client.call('HELLO', 3);
    expect(await client.call('SINTER', 's', 't')).toEqual(new Set(['c', 'd']));
  });

  test('replace what the target held, with its expiry time', async () => {
    const client = await withSets();
    expect(await client.call('SETEX', 'to', 100, 'x')).toBe('OK');
    expect(await client.call('SUNIONSTORE', 'to', 's', 't')).toBe(5);
    expect(await membersOf(client, 'to')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await client.call('TTL', 'to')).toBe(-1);
    expect(await client.call('SINTERSTORE', 't', 't', 's')).toBe(2);
    expect(await membersOf(client, 't')).toEqual(['c', 'd']);
    expect(await client.call('SDIFFSTORE', 't', 't', 's')).toBe(0);
    expect(await client.call('EXISTS', 't')).toBe(0);
    expect(await client.call('SINTERSTORE', 'text', 's', 'none')).toBe(0);
    expect(await client.call('EXISTS', 'text')).toBe(0);
  });

  test('of many members are stored in parts', async () => {
    const server = await startServer();
    const client = await connectTo(server);
    const members = Array.from({ length: 2_500 }, (_, index) => `m${index}`);
    await client.call('SADD', 's', ...members);
    expect(await client.call('SUNIONSTORE', 'to', 's')).toBe(2_500);
    expect(await membersOf(client, 'to')).toEqual(members.toSorted());
    expect((await loggedEffects(server)).map(([type, data]) => [type, (data as { key: string }).key])).toEqual([
      ...Array(3).fill(['SetMembersAdded', 's']),
      ...Array(3).fill(['SetMembersAdded', 'to']),
    ]);
  });
});

describe('chance', () => {
  test('SPOP takes different members, and the key vanishes with the last one', async () => {
    const client = await withSet('a', 'b', 'c', 'd', 'e');
    const popped = (await client.call('SPOP', 's', 3)) as string[];
    popped.push((await client.call('SPOP', 's')) as string);
    expect(await client.call('SPOP', 's', 0)).toEqual([]);
    popped.push(...((await client.call('SPOP', 's', 9)) as string[]));
    expect(popped.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await client.call('EXISTS', 's')).toBe(0);
    expect(await client.call('SPOP', 's')).toBe(null);
    expect(await client.call('SPOP', 's', 2)).toEqual([]);
  });

  test('SRANDMEMBER gives different members for a positive count, and any for a negative one', async () => {
    const client = await withSet('a', 'b', 'c');
    expect(new Set((await client.call('SRANDMEMBER', 's', 2)) as string[]).size).toBe(2);
    expect(await client.call('SRANDMEMBER', 's', -20)).toHaveLength(20);
    expect(await client.call('SRANDMEMBER', 'none')).toBe(null);
    expect(await client.call('SRANDMEMBER', 'none', -5)).toEqual([]);
    await client.call('SADD', 'long', 'x'.repeat(4_000_000));
    expect(await client.ask('SRANDMEMBER', 'long', '-9223372036854775807')).toEqual(
      new ErrorReply('ERR the reply is too large'),
    );
  });

  test('every member has the same chance', async () => {
    const client = await withSet(...'abcdefgh');
    const counts = new Map<string, number>();
    const samples = 8_000;
    for (const member of (await client.call('SRANDMEMBER', 's', -samples)) as string[]) {
      counts.set(member, (counts.get(member) ?? 0) + 1);
    }
    const expected = samples / 8;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(counts.size).toBe(8);
    expect(chiSquare).toBeLessThan(45); // seven degrees of freedom: exceeded once in ten million runs
  });
});

test('the log holds the members that changed, and nothing of calls that changed nothing', async () => {
  const server = await startServer();
  const client = await connectTo(server);
  await client.call('SADD', 's', 'a');
  await client.call('SADD', 's', 'a', 'b', 'c', 'd');
  await client.call('SADD', 's', 'a');
  await client.call('SREM', 's', 'none');
  const popped = await client.call('SPOP', 's');
  const rest = await client.call('SPOP', 's', 2);
  await client.call('SRANDMEMBER', 's');
  const [last] = (await client.call('SMEMBERS', 's')) as string[];
  await client.call('SMOVE', 's', 't', last!);
  await client.call('SMOVE', 's', 't', last!);
  await client.call('SMOVE', 't', 't', last!);
  await client.call('SINTERSTORE', 'none', 's', 't');
  expect(await loggedEffects(server)).toEqual([
    ['SetMemberAdded', { key: 's', member: 'a' }],
    ['SetMembersAdded', { key: 's', members: ['b', 'c', 'd'] }],
    ['SetMemberRemoved', { key: 's', member: popped }],
    ['SetMembersRemoved', { key: 's', members: rest }],
    ['SetMemberMoved', { key: 's', member: last, toKey: 't' }],
  ]);
  expect((await server.store.verify()).ok).toBe(true);
});

test('SSCAN sees each member that stays, however the set changes meanwhile', async () => {
  const client = await withSet(...Array.from({ length: 1_000 }, (_, index) => `m${index}`));
  const seen = new Set<string>();
  let at = '0';
  let turn = 0;
  do {
    const [next, found] = (await client.call('SSCAN', 's', at, 'COUNT', 50)) as [string, string[]];
    for (const member of found) seen.add(member);
    at = next;
    await client.call('SREM', 's', `m${turn * 2 + 1}`);
    await client.call('SADD', 's', `new${turn++}`);
  } while (at !== '0');
  for (let index = 0; index < 1_000; index += 2) expect(seen).toContain(`m${index}`);
});
