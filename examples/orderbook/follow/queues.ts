/**
 * How an order enters and leaves its queue. Used by reducers alone.
 *
 * Each function touches a fixed number of entries: the order, two neighbours, the level. An event that does not fit the
 * state throws before anything is changed.
 */
import type { Side } from '../model/events.ts';
import { minus, plus, type Sum } from '../model/sums.ts';
import type { FeedOrderId } from './messages.ts';
import { type FeedLevel, type FeedMarket, type FeedOrder, type FeedState, levelsOf } from './state.ts';

/** An event contradicts the state: it was appended, and `translate` would not have given it. */
export function unfit(problem: string): never {
  throw new Error(`The event does not fit the book: ${problem}`);
}

export function marketOf(state: FeedState, symbol: string): FeedMarket {
  return state.symbols.get(symbol) ?? unfit(`the symbol ${symbol} is not listed`);
}

export function orderOf(market: FeedMarket, id: FeedOrderId): FeedOrder {
  return market.orders.get(id) ?? unfit(`order ${id} of ${market.symbol} is not open`);
}

/** Puts a new order at the back of its level. */
export function enter(
  market: FeedMarket,
  id: FeedOrderId,
  terms: { readonly side: Side; readonly price: number; readonly size: number },
  arrival: number,
): void {
  const { side, price, size } = terms;
  const { orders } = market;
  if (orders.has(id)) unfit(`order ${id} of ${market.symbol} is open already`);
  const order = { side, price, quantity: size, arrival, prev: null, next: null };
  join(market, id, order);
  // Last: once in the table the object belongs to the state, and only a draft of it may be changed.
  orders.set(id, order);
}

/** Takes an order away, whatever it has open, and returns how much that was. */
export function leave(market: FeedMarket, id: FeedOrderId): number {
  const order = orderOf(market, id);
  const { quantity } = order;
  unlink(market, id, order);
  market.orders.delete(id);
  return quantity;
}

/** Puts an order at the back of the level of its price. */
export function join(market: FeedMarket, id: FeedOrderId, order: FeedOrder): void {
  const levels = levelsOf(market, order.side);
  const level = levels.get(order.price);
  order.next = null;
  if (level === undefined) {
    order.prev = null;
    levels.set(order.price, { quantity: order.quantity, count: 1, head: id, tail: id });
    return;
  }
  order.prev = level.tail;
  orderOf(market, level.tail!).next = id;
  level.tail = id;
  level.count += 1;
  level.quantity = plus(level.quantity, order.quantity);
}

/** Takes an order out of its level. */
export function unlink(market: FeedMarket, id: FeedOrderId, order: FeedOrder): void {
  const { prev, next, price, side } = order;
  if (prev === null && next === null) {
    if (!levelsOf(market, side).delete(price)) unfit(`order ${id} of ${market.symbol} has no level`);
    return;
  }
  const level = levelOf(market, order);
  if (prev === null) level.head = next;
  else orderOf(market, prev).next = next;
  if (next === null) level.tail = prev;
  else orderOf(market, next).prev = prev;
  level.count -= 1;
  level.quantity = minus(level.quantity, order.quantity);
}

/** Another open size in the same place. */
export function resize(market: FeedMarket, order: FeedOrder, quantity: number): void {
  const level = levelOf(market, order);
  level.quantity = plus(level.quantity, quantity - order.quantity);
  order.quantity = quantity;
}

/** The size of all orders of a side. */
export function sizeOfSide(market: FeedMarket, side: Side): Sum {
  let sum: Sum = 0;
  for (const { quantity } of levelsOf(market, side).values()) sum = plus(sum, quantity);
  return sum;
}

function levelOf(market: FeedMarket, { side, price }: FeedOrder): FeedLevel {
  return levelsOf(market, side).get(price) ?? unfit(`no ${side} level at ${price} of ${market.symbol}`);
}
