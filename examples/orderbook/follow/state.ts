/**
 * The book of a feed: plain data, folded from its events.
 *
 * As in the matching book, every Map and OrderedMap is a table, entries are small and flat, and queues are linked through
 * their orders. Ids are unique per symbol, prices are any safe integer, and symbols are unlimited: so the orders of each
 * symbol are a table in a table, and the key of a level is text that sorts by symbol and price. The book may cross or lock,
 * as the books of real venues do between two messages.
 */
import { ascending, type DeepReadonly, OrderedMap } from 'refold';
import type { Side } from '../model/events.ts';
import type { Sum } from '../model/sums.ts';
import type { FeedOrderId } from './messages.ts';

export interface FeedState {
  /** By symbol, in the order of listing. */
  symbols: Map<string, FeedMarket>;
  /** How many symbols have a book that does not count before their next event. */
  unfinished: number;
  /** The open orders of each symbol. */
  orders: Map<string, Map<FeedOrderId, FeedOrder>>;
  /** Every level of both sides, by `levelKey`. */
  levels: Map<string, FeedLevel>;
  /**
   * The order of the levels: their prices by `levelKey`. Those of one side of a symbol lie together, from the lowest to the
   * highest. A change of a level that stays does not touch it.
   */
  prices: OrderedMap<string, number>;
  /** The last prints of each symbol, by `tapeKey`. */
  tape: Map<number, FeedPrint>;
  /** The files that the feed came from, by their number from 0. */
  files: Map<number, FeedFile>;
  /** What did not fit, by kind. */
  mismatches: Map<string, Mismatches>;
}

/** The state as `translate`, invariants and views see it. */
export type ReadonlyFeedBook = DeepReadonly<FeedState>;
export type ReadonlyFeedMarket = Readonly<FeedMarket>;
export type ReadonlyFeedOrder = Readonly<FeedOrder>;

export interface FeedFile {
  kind: string;
  source: string;
  /** Sequence of its first event, which says more. */
  sequence: number;
  /** Symbols that were asked for, separated by commas; absent for all. */
  only?: string;
}

/** Messages that did not fit for one reason. */
export interface Mismatches {
  count: number;
  /** Where the first was: the number of its file, from 0, and its place there. */
  firstFile: number;
  firstLine: number;
}

/** A symbol: its scale, its condition, and what was traded. */
export interface FeedMarket {
  symbol: string;
  /** Place in the order of listing, from 0. */
  index: number;
  /** A price of 5798500 with 4 decimals is 579.85. */
  priceDecimals: number;
  sizeDecimals: number;
  /** The feed tells levels, and no orders. Absent otherwise. */
  levelsOnly?: true;
  /** The book does not count before the next event. Absent otherwise. */
  unfinished?: true;
  /** In the feed's own words; null before it says anything. */
  status: string | null;
  statusReason: string | null;
  /** The price of the last trade, those against hidden orders aside. */
  lastPrice: number | null;
  /** Everything ever put on the tape. */
  prints: number;
  /** Size of shown orders that was executed. */
  executed: Sum;
  /** Size of trades that changed no order of the feed, hidden ones aside. */
  printed: Sum;
  /** Size of trades against hidden orders. */
  hidden: Sum;
}

/** The orders at one price, first come first. A level without size does not exist. */
export interface FeedLevel {
  quantity: Sum;
  /** Orders; in a feed without orders what it says, or 0 if it does not. */
  count: number;
  /** The ends of the queue; null in a feed without orders. */
  head: FeedOrderId | null;
  tail: FeedOrderId | null;
}

export interface FeedOrder {
  side: Side;
  price: number;
  /** What is open. */
  quantity: number;
  /** Sequence of the event that put it where it stands: along a queue it rises. */
  arrival: number;
  /** Neighbours in its queue. */
  prev: FeedOrderId | null;
  next: FeedOrderId | null;
}

/** A line of the tape. */
export interface FeedPrint {
  price: number;
  quantity: number;
  /** Null where the feed does not say. */
  takerSide: Side | null;
  /** The order that was hit; null for a trade that changed no order of the feed. */
  makerId: FeedOrderId | null;
  hidden: boolean;
  /** Sequence of its event. */
  sequence: number;
  /** The market's time, ms since the epoch. */
  clock: number;
}

/** How many prints of each symbol the state keeps; older ones are in the log. */
export const FEED_TAPE_LENGTH = 50;

export function initialState(): FeedState {
  return {
    symbols: new Map(),
    unfinished: 0,
    orders: new Map(),
    levels: new Map(),
    prices: new OrderedMap(ascending),
    tape: new Map(),
    files: new Map(),
    mismatches: new Map(),
  };
}

export function newMarket(symbol: string, index: number, priceDecimals: number, sizeDecimals: number): FeedMarket {
  return {
    symbol,
    index,
    priceDecimals,
    sizeDecimals,
    status: null,
    statusReason: null,
    lastPrice: null,
    prints: 0,
    executed: 0,
    printed: 0,
    hidden: 0,
  };
}

/** Characters of a price without its sign. */
const PRICE_WIDTH = 16;

/** Text that sorts by side and symbol first, then by price: `b4:GOOG:p0000000005798500`. */
export function levelKey(symbol: string, side: Side, price: number): string {
  // Below zero a higher price is a larger complement.
  return price < 0
    ? `${prefixOf(symbol, side)}n${padded(Number.MAX_SAFE_INTEGER + price)}`
    : `${prefixOf(symbol, side)}p${padded(price)}`;
}

/** The range of the keys of one side of a symbol, from the best level to the worst. */
export function keysOf(
  symbol: string,
  side: Side,
): { readonly from: string; readonly to: string; readonly reverse: boolean } {
  const prefix = prefixOf(symbol, side);
  return { from: `${prefix}a`, to: `${prefix}z`, reverse: side === 'buy' };
}

/** The place of a symbol's n-th print: old ones are overwritten. */
export function tapeKey(index: number, print: number): number {
  return index * FEED_TAPE_LENGTH + (print % FEED_TAPE_LENGTH);
}

/** Prefixes that were made before. They have no visible effect: they save time at every level. */
const prefixes: { readonly [side in Side]: Map<string, string> } = { buy: new Map(), sell: new Map() };

/** The same for all levels of a side of a symbol, and for no others: the length says where the symbol ends. */
function prefixOf(symbol: string, side: Side): string {
  const known = prefixes[side];
  let prefix = known.get(symbol);
  if (prefix === undefined) {
    prefix = `${side === 'buy' ? 'b' : 's'}${symbol.length}:${symbol}:`;
    known.set(symbol, prefix);
  }
  return prefix;
}

const ZEROS: readonly string[] = Array.from({ length: PRICE_WIDTH + 1 }, (_, count) => '0'.repeat(count));

function padded(price: number): string {
  const digits = String(price);
  return ZEROS[PRICE_WIDTH - digits.length]! + digits;
}
