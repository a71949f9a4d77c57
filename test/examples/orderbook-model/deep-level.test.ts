/**
 * Twenty thousand orders at one price: what a command touches there, counted and not timed.
 *
 * Every table of the state is wrapped; the wrapper notes which entries are looked up, and whether a table is iterated.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { type BookState, queueAt } from '../../../examples/orderbook/model/index.ts';
import { type Book, checkInvariants, listedBook } from './harness.ts';

const DEPTH = 20_000;
const MIDDLE = DEPTH / 2;
const TABLES = ['symbols', 'orders', 'bids', 'asks', 'buyStops', 'sellStops', 'expiries', 'accounts', 'tape'] as const;

interface Touched {
  /** Different entries that were looked up, by table. */
  entries: Record<string, Set<unknown>>;
  /** Calls of any method. */
  calls: number;
  stop(): void;
}

describe('in a level of 20,000 orders of one account', () => {
  let book: Book;
  let touched: Touched;

  beforeAll(() => {
    book = listedBook('ACME', {}, () => {});
    for (let orderId = 1; orderId <= DEPTH; orderId++) {
      book.execute('placeOrder', {
        orderId,
        symbol: 'ACME',
        account: 'ann',
        side: 'buy',
        type: 'limit',
        price: 100,
        quantity: 10,
        timeInForce: 'GTT',
        expiresAt: 5000,
      });
    }
    touched = watch(book.state);
  });

  /** What a command touched, as sizes; looking up a neighbour counts. */
  function count(command: () => unknown) {
    for (const entries of Object.values(touched.entries)) entries.clear();
    touched.calls = 0;
    command();
    const { orders, bids } = touched.entries;
    return { orders: orders!.size, levels: bids!.size, calls: touched.calls };
  }

  test('the watch counts: a look at the whole queue touches every order', () => {
    expect(count(() => queueAt(book.state, 'ACME', 'buy', 100)).orders).toBe(DEPTH);
  });

  test.each([
    ['cancel in the middle', () => book.lines('cancelOrder', { orderId: MIDDLE }), 3, 1],
    ['cancel at the front', () => book.lines('cancelOrder', { orderId: 1 }), 2, 1],
    ['cancel at the back', () => book.lines('cancelOrder', { orderId: DEPTH }), 2, 1],
    ['reduce in the middle', () => book.lines('reduceOrder', { orderId: MIDDLE + 5, quantity: 1 }), 1, 1],
    ['replace in place', () => replace(MIDDLE + 5, 100, 5), 1, 1],
    ['replace to the back: itself, two neighbours, the last', () => replace(MIDDLE + 5, 100, 15), 4, 1],
    ['replace to another price', () => replace(MIDDLE + 9, 99, 5), 3, 2],
    ['fill the front in part', () => sell(4, 30_000), 2, 1],
    ['fill the front completely', () => sell(6, 30_001), 3, 1],
    ['place at the back', () => buy(30_002), 2, 1],
  ])('%s', (_, command, orders, levels) => {
    const counted = count(command);
    expect(counted).toMatchObject({ orders, levels });
    expect(counted.calls).toBeLessThanOrEqual(40);
  });

  test('and all this left the book sound', () => {
    touched.stop();
    checkInvariants(book.state);
  });

  const replace = (orderId: number, price: number, quantity: number) =>
    book.lines('replaceOrder', { orderId, price, quantity });
  const sell = (quantity: number, orderId: number) =>
    book.lines('placeOrder', { orderId, symbol: 'ACME', side: 'sell', type: 'limit', price: 100, quantity });
  const buy = (orderId: number) =>
    book.lines('placeOrder', { orderId, symbol: 'ACME', side: 'buy', type: 'limit', price: 100, quantity: 1 });
});

/** Puts counting methods in front of those of every table. Iterating a table is forbidden altogether. */
function watch(state: BookState): Touched {
  const undo: (() => void)[] = [];
  const touched: Touched = { entries: {}, calls: 0, stop: () => undo.forEach((restore) => void restore()) };
  for (const name of TABLES) {
    const table = state[name] as unknown as Record<PropertyKey, (...args: unknown[]) => unknown>;
    const seen = new Set<unknown>();
    touched.entries[name] = seen;
    for (const method of ['get', 'has', 'set', 'delete', 'nextAfter', 'first']) {
      const original = table[method]?.bind(table);
      if (original === undefined) continue;
      override(table, method, (...args) => {
        touched.calls += 1;
        const result = original(...args);
        const found = Array.isArray(result) ? result[0] : args[0]; // `nextAfter` and `first` give an entry
        if (found !== undefined) seen.add(found);
        return result;
      });
    }
    for (const method of ['keys', 'values', 'entries', 'forEach', Symbol.iterator]) {
      override(table, method, () => {
        throw new Error(`A command iterates the table ${name}`);
      });
    }
  }
  return touched;

  function override(table: object, method: PropertyKey, value: (...args: unknown[]) => unknown): void {
    Object.defineProperty(table, method, { value, configurable: true });
    undo.push(() => Reflect.deleteProperty(table, method));
  }
}
