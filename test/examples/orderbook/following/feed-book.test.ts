import { openStore } from 'refold';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import { events } from '../../../../examples/orderbook/follow/events.ts';
import {
  bestPrice,
  bookTop,
  type Change,
  type FeedMessage,
  type FeedState,
  feedBook,
  openSize,
  orderAt,
  queueAt,
  type ReadonlyFeedBook,
  recentTrades,
  reduce,
  topLevels,
  translate,
} from '../../../../examples/orderbook/follow/index.ts';
import { invariants } from '../../../../examples/orderbook/follow/invariants.ts';
import { NaiveFeedBook, type NaiveView, randomFeed } from './naive-feed.ts';

const LISTED: Change = { kind: 'list', priceDecimals: 2, sizeDecimals: 0 };

describe('the book of a feed', () => {
  test.each([1, 2, 3, 4])('is that of a plain second book after every message, seed %i', (seed) => {
    const random = new Random(seed);
    const follower = new Follower();
    const naive = new NaiveFeedBook();
    for (const [at, message] of randomFeed((below) => random.below(below), 3_000).entries()) {
      follower.apply(message);
      naive.apply(message);
      if (!follower.state.symbols.has(message.symbol)) continue;
      const shown = viewOf(follower.state, message.symbol);
      expect(shown, `after message ${at + 1}: ${JSON.stringify(message)}`).toEqual(naive.view(message.symbol));
      if (at % 100 === 0) expectInvariants(follower.state);
    }
    expectInvariants(follower.state);
    const counted = [...follower.state.mismatches].map(([kind, { count, firstLine }]) => [kind, count, firstLine]);
    expect(counted).toEqual([...naive.mismatches].map(([kind, { count, line }]) => [kind, count, line]));
    expect(counted.map(([kind]) => kind).sort()).toEqual(
      [
        ...['checksum', 'deletedOtherSize', 'enteredAgain', 'executedBeyondOpen', 'listedOtherwise'],
        ...['otherKindOfFeed', 'reducedBeyondOpen', 'unknownOrder', 'unknownSymbol'],
      ].filter((kind) => kind !== 'unknownSymbol' || naive.mismatches.has(kind)),
    );
  });

  test('has one state hash in both folds, commit by commit and after a replay', async () => {
    const random = new Random(7);
    const messages = randomFeed((below) => random.below(below), 2_000);
    const hashes = new Set<string>();
    for (const [fold, size] of [
      ['direct', 1],
      ['atomic', 1],
      ['atomic', 100],
    ] as const) {
      await using store = await openStore(feedBook, { path: ':memory:', fold, clock: () => 5 });
      const follower = new Follower();
      const log = messages.map((message) => follower.apply(message)).filter((event) => event !== undefined);
      for (let at = 0; at < log.length; at += size) await store.append(log.slice(at, at + size));
      hashes.add(await store.stateHash());
      const { ok } = await store.verify();
      expect(ok).toBe(true);
    }
    expect(hashes.size).toBe(1);
  });

  test('executes an order anywhere in its queue, and the others keep their places', () => {
    const book = bookOf(
      { kind: 'add', id: 1, side: 'buy', price: 100, size: 5 },
      { kind: 'add', id: 'b', side: 'buy', price: 100, size: 6 },
      { kind: 'add', id: 3, side: 'buy', price: 100, size: 7 },
      { kind: 'execute', id: 'b', size: 2, price: 99 },
    );
    expect(queueAt(book, 'X', 'buy', 100)).toEqual([1, 'b', 3]);
    expect(topLevels(book, 'X', 'buy', 5)).toEqual([{ price: 100, quantity: 16, count: 3 }]);
    expect(recentTrades(book, 'X', 5)).toMatchObject([{ price: 99, quantity: 2, takerSide: 'sell', makerId: 'b' }]);
    const after = bookOf(
      { kind: 'add', id: 1, side: 'buy', price: 100, size: 5 },
      { kind: 'add', id: 'b', side: 'buy', price: 100, size: 6 },
      { kind: 'execute', id: 1, size: 5 },
    );
    expect(queueAt(after, 'X', 'buy', 100)).toEqual(['b']);
    expect(after.symbols.get('X')!.lastPrice).toBe(100);
  });

  test.each([
    ['the same price and a smaller size', { price: 100, size: 4 }, [1, 2]],
    ['the same price and the same size', { price: 100, size: 5 }, [1, 2]],
    ['the same price and a larger size', { price: 100, size: 6 }, [2, 1]],
    ['another price', { price: 101, size: 4 }, [2]],
  ] as const)('a change to %s', (_, terms, queue) => {
    const book = bookOf(
      { kind: 'add', id: 1, side: 'sell', price: 100, size: 5 },
      { kind: 'add', id: 2, side: 'sell', price: 100, size: 5 },
      { kind: 'change', id: 1, ...terms },
    );
    expect(queueAt(book, 'X', 'sell', 100)).toEqual(queue);
    expect(orderAt(book, 'X', 1)!.quantity).toBe(terms.size);
  });

  test('may cross and lock, with negative prices and prices near 2^53', () => {
    const book = bookOf(
      { kind: 'add', id: 1, side: 'buy', price: 100, size: 5 },
      { kind: 'add', id: 2, side: 'sell', price: 100, size: 5 },
      { kind: 'add', id: 3, side: 'sell', price: -3763, size: 5 },
      { kind: 'add', id: 4, side: 'buy', price: Number.MAX_SAFE_INTEGER, size: 5 },
    );
    expect(bestPrice(book, 'X', 'sell')).toBe(-3763);
    expect(bestPrice(book, 'X', 'buy')).toBe(Number.MAX_SAFE_INTEGER);
    expect(bookTop(book, 'X', 3)).toEqual([
      [-3763, 5, Number.MAX_SAFE_INTEGER, 5],
      [100, 5, 100, 5],
      [null, 0, null, 0],
    ]);
  });

  test('adds up sizes past 2^53 exactly', () => {
    const size = Number.MAX_SAFE_INTEGER;
    const book = bookOf(
      { kind: 'add', id: 1, side: 'buy', price: 1, size },
      { kind: 'add', id: 2, side: 'buy', price: 1, size },
      { kind: 'execute', id: 2, size },
    );
    const market = book.symbols.get('X')!;
    expect([market.executed, openSize(book, 'X', 'buy')]).toEqual([size, size]);
    const before = bookOf(
      { kind: 'add', id: 1, side: 'buy', price: 1, size },
      { kind: 'add', id: 2, side: 'buy', price: 1, size },
      { kind: 'trade', price: 1, size },
      { kind: 'trade', price: 1, size },
    );
    expect(topLevels(before, 'X', 'buy', 1)).toEqual([{ price: 1, quantity: 2n * BigInt(size), count: 2 }]);
    expect(before.symbols.get('X')!.printed).toBe(2n * BigInt(size));
  });

  test('keeps ids apart by symbol', () => {
    const follower = new Follower();
    for (const symbol of ['X', 'Y']) {
      follower.apply(message(symbol, LISTED));
      follower.apply(message(symbol, { kind: 'add', id: 1, side: 'buy', price: 7, size: symbol === 'X' ? 1 : 2 }));
    }
    expect(topLevels(follower.state, 'Y', 'buy', 1)).toEqual([{ price: 7, quantity: 2, count: 1 }]);
    expect(follower.state.mismatches.size).toBe(0);
  });

  test('does not count while a change of several messages is under way', () => {
    const follower = new Follower();
    follower.apply(message('X', LISTED));
    follower.apply({ ...message('X', { kind: 'add', id: 1, side: 'buy', price: 7, size: 1 }), more: true });
    expect(follower.state.symbols.get('X')!.unfinished).toBe(true);
    expect(follower.apply({ ...message('X', { kind: 'ignored', name: 'F' }), more: true })).toBeUndefined();
    // The last message of the change says nothing of the book, and is logged, because the book counts from here on.
    expect(follower.apply(message('X', { kind: 'ignored', name: 'F' }))).toEqual({
      type: 'BookSettled',
      data: { symbol: 'X' },
    });
    expect(follower.state.symbols.get('X')!.unfinished).toBeUndefined();
    expect(follower.apply(message('X', { kind: 'ignored', name: 'F' }))).toBeUndefined();
  });
});

describe('what a book cannot hold is a mismatch, and never an event that is refused', () => {
  const bad = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5', null, undefined, {}] as never[];
  const changes = (value: never): Change[] => [
    { kind: 'add', id: value, side: 'buy', price: value, size: value },
    { kind: 'add', id: 8, side: 'buy', price: 1, size: value },
    { kind: 'execute', id: 7, size: value },
    { kind: 'execute', id: 7, size: 1, price: value },
    { kind: 'reduce', id: 7, size: value },
    { kind: 'change', id: 7, price: value, size: value },
    { kind: 'replace', id: 7, newId: value, price: 1, size: 1 },
    { kind: 'replace', id: 7, newId: 9, price: value, size: value },
    { kind: 'delete', id: value, size: value },
    { kind: 'delete', id: 7, size: value },
    { kind: 'level', side: 'buy', price: value, size: value },
    { kind: 'level', side: 'buy', price: 1, size: 1, count: value },
    { kind: 'trade', price: value, size: value },
    { kind: 'status', status: value, reason: value },
    { kind: 'mismatch', mismatch: value },
    { kind: 'list', priceDecimals: value, sizeDecimals: value },
  ];

  test.each(bad)('%s', (value) => {
    for (const symbol of ['X', 'L', 'NEW', '']) {
      for (const change of changes(value)) {
        const follower = new Follower();
        follower.apply(message('X', LISTED));
        follower.apply(message('L', { ...LISTED, levelsOnly: true }));
        follower.apply(message('X', { kind: 'add', id: 7, side: 'buy', price: 5, size: 10 }));
        follower.apply({ ...message(symbol, change), line: value });
        expectInvariants(follower.state);
      }
    }
  });
});

/** Applies messages to a plain state, and checks each event against its schema. */
class Follower {
  readonly state: FeedState = feedBook.initialState();
  sequence = 0;

  apply(message: FeedMessage) {
    const event = translate(this.state, message);
    if (event === undefined) return undefined;
    const data = JSON.parse(JSON.stringify(events[event.type].parse(event.data)));
    reduce(this.state, { type: event.type, data, sequence: ++this.sequence, recordedAt: 5 });
    return event;
  }
}

function message(symbol: string, change: Change): FeedMessage {
  return { symbol, time: undefined, line: 1, change };
}

function bookOf(...changes: readonly Change[]): ReadonlyFeedBook {
  const follower = new Follower();
  for (const change of [LISTED, ...changes]) {
    const event = follower.apply(message('X', change));
    expect(event?.type).not.toBe('MessageMismatched');
    expectInvariants(follower.state);
  }
  return follower.state;
}

function expectInvariants(state: ReadonlyFeedBook): void {
  for (const [name, holds] of Object.entries(invariants)) expect(holds(state), name).toBe(true);
}

function viewOf(book: ReadonlyFeedBook, symbol: string): NaiveView {
  const { status, unfinished = false } = book.symbols.get(symbol)!;
  const side = (of: 'buy' | 'sell'): string[] =>
    topLevels(book, symbol, of, 1_000).map(
      ({ price, quantity, count }) => `${price} ${quantity} ${count}: ${queueAt(book, symbol, of, price).join(' ')}`,
    );
  const trades = recentTrades(book, symbol, 50).map(
    ({ price, quantity, takerSide, makerId, hidden }) => `${price} ${quantity} ${takerSide} ${makerId} ${hidden}`,
  );
  return { bids: side('buy'), asks: side('sell'), status, unfinished, trades: trades.reverse() };
}
