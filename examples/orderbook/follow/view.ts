/** Looking at the book of a feed, by the names that the matching book's views have. Everything here only reads. */
import type { Side } from '../model/events.ts';
import type { BookRow, LevelView } from '../model/view.ts';
import type { FeedOrderId } from './messages.ts';
import { FEED_TAPE_LENGTH, type FeedPrint, levelsOf, type ReadonlyFeedBook } from './state.ts';

/** Up to `depth` levels of one side, best first. Empty for an unknown symbol. `count` is 0 where a feed gives none. */
export function topLevels(book: ReadonlyFeedBook, symbol: string, side: Side, depth: number): LevelView[] {
  const levels: LevelView[] = [];
  const market = book.symbols.get(symbol);
  if (market === undefined || depth <= 0) return levels;
  for (const [price, { quantity, count }] of levelsOf(market, side)) {
    levels.push({ price, quantity, count });
    if (levels.length >= depth) break;
  }
  return levels;
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
  const market = book.symbols.get(symbol);
  return market === undefined ? null : (levelsOf(market, side).first()?.[0] ?? null);
}

/** The last prints of a symbol, newest first. */
export function recentTrades(book: ReadonlyFeedBook, symbol: string, count: number): Readonly<FeedPrint>[] {
  const market = book.symbols.get(symbol);
  if (market === undefined) return [];
  const kept = Math.min(count, FEED_TAPE_LENGTH, market.prints);
  return Array.from({ length: kept }, (_, back) => market.tape.get((market.prints - 1 - back) % FEED_TAPE_LENGTH)!);
}

/** The ids of a level's orders, first come first; empty if there is no such level, or the feed has no orders. */
export function queueAt(book: ReadonlyFeedBook, symbol: string, side: Side, price: number): FeedOrderId[] {
  const ids: FeedOrderId[] = [];
  const market = book.symbols.get(symbol);
  let id = market === undefined ? null : (levelsOf(market, side).get(price)?.head ?? null);
  for (; id !== null; id = market!.orders.get(id)!.next) ids.push(id);
  return ids;
}
