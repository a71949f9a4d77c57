/** What must be true of the book of a feed after every event. Each may walk the whole state. */
import type { Side } from '../model/events.ts';
import { plus, type Sum } from '../model/sums.ts';
import type { FeedOrderId } from './messages.ts';
import { FEED_TAPE_LENGTH, levelsOf, type ReadonlyFeedBook, type ReadonlyFeedMarket } from './state.ts';

const SIDES: readonly Side[] = ['buy', 'sell'];

/** Along each queue the links agree in both directions, arrivals rise, side and price are the level's, and each order stands in one. */
export function queues(book: ReadonlyFeedBook): boolean {
  return marketsOf(book).every((market) => {
    const standing = SIDES.flatMap((side) =>
      [...levelsOf(market, side).keys()].map((price) => ordersInLine(market, side, price)),
    );
    const total = standing.reduce<number>((sum, count) => sum + (count ?? Number.NaN), 0);
    return total === market.orders.size;
  });
}

/** A level's size and count are those of its orders. In a feed of levels there are no orders. */
export function levelTotals(book: ReadonlyFeedBook): boolean {
  return marketsOf(book).every((market) => {
    if (market.levelsOnly === true && market.orders.size > 0) return false;
    return SIDES.every((side) => [...levelsOf(market, side).keys()].every((price) => addsUp(market, side, price)));
  });
}

/** Size is neither made nor lost: what entered was executed, was removed, or is open. */
export function conservation(book: ReadonlyFeedBook): boolean {
  return marketsOf(book).every((market) => {
    const { entered, executed, removed, open } = market;
    const standing = [...market.orders.values()].reduce<Sum>((sum, { quantity }) => plus(sum, quantity), 0);
    return open === standing && entered === plus(plus(executed, removed), open);
  });
}

/** The tape holds the last prints. */
export function tape(book: ReadonlyFeedBook): boolean {
  return marketsOf(book).every(({ tape: lines, prints }) => lines.size === Math.min(prints, FEED_TAPE_LENGTH));
}

/** All of the above, as the model names them. */
export const invariants = { queues, levelTotals, conservation, tape };

function marketsOf(book: ReadonlyFeedBook): ReadonlyFeedMarket[] {
  return [...book.symbols.values()];
}

/** How many orders stand in a level, or undefined if its links are wrong. */
function ordersInLine(market: ReadonlyFeedMarket, side: Side, price: number): number | undefined {
  const level = levelsOf(market, side).get(price)!;
  let prev: FeedOrderId | null = null;
  let arrival = 0;
  let count = 0;
  for (let id = level.head; id !== null; count++) {
    const order = market.orders.get(id);
    if (order?.side !== side || order.price !== price || order.prev !== prev || order.arrival <= arrival)
      return undefined;
    if (count > market.orders.size) return undefined;
    arrival = order.arrival;
    prev = id;
    id = order.next;
  }
  return prev === level.tail ? count : undefined;
}

function addsUp(market: ReadonlyFeedMarket, side: Side, price: number): boolean {
  const level = levelsOf(market, side).get(price)!;
  if (level.quantity <= 0) return false;
  if (market.levelsOnly === true) return level.head === null && level.tail === null;
  let quantity: Sum = 0;
  let count = 0;
  for (let id = level.head; id !== null && count <= market.orders.size; count++) {
    const order = market.orders.get(id);
    if (order === undefined || order.quantity <= 0) return false;
    quantity = plus(quantity, order.quantity);
    id = order.next;
  }
  return quantity === level.quantity && count === level.count;
}
