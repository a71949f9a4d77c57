/** LCS. */
import { expect, test } from 'vitest';
import { ErrorReply, startWithClient, type TestClient } from '../../harness.ts';

async function withTexts(): Promise<TestClient> {
  const client = await startWithClient();
  await client.call('MSET', 'a', 'ohmytext', 'b', 'mynewtext');
  return client;
}

test('LCS answers the longest common subsequence, or its length', async () => {
  const client = await withTexts();
  expect(await client.call('LCS', 'a', 'b')).toBe('mytext');
  expect(await client.call('LCS', 'a', 'b', 'LEN')).toBe(6);
  expect(await client.call('LCS', 'a', 'none')).toBe('');
});

test('LCS with IDX answers where the strings agree, from the end', async () => {
  const client = await withTexts();
  expect(await client.call('LCS', 'a', 'b', 'IDX')).toEqual([
    'matches',
    [
      [
        [4, 7],
        [5, 8],
      ],
      [
        [2, 3],
        [0, 1],
      ],
    ],
    'len',
    6,
  ]);
  expect(await client.call('LCS', 'a', 'b', 'IDX', 'MINMATCHLEN', '4', 'WITHMATCHLEN')).toEqual([
    'matches',
    [[[4, 7], [5, 8], 4]],
    'len',
    6,
  ]);
});

test('LCS refuses what it cannot compare', async () => {
  const client = await withTexts();
  expect(await client.ask('LCS', 'a', 'b', 'LEN', 'IDX')).toEqual(
    new ErrorReply('ERR If you want both the length and indexes, please just use IDX.'),
  );
  await client.call('SETRANGE', 'long', '1000000', 'x');
  expect(await client.ask('LCS', 'long', 'long')).toEqual(
    new ErrorReply('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len'),
  );
});
