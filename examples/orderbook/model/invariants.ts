/**
 * What must be true of the book after every event. `verify`, `bisect` and tests ask it. Each invariant may walk the
 * whole state.
 *
 * `settled` is stricter and holds between commits only: it says that every command was done completely.
 */
import type { Side } from './events.ts';
import { bestLevel } from './match.ts';
import {
  expiryKey,
  levelKey,
  levelsOf,
  type Market,
  type Order,
  type Queue,
  type ReadonlyBook,
  stopsOf,
  timeOfExpiryKey,
} from './state.ts';
import { isReached } from './stops.ts';
import { plus, type Sum } from './sums.ts';

/** No bid reaches an ask, in any symbol, halted ones included. */
export function neverCrossed(book: ReadonlyBook): boolean {
  return marketsOf(book).every((market) => {
    const bid = bestLevel(book, market, 'buy');
    const ask = bestLevel(book, market, 'sell');
    return bid === undefined || ask === undefined || bid.price < ask.price;
  });
}

/** A level's quantity and count are those of its orders, and every resting order stands in exactly one level. */
export function levelTotals(book: ReadonlyBook): boolean {
  const resting = ordersWhere(book, (order, id) => order.stopPrice === null && id !== book.taker);
  return [book.bids, book.asks].every((levels) => queuesAddUp(book, levels, resting)) && resting.size === 0;
}

/** Along each queue the links agree in both directions, arrivals rise, and price, side and symbol are the queue's. */
export function fifo(book: ReadonlyBook): boolean {
  return (['buy', 'sell'] as const).every(
    (side) =>
      queuesAreInOrder(book, levelsOf(book, side), side, (order) => order.price) &&
      queuesAreInOrder(book, stopsOf(book, side), side, (order) => order.stopPrice),
  );
}

/** Quantity is neither made nor lost: what entered was traded (by maker and taker), cancelled, reduced, or is open. */
export function conservation(book: ReadonlyBook): boolean {
  const open = new Map<string, Sum>();
  for (const order of book.orders.values()) {
    if (order.quantity <= 0) return false;
    open.set(order.symbol, plus(open.get(order.symbol) ?? 0, order.quantity));
  }
  return marketsOf(book).every((market) => {
    const { symbol, entered, traded, cancelled, reduced } = market;
    const left = [cancelled, reduced, market.open, traded, traded].reduce(plus);
    return market.open === (open.get(symbol) ?? 0) && entered === left;
  });
}

/** Trade ids are 1, 2, 3 …: the last one is the number of trades, and none is twice on the tape. */
export function gapFreeTradeIds(book: ReadonlyBook): boolean {
  const trades = marketsOf(book).reduce((sum, market) => sum + market.trades, 0);
  const ids = [...book.tape.values()].map((print) => print.tradeId).filter((id) => id !== null);
  return trades === book.lastTradeId && new Set(ids).size === ids.length && ids.every((id) => id <= trades);
}

/** Each account's list holds its open orders, all of them, once. */
export function accountLinks(book: ReadonlyBook): boolean {
  const owned = ordersWhere(book, (order) => order.account !== null);
  for (const [account, orders] of book.accounts) {
    const ids = walk(book, orders.head, 'accountNext');
    const agree = ids.every((id, at) => {
      const order = book.orders.get(id)!;
      return owned.delete(id) && order.account === account && order.accountPrev === (ids[at - 1] ?? null);
    });
    if (!agree || ids.length !== orders.count || ids.at(-1) !== orders.tail) return false;
  }
  return owned.size === 0;
}

/** Every waiting stop stands in exactly one queue, and each market knows how many it has. */
export function stopsConsistent(book: ReadonlyBook): boolean {
  const waiting = ordersWhere(book, (order) => order.stopPrice !== null);
  const stopsIn = (market: Readonly<Market>) =>
    [...waiting].filter((id) => book.orders.get(id)!.symbol === market.symbol).length;
  if (!marketsOf(book).every((market) => market.stops === stopsIn(market))) return false;
  return [book.buyStops, book.sellStops].every((stops) => queuesAddUp(book, stops, waiting)) && waiting.size === 0;
}

/** The expiry list holds every good-till-time order, and nothing else. */
export function expiryConsistent(book: ReadonlyBook): boolean {
  const dated = ordersWhere(book, (order) => order.timeInForce === 'GTT');
  for (const [key, id] of book.expiries) {
    const order = book.orders.get(id);
    if (!dated.delete(id) || key !== expiryKey(order!.expiresAt!, order!.arrival)) return false;
  }
  return dated.size === 0;
}

/** At most one order stands beside the book, and if one does, it is open and awake. */
export function takerIsOpen(book: ReadonlyBook): boolean {
  return book.taker === null || book.orders.get(book.taker)?.stopPrice === null;
}

/** All of the above, as the model names them. */
export const invariants = {
  neverCrossed,
  levelTotals,
  fifo,
  conservation,
  gapFreeTradeIds,
  accountLinks,
  stopsConsistent,
  expiryConsistent,
  takerIsOpen,
};

/** True between commits: no taker half-way, no stop that should have triggered, no order past its time. */
export function settled(book: ReadonlyBook): boolean {
  const next = book.expiries.first();
  if (book.taker !== null || (next !== undefined && timeOfExpiryKey(next[0]) <= book.clock)) return false;
  return [...book.orders.values()].every(({ side, stopPrice, symbol }) => {
    return stopPrice === null || !isReached(side, stopPrice, book.symbols.get(symbol)!.lastPrice);
  });
}

type Queues = ReadonlyBook['bids'];

function marketsOf(book: ReadonlyBook): Readonly<Market>[] {
  return [...book.symbols.values()];
}

function ordersWhere(book: ReadonlyBook, test: (order: Readonly<Order>, id: number) => boolean): Set<number> {
  return new Set([...book.orders].filter(([id, order]) => test(order, id)).map(([id]) => id));
}

/** Follows the links from one end; stops at the first that leads nowhere, and before it would repeat an order. */
function walk(book: ReadonlyBook, head: number, link: 'next' | 'accountNext'): number[] {
  const ids: number[] = [];
  let order = book.orders.get(head);
  for (let id: number | null = head; order !== undefined && ids.length < book.orders.size; ) {
    ids.push(id);
    id = order[link];
    if (id === null) break;
    order = book.orders.get(id);
  }
  return ids;
}

/** Whether each queue's totals are those of its orders; takes the orders it finds out of `expected`. */
function queuesAddUp(book: ReadonlyBook, queues: Queues, expected: Set<number>): boolean {
  for (const queue of queues.values()) {
    const ids = walk(book, queue.head, 'next');
    const quantity = ids.reduce<Sum>((sum, id) => plus(sum, book.orders.get(id)!.quantity), 0);
    if (ids.length !== queue.count || quantity !== queue.quantity) return false;
    if (!ids.every((id) => expected.delete(id))) return false;
  }
  return true;
}

function queuesAreInOrder(
  book: ReadonlyBook,
  queues: Queues,
  side: Side,
  priceOf: (order: Readonly<Order>) => number | null,
): boolean {
  return [...queues].every(([key, queue]) => isInOrder(book, key, queue, side, priceOf));
}

function isInOrder(
  book: ReadonlyBook,
  key: number,
  queue: Readonly<Queue>,
  side: Side,
  priceOf: (order: Readonly<Order>) => number | null,
): boolean {
  let prev: number | null = null;
  let arrival = 0;
  for (const id of walk(book, queue.head, 'next')) {
    const order: Readonly<Order> = book.orders.get(id)!;
    const price = priceOf(order);
    if (order.prev !== prev || order.arrival <= arrival || order.side !== side || price === null) return false;
    if (levelKey(book.symbols.get(order.symbol)!.index, price) !== key) return false;
    prev = id;
    arrival = order.arrival;
  }
  return prev === queue.tail && book.orders.get(queue.tail)?.next === null;
}
