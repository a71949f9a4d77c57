/** The oracle of the row redis-kill must report every loss, and only losses. And the row itself on a small scale. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Found, PoolAccount, WriterAccount } from './accounts.ts';
import { Life } from './life.ts';
import { emptyHoldings, type Holdings, type Step } from './steps.ts';

const transfer = (number: number): Step => ({
  number,
  commands: [],
  apply: (holdings) => {
    holdings.from -= 1;
    holdings.to += 1;
  },
});

describe('an account of a writer', () => {
  const judged = (acknowledged: number, shown: number, change: (holdings: Holdings) => void): string[] => {
    const account = new WriterAccount(0);
    for (let number = 1; number <= 4; number++) account.issue(transfer(number));
    account.acknowledge(acknowledged);
    account.show(shown, 'a read');
    const holdings = emptyHoldings();
    change(holdings);
    const found: Found = { holdings, from: 1_000, until: 1_000 };
    return account.judge(found).violations.map((text) => text.slice(0, 14));
  };
  const moved = (amount: number) => (holdings: Holdings) => {
    holdings.from = -amount;
    holdings.to = amount;
  };

  test.each([
    ['all acknowledged steps, and no more', 2, 2, moved(2), []],
    ['a step whose reply was lost', 2, 2, moved(3), []],
    ['one acknowledged step too few', 2, 0, moved(1), ['I1/I3: writer ']],
    [
      'half of a transaction',
      2,
      0,
      (holdings: Holdings) => (holdings.from = -3) && (holdings.to = 2),
      ['I1/I3: writer '],
    ],
    ['less than a read has shown', 2, 3, moved(2), ['writer 0: a re']],
    ['more than was issued', 2, 0, moved(5), ['I1/I3: writer ']],
  ])('%s', (_, acknowledged, shown, change, expected) => {
    expect(judged(acknowledged, shown, change)).toEqual(expected);
  });

  test('a text that expires may be there or not while its time comes, with its own time', () => {
    const verdict = (at: number, found: number | undefined): number => {
      const account = new WriterAccount(0);
      const apply = ({ expiring }: Holdings): void => void expiring.set('0', { text: 'x', at });
      account.issue({ number: 1, commands: [], apply });
      account.acknowledge(1);
      const holdings = emptyHoldings();
      if (found !== undefined) holdings.expiring.set('0', { text: 'x', at: found });
      return account.judge({ holdings, from: 1_000, until: 1_010 }).violations.length;
    };
    expect([verdict(1_005, undefined), verdict(1_005, 1_005), verdict(900, undefined), verdict(2_000, 2_000)]).toEqual([
      0, 0, 0, 0,
    ]);
    expect([verdict(2_000, undefined), verdict(900, 900), verdict(2_000, 2_001)]).toEqual([1, 1, 1]);
  });
});

describe('an account of a pool', () => {
  const judged = (present: readonly string[], taken: readonly string[], unheard: number): number => {
    const account = new PoolAccount('p');
    for (const text of ['a', 'b', 'c']) account.offer(text);
    for (const text of taken) account.take(text);
    return account.judge(
      new Set(present),
      () => true,
      () => true,
      unheard,
    ).length;
  };

  test('each text is there or was taken; a client that waits may have taken one', () => {
    expect([judged(['a', 'b', 'c'], [], 0), judged(['a'], ['b', 'c'], 0), judged(['a', 'b'], [], 1)]).toEqual([
      0, 0, 0,
    ]);
    expect([judged(['a', 'b'], [], 0), judged(['a', 'b', 'c'], ['b'], 0), judged(['a', 'b', 'c', 'd'], [], 0)]).toEqual(
      [1, 1, 1],
    );
  });

  test('nothing is given out twice', () => {
    const account = new PoolAccount('p');
    account.offer('a');
    expect(account.take('a')).toBe(undefined);
    expect(account.take('a')).toContain('twice');
  });
});

test('a server that is killed under load keeps what it acknowledged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refold-redis-kill-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const report = await Life.run({
    seed: 3,
    cycles: 2,
    folder: join(folder, 'life'),
    cache: process.env.NODE_COMPILE_CACHE!,
  });
  expect(report).toMatchObject({ cycles: 2, violations: [] });
});
