/**
 * What a user may ask of the book: the input schema of each command.
 *
 * Schemas check shapes. A check that needs the state or several fields at once (tick, lot, a price on a market order)
 * is done in `decide`, which answers with a rejection code (`rejections.ts`).
 */
import { z } from 'zod';
import {
  Account,
  MAX_QUANTITY,
  OrderId,
  Price,
  Quantity,
  SelfTradePrevention,
  Side,
  SymbolName,
  Time,
  TimeInForce,
} from './events.ts';

/** Opens a market. Prices must be multiples of `tick`, quantities of `lot`. An order has at most `maxQuantity`. */
export const ListSymbol = z.strictObject({
  symbol: SymbolName,
  tick: Price.default(1),
  lot: Quantity.default(1),
  maxQuantity: Quantity.default(MAX_QUANTITY),
});

/**
 * - `limit`: `price` required. `market`: no price; what does not trade at once is cancelled.
 * - `stop`, `stopLimit`: wait for a trade at or past `stopPrice`, then act as `market`, `limit`.
 * - `GTT` needs `expiresAt`. `market` takes GTC (which then means IOC), IOC or FOK.
 * - `postOnly` needs a limit price and GTC or GTT. `selfTradePrevention` other than `none` needs an `account`.
 */
export const PlaceOrder = z.strictObject({
  orderId: OrderId,
  symbol: z.string(),
  account: Account.optional(),
  side: Side,
  type: z.enum(['limit', 'market', 'stop', 'stopLimit']),
  price: Price.optional(),
  stopPrice: Price.optional(),
  quantity: Quantity,
  timeInForce: TimeInForce.default('GTC'),
  expiresAt: Time.optional(),
  postOnly: z.boolean().default(false),
  selfTradePrevention: SelfTradePrevention.default('none'),
});

/** With `account`, only an order of that account. Without it, any order: this is for the operator. */
export const CancelOrder = z.strictObject({ orderId: OrderId, account: Account.optional() });

/** Makes an order smaller *by* `quantity`. It keeps its priority. Down to zero is a cancel. */
export const ReduceOrder = z.strictObject({ orderId: OrderId, quantity: Quantity, account: Account.optional() });

/**
 * Gives a resting order a new price and a new *open* quantity (what was traded before does not count).
 *
 * Priority is kept only where price stays and quantity does not rise. Anything else goes to the back of its new level,
 * and trades first if the new price crosses. `keepPriority: false` sends it to the back in any case.
 */
export const ReplaceOrder = z.strictObject({
  orderId: OrderId,
  price: Price,
  quantity: Quantity,
  keepPriority: z.boolean().default(true),
  account: Account.optional(),
});

/**
 * Cancels open orders, waiting stops included, oldest first: those of an account, of an account in one symbol, or, for the
 * operator, all of a symbol. One of the two must be given.
 */
export const MassCancel = z.strictObject({ account: Account.optional(), symbol: z.string().optional() });

/**
 * While a market is halted nothing trades. Cancels and reductions go on. `entries` says what becomes of orders and
 * replacements: `refuse` refuses them, `queue` takes those that do not trade, and prints against hidden orders too.
 */
export const HaltMarket = z.strictObject({
  symbol: z.string(),
  reason: z.string().max(200).optional(),
  entries: z.enum(['refuse', 'queue']).default('refuse'),
});
export const ResumeMarket = z.strictObject({ symbol: z.string() });

/** Moves the market's clock forward and cancels what has expired. */
export const AdvanceClock = z.strictObject({ now: Time });

/** An execution against a hidden order. `side` is the side of that order, which rested. */
export const PrintHidden = z.strictObject({ symbol: z.string(), price: Price, quantity: Quantity, side: Side });

/** The schemas by the names of their commands. */
export const inputs = {
  listSymbol: ListSymbol,
  placeOrder: PlaceOrder,
  cancelOrder: CancelOrder,
  reduceOrder: ReduceOrder,
  replaceOrder: ReplaceOrder,
  massCancel: MassCancel,
  haltMarket: HaltMarket,
  resumeMarket: ResumeMarket,
  advanceClock: AdvanceClock,
  printHidden: PrintHidden,
};

export type CommandName = keyof typeof inputs;

/** A command with its input, as `execute` takes the two. */
export type BookCommand = {
  [Name in CommandName]: { readonly name: Name; readonly input: z.input<(typeof inputs)[Name]> };
}[CommandName];

export type ListSymbol = z.output<typeof ListSymbol>;
export type PlaceOrder = z.output<typeof PlaceOrder>;
export type CancelOrder = z.output<typeof CancelOrder>;
export type ReduceOrder = z.output<typeof ReduceOrder>;
export type ReplaceOrder = z.output<typeof ReplaceOrder>;
export type MassCancel = z.output<typeof MassCancel>;
export type HaltMarket = z.output<typeof HaltMarket>;
export type ResumeMarket = z.output<typeof ResumeMarket>;
export type AdvanceClock = z.output<typeof AdvanceClock>;
export type PrintHidden = z.output<typeof PrintHidden>;
