/**
 * Matching by price, then time: what an order would do to the book as it stands.
 *
 * Everything here only reads. An order meets the best level first, and in it the order that came first; each trade is
 * at the price of the order that was there (the maker). The walk follows the links of the queue, so its cost depends on
 * what it trades with. It is a loop and not a recursion, because a sweep may be deep.
 */
import type { BookEvent, CancelReason, SelfTradePrevention, Side, TimeInForce } from './events.ts';
import {
  keyBeforeFirst,
  levelsOf,
  type Market,
  type Order,
  opposite,
  priceOfKey,
  type Queue,
  type ReadonlyBook,
} from './state.ts';

/**
 * What matching has to know of an order. An open `Order` with its id has these members, and a command's input has them
 * too.
 */
export interface Terms {
  readonly orderId: number;
  readonly side: Side;
  /** Null for a market order: any price will do. */
  readonly price: number | null;
  readonly quantity: number;
  readonly account: string | null;
  readonly timeInForce: TimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
}

/** A level with the price its key stands for. */
export interface PricedLevel {
  readonly key: number;
  readonly price: number;
  readonly queue: Readonly<Queue>;
}

/** The best level of a side, or undefined if the side is empty. */
export function bestLevel(book: ReadonlyBook, market: Readonly<Market>, side: Side): PricedLevel | undefined {
  return nextLevel(book, market, side, keyBeforeFirst(market.index, side === 'buy' ? 'descending' : 'ascending'));
}

/** The next worse level of a side after the one with this key. */
export function nextLevel(
  book: ReadonlyBook,
  market: Readonly<Market>,
  side: Side,
  key: number,
): PricedLevel | undefined {
  const entry = levelsOf(book, side).nextAfter(key);
  if (entry === undefined) return undefined;
  const price = priceOfKey(entry[0], market.index);
  return price === null ? undefined : { key: entry[0], price, queue: entry[1] };
}

/** Whether the order would meet another at once. */
export function crosses(book: ReadonlyBook, market: Readonly<Market>, side: Side, limit: number | null): boolean {
  const best = bestLevel(book, market, opposite(side));
  return best !== undefined && isWithin(side, limit, best.price);
}

/** Whether the order has to stand beside the book first: because it would trade, or because it never rests. */
export function takes(book: ReadonlyBook, market: Readonly<Market>, terms: Terms): boolean {
  return neverRests(terms) || crosses(book, market, terms.side, terms.price);
}

/** Whether the order could trade all of its quantity at once, self-trade prevention considered. */
export function isFillable(book: ReadonlyBook, market: Readonly<Market>, terms: Terms): boolean {
  let missing = terms.quantity;
  for (const level of levelsWithin(book, market, terms)) {
    if (!preventsSelfTrade(terms)) {
      if (level.queue.quantity >= missing) return true;
      missing -= Number(level.queue.quantity); // exact: it is smaller than a quantity
    } else {
      for (const [, maker] of ordersOf(book, level)) {
        if (!isOwn(terms, maker)) missing -= maker.quantity;
        else if (terms.selfTradePrevention !== 'maker') return false; // it would stop here, unfilled
        if (missing <= 0) return true;
      }
    }
  }
  return false;
}

/**
 * Appends the events of a taker to `events`: its trades, the cancels of self-trade prevention, and what becomes of its
 * rest. The event that made it the taker must come before them.
 */
export function take(book: ReadonlyBook, market: Readonly<Market>, terms: Terms, events: BookEvent[]): void {
  let rest = terms.quantity;
  let tradeId = book.lastTradeId;
  for (const level of levelsWithin(book, market, terms)) {
    for (const [makerId, maker] of ordersOf(book, level)) {
      if (isOwn(terms, maker) && terms.selfTradePrevention !== 'none') {
        if (terms.selfTradePrevention !== 'taker') events.push(cancelled(makerId, maker, maker.quantity, 'selfTrade'));
        if (terms.selfTradePrevention === 'maker') continue;
        events.push(cancelled(terms.orderId, terms, rest, 'selfTrade'));
        return;
      }
      const quantity = Math.min(rest, maker.quantity);
      tradeId += 1;
      events.push({
        type: 'TradeExecuted',
        data: {
          tradeId,
          symbol: market.symbol,
          price: level.price,
          quantity,
          makerId,
          takerId: terms.orderId,
          takerSide: terms.side,
        },
      });
      rest -= quantity;
      if (rest === 0) return;
    }
  }
  events.push(endOfTaker(terms, rest));
}

/** An order leaves with this much open. */
export function cancelled(
  orderId: number,
  order: Pick<Order, 'side' | 'price'>,
  quantity: number,
  reason: CancelReason,
): BookEvent {
  const { side, price } = order;
  return {
    type: 'OrderCancelled',
    data: price === null ? { orderId, side, quantity, reason } : { orderId, side, price, quantity, reason },
  };
}

function endOfTaker(terms: Terms, rest: number): BookEvent {
  if (!neverRests(terms)) return { type: 'OrderRested', data: { orderId: terms.orderId } };
  return cancelled(terms.orderId, terms, rest, terms.price === null ? 'marketRest' : 'iocRest');
}

/** A fill-or-kill order has no rest: if it cannot be filled, it was refused before. */
function neverRests({ price, timeInForce }: Terms): boolean {
  return price === null || timeInForce === 'IOC';
}

function isWithin(side: Side, limit: number | null, price: number): boolean {
  return limit === null || (side === 'buy' ? price <= limit : price >= limit);
}

function preventsSelfTrade(terms: Terms): boolean {
  return terms.account !== null && terms.selfTradePrevention !== 'none';
}

function isOwn(terms: Terms, maker: Readonly<Order>): boolean {
  return terms.account !== null && terms.account === maker.account;
}

/** The opposite levels that the order's limit reaches, best first. */
function* levelsWithin(book: ReadonlyBook, market: Readonly<Market>, terms: Terms): Generator<PricedLevel> {
  const side = opposite(terms.side);
  let level = bestLevel(book, market, side);
  while (level !== undefined && isWithin(terms.side, terms.price, level.price)) {
    yield level;
    level = nextLevel(book, market, side, level.key);
  }
}

/** The orders of a level, first come first. */
function* ordersOf(book: ReadonlyBook, level: PricedLevel): Generator<[number, Readonly<Order>]> {
  let orderId: number | null = level.queue.head;
  while (orderId !== null) {
    const order: Readonly<Order> = book.orders.get(orderId)!;
    yield [orderId, order];
    orderId = order.next;
  }
}
