/**
 * The state of the book: plain data, folded from the events.
 *
 * Every Map and OrderedMap here is a *table* of the engine: a commit copies the entries it touches and nothing else. So
 * entries are small and flat, and no entry grows with the book. In particular a price level does not hold its orders:
 * it holds the ends of a queue whose links are the orders' own `prev` and `next`, and an order in the middle of twenty
 * thousand leaves by touching two neighbours and one level.
 *
 *     bids  level 5794000 { quantity 900, count 3, head 11, tail 17 }
 *                                                   │        └──────────────┐
 *     orders   11 { next 12 }  ⇄  12 { prev 11, next 17 }  ⇄  17 { prev 12 }┘
 */
import { ascending, type DeepReadonly, descending, OrderedMap } from 'refold';
import { MAX_PRICE, MAX_QUANTITY, type SelfTradePrevention, type Side, type TimeInForce } from './events.ts';
import type { Sum } from './sums.ts';

export interface BookState {
  /** By symbol, in the order of listing. */
  symbols: Map<string, Market>;
  /** Every open order: on the book, waiting for its stop price, or beside the book as the taker. */
  orders: Map<number, Order>;
  /** Levels by `levelKey`, so that each symbol's levels lie together: bids from the best, that is the highest, … */
  bids: OrderedMap<number, Queue>;
  /** … and asks from the lowest. */
  asks: OrderedMap<number, Queue>;
  /**
   * Stop orders to buy by `levelKey` of their stop price, lowest first: the order in which rising trades reach them.
   */
  buyStops: OrderedMap<number, Queue>;
  /** Stop orders to sell, highest first. */
  sellStops: OrderedMap<number, Queue>;
  /** Good-till-time orders by `expiryKey`, the next to expire first → order id. */
  expiries: OrderedMap<string, number>;
  /** The open orders of each account that has any. */
  accounts: Map<string, AccountOrders>;
  /** The last prints of each symbol, by `tapeKey`. */
  tape: Map<number, Print>;
  /** The order whose trades are being recorded; null after each commit. */
  taker: number | null;
  lastTradeId: number;
  /** The market's clock, ms since the epoch. */
  clock: number;
}

/** The state as `decide`, invariants and views see it. */
export type ReadonlyBook = DeepReadonly<BookState>;

/**
 * A symbol: its rules, its condition, and what went through it.
 *
 * A member that came later is absent while it has its usual value, so that older logs give the same state hash.
 */
export interface Market {
  symbol: string;
  /** Place in the order of listing, from 0. */
  index: number;
  tick: number;
  lot: number;
  /** The largest order. Absent for `MAX_QUANTITY`. */
  maxQuantity?: number;
  halted: boolean;
  haltReason: string | null;
  /** In a halt that takes orders which do not trade; absent otherwise. */
  entries?: 'queue';
  lastPrice: number | null;
  /** Stop orders that wait. */
  stops: number;
  trades: number;
  /** Everything ever put on the tape, hidden prints included. */
  prints: number;
  /** Quantity ever accepted, and added by replacing. `entered = 2 × traded + cancelled + reduced + open`, always. */
  entered: Sum;
  traded: Sum;
  cancelled: Sum;
  reduced: Sum;
  open: Sum;
  /** Quantity of hidden prints. */
  hidden: Sum;
}

/** A queue of orders at one price, first come, first served. A queue without orders does not exist. */
export interface Queue {
  quantity: Sum;
  count: number;
  head: number;
  tail: number;
}

export interface Order {
  symbol: string;
  side: Side;
  /** Null for a market order. */
  price: number | null;
  /** What is open. */
  quantity: number;
  /** Sequence of the event that put it where it stands: along a queue it rises. */
  arrival: number;
  /** Neighbours in its queue, by order id. */
  prev: number | null;
  next: number | null;
  account: string | null;
  /** Neighbours among the orders of its account, by age. */
  accountPrev: number | null;
  accountNext: number | null;
  /** Not null while it waits for this price. */
  stopPrice: number | null;
  timeInForce: TimeInForce;
  expiresAt: number | null;
  postOnly: boolean;
  selfTradePrevention: SelfTradePrevention;
}

export interface AccountOrders {
  count: number;
  head: number;
  tail: number;
}

/** A line of the tape. */
export interface Print {
  /** Null for a hidden execution. */
  tradeId: number | null;
  price: number;
  quantity: number;
  takerSide: Side;
  /** Sequence of its event. */
  sequence: number;
  /** The market clock at that time. */
  clock: number;
}

export function initialState(): BookState {
  return {
    symbols: new Map(),
    orders: new Map(),
    bids: new OrderedMap(descending),
    asks: new OrderedMap(ascending),
    buyStops: new OrderedMap(ascending),
    sellStops: new OrderedMap(descending),
    expiries: new OrderedMap(ascending),
    accounts: new Map(),
    tape: new Map(),
    taker: null,
    lastTradeId: 0,
    clock: 0,
  };
}

/** Prices of one symbol span this much of the key space. */
export const PRICE_SPAN: number = MAX_PRICE + 1;

/** How many symbols' price spans fit below 2^53. */
export const MAX_SYMBOLS: number = 2 ** 53 / PRICE_SPAN;

/**
 * One number for symbol and price: levels of a symbol lie together in a table, and the first symbol's keys are its
 * prices.
 */
export function levelKey(symbolIndex: number, price: number): number {
  return symbolIndex * PRICE_SPAN + price;
}

/** The key from which `nextAfter` finds the symbol's first level in a table sorted upward or downward. */
export function keyBeforeFirst(symbolIndex: number, order: 'ascending' | 'descending'): number {
  return (order === 'ascending' ? symbolIndex : symbolIndex + 1) * PRICE_SPAN;
}

/** The price of a level, or null if the key belongs to another symbol. */
export function priceOfKey(key: number, symbolIndex: number): number | null {
  const price = key - symbolIndex * PRICE_SPAN;
  return price > 0 && price <= MAX_PRICE ? price : null;
}

/** Text that sorts by time first, then by arrival. */
export function expiryKey(expiresAt: number, arrival: number): string {
  return `${String(expiresAt).padStart(16, '0')}:${String(arrival).padStart(16, '0')}`;
}

/** When the order of an expiry key expires. */
export function timeOfExpiryKey(key: string): number {
  return Number(key.slice(0, 16));
}

/** How many prints of each symbol the state keeps; older ones are in the log. */
export const TAPE_LENGTH = 50;

/** The place of a symbol's n-th print: old ones are overwritten. */
export function tapeKey(symbolIndex: number, print: number): number {
  return symbolIndex * TAPE_LENGTH + (print % TAPE_LENGTH);
}

/** The levels an order of this side rests among. */
export function levelsOf<Levels>(book: { readonly bids: Levels; readonly asks: Levels }, side: Side): Levels {
  return side === 'buy' ? book.bids : book.asks;
}

/** The queues in which a stop order of this side waits. */
export function stopsOf<Stops>(book: { readonly buyStops: Stops; readonly sellStops: Stops }, side: Side): Stops {
  return side === 'buy' ? book.buyStops : book.sellStops;
}

export function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}

/** Whether the market is halted and takes no entries at all. */
export function isClosed({ halted, entries }: Readonly<Market>): boolean {
  return halted && entries !== 'queue';
}

/** The largest order of a symbol. */
export function maxQuantityOf({ maxQuantity }: Readonly<Market>): number {
  return maxQuantity ?? MAX_QUANTITY;
}
