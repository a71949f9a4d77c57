/** Every order type and every trap, as short stories: what is asked, and the events that follow. */
import { describe, expect, test } from 'vitest';
import { bookTop, queueAt, recentTrades, topLevels } from '../../../examples/orderbook/model/index.ts';
import { type Book, checkInvariants, listedBook } from './harness.ts';

type Extra = Parameters<typeof order>[4];

function order(
  orderId: number,
  side: 'buy' | 'sell',
  quantity: number,
  price: number | undefined,
  extra: Record<string, unknown> = {},
) {
  const type: 'limit' | 'market' = price === undefined ? 'market' : 'limit';
  return { orderId, symbol: 'ACME', side, quantity, type, ...(price === undefined ? {} : { price }), ...extra };
}

const buy = (book: Book, id: number, quantity: number, price?: number, extra?: Extra) =>
  book.lines('placeOrder', order(id, 'buy', quantity, price, extra));
const sell = (book: Book, id: number, quantity: number, price?: number, extra?: Extra) =>
  book.lines('placeOrder', order(id, 'sell', quantity, price, extra));
const stop = (book: Book, id: number, side: 'buy' | 'sell', quantity: number, stopPrice: number, extra: Extra = {}) =>
  book.lines('placeOrder', {
    ...order(id, side, quantity, undefined, extra),
    type: 'price' in extra ? 'stopLimit' : 'stop',
    stopPrice,
  });

describe('price, then time', () => {
  test('the best price trades first, however late it came, and at the price of the order that was there', () => {
    const book = listedBook();
    sell(book, 1, 5, 102);
    sell(book, 2, 5, 101);
    sell(book, 3, 5, 100);
    expect(buy(book, 4, 12, 105)).toEqual([
      'accepted 4 taker',
      'trade 5@100 3×4',
      'trade 5@101 2×4',
      'trade 2@102 1×4',
    ]);
    expect(topLevels(book.state, 'ACME', 'sell', 9)).toEqual([{ price: 102, quantity: 3, count: 1 }]);
  });

  test('within a price the first comer trades first, and those behind a cancelled one stay in line', () => {
    const book = listedBook();
    for (const id of [1, 2, 3, 4]) buy(book, id, 10, 100);
    book.lines('cancelOrder', { orderId: 2 });
    expect(sell(book, 5, 25, 100)).toEqual([
      'accepted 5 taker',
      'trade 10@100 1×5',
      'trade 10@100 3×5',
      'trade 5@100 4×5',
    ]);
    expect(queueAt(book.state, 'ACME', 'buy', 100)).toEqual([4]);
  });

  test.each([
    ['head', 1, [2, 3]],
    ['middle', 2, [1, 3]],
    ['tail', 3, [1, 2]],
  ])('cancelling the %s of a queue keeps all the others', (_, orderId, left) => {
    const book = listedBook();
    for (const id of [1, 2, 3]) sell(book, id, 10, 100);
    expect(book.lines('cancelOrder', { orderId })).toEqual([`cancelled ${orderId} 10 user`]);
    expect(queueAt(book.state, 'ACME', 'sell', 100)).toEqual(left);
    sell(book, 9, 1, 100);
    expect(queueAt(book.state, 'ACME', 'sell', 100)).toEqual([...left, 9]);
  });

  test('a partly filled order keeps its place', () => {
    const book = listedBook();
    buy(book, 1, 10, 100);
    buy(book, 2, 10, 100);
    sell(book, 3, 4, 100);
    expect(sell(book, 4, 7, 100)).toEqual(['accepted 4 taker', 'trade 6@100 1×4', 'trade 1@100 2×4']);
  });

  test('a limit order stops at its own limit and rests there', () => {
    const book = listedBook();
    sell(book, 1, 5, 100);
    sell(book, 2, 5, 105);
    expect(buy(book, 3, 12, 102)).toEqual(['accepted 3 taker', 'trade 5@100 1×3', 'rested 3']);
    expect(bookTop(book.state, 'ACME', 2)).toEqual([
      [105, 5, 102, 7],
      [null, 0, null, 0],
    ]);
  });

  test('an emptied level is deleted, and a new one at its price begins empty', () => {
    const book = listedBook();
    sell(book, 1, 5, 100);
    buy(book, 2, 5, 100);
    expect(book.state.asks.size).toBe(0);
    expect(book.state.orders.size).toBe(0);
    sell(book, 3, 7, 100);
    expect(topLevels(book.state, 'ACME', 'sell', 1)).toEqual([{ price: 100, quantity: 7, count: 1 }]);
  });
});

describe('what does not rest', () => {
  test('the rest of an IOC is cancelled, traded or not', () => {
    const book = listedBook();
    sell(book, 1, 5, 100);
    expect(buy(book, 2, 8, 100, { timeInForce: 'IOC' })).toEqual([
      'accepted 2 taker',
      'trade 5@100 1×2',
      'cancelled 2 3 iocRest',
    ]);
    expect(buy(book, 3, 8, 100, { timeInForce: 'IOC' })).toEqual(['accepted 3 taker', 'cancelled 3 8 iocRest']);
    expect(book.state.orders.size).toBe(0);
  });

  test('a market order takes any price, and its rest is cancelled', () => {
    const book = listedBook();
    buy(book, 1, 5, 100);
    buy(book, 2, 5, 1);
    expect(sell(book, 3, 12)).toEqual([
      'accepted 3 taker',
      'trade 5@100 1×3',
      'trade 5@1 2×3',
      'cancelled 3 2 marketRest',
    ]);
    expect(sell(book, 4, 1)).toEqual(['accepted 4 taker', 'cancelled 4 1 marketRest']);
  });

  test('fill or kill: all of it within the limit, over several levels, or a rejection', () => {
    const book = listedBook();
    sell(book, 1, 5, 100);
    sell(book, 2, 5, 101);
    const fok = { timeInForce: 'FOK' };
    expect(book.execute('placeOrder', order(3, 'buy', 11, 101, fok)).rejected).toBe('FOK_UNFILLABLE');
    expect(book.execute('placeOrder', order(3, 'buy', 6, 100, fok)).rejected).toBe('FOK_UNFILLABLE');
    expect(book.execute('placeOrder', order(3, 'buy', 11, undefined, fok)).rejected).toBe('FOK_UNFILLABLE');
    expect(buy(book, 3, 10, 101, fok)).toEqual(['accepted 3 taker', 'trade 5@100 1×3', 'trade 5@101 2×3']);
  });

  test('post-only never takes', () => {
    const book = listedBook();
    sell(book, 1, 5, 100);
    expect(book.execute('placeOrder', order(2, 'buy', 1, 100, { postOnly: true })).rejected).toBe(
      'POST_ONLY_WOULD_TAKE',
    );
    expect(buy(book, 2, 1, 99, { postOnly: true })).toEqual(['accepted 2']);
    const replace = book.execute('replaceOrder', { orderId: 2, price: 100, quantity: 1 });
    expect(replace.rejected).toBe('POST_ONLY_WOULD_TAKE');
    expect(queueAt(book.state, 'ACME', 'buy', 99)).toEqual([2]);
  });
});

describe('changing an order', () => {
  test('a reduced order keeps its place; reduced to zero it is cancelled', () => {
    const book = listedBook();
    buy(book, 1, 10, 100);
    buy(book, 2, 10, 100);
    expect(book.lines('reduceOrder', { orderId: 1, quantity: 4 })).toEqual(['reduced 1 by 4']);
    expect(queueAt(book.state, 'ACME', 'buy', 100)).toEqual([1, 2]);
    expect(topLevels(book.state, 'ACME', 'buy', 1)).toEqual([{ price: 100, quantity: 16, count: 2 }]);
    expect(book.execute('reduceOrder', { orderId: 1, quantity: 7 }).rejected).toBe('QUANTITY_TOO_LARGE');
    expect(book.lines('reduceOrder', { orderId: 1, quantity: 6 })).toEqual(['cancelled 1 6 user']);
  });

  test.each([
    ['smaller at the same price', { price: 100, quantity: 9 }, 'replaced 1 9@100 kept', [1, 2]],
    ['equal in everything', { price: 100, quantity: 10 }, 'replaced 1 10@100 kept', [1, 2]],
    ['larger at the same price', { price: 100, quantity: 11 }, 'replaced 1 11@100', [2, 1]],
    ['smaller, but sent back', { price: 100, quantity: 9, keepPriority: false }, 'replaced 1 9@100', [2, 1]],
    ['at another price', { price: 99, quantity: 9 }, 'replaced 1 9@99', [2]],
  ])('replaced: %s', (_, change, line, queue) => {
    const book = listedBook();
    buy(book, 1, 10, 100);
    buy(book, 2, 10, 100);
    expect(book.lines('replaceOrder', { orderId: 1, ...change })).toEqual([line]);
    expect(queueAt(book.state, 'ACME', 'buy', 100)).toEqual(queue);
  });

  test('replaced into the other side it trades first and then rests, or is filled', () => {
    const book = listedBook();
    sell(book, 1, 5, 100);
    buy(book, 2, 5, 90);
    expect(book.lines('replaceOrder', { orderId: 2, price: 101, quantity: 8 })).toEqual([
      'replaced 2 8@101 taker',
      'trade 5@100 1×2',
      'rested 2',
    ]);
    sell(book, 3, 5, 110);
    expect(book.lines('replaceOrder', { orderId: 3, price: 101, quantity: 2 })).toEqual([
      'replaced 3 2@101 taker',
      'trade 2@101 2×3',
    ]);
    expect(queueAt(book.state, 'ACME', 'buy', 101)).toEqual([2]);
  });

  test('the new quantity is what is open, whatever was traded before', () => {
    const book = listedBook();
    sell(book, 1, 10, 100);
    buy(book, 2, 4, 100);
    book.lines('replaceOrder', { orderId: 1, price: 101, quantity: 6 });
    expect(topLevels(book.state, 'ACME', 'sell', 1)).toEqual([{ price: 101, quantity: 6, count: 1 }]);
  });

  test('the id of a filled or cancelled order is free again, that of an open one is not', () => {
    const book = listedBook();
    buy(book, -7, 10, 100);
    expect(book.execute('placeOrder', order(-7, 'sell', 1, 200)).rejected).toBe('DUPLICATE_ORDER_ID');
    book.lines('cancelOrder', { orderId: -7 });
    expect(sell(book, -7, 1, 200)).toEqual(['accepted -7']);
    buy(book, 0, 1, 200);
    expect(book.execute('cancelOrder', { orderId: -7 }).rejected).toBe('UNKNOWN_ORDER');
    expect(buy(book, -7, 1, 200)).toEqual(['accepted -7']);
  });
});

describe('self-trade prevention', () => {
  const own = (selfTradePrevention: string) => ({ account: 'ann', selfTradePrevention });

  function bookOfAnn(): Book {
    const book = listedBook();
    sell(book, 1, 5, 100, { account: 'bob' });
    sell(book, 2, 5, 100, { account: 'ann' });
    sell(book, 3, 5, 100, { account: 'cat' });
    return book;
  }

  test.each([
    ['none', ['trade 5@100 1×9', 'trade 5@100 2×9', 'trade 2@100 3×9'], [3]],
    ['maker', ['trade 5@100 1×9', 'cancelled 2 5 selfTrade', 'trade 5@100 3×9', 'rested 9'], []],
    ['taker', ['trade 5@100 1×9', 'cancelled 9 7 selfTrade'], [2, 3]],
    ['both', ['trade 5@100 1×9', 'cancelled 2 5 selfTrade', 'cancelled 9 7 selfTrade'], [3]],
  ])('%s', (policy, lines, left) => {
    const book = bookOfAnn();
    expect(buy(book, 9, 12, 100, own(policy))).toEqual(['accepted 9 taker', ...lines]);
    expect(queueAt(book.state, 'ACME', 'sell', 100)).toEqual(left);
  });

  test.each([
    ['maker', 10, 'filled'],
    ['maker', 11, 'FOK_UNFILLABLE'],
    ['taker', 5, 'filled'],
    ['taker', 6, 'FOK_UNFILLABLE'],
    ['both', 6, 'FOK_UNFILLABLE'],
    ['none', 15, 'filled'],
  ])('fill or kill counts only what %s would let trade: %i is %s', (policy, quantity, result) => {
    const book = bookOfAnn();
    const outcome = book.execute('placeOrder', order(9, 'buy', quantity, 100, { ...own(policy), timeInForce: 'FOK' }));
    expect(outcome.rejected ?? 'filled').toBe(result);
    if (result === 'filled') expect(book.state.orders.has(9)).toBe(false);
  });

  test('orders without an account do not belong together', () => {
    const book = listedBook();
    sell(book, 1, 5, 100);
    expect(buy(book, 2, 5, 100)).toEqual(['accepted 2 taker', 'trade 5@100 1×2']);
  });
});

describe('stop orders', () => {
  test('a stop waits beside the book and becomes a market order when a trade reaches its price', () => {
    const book = listedBook();
    sell(book, 1, 5, 100);
    sell(book, 2, 5, 103);
    expect(stop(book, 3, 'buy', 4, 100)).toEqual(['accepted 3']);
    expect(topLevels(book.state, 'ACME', 'buy', 1)).toEqual([]);
    expect(buy(book, 4, 1, 100)).toEqual([
      'accepted 4 taker',
      'trade 1@100 1×4',
      'triggered 3 taker',
      'trade 4@100 1×3',
    ]);
  });

  test('a stop-limit rests at its limit when it meets no order', () => {
    const book = listedBook();
    buy(book, 1, 5, 100);
    stop(book, 2, 'sell', 4, 100, { price: 101 });
    expect(sell(book, 3, 1, 100)).toEqual(['accepted 3 taker', 'trade 1@100 1×3', 'triggered 2']);
    expect(queueAt(book.state, 'ACME', 'sell', 101)).toEqual([2]);
  });

  test('stops wake by price, then by age, and what wakes first trades first', () => {
    const book = listedBook();
    for (const [id, price] of [
      [1, 100],
      [2, 101],
      [3, 102],
      [4, 103],
      [5, 104],
    ] as const)
      sell(book, id, 1, price);
    stop(book, 21, 'buy', 1, 102);
    stop(book, 22, 'buy', 1, 101);
    stop(book, 23, 'buy', 1, 101);
    expect(buy(book, 9, 2, 101)).toEqual([
      'accepted 9 taker',
      'trade 1@100 1×9',
      'trade 1@101 2×9',
      'triggered 22 taker',
      'trade 1@102 3×22',
      'triggered 23 taker',
      'trade 1@103 4×23',
      'triggered 21 taker',
      'trade 1@104 5×21',
    ]);
  });

  test('a sweep wakes the stops of both sides at each price it prints', () => {
    const book = listedBook();
    buy(book, 1, 1, 106);
    sell(book, 2, 1, 106); // last price 106
    sell(book, 3, 1, 100);
    sell(book, 4, 1, 105);
    buy(book, 5, 5, 90);
    stop(book, 11, 'sell', 1, 101);
    stop(book, 12, 'buy', 1, 108);
    expect(buy(book, 6, 2, 105)).toEqual([
      'accepted 6 taker',
      'trade 1@100 3×6',
      'trade 1@105 4×6',
      'triggered 11 taker', // 100 was below 101, though the last print was above
      'trade 1@90 5×11',
    ]);
    expect(book.state.symbols.get('ACME')!.stops).toBe(1);
  });

  test('a thousand stops wake one another in one commit', () => {
    const book = listedBook('ACME', {}, () => {});
    for (let id = 1; id <= 1001; id++) sell(book, id, 1, 100 + id);
    for (let id = 1; id <= 1000; id++) stop(book, 5000 + id, 'buy', 1, 100 + id);
    const lines = buy(book, 9999, 1);
    expect(lines.filter((line) => line.startsWith('trade'))).toHaveLength(1001);
    expect(lines.slice(-2)).toEqual(['triggered 6000 taker', 'trade 1@1101 1001×6000']);
    expect(book.state.orders.size).toBe(0);
    checkInvariants(book.state);
  });

  test('a triggered stop that rests may be met by the next one of the same cascade', () => {
    const book = listedBook();
    buy(book, 1, 2, 100);
    buy(book, 2, 1, 95);
    stop(book, 3, 'sell', 1, 100, { price: 101 });
    stop(book, 4, 'buy', 1, 200); // far away
    stop(book, 5, 'sell', 2, 100);
    expect(sell(book, 6, 1, 100)).toEqual([
      'accepted 6 taker',
      'trade 1@100 1×6',
      'triggered 3',
      'triggered 5 taker',
      'trade 1@100 1×5',
      'trade 1@95 2×5',
    ]);
  });

  test('a stop that cannot be executed on its terms is recorded as rejected', () => {
    const book = listedBook();
    sell(book, 1, 5, 100);
    stop(book, 2, 'buy', 9, 100, { price: 100, timeInForce: 'FOK' });
    stop(book, 3, 'buy', 1, 100, { price: 100, postOnly: true });
    expect(buy(book, 4, 1, 100)).toEqual([
      'accepted 4 taker',
      'trade 1@100 1×4',
      'triggered 2 taker',
      'rejected 2 9 fokUnfillable',
      'triggered 3 taker',
      'rejected 3 1 postOnlyWouldTake',
    ]);
    expect(book.state.symbols.get('ACME')!.stops).toBe(0);
  });

  test('a price already reached, and replacing a waiting stop, are refused; cancel and reduce are not', () => {
    const book = listedBook();
    buy(book, 1, 1, 100);
    sell(book, 2, 1, 100);
    const reached = { ...order(3, 'buy', 1, undefined), type: 'stop' as const, stopPrice: 100 };
    expect(book.execute('placeOrder', reached).rejected).toBe('STOP_WOULD_TRIGGER');
    stop(book, 3, 'buy', 5, 101);
    expect(book.execute('replaceOrder', { orderId: 3, price: 102, quantity: 1 }).rejected).toBe('STOP_WAITING');
    expect(book.lines('reduceOrder', { orderId: 3, quantity: 2 })).toEqual(['reduced 3 by 2']);
    expect(book.lines('cancelOrder', { orderId: 3 })).toEqual(['cancelled 3 3 user']);
  });
});

describe('the market clock', () => {
  test('good-till-time orders expire by time, then by age, wherever they stand', () => {
    const book = listedBook();
    book.lines('advanceClock', { now: 1000 });
    buy(book, 1, 5, 100, { timeInForce: 'GTT', expiresAt: 3000 });
    buy(book, 2, 5, 100, { timeInForce: 'GTT', expiresAt: 2000 });
    buy(book, 3, 5, 100);
    stop(book, 4, 'sell', 5, 50, { timeInForce: 'GTT', expiresAt: 2000 });
    expect(book.lines('advanceClock', { now: 1999 })).toEqual(['ClockAdvanced']);
    expect(book.lines('advanceClock', { now: 3000 })).toEqual([
      'ClockAdvanced',
      'cancelled 2 5 expired',
      'cancelled 4 5 expired',
      'cancelled 1 5 expired',
    ]);
    expect(queueAt(book.state, 'ACME', 'buy', 100)).toEqual([3]);
  });

  test('a replaced order keeps its expiry', () => {
    const book = listedBook();
    buy(book, 1, 5, 100, { timeInForce: 'GTT', expiresAt: 2000 });
    book.lines('replaceOrder', { orderId: 1, price: 99, quantity: 9 });
    expect(book.lines('advanceClock', { now: 2000 })).toEqual(['ClockAdvanced', 'cancelled 1 9 expired']);
  });

  test('it never moves back, the same time again changes nothing, and late orders are refused', () => {
    const book = listedBook();
    book.lines('advanceClock', { now: 1000 });
    expect(book.execute('advanceClock', { now: 999 }).rejected).toBe('CLOCK_BACKWARDS');
    expect(book.lines('advanceClock', { now: 1000 })).toEqual([]);
    const late = order(1, 'buy', 5, 100, { timeInForce: 'GTT', expiresAt: 1000 });
    expect(book.execute('placeOrder', late).rejected).toBe('EXPIRED_ON_ARRIVAL');
  });
});

describe('halts and mass cancel', () => {
  test('a halted market takes no orders, and lets orders be cancelled', () => {
    const book = listedBook();
    buy(book, 1, 5, 100);
    book.lines('haltMarket', { symbol: 'ACME', reason: 'news' });
    expect(book.state.symbols.get('ACME')).toMatchObject({ halted: true, haltReason: 'news' });
    expect(book.execute('placeOrder', order(2, 'sell', 1, 200)).rejected).toBe('MARKET_HALTED');
    expect(book.execute('replaceOrder', { orderId: 1, price: 99, quantity: 1 }).rejected).toBe('MARKET_HALTED');
    expect(book.execute('haltMarket', { symbol: 'ACME' }).rejected).toBe('MARKET_HALTED');
    book.lines('reduceOrder', { orderId: 1, quantity: 1 });
    book.lines('cancelOrder', { orderId: 1 });
    book.lines('resumeMarket', { symbol: 'ACME' });
    expect(buy(book, 2, 5, 100)).toEqual(['accepted 2']);
    expect(book.execute('resumeMarket', { symbol: 'ACME' }).rejected).toBe('MARKET_NOT_HALTED');
  });

  test('mass cancel takes an account’s orders and stops, oldest first, of one symbol or all', () => {
    const book = listedBook();
    book.execute('listSymbol', { symbol: 'ZETA' });
    buy(book, 1, 5, 100, { account: 'ann' });
    buy(book, 2, 5, 100, { account: 'bob' });
    stop(book, 3, 'sell', 5, 50, { account: 'ann' });
    buy(book, 4, 5, 70, { account: 'ann', symbol: 'ZETA' });
    expect(book.lines('massCancel', { account: 'ann', symbol: 'ACME' })).toEqual([
      'cancelled 1 5 massCancel',
      'cancelled 3 5 massCancel',
    ]);
    expect(book.lines('massCancel', { account: 'ann' })).toEqual(['cancelled 4 5 massCancel']);
    expect(book.lines('massCancel', { account: 'ann' })).toEqual([]);
    expect(book.state.accounts.has('ann')).toBe(false);
    expect(book.execute('massCancel', { account: 'bob', symbol: 'NONE' }).rejected).toBe('UNKNOWN_SYMBOL');
  });
});

describe('symbols, the tape and limits', () => {
  test('symbols share the book without touching', () => {
    const book = listedBook();
    book.execute('listSymbol', { symbol: 'ZETA' });
    sell(book, 1, 5, 100);
    sell(book, 2, 5, 90, { symbol: 'ZETA' });
    expect(buy(book, 3, 5, 95)).toEqual(['accepted 3']);
    expect(buy(book, 4, 5, 95, { symbol: 'ZETA' })).toEqual(['accepted 4 taker', 'trade 5@90 2×4']);
    expect(bookTop(book.state, 'ACME', 1)).toEqual([[100, 5, 95, 5]]);
    expect(bookTop(book.state, 'ZETA', 1)).toEqual([[null, 0, null, 0]]);
  });

  test('a hidden print is on the tape and nowhere else', () => {
    const book = listedBook();
    buy(book, 1, 5, 100);
    stop(book, 2, 'sell', 5, 99);
    expect(book.lines('printHidden', { symbol: 'ACME', price: 99, quantity: 3, side: 'buy' })).toEqual([
      'HiddenTradePrinted',
    ]);
    expect(book.state.symbols.get('ACME')).toMatchObject({ lastPrice: null, trades: 0, hidden: 3, stops: 1 });
    expect(recentTrades(book.state, 'ACME', 5)).toMatchObject([{ tradeId: null, price: 99, takerSide: 'sell' }]);
  });

  test('the tape keeps the last fifty prints, newest first', () => {
    const book = listedBook();
    sell(book, 1, 100, 100);
    for (let id = 2; id <= 61; id++) buy(book, id, 1, 100);
    const prints = recentTrades(book.state, 'ACME', 99);
    expect(prints.map((print) => print.tradeId)).toEqual(Array.from({ length: 50 }, (_, back) => 60 - back));
    expect(recentTrades(book.state, 'NONE', 9)).toEqual([]);
  });

  test('the highest price of the last symbol still has a key that no other has', () => {
    const book = listedBook();
    const top = 2 ** 40 - 1;
    book.execute('listSymbol', { symbol: 'ZETA' });
    sell(book, 1, 1, top);
    sell(book, 2, 1, 1, { symbol: 'ZETA' });
    expect(bookTop(book.state, 'ACME', 1)[0]).toEqual([top, 1, null, 0]);
    expect(bookTop(book.state, 'ZETA', 1)[0]).toEqual([1, 1, null, 0]);
  });
});
