/** The closed set of refusals: each code is reached, says why, and leaves no trace. */
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { type BookCommand, REJECTION_CODES, REJECTIONS } from '../../../examples/orderbook/model/index.ts';
import { refuse } from '../../../examples/orderbook/model/rejections.ts';
import { listedBook } from './harness.ts';

const limit = { orderId: 100, symbol: 'ACME', side: 'buy' as const, type: 'limit' as const, price: 50, quantity: 10 };

/** A book with tick 5 and lot 10: a bid of ann's, an ask, a last price of 60, a stop, a halted market, a clock. */
function furnishedBook() {
  const book = listedBook('ACME', { tick: 5, lot: 10, maxQuantity: 500 });
  book.execute('listSymbol', { symbol: 'HALT' });
  book.execute('haltMarket', { symbol: 'HALT' });
  book.execute('advanceClock', { now: 1000 });
  book.execute('placeOrder', { ...limit, orderId: 1, account: 'ann' });
  book.execute('placeOrder', { ...limit, orderId: 2, side: 'sell', price: 60, quantity: 20 });
  book.execute('placeOrder', { ...limit, orderId: 3, type: 'market', price: undefined });
  book.execute('placeOrder', { ...limit, orderId: 4, type: 'stop', price: undefined, stopPrice: 80 });
  book.execute('placeOrder', { ...limit, orderId: 5, price: 45, postOnly: true });
  return book;
}

const place = (changes: object): BookCommand =>
  ({ name: 'placeOrder', input: { ...limit, ...changes } }) as BookCommand;

const refused: [code: string, command: BookCommand][] = [
  ['UNKNOWN_SYMBOL', place({ symbol: 'NONE' })],
  ['UNKNOWN_SYMBOL', { name: 'haltMarket', input: { symbol: 'NONE' } }],
  ['UNKNOWN_SYMBOL', { name: 'resumeMarket', input: { symbol: 'NONE' } }],
  ['UNKNOWN_SYMBOL', { name: 'massCancel', input: { account: 'ann', symbol: 'NONE' } }],
  ['UNKNOWN_SYMBOL', { name: 'printHidden', input: { symbol: '__proto__', price: 1, quantity: 1, side: 'buy' } }],
  ['SYMBOL_EXISTS', { name: 'listSymbol', input: { symbol: 'ACME' } }],
  ['DUPLICATE_ORDER_ID', place({ orderId: 1 })],
  ['UNKNOWN_ORDER', { name: 'cancelOrder', input: { orderId: 3 } }],
  ['UNKNOWN_ORDER', { name: 'reduceOrder', input: { orderId: 99, quantity: 1 } }],
  ['UNKNOWN_ORDER', { name: 'replaceOrder', input: { orderId: 99, price: 5, quantity: 10 } }],
  ['NOT_OWNER', { name: 'cancelOrder', input: { orderId: 1, account: 'bob' } }],
  ['NOT_OWNER', { name: 'reduceOrder', input: { orderId: 2, quantity: 10, account: 'bob' } }],
  ['NOT_OWNER', { name: 'replaceOrder', input: { orderId: 1, price: 5, quantity: 10, account: 'bob' } }],
  ['INVALID_TERMS', place({ price: undefined })],
  ['INVALID_TERMS', place({ stopPrice: 50 })],
  ['INVALID_TERMS', place({ type: 'market' })],
  ['INVALID_TERMS', place({ type: 'stop' })],
  ['INVALID_TERMS', place({ type: 'stopLimit' })],
  ['INVALID_TERMS', place({ timeInForce: 'GTT' })],
  ['INVALID_TERMS', place({ expiresAt: 2000 })],
  ['INVALID_TERMS', place({ type: 'market', price: undefined, timeInForce: 'GTT', expiresAt: 2000 })],
  ['INVALID_TERMS', place({ postOnly: true, timeInForce: 'IOC' })],
  ['INVALID_TERMS', place({ postOnly: true, timeInForce: 'FOK' })],
  ['INVALID_TERMS', place({ postOnly: true, type: 'market', price: undefined })],
  ['INVALID_TERMS', place({ selfTradePrevention: 'maker' })],
  ['PRICE_OFF_TICK', place({ price: 51 })],
  ['PRICE_OFF_TICK', place({ type: 'stop', price: undefined, stopPrice: 81 })],
  ['PRICE_OFF_TICK', { name: 'replaceOrder', input: { orderId: 1, price: 51, quantity: 10 } }],
  ['QUANTITY_OFF_LOT', place({ quantity: 11 })],
  ['QUANTITY_OFF_LOT', { name: 'replaceOrder', input: { orderId: 1, price: 50, quantity: 5 } }],
  ['QUANTITY_OFF_LOT', { name: 'reduceOrder', input: { orderId: 1, quantity: 5 } }],
  ['QUANTITY_TOO_LARGE', { name: 'reduceOrder', input: { orderId: 1, quantity: 20 } }],
  ['QUANTITY_ABOVE_MAXIMUM', place({ quantity: 2 ** 53 })],
  ['QUANTITY_ABOVE_MAXIMUM', place({ quantity: 510 })],
  ['QUANTITY_ABOVE_MAXIMUM', { name: 'replaceOrder', input: { orderId: 1, price: 50, quantity: 510 } }],
  ['INVALID_TERMS', { name: 'massCancel', input: {} }],
  ['INVALID_TERMS', { name: 'listSymbol', input: { symbol: 'NEW', lot: 10, maxQuantity: 9 } }],
  ['PRICE_OUT_OF_RANGE', place({ price: 0 })],
  ['PRICE_OUT_OF_RANGE', place({ price: -37_63 })],
  ['PRICE_OUT_OF_RANGE', place({ price: 2 ** 40 })],
  ['PRICE_OUT_OF_RANGE', place({ type: 'stop', price: undefined, stopPrice: -1 })],
  ['PRICE_OUT_OF_RANGE', { name: 'replaceOrder', input: { orderId: 1, price: -5, quantity: 10 } }],
  ['PRICE_OUT_OF_RANGE', { name: 'printHidden', input: { symbol: 'ACME', price: -1, quantity: 1, side: 'buy' } }],
  ['INVALID_INPUT', place({ quantity: 1.5 })],
  ['INVALID_INPUT', place({ quantity: 0 })],
  ['INVALID_INPUT', place({ price: 0.5 })],
  ['INVALID_INPUT', place({ price: 0, quantity: 0 })],
  ['INVALID_INPUT', place({ orderId: 2 ** 53 })],
  ['INVALID_INPUT', place({ qty: 5 })],
  ['INVALID_INPUT', place({ timeInForce: 'DAY' })],
  ['INVALID_INPUT', { name: 'cancelOrder', input: null as never }],
  ['INVALID_INPUT', { name: 'listSymbol', input: { symbol: '' } }],
  ['INVALID_INPUT', { name: 'haltMarket', input: { symbol: 'ACME', entries: 'maybe' as never } }],
  ['FOK_UNFILLABLE', place({ price: 60, quantity: 20, timeInForce: 'FOK' })],
  ['POST_ONLY_WOULD_TAKE', place({ price: 60, postOnly: true })],
  ['POST_ONLY_WOULD_TAKE', { name: 'replaceOrder', input: { orderId: 5, price: 60, quantity: 10 } }],
  ['STOP_WOULD_TRIGGER', place({ type: 'stop', price: undefined, stopPrice: 60 })],
  ['STOP_WOULD_TRIGGER', place({ type: 'stop', price: undefined, stopPrice: 65, side: 'sell' })],
  ['STOP_WAITING', { name: 'replaceOrder', input: { orderId: 4, price: 50, quantity: 10 } }],
  ['EXPIRED_ON_ARRIVAL', place({ timeInForce: 'GTT', expiresAt: 1000 })],
  ['MARKET_HALTED', place({ symbol: 'HALT' })],
  ['MARKET_HALTED', { name: 'haltMarket', input: { symbol: 'HALT' } }],
  ['MARKET_HALTED', { name: 'printHidden', input: { symbol: 'HALT', price: 1, quantity: 1, side: 'buy' } }],
  ['MARKET_NOT_HALTED', { name: 'resumeMarket', input: { symbol: 'ACME' } }],
  ['CLOCK_BACKWARDS', { name: 'advanceClock', input: { now: 999 } }],
];

test.each(refused)('%s: %o', (code, { name, input }) => {
  const book = furnishedBook();
  const before = structuredClone(entriesOf(book.state));
  expect(book.execute(name, input as never).rejected).toBe(code);
  expect(isDeepStrictEqual(entriesOf(book.state), before)).toBe(true);
  expect(book.log).toHaveLength(furnishedBook().log.length);
});

/** Eight thousand symbols are too many for the table above. */
test('SYMBOL_LIMIT: the key space holds 8,192 symbols, and the last one has room for its prices', () => {
  const book = listedBook('S0', {}, () => {});
  for (let index = 1; index < 8192; index++) book.execute('listSymbol', { symbol: `S${index}` });
  expect(book.execute('listSymbol', { symbol: 'ONE MORE' }).rejected).toBe('SYMBOL_LIMIT');
  const edge = { ...limit, symbol: 'S8191', price: 2 ** 40 - 1, quantity: 1 };
  book.lines('placeOrder', edge);
  expect(book.lines('placeOrder', { ...edge, orderId: 2, side: 'sell', price: 1 })).toEqual([
    'accepted 2 taker',
    `trade 1@${2 ** 40 - 1} 100×2`,
  ]);
});

test('every code of the closed set is in the table, and its message says what it means', () => {
  const reached = new Set([...refused.map(([code]) => code), 'SYMBOL_LIMIT']);
  expect([...reached].sort()).toEqual([...REJECTION_CODES].sort());
  for (const code of REJECTION_CODES) expect(refuse(code, 'order 7').message).toBe(`${REJECTIONS[code]} (order 7)`);
});

function entriesOf(state: object): unknown {
  return Object.entries(state).map(([key, value]) => [
    key,
    typeof value === 'object' && value !== null ? [...value] : value,
  ]);
}
