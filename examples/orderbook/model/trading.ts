/** The commands of traders: place, cancel, reduce, replace. Each reads the book and decides events, or refuses. */
import type { Rejection } from 'refold';
import type { BookEvent, EventData } from './events.ts';
import type { CancelOrder, MassCancel, PlaceOrder, ReduceOrder, ReplaceOrder } from './inputs.ts';
import { cancelled, crosses, isFillable, type Terms, take, takes } from './match.ts';
import { type RejectionCode, refuse } from './rejections.ts';
import { isClosed, type Market, maxQuantityOf, type Order, type ReadonlyBook } from './state.ts';
import { type Context, followStops, isReached } from './stops.ts';

type Decision = readonly BookEvent[] | Rejection;

export function placeOrder(book: ReadonlyBook, input: PlaceOrder, context: Context): Decision {
  const market = book.symbols.get(input.symbol);
  if (market === undefined) return refuse('UNKNOWN_SYMBOL', input.symbol);
  const terms = termsOf(input);
  const refusal = refusalOfOrder(book, market, input, terms);
  if (refusal !== null) return refuse(refusal, `order ${input.orderId}, ${input.symbol}`);

  const taker = input.stopPrice === undefined && takes(book, market, terms);
  const events: BookEvent[] = [{ type: 'OrderAccepted', data: acceptance(input, taker) }];
  if (!taker) return events;
  take(book, market, terms, events);
  followStops(book, market, events, context);
  return events;
}

export function cancelOrder(book: ReadonlyBook, { orderId, account }: CancelOrder): Decision {
  const order = book.orders.get(orderId);
  const refusal = refusalOfChange(order, account);
  if (refusal !== null) return refuse(refusal, `order ${orderId}`);
  return [cancelled(orderId, order!, order!.quantity, 'user')];
}

export function reduceOrder(book: ReadonlyBook, { orderId, quantity, account }: ReduceOrder): Decision {
  const order = book.orders.get(orderId);
  const refusal = refusalOfChange(order, account) ?? refusalOfReduction(book, order!, quantity);
  if (refusal !== null) return refuse(refusal, `order ${orderId}`);
  if (quantity === order!.quantity) return [cancelled(orderId, order!, quantity, 'user')];
  return [{ type: 'OrderReduced', data: { orderId, quantity } }];
}

export function replaceOrder(book: ReadonlyBook, input: ReplaceOrder, context: Context): Decision {
  const { orderId, price, quantity } = input;
  const order = book.orders.get(orderId);
  const refusal = refusalOfChange(order, input.account) ?? refusalOfReplacement(book, order!, input);
  if (refusal !== null) return refuse(refusal, `order ${orderId}`);

  const { side } = order!;
  if (input.keepPriority && price === order!.price && quantity <= order!.quantity) {
    return [{ type: 'OrderReplaced', data: { orderId, side, price, quantity, kept: true } }];
  }
  const market = book.symbols.get(order!.symbol)!;
  if (!crosses(book, market, side, price)) return [{ type: 'OrderReplaced', data: { orderId, side, price, quantity } }];
  const events: BookEvent[] = [{ type: 'OrderReplaced', data: { orderId, side, price, quantity, taker: true } }];
  take(book, market, { ...order!, orderId, price, quantity }, events);
  followStops(book, market, events, context);
  return events;
}

export function massCancel(book: ReadonlyBook, { account, symbol }: MassCancel): Decision {
  if (symbol !== undefined && !book.symbols.has(symbol)) return refuse('UNKNOWN_SYMBOL', symbol);
  if (account !== undefined) return cancelAccount(book, account, symbol);
  return symbol === undefined ? refuse('INVALID_TERMS', 'neither account nor symbol') : cancelSymbol(book, symbol);
}

function cancelAccount(book: ReadonlyBook, account: string, symbol: string | undefined): BookEvent[] {
  const events: BookEvent[] = [];
  let orderId = book.accounts.get(account)?.head ?? null;
  while (orderId !== null) {
    const order: Readonly<Order> = book.orders.get(orderId)!;
    if (symbol === undefined || order.symbol === symbol) {
      events.push(cancelled(orderId, order, order.quantity, 'massCancel'));
    }
    orderId = order.accountNext;
  }
  return events;
}

/** The table of orders is in the order in which they came. This walks all of it: a rare command of the operator. */
function cancelSymbol(book: ReadonlyBook, symbol: string): BookEvent[] {
  const events: BookEvent[] = [];
  for (const [orderId, order] of book.orders) {
    if (order.symbol === symbol) events.push(cancelled(orderId, order, order.quantity, 'massCancel'));
  }
  return events;
}

function termsOf(input: PlaceOrder): Terms {
  const { orderId, side, quantity, timeInForce, selfTradePrevention } = input;
  return {
    orderId,
    side,
    price: input.price ?? null,
    quantity,
    account: input.account ?? null,
    timeInForce,
    selfTradePrevention,
  };
}

/** The event's data, without what has its usual value. */
function acceptance(input: PlaceOrder, taker: boolean): EventData<'OrderAccepted'> {
  const { orderId, symbol, side, price, quantity } = input;
  const data: EventData<'OrderAccepted'> =
    price === undefined ? { orderId, symbol, side, quantity } : { orderId, symbol, side, price, quantity };
  if (input.account !== undefined) data.account = input.account;
  if (input.timeInForce !== 'GTC') data.timeInForce = input.timeInForce;
  if (input.expiresAt !== undefined) data.expiresAt = input.expiresAt;
  if (input.stopPrice !== undefined) data.stopPrice = input.stopPrice;
  if (input.postOnly) data.postOnly = true;
  if (input.selfTradePrevention !== 'none') data.selfTradePrevention = input.selfTradePrevention;
  if (taker) data.taker = true;
  return data;
}

function refusalOfOrder(
  book: ReadonlyBook,
  market: Readonly<Market>,
  input: PlaceOrder,
  terms: Terms,
): RejectionCode | null {
  const { price, stopPrice, side } = input;
  if (isClosed(market)) return 'MARKET_HALTED';
  if (book.orders.has(input.orderId)) return 'DUPLICATE_ORDER_ID';
  if (!termsAgree(input)) return 'INVALID_TERMS';
  if ((price ?? 0) % market.tick !== 0 || (stopPrice ?? 0) % market.tick !== 0) return 'PRICE_OFF_TICK';
  if (input.quantity % market.lot !== 0) return 'QUANTITY_OFF_LOT';
  if (input.quantity > maxQuantityOf(market)) return 'QUANTITY_ABOVE_MAXIMUM';
  if (input.expiresAt !== undefined && input.expiresAt <= book.clock) return 'EXPIRED_ON_ARRIVAL';
  // What follows is asked of a waiting stop when it triggers, not now.
  if (stopPrice !== undefined) return isReached(side, stopPrice, market.lastPrice) ? 'STOP_WOULD_TRIGGER' : null;
  if (market.halted && (input.timeInForce === 'FOK' || takes(book, market, terms))) return 'MARKET_HALTED';
  if (input.timeInForce === 'FOK' && !isFillable(book, market, terms)) return 'FOK_UNFILLABLE';
  if (input.postOnly && crosses(book, market, side, price!)) return 'POST_ONLY_WOULD_TAKE';
  return null;
}

/** Whether the fields of an order make sense together, as `PlaceOrder` describes. */
function termsAgree(input: PlaceOrder): boolean {
  const { type, timeInForce } = input;
  const hasLimit = type === 'limit' || type === 'stopLimit';
  const isStop = type === 'stop' || type === 'stopLimit';
  if ((input.price !== undefined) !== hasLimit || (input.stopPrice !== undefined) !== isStop) return false;
  if ((input.expiresAt !== undefined) !== (timeInForce === 'GTT')) return false;
  if (type === 'market' && timeInForce === 'GTT') return false;
  if (input.postOnly && (!hasLimit || timeInForce === 'IOC' || timeInForce === 'FOK')) return false;
  return input.selfTradePrevention === 'none' || input.account !== undefined;
}

function refusalOfChange(order: Readonly<Order> | undefined, account: string | undefined): RejectionCode | null {
  if (order === undefined) return 'UNKNOWN_ORDER';
  return account !== undefined && account !== order.account ? 'NOT_OWNER' : null;
}

function refusalOfReduction(book: ReadonlyBook, order: Readonly<Order>, quantity: number): RejectionCode | null {
  if (quantity > order.quantity) return 'QUANTITY_TOO_LARGE';
  return quantity % book.symbols.get(order.symbol)!.lot === 0 ? null : 'QUANTITY_OFF_LOT';
}

function refusalOfReplacement(
  book: ReadonlyBook,
  order: Readonly<Order>,
  { price, quantity }: ReplaceOrder,
): RejectionCode | null {
  const market = book.symbols.get(order.symbol)!;
  if (isClosed(market)) return 'MARKET_HALTED';
  if (order.stopPrice !== null) return 'STOP_WAITING';
  if (price % market.tick !== 0) return 'PRICE_OFF_TICK';
  if (quantity % market.lot !== 0) return 'QUANTITY_OFF_LOT';
  if (quantity > maxQuantityOf(market)) return 'QUANTITY_ABOVE_MAXIMUM';
  if (!crosses(book, market, order.side, price)) return null;
  if (market.halted) return 'MARKET_HALTED';
  return order.postOnly ? 'POST_ONLY_WOULD_TAKE' : null;
}
