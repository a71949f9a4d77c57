/**
 * What each event does to the state: only what the event says. No matching happens here.
 *
 * The same functions run on drafts, also while a cascade of stop orders is decided, and on the state itself (replay).
 * They copy fields out of `data` and never keep it, and never store one object twice.
 */
import type { RecordedEvent, Reducers } from 'refold';
import type { BookEvents, EventData, Side } from './events.ts';
import {
  joinAccount,
  joinLevel,
  joinStops,
  leave,
  marketOf,
  orderOf,
  queueOf,
  remove,
  restamp,
  stepForward,
  unfit,
} from './queues.ts';
import { type BookState, expiryKey, type Market, type Order, opposite, type Print, tapeKey } from './state.ts';
import { minus, plus } from './sums.ts';

export const reducers: Reducers<BookState, BookEvents> = {
  SymbolListed(state, { symbol, tick, lot, maxQuantity }) {
    if (state.symbols.has(symbol)) unfit(`the symbol ${symbol} is listed already`);
    const market = newMarket(symbol, state.symbols.size, tick, lot);
    if (maxQuantity !== undefined) market.maxQuantity = maxQuantity;
    state.symbols.set(symbol, market);
  },

  OrderAccepted(state, data, { sequence }) {
    const { orderId } = data;
    if (state.orders.has(orderId)) unfit(`order ${orderId} is open already`);
    const market = marketOf(state, data.symbol);
    market.entered = plus(market.entered, data.quantity);
    market.open = plus(market.open, data.quantity);
    const order = newOrder(market, data, sequence);
    if (order.account !== null) order.accountPrev = joinAccount(state, order.account, orderId);
    if (order.expiresAt !== null) state.expiries.set(expiryKey(order.expiresAt, sequence), orderId);
    if (order.stopPrice !== null) joinStops(state, market, orderId, order);
    else if (data.taker) stepForward(state, orderId);
    else joinLevel(state, market, orderId, order);
    // Last: once in the table the object belongs to the state, and only a draft of it may be changed.
    state.orders.set(orderId, order);
  },

  TradeExecuted(state, data, { sequence }) {
    const { tradeId, price, quantity, makerId, takerId } = data;
    const market = marketOf(state, data.symbol);
    const maker = orderOf(state, makerId);
    const taker = orderOf(state, takerId);
    if (state.taker !== takerId || makerId === takerId) unfit(`order ${takerId} is not the taker`);
    if (tradeId !== state.lastTradeId + 1) unfit(`trade ${tradeId} follows trade ${state.lastTradeId}`);
    if (quantity > maker.quantity || quantity > taker.quantity) unfit(`trade ${tradeId} is larger than its orders`);
    fillMaker(state, market, makerId, maker, quantity);
    if (taker.quantity === quantity) remove(state, market, takerId, taker);
    else taker.quantity -= quantity;
    state.lastTradeId = tradeId;
    market.lastPrice = price;
    market.trades += 1;
    market.traded = plus(market.traded, quantity);
    market.open = minus(minus(market.open, quantity), quantity);
    print(state, market, { tradeId, price, quantity, takerSide: data.takerSide, sequence, clock: state.clock });
  },

  OrderRested(state, { orderId }, { sequence }) {
    const order = orderOf(state, orderId);
    if (state.taker !== orderId) unfit(`order ${orderId} is not the taker`);
    state.taker = null;
    restamp(state, orderId, order, sequence);
    joinLevel(state, marketOf(state, order.symbol), orderId, order);
  },

  OrderReduced(state, { orderId, quantity }) {
    const order = orderOf(state, orderId);
    if (quantity >= order.quantity) unfit(`order ${orderId} has ${order.quantity} open, not more than ${quantity}`);
    const market = marketOf(state, order.symbol);
    resize(state, market, order, order.quantity - quantity);
  },

  OrderCancelled(state, { orderId }) {
    closeUnfilled(state, orderId);
  },

  OrderReplaced(state, data, { sequence }) {
    const { orderId } = data;
    const order = orderOf(state, orderId);
    const market = marketOf(state, order.symbol);
    if (data.kept) {
      if (data.quantity > order.quantity) unfit(`order ${orderId} cannot grow and keep its place`);
      resize(state, market, order, data.quantity);
      return;
    }
    leave(state, market, orderId, order);
    countResize(market, order.quantity, data.quantity);
    order.price = data.price;
    order.quantity = data.quantity;
    restamp(state, orderId, order, sequence);
    if (data.taker) stepForward(state, orderId);
    else joinLevel(state, market, orderId, order);
  },

  StopTriggered(state, { orderId, taker }, { sequence }) {
    const order = orderOf(state, orderId);
    const market = marketOf(state, order.symbol);
    if (order.stopPrice === null) unfit(`order ${orderId} does not wait for a stop price`);
    leave(state, market, orderId, order);
    order.stopPrice = null;
    restamp(state, orderId, order, sequence);
    if (taker) stepForward(state, orderId);
    else joinLevel(state, market, orderId, order);
  },

  OrderRejected(state, { orderId }) {
    closeUnfilled(state, orderId);
  },

  MarketHalted(state, { symbol, reason, entries }) {
    const market = marketOf(state, symbol);
    market.halted = true;
    market.haltReason = reason ?? null;
    if (entries !== undefined) market.entries = entries;
  },

  MarketResumed(state, { symbol }) {
    const market = marketOf(state, symbol);
    market.halted = false;
    market.haltReason = null;
    if (market.entries !== undefined) delete market.entries;
  },

  ClockAdvanced(state, { now }) {
    state.clock = now;
  },

  HiddenTradePrinted(state, { symbol, price, quantity, side }, { sequence }) {
    const market = marketOf(state, symbol);
    market.hidden = plus(market.hidden, quantity);
    print(state, market, { tradeId: null, price, quantity, takerSide: opposite(side), sequence, clock: state.clock });
  },
};

/** Runs one event's reducer: the fold, for code that has no engine. */
export function reduce(state: BookState, event: Pick<RecordedEvent, 'sequence' | 'type' | 'data'>): void {
  const reducer = reducers[event.type as keyof BookEvents] as (
    state: BookState,
    data: unknown,
    event: Pick<RecordedEvent, 'sequence'>,
  ) => void;
  reducer(state, event.data, event);
}

function newMarket(symbol: string, index: number, tick: number, lot: number): Market {
  return {
    symbol,
    index,
    tick,
    lot,
    halted: false,
    haltReason: null,
    lastPrice: null,
    stops: 0,
    trades: 0,
    prints: 0,
    entered: 0,
    traded: 0,
    cancelled: 0,
    reduced: 0,
    open: 0,
    hidden: 0,
  };
}

/** One literal for every order, so that all have one shape; the symbol's text is shared with its market. */
function newOrder(market: Market, data: EventData<'OrderAccepted'>, sequence: number): Order {
  const side: Side = data.side === 'buy' ? 'buy' : 'sell';
  return {
    symbol: market.symbol,
    side,
    price: data.price ?? null,
    quantity: data.quantity,
    arrival: sequence,
    prev: null,
    next: null,
    account: data.account ?? null,
    accountPrev: null,
    accountNext: null,
    stopPrice: data.stopPrice ?? null,
    timeInForce: data.timeInForce ?? 'GTC',
    expiresAt: data.expiresAt ?? null,
    postOnly: data.postOnly ?? false,
    selfTradePrevention: data.selfTradePrevention ?? 'none',
  };
}

function fillMaker(state: BookState, market: Market, makerId: number, maker: Order, quantity: number): void {
  if (maker.quantity === quantity) {
    remove(state, market, makerId, maker);
    return;
  }
  const queue = queueOf(state, market, maker);
  queue.quantity = minus(queue.quantity, quantity);
  maker.quantity -= quantity;
}

function closeUnfilled(state: BookState, orderId: number): void {
  const order = orderOf(state, orderId);
  const market = marketOf(state, order.symbol);
  market.cancelled = plus(market.cancelled, order.quantity);
  market.open = minus(market.open, order.quantity);
  remove(state, market, orderId, order);
}

/** A new size in the same place; smaller only, since a larger one would jump the queue. */
function resize(state: BookState, market: Market, order: Order, quantity: number): void {
  const queue = queueOf(state, market, order);
  queue.quantity = plus(queue.quantity, quantity - order.quantity);
  countResize(market, order.quantity, quantity);
  order.quantity = quantity;
}

function countResize(market: Market, before: number, after: number): void {
  market.open = plus(market.open, after - before);
  if (after > before) market.entered = plus(market.entered, after - before);
  else market.reduced = plus(market.reduced, before - after);
}

function print(state: BookState, market: Market, line: Print): void {
  state.tape.set(tapeKey(market.index, market.prints), line);
  market.prints += 1;
}
