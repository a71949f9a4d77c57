/**
 * How an order enters and leaves its queue. Used by reducers alone.
 *
 * Each function touches a fixed number of entries: the order, two neighbours, the level. An event that does not fit the
 * state throws before anything is changed.
 */
import { minus, plus } from '../model/sums.ts';
import type { FeedOrderId } from './messages.ts';
import { type FeedLevel, type FeedMarket, type FeedOrder, type FeedState, levelKey } from './state.ts';

/** The open orders of one symbol. */
export type Orders = Map<FeedOrderId, FeedOrder>;

/** An event contradicts the state: it was appended, and `translate` would not have given it. */
export function unfit(problem: string): never {
  throw new Error(`The event does not fit the book: ${problem}`);
}

export function marketOf(state: FeedState, symbol: string): FeedMarket {
  return state.symbols.get(symbol) ?? unfit(`the symbol ${symbol} is not listed`);
}

export function ordersOf(state: FeedState, symbol: string): Orders {
  return state.orders.get(symbol) ?? unfit(`the symbol ${symbol} has no orders`);
}

export function orderOf(orders: Orders, id: FeedOrderId): FeedOrder {
  return orders.get(id) ?? unfit(`order ${id} is not open`);
}

/** Puts a new order at the back of its level. */
export function enter(
  state: FeedState,
  symbol: string,
  id: FeedOrderId,
  { side, price, size }: { readonly side: FeedOrder['side']; readonly price: number; readonly size: number },
  arrival: number,
): void {
  const orders = ordersOf(state, symbol);
  if (orders.has(id)) unfit(`order ${id} of ${symbol} is open already`);
  const order: FeedOrder = { side, price, quantity: size, arrival, prev: null, next: null };
  join(state, symbol, orders, id, order);
  // Last: once in the table the object belongs to the state, and only a draft of it may be changed.
  orders.set(id, order);
}

/** Takes an order away, whatever it has open. */
export function leave(state: FeedState, symbol: string, id: FeedOrderId): void {
  const orders = ordersOf(state, symbol);
  unlink(state, symbol, orders, orderOf(orders, id));
  orders.delete(id);
}

/** Puts an order at the back of the level of its price. */
export function join(state: FeedState, symbol: string, orders: Orders, id: FeedOrderId, order: FeedOrder): void {
  const { side, price } = order;
  const { levels } = state;
  const key = levelKey(symbol, side, price);
  const level = levels.get(key);
  order.next = null;
  if (level === undefined) {
    order.prev = null;
    levels.set(key, { quantity: order.quantity, count: 1, head: id, tail: id });
    state.prices.set(key, price);
    return;
  }
  const last = level.tail ?? unfit(`the level of order ${id} has no orders`);
  order.prev = last;
  orderOf(orders, last).next = id;
  level.tail = id;
  level.count += 1;
  level.quantity = plus(level.quantity, order.quantity);
}

/** Takes an order out of its level. */
export function unlink(state: FeedState, symbol: string, orders: Orders, order: FeedOrder): void {
  const { prev, next, price, side } = order;
  const { levels } = state;
  const key = levelKey(symbol, side, price);
  if (prev === null && next === null) {
    if (!levels.delete(key)) unfit(`no ${side} level at ${price}`);
    state.prices.delete(key);
    return;
  }
  const level = levels.get(key) ?? unfit(`no ${side} level at ${price}`);
  if (prev === null) level.head = next;
  else orderOf(orders, prev).next = next;
  if (next === null) level.tail = prev;
  else orderOf(orders, next).prev = prev;
  level.count -= 1;
  level.quantity = minus(level.quantity, order.quantity);
}

/** Another open size in the same place. */
export function resize(state: FeedState, symbol: string, order: FeedOrder, quantity: number): void {
  const level = levelOf(state, symbol, order);
  level.quantity = plus(level.quantity, quantity - order.quantity);
  order.quantity = quantity;
}

function levelOf(state: FeedState, symbol: string, { side, price }: FeedOrder): FeedLevel {
  return state.levels.get(levelKey(symbol, side, price)) ?? unfit(`no ${side} level at ${price}`);
}
