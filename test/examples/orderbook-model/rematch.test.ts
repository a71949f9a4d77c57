/** The audit that matches a log again: it passes sound logs and finds every kind of tampering, at its sequence. */
import { describe, expect, test } from 'vitest';
import { rematch } from '../../../examples/orderbook/audit/rematch.ts';
import { type LoggedEvent, listedBook } from './harness.ts';

/** A log with a bit of everything: sweeps, self-trades, stops, expiry, moves, a halt. */
function soundLog(): LoggedEvent[] {
  const book = listedBook();
  const place = (orderId: number, side: 'buy' | 'sell', quantity: number, price: number, extra: object = {}) =>
    book.lines('placeOrder', { orderId, symbol: 'ACME', side, type: 'limit', price, quantity, ...extra });
  place(1, 'sell', 5, 100);
  place(2, 'sell', 5, 100);
  place(3, 'sell', 5, 101, { account: 'ann' });
  place(4, 'buy', 7, 101); // 5 of order 1, 2 of order 2
  place(5, 'buy', 9, 101, { account: 'ann', selfTradePrevention: 'maker' }); // 3 of order 2, not order 3, rests
  book.lines('placeOrder', { orderId: 6, symbol: 'ACME', side: 'sell', type: 'stop', stopPrice: 99, quantity: 2 });
  place(7, 'buy', 4, 99, { timeInForce: 'GTT', expiresAt: 500 });
  place(8, 'sell', 7, 99, { timeInForce: 'IOC' }); // takes order 5 and one of order 7; its price wakes the stop
  book.lines('replaceOrder', { orderId: 7, price: 98, quantity: 3 });
  book.lines('reduceOrder', { orderId: 7, quantity: 1 });
  book.lines('haltMarket', { symbol: 'ACME' });
  book.lines('resumeMarket', { symbol: 'ACME' });
  book.lines('printHidden', { symbol: 'ACME', price: 97, quantity: 1, side: 'buy' });
  book.lines('advanceClock', { now: 500 });
  place(9, 'buy', 1, 90);
  book.lines('cancelOrder', { orderId: 9 });
  place(10, 'sell', 1, 200);
  place(11, 'buy', 1, 200);
  return structuredClone(book.log);
}

const firstOf = (log: LoggedEvent[], type: LoggedEvent['type'], test: (event: any) => boolean = () => true) =>
  log.findIndex((event) => event.type === type && test(event));

/** Numbers the events again, as a forger would. */
const renumbered = (log: LoggedEvent[]) => log.map((event, at) => ({ ...event, sequence: at + 1 }));

async function differenceOf(log: LoggedEvent[]) {
  const result = await rematch(log);
  if (result === 'equal') throw new Error('The audit missed it');
  return result.firstDifference;
}

test('a sound log is equal, from an array and from an async iterable', async () => {
  const log = soundLog();
  expect(log.filter((event) => event.type === 'TradeExecuted').length).toBeGreaterThan(5);
  expect(firstOf(log, 'StopTriggered')).toBeGreaterThan(0);
  expect(await rematch(log)).toBe('equal');
  expect(
    await rematch(
      (async function* () {
        yield* log;
      })(),
    ),
  ).toBe('equal');
  expect(await rematch([])).toBe('equal');
});

describe('a changed trade is found where it stands', () => {
  test.each([
    ['price', { price: 102 }],
    ['quantity', { quantity: 4 }],
    ['maker', { makerId: 2 }],
    ['taker', { takerId: 3 }],
    ['side', { takerSide: 'sell' }],
    ['id', { tradeId: 7 }],
    ['symbol', { symbol: 'ZETA' }],
    ['an extra field', { fee: 1 }],
  ])('%s', async (_, change) => {
    const log = soundLog();
    const at = firstOf(log, 'TradeExecuted');
    const { type, data } = log[at]!;
    log[at] = { ...log[at], data: { ...data, ...change } } as LoggedEvent;
    expect(await differenceOf(log)).toMatchObject({
      sequence: at + 1,
      expected: { type, data },
      actual: { type, data: { ...data, ...change } },
    });
  });

  test('each single trade of the log, one at a time', async () => {
    const trades = soundLog().flatMap((event, at) => (event.type === 'TradeExecuted' ? [at] : []));
    for (const at of trades) {
      const log = soundLog();
      (log[at]!.data as { quantity: number }).quantity += 1;
      expect((await differenceOf(log)).sequence).toBe(at + 1);
    }
  });
});

describe('a log with another shape', () => {
  test('a missing trade', async () => {
    const log = soundLog();
    const at = firstOf(log, 'TradeExecuted');
    const [missing] = log.splice(at, 1);
    const { type, data } = missing!;
    expect(await differenceOf(renumbered(log))).toMatchObject({ sequence: at + 1, expected: { type, data } });
  });

  test('a trade too many', async () => {
    const log = soundLog();
    const extra = log[firstOf(log, 'TradeExecuted')]!;
    log.push(extra);
    expect(await differenceOf(renumbered(log))).toMatchObject({ sequence: log.length, expected: null });
  });

  test('two trades swapped: the queue served out of order, with the same totals', async () => {
    const log = soundLog();
    const at = firstOf(log, 'TradeExecuted');
    [log[at], log[at + 1]] = [log[at + 1]!, log[at]!];
    expect((await differenceOf(renumbered(log))).sequence).toBe(at + 1);
  });

  test('a log that ends too early', async () => {
    const log = soundLog();
    const shortened = log.slice(0, -1);
    const { type, data } = log.at(-1)!;
    expect(await differenceOf(shortened)).toMatchObject({
      sequence: log.length,
      expected: { type, data },
      actual: null,
    });
  });

  test('a log without its beginning, or with a hole', async () => {
    expect((await differenceOf(soundLog().slice(1))).why).toContain('whole log');
    const log = soundLog();
    log.splice(5, 1);
    expect((await differenceOf(log)).why).toContain('whole log');
  });
});

describe('what follows from an order is as strict as a trade', () => {
  test.each([
    ['an expiry left out', 'OrderCancelled', (event: any) => event.data.reason === 'expired'],
    ['a self-trade cancel left out', 'OrderCancelled', (event: any) => event.data.reason === 'selfTrade'],
    ['an order that never came to rest', 'OrderRested', () => true],
    ['a stop that slept on', 'StopTriggered', () => true],
  ] as const)('%s', async (_, type, test) => {
    const log = soundLog();
    const at = firstOf(log, type, test);
    expect(at).toBeGreaterThan(0);
    log.splice(at, 1);
    expect((await differenceOf(renumbered(log))).sequence).toBe(at + 1);
  });

  test.each([
    [
      'an order that should have traded and is said to rest',
      'OrderAccepted',
      (e: any) => e.data.taker,
      { taker: undefined },
    ],
    ['an order that is said to take and meets no order', 'OrderAccepted', (e: any) => !e.data.taker, { taker: true }],
    ['an order in an unknown symbol', 'OrderAccepted', () => true, { symbol: 'NONE' }],
    ['a cancel of more than was open', 'OrderCancelled', (e: any) => e.data.reason === 'user', { quantity: 2 }],
    ['a cancel that was not asked for', 'OrderCancelled', (e: any) => e.data.reason === 'user', { reason: 'iocRest' }],
    ['a replacement said to keep its place', 'OrderReplaced', () => true, { kept: true }],
    ['a reduction below zero', 'OrderReduced', () => true, { quantity: 3 }],
    ['a clock that stands', 'ClockAdvanced', () => true, { now: 0 }],
  ] as const)('%s', async (_, type, test, change) => {
    const log = soundLog();
    const at = firstOf(log, type, test);
    log[at] = JSON.parse(JSON.stringify({ ...log[at], data: { ...log[at]!.data, ...change } }));
    expect((await differenceOf(log)).sequence).toBe(at + 1);
  });
});
