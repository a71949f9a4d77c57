import { hashState, openStore, type RecordedEvent, RefoldError } from 'refold';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import { runTape } from '../../../../examples/orderbook/feeds/matching/tape.ts';
import { type FeedState, feedBook, reduce as reduceFeed } from '../../../../examples/orderbook/follow/index.ts';
import {
  type BookState,
  type LevelView,
  opposite,
  orderBook,
  type Side,
  topLevels,
} from '../../../../examples/orderbook/model/index.ts';
import { reduce } from '../../../../examples/orderbook/model/reducers.ts';
import { FollowedLevels } from '../../../../examples/orderbook/publishing/followed-levels.ts';
import type { L2Diff, L2Snapshot, MarketMessage } from '../../../../examples/orderbook/publishing/messages.ts';
import {
  type PublishedStore,
  type PublishOptions,
  publishBook,
} from '../../../../examples/orderbook/publishing/publisher.ts';
import { openBook } from '../../../../examples/orderbook/workspace.ts';
import { RUNS_ALL, sampleOf } from '../../../sample.ts';
import { dataSource, hasData } from '../support.ts';
import { countedLevels, openDay, openFeed } from './books.ts';

type AnyState = BookState | FeedState;
type Fold = (state: AnyState, event: RecordedEvent) => void;

const isL2 = (message: MarketMessage): message is L2Snapshot | L2Diff => message.channel === 'l2';
const SIDES = ['buy', 'sell'] as const;

/** Whether a symbol stands between two changes. */
function counts(state: AnyState, symbol: string): boolean {
  const market = state.symbols.get(symbol)!;
  return !('unfinished' in market);
}

/**
 * Folds the log again beside a consumer of the diffs, and compares the two after every commit.
 *
 * @returns how many sides were compared, and the state at the end
 */
async function compareEverywhere(
  store: PublishedStore,
  state: AnyState,
  fold: Fold,
  options: PublishOptions = {},
  levelsOf = countedLevels,
): Promise<{ compared: number; skipped: number; state: AnyState }> {
  const publisher = await publishBook(store, { ...options, only: ['l2'] });
  const messages = publisher[Symbol.asyncIterator]();
  const books = new Map<string, FollowedLevels>();
  let [compared, skipped] = [0, 0];
  let message = await messages.next();
  for await (const commit of store.commits({})) {
    for (const event of commit) fold(state, event);
    const { sequence } = commit.at(-1)!;
    const told = new Set<string>();
    for (; message.done !== true && message.value.sequence <= sequence; message = await messages.next()) {
      if (!isL2(message.value)) throw new Error('another channel');
      const { symbol, kind } = message.value;
      if (!books.has(symbol)) books.set(symbol, new FollowedLevels());
      must(books.get(symbol)!.apply(message.value) === 'applied', message.value);
      if (kind !== 'diff') continue;
      // One message a commit, as of its end, and only where the book counts.
      must(message.value.sequence === sequence && !told.has(symbol) && counts(state, symbol), message.value);
      told.add(symbol);
    }
    for (const symbol of state.symbols.keys()) {
      if (!counts(state, symbol)) {
        skipped++;
        continue;
      }
      for (const side of SIDES) {
        compared++;
        const expected = levelsOf(state, symbol, side).slice(0, options.depth);
        if (!hasLevels(books.get(symbol)!, side, expected)) {
          expect({ sequence, levels: books.get(symbol)!.levels(side) }).toEqual({ sequence, levels: expected });
        }
      }
    }
  }
  expect(message.done).toBe(true);
  return { compared, skipped, state };
}

/** As `expect`, for what is asked a hundred thousand times. */
function must(holds: boolean, message: MarketMessage): void {
  if (!holds) throw new Error(`It does not fit: ${JSON.stringify(message)}`);
}

function hasLevels(book: FollowedLevels, side: Side, expected: readonly LevelView[]): boolean {
  const levels = book.side(side);
  if (levels.size !== expected.length) return false;
  for (const { price, quantity, count } of expected) {
    const level = levels.get(price);
    if (level?.quantity !== quantity || level.count !== count) return false;
  }
  return true;
}

function sameLevels(a: readonly LevelView[], b: readonly LevelView[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      ({ price, quantity, count }, at) =>
        price === b[at]!.price && quantity === b[at]!.quantity && count === b[at]!.count,
    )
  );
}

describe('the book from diffs is the book of the engine after every commit', () => {
  test('all symbols, both sides, counts included', async () => {
    await using store = await openDay();
    const { compared, state } = await compareEverywhere(store, orderBook.initialState() as BookState, reduce as Fold);
    expect(compared).toBeGreaterThan(10_000);
    expect(hashState(state)).toBe(await store.stateHash());
  });

  test('with a depth', async () => {
    await using store = await openDay({ commands: 1_500 });
    for (const depth of sampleOf([1, 3, 10])) {
      await compareEverywhere(store, orderBook.initialState() as BookState, reduce as Fold, { depth });
    }
  });

  test('for a feed, except where its book does not count', async () => {
    await using store = await openFeed();
    const { compared, skipped, state } = await compareEverywhere(
      store,
      feedBook.initialState() as FeedState,
      reduceFeed as Fold,
    );
    expect(compared).toBeGreaterThan(3_000);
    expect(skipped).toBeGreaterThan(500);
    expect(hashState(state)).toBe(await store.stateHash());
    await compareEverywhere(store, feedBook.initialState() as FeedState, reduceFeed as Fold, { depth: 4 });
  });

  test('for a feed that tells levels only, and clears them', async () => {
    await using store = await openStore(feedBook, { path: ':memory:' });
    const listing = { symbol: 'L2', priceDecimals: 0, sizeDecimals: 0, levelsOnly: true } as const;
    await store.append({ type: 'SymbolListed', data: listing });
    const random = new Random(5);
    const expected = { buy: new Map<number, LevelView>(), sell: new Map<number, LevelView>() };
    const wanted: string[] = [];
    for (let at = 0; at < 400; at++) {
      const side = random.pick(SIDES);
      if (random.perMille(20)) {
        await store.append({ type: 'BookCleared', data: { symbol: 'L2', side } });
        expected[side].clear();
      } else {
        const [price, size, count] = [1 + random.below(12), random.below(3), random.below(4)];
        await store.append({ type: 'LevelSet', data: { symbol: 'L2', side, price, size, count } });
        if (size === 0) expected[side].delete(price);
        else expected[side].set(price, { price, quantity: size, count });
      }
      wanted.push(JSON.stringify(SIDES.map((one) => [...expected[one].values()].sort((a, b) => a.price - b.price))));
    }
    const book = new FollowedLevels();
    const messages = (await Array.fromAsync(await publishBook(store, { only: ['l2'] }))).filter(isL2);
    const given = () => JSON.stringify(SIDES.map((one) => book.levels(one).sort((a, b) => a.price - b.price)));
    for (const [at, shown] of wanted.entries()) {
      while (messages[0] !== undefined && messages[0].sequence <= at + 2) book.apply(messages.shift()!);
      expect(given()).toBe(shown);
    }
    expect(messages).toEqual([]);
  });

  test.skipIf(!hasData)('on a real day', { timeout: 180_000 }, async () => {
    await using store = await openBook(':memory:', { fold: 'direct' });
    const day = RUNS_ALL ? 'GOOG_2012-06-21_L10' : 'GOOG_L10_head5000';
    await runTape(store, dataSource(`lobster/${day}.commands.csv.gz`), { symbol: 'GOOG' });
    // The levels of the engine: to count the orders again after each of 160,000 commits would take minutes.
    const fast = (state: AnyState, symbol: string, side: Side) =>
      topLevels(state as BookState, symbol, side, Number.POSITIVE_INFINITY);
    const { compared, state } = await compareEverywhere(
      store,
      orderBook.initialState() as BookState,
      reduce as Fold,
      {},
      fast,
    );
    expect(compared).toBeGreaterThan(RUNS_ALL ? 280_000 : 8_000);
    expect(hashState(state)).toBe(await store.stateHash());
  });
});

describe('a consumer that drops a message', () => {
  /** Takes the `l2` channel of one symbol, and loses the messages at these places. */
  async function consume(store: PublishedStore, lost: ReadonlySet<number>, recovers: boolean) {
    const publisher = await publishBook(store, { only: ['l2'], symbols: ['GOOG'] });
    const book = new FollowedLevels();
    let [place, gaps] = [0, 0];
    for await (const message of publisher.consume({ queue: 64 })) {
      if (!isL2(message) || lost.has(place++)) continue;
      if (book.apply(message) !== 'gap') continue;
      gaps++;
      if (recovers) expect(book.apply(publisher.snapshot('GOOG')!)).toBe('applied');
      else book.apply({ ...(message as L2Diff), previous: book.sequence! });
    }
    return { book, gaps, messages: place };
  }

  /** Messages that tell some level for the last time: if one of them is lost, nothing later makes the level right. */
  async function lastWords(store: PublishedStore): Promise<number[]> {
    const last = new Map<string, number>();
    let place = 0;
    for await (const message of await publishBook(store, { only: ['l2'], symbols: ['GOOG'] })) {
      if (!isL2(message)) continue;
      for (const { price } of message.bids) last.set(`bid ${price}`, place);
      for (const { price } of message.asks) last.set(`ask ${price}`, place);
      place++;
    }
    return [...new Set(last.values())];
  }

  test('notices it, and a snapshot on request makes its book right again', async () => {
    await using store = await openDay({ commands: 1_000 });
    const random = new Random(3);
    const { messages, gaps } = await consume(store, new Set(), true);
    expect(gaps).toBe(0);
    for (let round = 0; round < 10; round++) {
      // Not the snapshot at the beginning, and not the last message: nothing would come to notice that by.
      const recovered = await consume(store, new Set([1 + random.below(messages - 2)]), true);
      expect(recovered.gaps).toBe(1);
      for (const side of SIDES) {
        expect(recovered.book.levels(side)).toEqual(countedLevels(store.state as BookState, 'GOOG', side));
      }
    }
  });

  test('and ignores the gap ends with another book: the control', async () => {
    await using store = await openDay({ commands: 1_000 });
    const last = (await lastWords(store)).slice(0, -1);
    expect(last.length).toBeGreaterThan(5);
    for (const lost of last.slice(-5)) {
      const careless = await consume(store, new Set([lost]), false);
      const isEqual = SIDES.every((side) =>
        sameLevels(careless.book.levels(side), countedLevels(store.state as BookState, 'GOOG', side)),
      );
      expect({ lost, isEqual }).toEqual({ lost, isEqual: false });
      const recovered = await consume(store, new Set([lost]), true);
      for (const side of SIDES) {
        expect(recovered.book.levels(side)).toEqual(countedLevels(store.state as BookState, 'GOOG', side));
      }
    }
  });
});

describe('a slow consumer', () => {
  test('that may skip gets a snapshot after what it missed, and its queue stays bounded', async () => {
    await using store = await openDay({ commands: 1_200 });
    const publisher = await publishBook(store);
    const messages = publisher.consume({ queue: 32, whenFull: 'skip' });
    const book = new FollowedLevels();
    let [missed, longest] = [0, 0];
    for await (const message of messages) {
      longest = Math.max(longest, messages.length);
      if (message.symbol === 'GOOG' && isL2(message)) {
        expect(book.apply(message)).toBe('applied');
        if (message.kind === 'snapshot' && message.reason === 'missed') missed++;
      }
      if (message.sequence % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(missed).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(32);
    for (const side of SIDES) expect(book.levels(side)).toEqual(countedLevels(store.state as BookState, 'GOOG', side));
  });

  test('that must have everything makes publishing wait', async () => {
    await using store = await openDay({ commands: 600 });
    const publisher = await publishBook(store, { only: ['l2'] });
    const slow = publisher.consume({ queue: 8 });
    let count = 0;
    let last: number | undefined;
    for await (const message of slow) {
      expect(slow.length).toBeLessThan(8 + 4); // what is queued, and the commit that filled it
      if (message.symbol === 'GOOG' && 'previous' in message) {
        if (last !== undefined) expect(message.previous).toBe(last);
        last = message.sequence;
        count++;
      }
      if (count % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(count).toBeGreaterThan(400);
  });
});

describe('channels', () => {
  test('trades are those of the log, hidden ones marked, one message a commit', async () => {
    await using store = await openDay();
    const expected: unknown[] = [];
    for await (const { type, data, sequence } of store.events({ types: ['TradeExecuted', 'HiddenTradePrinted'] })) {
      const { price, quantity } = data;
      const side = type === 'TradeExecuted' ? data.takerSide : opposite(data.side);
      expected.push([
        data.symbol,
        price,
        quantity,
        side,
        type === 'HiddenTradePrinted',
        type === 'TradeExecuted' ? data.tradeId : null,
        sequence,
      ]);
    }
    const given: unknown[] = [];
    const last = new Map<string, number>();
    for await (const message of await publishBook(store, { only: ['trades'] })) {
      if (message.kind !== 'trades') continue;
      const { symbol, sequence, previous } = message;
      expect(sequence).toBeGreaterThan(previous);
      if (last.has(symbol)) expect(previous).toBe(last.get(symbol));
      last.set(symbol, sequence);
      for (const { price, quantity, takerSide, hidden, tradeId } of message.trades) {
        given.push([symbol, price, quantity, takerSide, hidden, tradeId]);
      }
    }
    expect(given).toEqual(expected.map((trade) => (trade as unknown[]).slice(0, 6)));
    expect(given.some((trade) => (trade as unknown[])[4])).toBe(true);
  });

  test('the best bid and ask come when one of them changes, and are those of the levels', async () => {
    await using store = await openDay();
    const book = new FollowedLevels();
    let shown: string | undefined;
    let count = 0;
    const top = () =>
      SIDES.map((side) =>
        book
          .levels(side)
          .slice(0, 1)
          .map(({ price, quantity }) => [price, quantity]),
      );
    let expected = JSON.stringify([[], []]);
    for await (const message of await publishBook(store, { symbols: ['MSFT'], only: ['bbo', 'l2'] })) {
      if (isL2(message)) {
        // The message before was the last of its commit.
        expect(shown ?? expected).toBe(expected);
        book.apply(message);
        expected = JSON.stringify(top());
      } else if (message.channel === 'bbo') {
        const next = JSON.stringify(
          [message.bid, message.ask].map((one) => (one === null ? [] : [[one.price, one.quantity]])),
        );
        if (message.kind === 'bbo') expect(next).not.toBe(shown);
        shown = next;
        count++;
      }
    }
    expect(shown).toBe(expected);
    expect(count).toBeGreaterThan(500);
  });
});

describe('a part of the past', () => {
  test('begins with the book before it and ends at its end, whole commits only', async () => {
    await using store = await openDay({ commands: 800 });
    const all = (await Array.fromAsync(await publishBook(store, { symbols: ['GOOG'] }))).filter(
      (one) => 'previous' in one,
    );
    for (const [from, to] of [
      [1, 300],
      [300, 777],
      [500, 500],
      [601, 600],
    ] as const) {
      const part = await Array.fromAsync(await publishBook(store, { symbols: ['GOOG'], from, to }));
      const diffs = part.filter((one) => 'previous' in one);
      const commits = await Array.fromAsync(store.commits({ from, to }));
      const first = commits.flat()[0]?.sequence ?? Number.POSITIVE_INFINITY;
      expect(diffs.map(({ sequence }) => sequence)).toEqual(
        all.map(({ sequence }) => sequence).filter((sequence) => sequence >= first && sequence <= to),
      );
      const [snapshot] = part.filter(isL2) as L2Snapshot[];
      if (snapshot === undefined || snapshot.sequence === 0) continue;
      const { state } = await store.at({ sequence: snapshot.sequence });
      expect(snapshot.bids).toEqual(countedLevels(state as BookState, 'GOOG', 'buy'));
      expect(snapshot.asks).toEqual(countedLevels(state as BookState, 'GOOG', 'sell'));
    }
  });

  test('a snapshot in the middle of a change of the feed is the book before it', async () => {
    await using store = await openFeed({ messages: 400 });
    let inMiddle = 0;
    for (let sequence = 3; sequence <= store.sequence; sequence++) {
      const publisher = await publishBook(store, { from: sequence + 1, to: sequence });
      const { state } = await store.at({ sequence });
      const snapshot = publisher.snapshot('AAA');
      const isMiddle = !counts(state as FeedState, 'AAA');
      expect(snapshot === undefined).toBe(isMiddle);
      if (snapshot !== undefined) expect(snapshot.bids).toEqual(countedLevels(state as FeedState, 'AAA', 'buy'));
      if (isMiddle) inMiddle++;
    }
    expect(inMiddle).toBeGreaterThan(20);
    // The same on the way: what was touched is told as it was.
    const publisher = await publishBook(store, { symbols: ['AAA'], from: 4 });
    const book = new FollowedLevels();
    let asked = 0;
    for await (const message of publisher.consume({ queue: 1 })) {
      if (!isL2(message)) continue;
      book.apply(message);
      const snapshot = publisher.snapshot('AAA')!;
      if (snapshot.sequence !== book.sequence) continue;
      expect(snapshot.asks).toEqual(book.levels('sell'));
      expect(snapshot.bids).toEqual(book.levels('buy'));
      asked++;
    }
    expect(asked).toBeGreaterThan(20);
  });

  test('snapshots from time to time are the book at that time', async () => {
    await using store = await openDay({ commands: 1_500 });
    const book = new FollowedLevels();
    let periodic = 0;
    for await (const message of await publishBook(store, { symbols: ['GOOG'], only: ['l2'], snapshotEvery: 20_000 })) {
      if (!isL2(message)) continue;
      if (message.kind === 'snapshot' && message.reason === 'periodic') {
        periodic++;
        expect([message.bids, message.asks]).toEqual([book.levels('buy'), book.levels('sell')]);
      }
      expect(book.apply(message)).not.toBe('gap');
    }
    expect(periodic).toBeGreaterThan(3);
  });
});

describe('following', () => {
  test('goes on with what is written, until it is closed', async () => {
    await using store = await openDay({ commands: 600 });
    const publisher = await publishBook(store, { follow: true, only: ['l2'], symbols: ['GOOG', 'NEW'] });
    const books = new Map<string, FollowedLevels>();
    const done = (async () => {
      for await (const message of publisher.consume({ whenFull: 'wait' })) {
        if (!isL2(message)) continue;
        if (!books.has(message.symbol)) books.set(message.symbol, new FollowedLevels());
        expect(books.get(message.symbol)!.apply(message)).toBe('applied');
      }
    })();
    await store.execute('listSymbol', { symbol: 'NEW', tick: 1, lot: 1 });
    for (let orderId = 9_000_000; orderId < 9_000_050; orderId++) {
      await store.execute('placeOrder', {
        orderId,
        symbol: 'NEW',
        side: 'buy',
        type: 'limit',
        price: 1 + (orderId % 9),
        quantity: 5,
      });
    }
    while (publisher.sequence < store.sequence) await new Promise((resolve) => setTimeout(resolve, 2));
    publisher.close();
    await done;
    for (const [symbol, book] of books) {
      for (const side of SIDES)
        expect(book.levels(side)).toEqual(countedLevels(store.state as BookState, symbol, side));
    }
    expect([...books.keys()]).toEqual(['GOOG', 'NEW']);
  });

  test('ends when the loop does, and with its signal', async () => {
    await using store = await openDay({ commands: 100 });
    const ending = new AbortController();
    for await (const _message of await publishBook(store, { follow: true, signal: ending.signal })) break;
    setTimeout(() => ending.abort(), 5);
    let count = 0;
    for await (const _message of await publishBook(store, { follow: true, signal: ending.signal })) count++;
    expect(count).toBeGreaterThan(50);
  });

  test('goes on from a snapshot when the log has dropped what comes next', async () => {
    await using store = await openDay({ commands: 300 });
    let calls = 0;
    const dropping: PublishedStore = {
      model: store.model,
      sequence: store.sequence,
      at: (position) => store.at(position),
      follow: (options) => store.follow(options) as never,
      async *commits(range) {
        calls++;
        // The first call asks where to begin. The third one comes too late.
        if (calls === 3) throw new RefoldError('HISTORY_GONE', 'The log begins later', {});
        yield* store.commits(calls === 2 ? { ...range, to: 100 } : range);
      },
    };
    const publisher = await publishBook(dropping, { follow: true, only: ['l2'], symbols: ['GOOG'] });
    const book = new FollowedLevels();
    const reasons: string[] = [];
    for await (const message of publisher.consume({ whenFull: 'wait' })) {
      if (!isL2(message)) continue;
      expect(book.apply(message)).toBe('applied');
      if (message.kind !== 'snapshot') continue;
      reasons.push(message.reason);
      if (message.reason === 'missed') break;
    }
    expect(reasons).toEqual(['begin', 'missed']);
    expect(book.sequence).toBe(store.sequence);
    for (const side of SIDES) expect(book.levels(side)).toEqual(countedLevels(store.state as BookState, 'GOOG', side));
  });

  test('an error of the store reaches the consumer', async () => {
    await using store = await openDay({ commands: 50 });
    const broken: PublishedStore = {
      model: store.model,
      sequence: store.sequence,
      at: (position) => store.at(position),
      follow: (options) => store.follow(options) as never,
      async *commits(range) {
        yield* store.commits({ ...range, to: 20 });
        throw new RefoldError('LOG_CORRUPT', 'Cannot read block 3', {});
      },
    };
    await expect(Array.fromAsync(await publishBook(broken))).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  });
});

describe('bad options', () => {
  test.each<[PublishOptions, string]>([
    [{ from: -1 }, 'from'],
    [{ to: 1.5 }, 'to'],
    [{ to: 5, follow: true }, 'to'],
    [{ speed: 0 }, 'speed'],
    [{ speed: Number.NaN }, 'speed'],
    [{ depth: 0 }, 'depth'],
    [{ snapshotEvery: -1 }, 'snapshotEvery'],
    [{ only: [] }, 'only'],
    [{ only: ['l3' as never] }, 'only'],
  ])('%j', async (options, type) => {
    await using store = await openBook(':memory:');
    await expect(publishBook(store as never, options)).rejects.toMatchObject({ code: 'INVALID_OPTION', type });
  });
});
