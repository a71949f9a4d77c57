import { describe, expect, test } from 'vitest';
import { ErrorReply, startWithClient, type TestClient } from '../../harness.ts';

async function withNumbers(): Promise<TestClient> {
  const client = await startWithClient();
  await client.call('RPUSH', 'list', '3', '10', '-2', '1');
  await client.call('SADD', 'set', 'b', 'a', 'c');
  await client.call('ZADD', 'zset', 3, 'x', 1, 'y', 2, 'z');
  const weights = { 3: '7', 10: '5', '-2': '9' };
  for (const [element, weight] of Object.entries(weights)) {
    await client.call('SET', `weight_${element}`, weight);
    await client.call('HSET', `object_${element}`, 'name', `name of ${element}`);
  }
  return client;
}

describe('SORT', () => {
  const cases: readonly (readonly [command: string, result: readonly (string | null)[]])[] = [
    ['SORT list', ['-2', '1', '3', '10']],
    ['SORT list DESC LIMIT 1 2', ['3', '1']],
    ['SORT list LIMIT 9 2', []],
    ['SORT list LIMIT -5 -1', ['-2', '1', '3', '10']],
    ['SORT list ALPHA', ['-2', '1', '10', '3']],
    ['SORT list BY weight_*', ['1', '10', '3', '-2']],
    ['SORT list BY weight_* DESC', ['-2', '3', '10', '1']],
    ['SORT list BY weight_* GET # GET object_*->name LIMIT 1 2', ['10', 'name of 10', '3', 'name of 3']],
    ['SORT list BY object_*->name ALPHA', ['1', '-2', '10', '3']],
    ['SORT list GET nothing_* LIMIT 0 1', [null]],
    ['SORT list GET weight', [null, null, null, null]],
    ['SORT list GET weight_*->field LIMIT 3 1', [null]],
    ['SORT list BY nosort', ['3', '10', '-2', '1']],
    ['SORT list BY nosort DESC LIMIT 0 3', ['1', '-2', '10']],
    ['SORT zset BY nosort', ['y', 'z', 'x']],
    ['SORT zset BY nosort DESC LIMIT 0 2', ['x', 'z']],
    ['SORT zset ALPHA', ['x', 'y', 'z']],
    ['SORT set ALPHA DESC', ['c', 'b', 'a']],
    ['SORT_RO list', ['-2', '1', '3', '10']],
    ['SORT missing', []],
  ];
  for (const [command, result] of cases) {
    test(command, async () => {
      const client = await withNumbers();
      expect(await client.call(...command.split(' '))).toEqual(result);
    });
  }

  test('STORE writes a list in place of what was there', async () => {
    const client = await withNumbers();
    await client.call('SET', 'result', 'x');
    await client.call('EXPIRE', 'result', 100);
    expect(await client.call('SORT', 'list', 'GET', 'weight_*', 'STORE', 'result')).toBe(4);
    expect(await client.call('LRANGE', 'result', 0, -1)).toEqual(['9', '', '7', '5']);
    expect(await client.call('TTL', 'result')).toBe(-1);
    expect(await client.call('SORT', 'set', 'BY', 'nosort', 'STORE', 'result')).toBe(3);
    expect(await client.call('LRANGE', 'result', 0, -1)).toEqual(['a', 'b', 'c']);
    expect(await client.call('SORT', 'list', 'STORE', 'list')).toBe(4);
    expect(await client.call('LRANGE', 'list', 0, -1)).toEqual(['-2', '1', '3', '10']);
    expect(await client.call('SORT', 'missing', 'STORE', 'list')).toBe(0);
    expect(await client.call('EXISTS', 'list')).toBe(0);
  });

  test('what cannot be sorted is refused', async () => {
    const client = await withNumbers();
    const refused: readonly (readonly [string, string])[] = [
      ['SORT set', "ERR One or more scores can't be converted into double"],
      ['SORT weight_3', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
      ['SORT list LIMIT 1', 'ERR syntax error'],
      ['SORT list LIMIT x 1', 'ERR value is not an integer or out of range'],
      ['SORT list BY', 'ERR syntax error'],
      ['SORT_RO list STORE result', 'ERR syntax error'],
    ];
    for (const [command, error] of refused) {
      expect(await client.ask(...command.split(' ')), command).toEqual(new ErrorReply(error));
    }
  });

  test('a number ends at the first zero byte', async () => {
    const client = await startWithClient();
    await client.call('RPUSH', 'list', '2', '\0', '1\0x');
    expect(await client.call('SORT', 'list')).toEqual(['\0', '1\0x', '2']);
  });

  test('a long result comes whole', async () => {
    const client = await startWithClient();
    const numbers = Array.from({ length: 5_000 }, (_, at) => (at * 7_919) % 5_000);
    await client.call('RPUSH', 'list', ...numbers);
    const sorted = Array.from({ length: 5_000 }, (_, at) => String(at));
    expect(await client.call('SORT', 'list')).toEqual(sorted);
    expect(await client.call('SORT', 'list', 'STORE', 'result')).toBe(5_000);
    expect(await client.call('LRANGE', 'result', 0, -1)).toEqual(sorted);
  });
});
