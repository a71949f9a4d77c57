/** A feed in follow mode and in matching mode, side by side. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CompareReport, compareFeed } from '../../../../examples/orderbook/audit/compare-feed.ts';
import { StrictBook } from '../../../../examples/orderbook/audit/strict-book.ts';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import type { Change, FeedMessage } from '../../../../examples/orderbook/follow/index.ts';
import { Gateway } from '../../../../examples/orderbook/gateway.ts';
import { invariants } from '../../../../examples/orderbook/model/invariants.ts';
import { makeLobsterDay } from '../lobster-day.ts';
import { memoryBook } from '../memory-book.ts';
import { errorOf, runOrderBook, temporaryFolder } from '../support.ts';
import { randomFeed } from './naive-feed.ts';

function compareLines(lines: readonly string[], levels = 5): Promise<CompareReport> {
  const path = join(temporaryFolder(), 'ACME_2024-03-01_message_5.csv');
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return compareFeed('lobster', [path], { settings: {}, levels });
}

describe('what a strict engine would have done', () => {
  test('is what the feed says, where the feed comes from such an engine', async () => {
    const { messages } = makeLobsterDay({ seed: 9, symbol: 'ACME', commands: 1_500, levels: 500 });
    const report = await compareLines(messages, 50);
    const executions = messages.filter((line) => line.split(',')[1] === '4').length;
    expect(executions).toBeGreaterThan(50);
    expect(report).toMatchObject({
      changes: messages.length + 1,
      compared: messages.length + 1,
      differing: 0,
      began: 0,
      first: null,
      executions: { inFeed: executions, ofNamedOrder: executions, ofOtherOrder: 0, ofNone: 0, short: 0 },
      addsThatTrade: 0,
      refused: {},
    });
  });

  test('differs where an order is executed out of its turn', async () => {
    const report = await compareLines([
      '34200.1,1,1,100,5000000,1',
      '34200.2,1,2,100,5000000,1',
      '34200.3,1,3,50,5010000,-1',
      // The second in line is hit. The strict engine serves the first: the levels look the same.
      '34200.4,4,2,100,5000000,1',
      // The first leaves, whom the strict engine has served. It keeps the second.
      '34200.5,3,1,100,5000000,1',
      '34200.6,1,4,10,5005000,-1',
    ]);
    expect(report).toMatchObject({
      changes: 7,
      differing: 2,
      began: 1,
      first: {
        file: 'ACME_2024-03-01_message_5.csv',
        line: 5,
        symbol: 'ACME',
        followed: { bids: [], asks: ['501 × 50'] },
        strict: { bids: ['500 × 100'], asks: ['501 × 50'] },
      },
      executions: { inFeed: 1, ofNamedOrder: 0, ofOtherOrder: 1, ofNone: 0, short: 0 },
      firstOtherOrder: { line: 4 },
      refused: { UNKNOWN_ORDER: 1 },
      firstRefused: { line: 5, code: 'UNKNOWN_ORDER' },
    });
  });

  test('differs where a feed crosses, and counts executions that meet no order', async () => {
    const report = await compareLines([
      '34200.1,1,1,100,5000000,1',
      '34200.2,1,2,30,4990000,-1',
      '34200.3,4,2,30,4990000,-1',
      '34200.4,4,1,100,5000000,1',
      '34200.5,4,9,100,5000000,1',
    ]);
    expect(report).toMatchObject({
      addsThatTrade: 1,
      firstAddThatTrades: { line: 2 },
      differing: 2,
      began: 1,
      first: {
        line: 2,
        followed: { bids: ['500 × 100'], asks: ['499 × 30'] },
        strict: { bids: ['500 × 70'], asks: [] },
      },
      executions: { inFeed: 3, ofNamedOrder: 1, ofNone: 2, short: 3 },
    });
  });

  test('a halt takes what does not trade, and executions in it leave the order that is named', async () => {
    const report = await compareLines([
      '34200.1,1,1,100,5000000,1',
      '34200.2,7,0,0,-1,-1',
      '34200.3,1,2,100,5000000,1',
      '34200.4,4,2,40,5000000,1',
      '34200.5,7,0,0,1,-1',
      '34200.6,4,1,100,5000000,1',
    ]);
    expect(report).toMatchObject({ differing: 0, executions: { inFeed: 2, ofNamedOrder: 2 }, refused: {} });
  });

  test('is a command', async () => {
    const path = join(temporaryFolder(), 'ACME_2024-03-01_message_5.csv');
    writeFileSync(path, '34200.1,1,1,100,5000000,1\n');
    const run = await runOrderBook('compare', 'lobster', path, '--json', '--levels', '3');
    expect(run.code).toBe(0);
    expect(run.json).toMatchObject({ kind: 'lobster', levels: 3, differing: 0 });
    const text = await runOrderBook('compare', 'lobster', path);
    expect(text.stdout).toMatch(/executions: in feed/);
    expect((await runOrderBook('compare', 'lobster', path, '--levels', '0')).code).toBe(2);
  });

  test('a feed of levels is refused', async () => {
    const strict = new StrictBook(new Gateway(memoryBook()), () => {});
    const change: Change = { kind: 'list', priceDecimals: 1, sizeDecimals: 8, levelsOnly: true };
    const error = await errorOf((async () => strict.apply(messageOf('BTC', change)))());
    expect(error.message).toMatch(/levels, and no orders/);
  });

  test.each([1, 2])('takes any message, and its book stays sound, seed %i', async (seed) => {
    const random = new Random(seed);
    const refusals = new Map<string, number>();
    const gateway = new Gateway(memoryBook());
    const strict = new StrictBook(gateway, ({ code }) => void refusals.set(code, (refusals.get(code) ?? 0) + 1));
    const messages = randomFeed((below) => random.below(below), 2_000).filter(({ symbol }) => symbol !== 'L2');
    for (const message of messages) strict.apply(message);
    await gateway.drain();
    for (const [name, holds] of Object.entries(invariants)) expect(holds(strict.book), name).toBe(true);
    expect([...refusals.keys()].sort()).toEqual(
      expect.arrayContaining(['PRICE_OUT_OF_RANGE', 'UNKNOWN_ORDER', 'UNKNOWN_SYMBOL']),
    );
    expect(Object.fromEntries(refusals)).toEqual(gateway.rejectedByCode);
  });
});

function messageOf(symbol: string, change: Change): FeedMessage {
  return { symbol, time: undefined, line: 1, change };
}
