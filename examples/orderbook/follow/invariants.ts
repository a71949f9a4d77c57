/** What must be true of the book of a feed after every event. Each may walk the whole state. */
import type { Side } from '../model/events.ts';
import { plus, type Sum } from '../model/sums.ts';
import type { FeedOrderId } from './messages.ts';
import { FEED_TAPE_LENGTH, type FeedLevel, type ReadonlyFeedBook } from './state.ts';
import { levelAt, queueAt, topLevels } from './view.ts';

const SIDES: readonly Side[] = ['buy', 'sell'];

/**
 * Along each queue the links agree in both directions, arrivals rise, and side and price are the level's. Each order stands
 * in one queue.
 */
export function queues(book: ReadonlyFeedBook): boolean {
  return [...book.symbols.keys()].every((symbol) => {
    let standing = 0;
    for (const side of SIDES) {
      for (const { price } of topLevels(book, symbol, side, Number.POSITIVE_INFINITY)) {
        const level = levelAt(book, symbol, side, price);
        const count = level === undefined ? undefined : ordersInLine(book, symbol, side, price, level);
        if (count === undefined) return false;
        standing += count;
      }
    }
    return standing === book.orders.get(symbol)?.size;
  });
}

/** A level's size and count are those of its orders. In a feed of levels there are no orders. No level is of no symbol. */
export function levelTotals(book: ReadonlyFeedBook): boolean {
  const levels = [...book.symbols].map(([symbol, { levelsOnly = false }]) =>
    SIDES.reduce((sum, side) => sum + countLevels(book, symbol, side, levelsOnly), 0),
  );
  const total = levels.reduce((sum, count) => sum + count, 0);
  return total === book.prices.size && total === book.levels.size;
}

/** Each symbol has one place, from 0 on, and the number of books that do not count is right. */
export function places(book: ReadonlyFeedBook): boolean {
  const markets = [...book.symbols.values()];
  const unfinished = markets.filter((market) => market.unfinished === true).length;
  const agree = markets.every(({ symbol, index }, at) => index === at && book.orders.has(symbol));
  return agree && book.orders.size === markets.length && book.unfinished === unfinished;
}

/** The tape holds the last prints of each symbol. */
export function tape(book: ReadonlyFeedBook): boolean {
  const kept = [...book.symbols.values()].reduce((sum, { prints }) => sum + Math.min(prints, FEED_TAPE_LENGTH), 0);
  return book.tape.size === kept;
}

/** All of the above, as the model names them. */
export const invariants = { queues, levelTotals, places, tape };

/** How many orders stand in a level, or undefined if its links are wrong. */
function ordersInLine(
  book: ReadonlyFeedBook,
  symbol: string,
  side: Side,
  price: number,
  level: Readonly<FeedLevel>,
): number | undefined {
  const orders = book.orders.get(symbol)!;
  let prev: FeedOrderId | null = null;
  let arrival = 0;
  let count = 0;
  for (let id = level.head; id !== null; count++) {
    const order = orders.get(id);
    if (order?.side !== side || order.price !== price || order.prev !== prev) return undefined;
    if (order.arrival <= arrival || count > orders.size) return undefined;
    arrival = order.arrival;
    prev = id;
    id = order.next;
  }
  return prev === level.tail ? count : undefined;
}

/** How many levels of a side add up; the others make the total wrong. */
function countLevels(book: ReadonlyFeedBook, symbol: string, side: Side, levelsOnly: boolean): number {
  const orders = book.orders.get(symbol)!;
  const levels = topLevels(book, symbol, side, Number.POSITIVE_INFINITY);
  return levels.filter(({ price, quantity, count }) => {
    if (levelsOnly) return quantity > 0 && orders.size === 0;
    const queue = queueAt(book, symbol, side, price).map((id) => orders.get(id)!);
    const sum = queue.reduce<Sum>((total, order) => plus(total, order.quantity), 0);
    return quantity === sum && count === queue.length && queue.every((order) => order.quantity > 0);
  }).length;
}
