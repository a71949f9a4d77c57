/**
 * What can happen to the book: the event catalog.
 *
 * Each event is a fact that holds on its own: the book is uncrossed and every total adds up after *each* event, not
 * only after each commit, so that time travel may stop anywhere. A marketable order therefore does not touch the book
 * when it is accepted. It is marked `taker`, stands beside the book while its trades are recorded, and then it is
 * either filled (by its last trade), cancelled (`OrderCancelled`), or put at the back of its level (`OrderRested`):
 *
 *     OrderAccepted                                   a limit order that meets no other rests at once
 *     OrderAccepted(taker) Trade Trade                filled
 *     OrderAccepted(taker) Trade OrderRested          the rest of a limit order goes to the book
 *     OrderAccepted(taker) OrderCancelled(iocRest)    the rest of an IOC never does
 *
 * Logs hold millions of these, so a member with its usual value is left out: no `timeInForce` means GTC, no `price` a
 * market order, no `taker` that the order rests.
 */
import type { DataOf, EventOf, RecordedEventOf } from 'refold';
import { z } from 'zod';

/** Prices are integers in the smallest unit of the quote, from 1 to this. A level's key holds symbol and price. */
export const MAX_PRICE = 2 ** 40 - 1;

/** The largest quantity of an order or a trade. A symbol may have a smaller one. */
export const MAX_QUANTITY: number = Number.MAX_SAFE_INTEGER;

/** Any safe integer, negative ones too. Unique among open orders; may return once the order is filled or cancelled. */
export const OrderId = z.int();
/** The name of a new symbol. Elsewhere a symbol is any text: either it is listed or it is not. */
export const SymbolName = text(32);
export const Account = text(64);
export const Side = z.enum(['buy', 'sell']);
export const Price = integer(1, MAX_PRICE);
/**
 * Quantities of one order or trade are integers. Never add them up in numbers (`sums.ts` does that), and never multiply
 * one by a price: the result passes 2^53.
 */
export const Quantity = integer(1, MAX_QUANTITY);
/** Milliseconds since the epoch by the market's clock, which only `ClockAdvanced` moves. */
export const Time = integer(0, Number.MAX_SAFE_INTEGER);
/** IOC: what does not trade at once is cancelled. FOK: all of it at once, or refused. GTT: until `expiresAt`. */
export const TimeInForce = z.enum(['GTC', 'IOC', 'FOK', 'GTT']);
/** Who gives way when an order would meet another of the same account. The policy of the incoming order counts. */
export const SelfTradePrevention = z.enum(['none', 'maker', 'taker', 'both']);

/**
 * Why an order left the book without a trade:
 *
 * - `user`: by `cancelOrder`, or `reduceOrder` down to zero
 * - `massCancel`: by `massCancel`
 * - `iocRest`, `marketRest`: what an IOC or a market order could not trade at once
 * - `selfTrade`: gave way to another order of the same account
 * - `expired`: the clock reached its `expiresAt`
 */
export const CancelReason = z.enum(['user', 'massCancel', 'iocRest', 'marketRest', 'selfTrade', 'expired']);

/**
 * Why a stop order was refused at the moment it triggered. An order that is refused when it is placed is a rejection,
 * and leaves no event.
 */
export const TriggerRefusal = z.enum(['fokUnfillable', 'postOnlyWouldTake']);

/** The order is marketable: it stands beside the book until its trades are recorded. */
const Taker = z.literal(true).optional();

export const events = {
  /** `maxQuantity`: the largest order; without it, `MAX_QUANTITY`. */
  SymbolListed: z.strictObject({ symbol: SymbolName, tick: Price, lot: Quantity, maxQuantity: Quantity.optional() }),

  /** `stopPrice` makes it a stop (without `price`) or a stop-limit order, which waits for a trade at that price. */
  OrderAccepted: z.strictObject({
    orderId: OrderId,
    symbol: z.string(),
    side: Side,
    price: Price.optional(),
    quantity: Quantity,
    account: Account.optional(),
    timeInForce: TimeInForce.optional(),
    expiresAt: Time.optional(),
    stopPrice: Price.optional(),
    postOnly: z.literal(true).optional(),
    selfTradePrevention: SelfTradePrevention.optional(),
    taker: Taker,
  }),

  /** `price` is the maker's. Trade ids count 1, 2, 3 … over all symbols of the book. */
  TradeExecuted: z.strictObject({
    tradeId: integer(1, Number.MAX_SAFE_INTEGER),
    symbol: z.string(),
    price: Price,
    quantity: Quantity,
    makerId: OrderId,
    takerId: OrderId,
    takerSide: Side,
  }),

  /** A taker's rest goes to the back of its level. */
  OrderRested: z.strictObject({ orderId: OrderId }),

  /** Smaller by `quantity`, in its place in the queue. */
  OrderReduced: z.strictObject({ orderId: OrderId, quantity: Quantity }),

  /** `quantity` is what was still open. `price` is absent for a market order or a stop without limit. */
  OrderCancelled: z.strictObject({
    orderId: OrderId,
    side: Side,
    price: Price.optional(),
    quantity: Quantity,
    reason: CancelReason,
  }),

  /** The new price and open quantity. `kept`: it kept its place; otherwise it goes to the back, or takes first. */
  OrderReplaced: z.strictObject({
    orderId: OrderId,
    side: Side,
    price: Price,
    quantity: Quantity,
    kept: z.literal(true).optional(),
    taker: Taker,
  }),

  /** A trade reached the stop price: from here on it is a limit or market order, as new in its queue. */
  StopTriggered: z.strictObject({ orderId: OrderId, taker: Taker }),

  /** A stop that triggered and could not be executed on its own terms. `quantity` is what was open: all of it. */
  OrderRejected: z.strictObject({ orderId: OrderId, side: Side, quantity: Quantity, reason: TriggerRefusal }),

  /** `entries`: orders that do not trade may enter meanwhile. Without it, none may. */
  MarketHalted: z.strictObject({
    symbol: z.string(),
    reason: z.string().max(200).optional(),
    entries: z.literal('queue').optional(),
  }),
  MarketResumed: z.strictObject({ symbol: z.string() }),
  ClockAdvanced: z.strictObject({ now: Time }),

  /** An execution against a hidden order: on the tape, without effect on book, last price or stops. `side` rested. */
  HiddenTradePrinted: z.strictObject({ symbol: z.string(), price: Price, quantity: Quantity, side: Side }),
};

export type BookEvents = typeof events;
/** An event as `decide` returns it. */
export type BookEvent = EventOf<BookEvents>;
/** An event as it is read from the log. */
export type RecordedBookEvent = RecordedEventOf<BookEvents>;
export type BookEventType = BookEvent['type'];
export type EventData<Type extends BookEventType> = DataOf<BookEvents, Type>;

export type Side = z.infer<typeof Side>;
export type TimeInForce = z.infer<typeof TimeInForce>;
export type SelfTradePrevention = z.infer<typeof SelfTradePrevention>;
export type CancelReason = z.infer<typeof CancelReason>;
export type TriggerRefusal = z.infer<typeof TriggerRefusal>;

/**
 * An integer between two bounds, as one check: `z.int().min().max()` is three, and together with them the schemas would
 * take longer than matching and folding.
 */
function integer(min: number, max: number): z.ZodType<number, number> {
  const isInside = (value: unknown) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
  return z.custom<number>(isInside, { error: `expected an integer from ${min} to ${max}` });
}

/** Text of 1 to `longest` characters. */
function text(longest: number): z.ZodType<string, string> {
  const fits = (value: unknown) => typeof value === 'string' && value !== '' && value.length <= longest;
  return z.custom<string>(fits, { error: `expected text of 1 to ${longest} characters` });
}
