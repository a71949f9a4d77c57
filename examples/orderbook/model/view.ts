/** Looking at the book: what ladders, tapes and checks are made of. Everything here only reads. */
import type { Side } from './events.ts';
import { bestLevel, nextLevel } from './match.ts';
import { levelKey, levelsOf, type Print, type ReadonlyBook, TAPE_LENGTH, tapeKey } from './state.ts';
import type { Sum } from './sums.ts';

export interface LevelView {
  readonly price: number;
  readonly quantity: Sum;
  /** Orders at this price. */
  readonly count: number;
}

/** Prices and sizes of both sides at one depth; null and 0 where a side has no such level. */
export type BookRow = readonly [askPrice: number | null, askSize: Sum, bidPrice: number | null, bidSize: Sum];

/** Up to `depth` levels of one side, best first. Empty for an unknown symbol. */
export function topLevels(book: ReadonlyBook, symbol: string, side: Side, depth: number): LevelView[] {
  const levels: LevelView[] = [];
  const market = book.symbols.get(symbol);
  if (market === undefined) return levels;
  let level = bestLevel(book, market, side);
  while (level !== undefined && levels.length < depth) {
    const { quantity, count } = level.queue;
    levels.push({ price: level.price, quantity, count });
    level = nextLevel(book, market, side, level.key);
  }
  return levels;
}

/** Exactly `depth` rows from the best down, in the column order of LOBSTER's order-book files. */
export function bookTop(book: ReadonlyBook, symbol: string, depth: number): BookRow[] {
  const asks = topLevels(book, symbol, 'sell', depth);
  const bids = topLevels(book, symbol, 'buy', depth);
  return Array.from({ length: depth }, (_, at) => {
    const [ask, bid] = [asks[at], bids[at]];
    return [ask?.price ?? null, ask?.quantity ?? 0, bid?.price ?? null, bid?.quantity ?? 0];
  });
}

/** The best price of a side, or null. */
export function bestPrice(book: ReadonlyBook, symbol: string, side: Side): number | null {
  return topLevels(book, symbol, side, 1)[0]?.price ?? null;
}

/** The last prints of a symbol, hidden ones included, newest first; the state keeps `TAPE_LENGTH` of them. */
export function recentTrades(book: ReadonlyBook, symbol: string, count: number): Readonly<Print>[] {
  const market = book.symbols.get(symbol);
  if (market === undefined) return [];
  const kept = Math.min(count, TAPE_LENGTH, market.prints);
  return Array.from({ length: kept }, (_, back) => book.tape.get(tapeKey(market.index, market.prints - 1 - back))!);
}

/** The ids of a level's orders, first come first; empty if there is no such level. */
export function queueAt(book: ReadonlyBook, symbol: string, side: Side, price: number): number[] {
  const ids: number[] = [];
  for (let id = headOf(book, symbol, side, price); id !== null; id = book.orders.get(id)!.next) ids.push(id);
  return ids;
}

function headOf(book: ReadonlyBook, symbol: string, side: Side, price: number): number | null {
  const market = book.symbols.get(symbol);
  if (market === undefined) return null;
  return levelsOf(book, side).get(levelKey(market.index, price))?.head ?? null;
}
