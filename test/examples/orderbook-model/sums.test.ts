/** Sums that cannot run out: a symbol never wears out, however much passes through it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { hashState, openStore } from 'refold';
import { describe, expect, test } from 'vitest';
import { rematch } from '../../../examples/orderbook/audit/rematch.ts';
import { minus, orderBook, plus, topLevels } from '../../../examples/orderbook/model/index.ts';
import { sample } from '../../sample.ts';
import { checkInvariants, dataFolder, listedBook } from './harness.ts';

const MOST = Number.MAX_SAFE_INTEGER;

describe('a sum', () => {
  const anySum = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n });
  const sumOf = (value: bigint) => (value >= -BigInt(MOST) && value <= BigInt(MOST) ? Number(value) : value);

  test('is exact, and has one form', () => {
    const near = fc.oneof(anySum, fc.bigInt({ min: BigInt(MOST) - 3n, max: BigInt(MOST) + 3n }), fc.bigInt(-9n, 9n));
    fc.assert(
      fc.property(near, near, (a, b) => {
        expect(plus(sumOf(a), sumOf(b))).toBe(sumOf(a + b));
        expect(minus(sumOf(a), sumOf(b))).toBe(sumOf(a - b));
      }),
    );
  });

  test.each([
    [MOST, 0, MOST],
    [MOST, 1, 2n ** 53n],
    [2n ** 53n, -1, MOST],
    [-MOST, -1, -(2n ** 53n)],
  ])('%s + %s = %s', (a, b, sum) => expect(plus(a, b)).toBe(sum));
});

const order = { symbol: 'ACME', type: 'limit', side: 'buy', price: 100 } as const;

test('the largest market order on an empty book leaves the symbol as usable as it was', () => {
  const book = listedBook();
  for (let round = 1; round <= 3; round++) {
    const outcome = book.lines('placeOrder', {
      orderId: round,
      symbol: 'ACME',
      type: 'market',
      side: 'buy',
      quantity: MOST,
    });
    expect(outcome).toEqual([`accepted ${round} taker`, `cancelled ${round} ${MOST} marketRest`]);
  }
  expect(book.state.symbols.get('ACME')).toMatchObject({ entered: 3n * BigInt(MOST), cancelled: 3n * BigInt(MOST) });
  expect(book.lines('placeOrder', { ...order, orderId: 9, quantity: 1 })).toEqual(['accepted 9']);
});

test('a level, a fill-or-kill and a sweep past 2^53 are exact to the last unit', async () => {
  const book = listedBook();
  for (const orderId of [1, 2, 3]) book.lines('placeOrder', { ...order, orderId, quantity: MOST });
  expect(topLevels(book.state as never, 'ACME', 'buy', 1)[0]?.quantity).toBe(3n * BigInt(MOST));
  const sell = { ...order, side: 'sell', timeInForce: 'FOK', quantity: MOST } as const;
  book.lines('reduceOrder', { orderId: 1, quantity: 1 });
  expect(book.lines('placeOrder', { ...sell, orderId: 4 })).toEqual([
    'accepted 4 taker',
    `trade ${MOST - 1}@100 1×4`,
    'trade 1@100 2×4',
  ]);
  book.lines('placeOrder', { ...sell, orderId: 5 });
  expect(book.execute('placeOrder', { ...sell, orderId: 6 })).toEqual({ rejected: 'FOK_UNFILLABLE' });
  expect(topLevels(book.state as never, 'ACME', 'buy', 1)[0]?.quantity).toBe(MOST - 1);
  expect(await rematch(book.log)).toBe('equal');
});

test('random large quantities keep every invariant, and match again', async () => {
  const quantity = fc.oneof(
    fc.constant(MOST),
    fc.integer({ min: MOST - 5, max: MOST }),
    fc.integer({ min: 1, max: 9 }),
  );
  const entry = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    price: fc.integer({ min: 1, max: 3 }),
    quantity,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 5, maxLength: 60 }), async (entries) => {
      const book = listedBook();
      entries.forEach((terms, at) => {
        book.execute('placeOrder', { orderId: at, symbol: 'ACME', type: 'limit', ...terms });
      });
      checkInvariants(book.state);
      expect(await rematch(book.log)).toBe('equal');
    }),
    { numRuns: sample(100) },
  );
});

test('a store has one hash for such a book, live and replayed, under both folds', async () => {
  const hashes = new Set<string>();
  for (const fold of ['atomic', 'direct'] as const) {
    await using store = await openStore(orderBook, { path: ':memory:', fold });
    await store.execute('listSymbol', { symbol: 'ACME' });
    for (const orderId of [1, 2, 3]) await store.execute('placeOrder', { ...order, orderId, quantity: MOST });
    await store.execute('printHidden', { symbol: 'ACME', price: 1, quantity: MOST, side: 'buy' });
    await store.execute('printHidden', { symbol: 'ACME', price: 1, quantity: 7, side: 'buy' });
    hashes.add(await store.stateHash()).add(hashState((await store.at({ sequence: store.sequence })).state));
  }
  expect(hashes.size).toBe(1);
});

describe('the largest order of a symbol', () => {
  test('is a rule of its listing, for new orders and for replacements', () => {
    const book = listedBook('ACME', { maxQuantity: 100 });
    expect(book.log[0]?.data).toEqual({ symbol: 'ACME', tick: 1, lot: 1, maxQuantity: 100 });
    expect(book.execute('placeOrder', { ...order, orderId: 1, quantity: 101 }).rejected).toBe('QUANTITY_ABOVE_MAXIMUM');
    book.lines('placeOrder', { ...order, orderId: 1, quantity: 100 });
    expect(book.execute('replaceOrder', { orderId: 1, price: 100, quantity: 101 }).rejected).toBe(
      'QUANTITY_ABOVE_MAXIMUM',
    );
  });

  test('leaves no trace where it is the usual one', () => {
    const book = listedBook();
    expect(book.log[0]?.data).toEqual({ symbol: 'ACME', tick: 1, lot: 1 });
    expect(Object.keys(book.state.symbols.get('ACME')!)).not.toContain('maxQuantity');
  });
});

test.skipIf(dataFolder === undefined)('a real book in eleven decimals enters more than 2^53 at once', () => {
  const text = gunzipSync(readFileSync(join(dataFolder!, 'coinbase-l3-snapshot/l3_snapshot.json.gz'))).toString();
  const { bids, asks } = JSON.parse(text) as Record<'bids' | 'asks', [price: string, size: string, id: string][]>;
  const scaled = (decimal: string, decimals: number): number => {
    const [whole = '', fraction = ''] = decimal.split('.');
    return Number(whole + fraction.padEnd(decimals, '0'));
  };
  const book = listedBook('BTC-USD', {}, () => {});
  let entered = 0n;
  for (const [side, orders] of [
    ['buy', bids],
    ['sell', asks],
  ] as const) {
    for (const [price, size] of orders) {
      const quantity = scaled(size, 11);
      entered += BigInt(quantity);
      const terms = { orderId: book.log.length, symbol: 'BTC-USD', type: 'limit', side, quantity } as const;
      expect(book.execute('placeOrder', { ...terms, price: scaled(price, 2) }).rejected).toBeUndefined();
    }
  }
  expect(entered).toBeGreaterThan(2n ** 53n);
  expect(book.state.symbols.get('BTC-USD')).toMatchObject({ entered, open: entered });
  checkInvariants(book.state);
});
