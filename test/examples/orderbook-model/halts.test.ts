/** What a halted market takes, by the rule of its halt, and the cancel of a whole symbol by the operator. */
import { describe, expect, test } from 'vitest';
import { rematch } from '../../../examples/orderbook/audit/rematch.ts';
import { type Book, listedBook } from './harness.ts';

const order = { orderId: 9, symbol: 'ACME', side: 'buy', type: 'limit', price: 99, quantity: 5 } as const;

function haltedBook(entries: 'refuse' | 'queue'): Book {
  const book = listedBook();
  book.execute('placeOrder', { ...order, orderId: 1 });
  book.execute('placeOrder', { ...order, orderId: 2, side: 'sell', price: 101 });
  book.execute('haltMarket', { symbol: 'ACME', entries });
  return book;
}

const replace = (changes: object) => ({ orderId: 1, price: 98, quantity: 5, ...changes });

describe('a halt that refuses entries', () => {
  test('is the default, and leaves nothing of its rule in log and state', () => {
    const book = listedBook();
    book.execute('haltMarket', { symbol: 'ACME' });
    expect(book.log.at(-1)?.data).toEqual({ symbol: 'ACME' });
    expect(Object.keys(book.state.symbols.get('ACME')!)).not.toContain('entries');
  });

  test('takes cancels and reductions, and nothing else', async () => {
    const book = haltedBook('refuse');
    expect(book.execute('placeOrder', order).rejected).toBe('MARKET_HALTED');
    expect(book.execute('replaceOrder', replace({})).rejected).toBe('MARKET_HALTED');
    expect(book.execute('printHidden', { symbol: 'ACME', price: 100, quantity: 1, side: 'buy' }).rejected).toBe(
      'MARKET_HALTED',
    );
    expect(book.lines('reduceOrder', { orderId: 1, quantity: 1 })).toEqual(['reduced 1 by 1']);
    expect(book.lines('cancelOrder', { orderId: 1 })).toEqual(['cancelled 1 4 user']);
    expect(await rematch(book.log)).toBe('equal');
  });
});

describe('a halt that queues entries', () => {
  test('takes what does not trade, and is one event', async () => {
    const book = haltedBook('queue');
    expect(book.lines('placeOrder', order)).toEqual(['accepted 9']);
    expect(book.lines('replaceOrder', replace({}))).toEqual(['replaced 1 5@98']);
    expect(book.lines('printHidden', { symbol: 'ACME', price: 100, quantity: 1, side: 'buy' })).toHaveLength(1);
    expect(book.lines('cancelOrder', { orderId: 9 })).toHaveLength(1);
    expect(book.log.filter(({ type }) => type.startsWith('Market'))).toHaveLength(1);
    expect(await rematch(book.log)).toBe('equal');
  });

  test.each([
    ['a limit order that crosses', { price: 101 }],
    ['a market order', { type: 'market', price: undefined }],
    ['an immediate-or-cancel order, even one that meets no other', { timeInForce: 'IOC' }],
    ['a post-only order that crosses', { price: 101, postOnly: true }],
  ])('refuses %s', (_, changes) => {
    const book = haltedBook('queue');
    expect(book.execute('placeOrder', { ...order, ...changes } as never).rejected).toBe('MARKET_HALTED');
  });

  test('refuses a replacement that crosses', () => {
    expect(haltedBook('queue').execute('replaceOrder', replace({ price: 101 })).rejected).toBe('MARKET_HALTED');
  });

  test('takes stops, which wait', () => {
    const stop = { ...order, type: 'stop', price: undefined, stopPrice: 105 } as const;
    expect(haltedBook('queue').lines('placeOrder', stop)).toEqual(['accepted 9']);
  });

  test('ends like any other, and trading goes on', () => {
    const book = haltedBook('queue');
    book.lines('resumeMarket', { symbol: 'ACME' });
    expect(Object.keys(book.state.symbols.get('ACME')!)).not.toContain('entries');
    expect(book.lines('placeOrder', { ...order, price: 101 })).toEqual(['accepted 9 taker', 'trade 5@101 2×9']);
    book.lines('haltMarket', { symbol: 'ACME' });
    expect(book.execute('placeOrder', { ...order, orderId: 10 }).rejected).toBe('MARKET_HALTED');
  });

  test('the audit finds a trade in it', async () => {
    const book = haltedBook('queue');
    const { type, data } = book.log[1]!;
    const forged = [...book.log, { sequence: book.log.length + 1, type, data: { ...data, orderId: 7, taker: true } }];
    expect(await rematch(forged)).toMatchObject({ firstDifference: { sequence: forged.length } });
  });
});

describe('the operator cancels a whole symbol', () => {
  test('all of its orders, oldest first, of every owner, waiting stops too', async () => {
    const book = listedBook();
    book.execute('listSymbol', { symbol: 'ZETA' });
    book.execute('placeOrder', { ...order, orderId: 3, account: 'ann' });
    book.execute('placeOrder', { ...order, orderId: 1, symbol: 'ZETA' });
    book.execute('placeOrder', { ...order, orderId: 2, account: 'bob', price: 98 });
    book.execute('placeOrder', { ...order, orderId: 4, type: 'stop', price: undefined, stopPrice: 105 } as never);
    expect(book.lines('massCancel', { symbol: 'ACME' })).toEqual([
      'cancelled 3 5 massCancel',
      'cancelled 2 5 massCancel',
      'cancelled 4 5 massCancel',
    ]);
    expect([...book.state.orders.keys()]).toEqual([1]);
    expect(book.lines('massCancel', { symbol: 'ACME' })).toEqual([]);
    expect(book.execute('massCancel', { symbol: 'NONE' }).rejected).toBe('UNKNOWN_SYMBOL');
    expect(await rematch(book.log)).toBe('equal');
  });
});
