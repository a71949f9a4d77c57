/**
 * Linking and unlinking: how an order enters and leaves its queue, its account and the expiry list.
 *
 * Used by reducers alone. Each function touches a fixed number of entries (the order, two neighbours, the end of the
 * queue), however long the queue. Callers hand in ids and entries fetched from the tables in the same commit, so the
 * functions work on drafts and on the state itself alike. An event that does not fit the state throws before anything
 * is changed; the engine then refuses the commit.
 */
import type { OrderedMap } from 'refold';
import {
  type BookState,
  expiryKey,
  levelKey,
  levelsOf,
  type Market,
  type Order,
  type Queue,
  stopsOf,
} from './state.ts';

import { minus, plus } from './sums.ts';

type Queues = OrderedMap<number, Queue>;

export function marketOf(state: BookState, symbol: string): Market {
  return state.symbols.get(symbol) ?? unfit(`the symbol ${symbol} is not listed`);
}

export function orderOf(state: BookState, orderId: number): Order {
  return state.orders.get(orderId) ?? unfit(`order ${orderId} is not open`);
}

/** An event contradicts the state: it was appended, and no `decide` of this model would have returned it. */
export function unfit(problem: string): never {
  throw new Error(`The event does not fit the book: ${problem}`);
}

/** Puts an order at the back of the level of its price. `order.price` must be set. */
export function joinLevel(state: BookState, market: Market, orderId: number, order: Order): void {
  const key = levelKey(market.index, order.price ?? unfit(`order ${orderId} has no price to rest at`));
  join(state, levelsOf(state, order.side), key, orderId, order);
}

/** Puts a stop order at the back of those that wait for the same price. */
export function joinStops(state: BookState, market: Market, orderId: number, order: Order): void {
  const key = levelKey(market.index, order.stopPrice ?? unfit(`order ${orderId} has no stop price`));
  join(state, stopsOf(state, order.side), key, orderId, order);
  market.stops += 1;
}

/** Takes an order out of whatever it stands in: its level, the waiting stops, or the taker's place beside the book. */
export function leave(state: BookState, market: Market, orderId: number, order: Order): void {
  if (state.taker === orderId) {
    state.taker = null;
  } else if (order.stopPrice !== null) {
    unlink(state, stopsOf(state, order.side), levelKey(market.index, order.stopPrice), order);
    market.stops -= 1;
  } else {
    unlink(state, levelsOf(state, order.side), levelKey(market.index, order.price!), order);
  }
}

/** The queue that an order stands in: its level, or the stops that wait for the same price. */
export function queueOf(state: BookState, market: Market, order: Order): Queue {
  const [queues, price] =
    order.stopPrice === null
      ? [levelsOf(state, order.side), order.price!]
      : [stopsOf(state, order.side), order.stopPrice];
  return queues.get(levelKey(market.index, price)) ?? unfit(`no ${order.side} queue at ${price} of ${market.symbol}`);
}

/** Makes an order the one whose trades come next. */
export function stepForward(state: BookState, orderId: number): void {
  if (state.taker !== null) unfit(`order ${orderId} cannot take while order ${state.taker} does`);
  state.taker = orderId;
}

/** Removes every trace of an order that is over. */
export function remove(state: BookState, market: Market, orderId: number, order: Order): void {
  leave(state, market, orderId, order);
  leaveAccount(state, order);
  if (order.expiresAt !== null) state.expiries.delete(expiryKey(order.expiresAt, order.arrival));
  state.orders.delete(orderId);
}

/** Gives an order its place in time: at the back of its queue. Its expiry is filed under the same number. */
export function restamp(state: BookState, orderId: number, order: Order, arrival: number): void {
  if (order.expiresAt !== null) {
    state.expiries.delete(expiryKey(order.expiresAt, order.arrival));
    state.expiries.set(expiryKey(order.expiresAt, arrival), orderId);
  }
  order.arrival = arrival;
}

/** Files a new order under its account, as the youngest, and returns the youngest before it. */
export function joinAccount(state: BookState, account: string, orderId: number): number | null {
  const orders = state.accounts.get(account);
  if (orders === undefined) {
    state.accounts.set(account, { count: 1, head: orderId, tail: orderId });
    return null;
  }
  const last = orders.tail;
  orderOf(state, last).accountNext = orderId;
  orders.tail = orderId;
  orders.count += 1;
  return last;
}

function leaveAccount(state: BookState, order: Order): void {
  if (order.account === null) return;
  const orders = state.accounts.get(order.account) ?? unfit(`the account ${order.account} has no orders`);
  const { accountPrev, accountNext } = order;
  if (accountPrev !== null) orderOf(state, accountPrev).accountNext = accountNext;
  if (accountNext !== null) orderOf(state, accountNext).accountPrev = accountPrev;
  if (accountPrev === null && accountNext === null) state.accounts.delete(order.account);
  else if (accountPrev === null) orders.head = accountNext!;
  else if (accountNext === null) orders.tail = accountPrev;
  orders.count -= 1;
}

function join(state: BookState, queues: Queues, key: number, orderId: number, order: Order): void {
  const queue = queues.get(key);
  order.next = null;
  if (queue === undefined) {
    order.prev = null;
    queues.set(key, { quantity: order.quantity, count: 1, head: orderId, tail: orderId });
    return;
  }
  order.prev = queue.tail;
  orderOf(state, queue.tail).next = orderId;
  queue.tail = orderId;
  queue.count += 1;
  queue.quantity = plus(queue.quantity, order.quantity);
}

function unlink(state: BookState, queues: Queues, key: number, order: Order): void {
  const queue = queues.get(key) ?? unfit(`no queue at key ${key}`);
  const { prev, next } = order;
  if (prev === null && next === null) {
    queues.delete(key);
    return;
  }
  if (prev === null) queue.head = next!;
  else orderOf(state, prev).next = next;
  if (next === null) queue.tail = prev!;
  else orderOf(state, next).prev = prev;
  queue.count -= 1;
  queue.quantity = minus(queue.quantity, order.quantity);
}
