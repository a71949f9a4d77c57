/** Looking at the book of a feed, by the names that the matching book's views have. Everything here only reads. */
import type { Side } from '../model/events.ts';
import { plus, type Sum } from '../model/sums.ts';
import type { BookRow, LevelView } from '../model/view.ts';
import type { FeedOrderId } from './messages.ts';
import {
  FEED_TAPE_LENGTH,
  type FeedLevel,
  type FeedPrint,
  keysOf,
  levelKey,
  type ReadonlyFeedBook,
  type ReadonlyFeedOrder,
  tapeKey,
} from './state.ts';

/** Up to `depth` levels of one side, best first. Empty for an unknown symbol. `count` is 0 where a feed does not tell it. */
export function topLevels(book: ReadonlyFeedBook, symbol: string, side: Side, depth: number): LevelView[] {
  const views: LevelView[] = [];
  if (depth <= 0) return views;
  for (const [key, price] of book.prices.range(keysOf(symbol, side))) {
    const { quantity, count } = book.levels.get(key)!;
    views.push({ price, quantity, count });
    if (views.length >= depth) break;
  }
  return views;
}

/** Exactly `depth` rows from the best down, in the column order of LOBSTER's order-book files. */
export function bookTop(book: ReadonlyFeedBook, symbol: string, depth: number): BookRow[] {
  const asks = topLevels(book, symbol, 'sell', depth);
  const bids = topLevels(book, symbol, 'buy', depth);
  return Array.from({ length: depth }, (_, at) => {
    const [ask, bid] = [asks[at], bids[at]];
    return [ask?.price ?? null, ask?.quantity ?? 0, bid?.price ?? null, bid?.quantity ?? 0];
  });
}

/** The best price of a side, or null. */
export function bestPrice(book: ReadonlyFeedBook, symbol: string, side: Side): number | null {
  return topLevels(book, symbol, side, 1)[0]?.price ?? null;
}

/** The last prints of a symbol, newest first; the state keeps `FEED_TAPE_LENGTH` of them. */
export function recentTrades(book: ReadonlyFeedBook, symbol: string, count: number): Readonly<FeedPrint>[] {
  const market = book.symbols.get(symbol);
  if (market === undefined) return [];
  const kept = Math.min(count, FEED_TAPE_LENGTH, market.prints);
  return Array.from({ length: kept }, (_, back) => book.tape.get(tapeKey(market.index, market.prints - 1 - back))!);
}

/** The ids of a level's orders, first come first; empty if there is no such level, or the feed has no orders. */
export function queueAt(book: ReadonlyFeedBook, symbol: string, side: Side, price: number): FeedOrderId[] {
  const ids: FeedOrderId[] = [];
  const orders = book.orders.get(symbol);
  let id = levelAt(book, symbol, side, price)?.head ?? null;
  for (; id !== null; id = orders!.get(id)!.next) ids.push(id);
  return ids;
}

/** A level, or undefined. */
export function levelAt(
  book: ReadonlyFeedBook,
  symbol: string,
  side: Side,
  price: number,
): Readonly<FeedLevel> | undefined {
  return book.levels.get(levelKey(symbol, side, price));
}

/** An open order, or undefined. */
export function orderAt(book: ReadonlyFeedBook, symbol: string, id: FeedOrderId): ReadonlyFeedOrder | undefined {
  return book.orders.get(symbol)?.get(id);
}

/** The size of everything that is open at a side of a symbol. */
export function openSize(book: ReadonlyFeedBook, symbol: string, side: Side): Sum {
  let sum: Sum = 0;
  for (const { quantity } of topLevels(book, symbol, side, Number.POSITIVE_INFINITY)) sum = plus(sum, quantity);
  return sum;
}
