/**
 * The book of a feed: plain data, folded from its events.
 *
 * Everything of a symbol stands in its market, so that ids need to be unique per symbol only, prices may be any safe
 * integer, and symbols are unlimited. Queues are linked through their orders, as in the matching book. The book may cross
 * or lock, as the books of real venues do between two messages.
 */
import { ascending, type DeepReadonly, descending, OrderedMap } from 'refold';
import type { Side } from '../model/events.ts';
import type { Sum } from '../model/sums.ts';
import type { FeedOrderId } from './messages.ts';

export interface FeedState {
  /** By symbol, in the order of listing. */
  symbols: Map<string, FeedMarket>;
  /** The files that the feed came from, by their number from 0. */
  files: Map<number, FeedFile>;
  /** What did not fit, by kind. */
  mismatches: Map<string, Mismatches>;
}

/** The state as `translate`, invariants and views see it. */
export type ReadonlyFeedBook = DeepReadonly<FeedState>;
export type ReadonlyFeedMarket = DeepReadonly<FeedMarket>;

export interface FeedFile {
  kind: string;
  source: string;
  /** The checksum of its first bytes, and how many those are; 0 and 0 if the feed did not come from a file. */
  headBytes: number;
  headCrc32: number;
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

/** A symbol: its scale, its condition, its orders and levels, and what went through it. */
export interface FeedMarket {
  symbol: string;
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
  /** Of the last trade, those against hidden orders aside. */
  lastPrice: number | null;
  /** Everything ever put on the tape. */
  prints: number;
  /** Size ever entered, and added by changes. `entered = executed + removed + open`, always. */
  entered: Sum;
  /** Size of shown orders that was executed. */
  executed: Sum;
  removed: Sum;
  open: Sum;
  /** Size of trades that changed no order of the feed, hidden ones aside. */
  printed: Sum;
  /** Size of trades against hidden orders. */
  hidden: Sum;
  orders: Map<FeedOrderId, FeedOrder>;
  /** By price, the best first. */
  bids: OrderedMap<number, FeedLevel>;
  asks: OrderedMap<number, FeedLevel>;
  /** The last prints, by their number modulo `FEED_TAPE_LENGTH`. */
  tape: Map<number, FeedPrint>;
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
  return { symbols: new Map(), files: new Map(), mismatches: new Map() };
}

export function newMarket(symbol: string, priceDecimals: number, sizeDecimals: number): FeedMarket {
  return {
    symbol,
    priceDecimals,
    sizeDecimals,
    status: null,
    statusReason: null,
    lastPrice: null,
    prints: 0,
    entered: 0,
    executed: 0,
    removed: 0,
    open: 0,
    printed: 0,
    hidden: 0,
    orders: new Map(),
    bids: new OrderedMap<number, FeedLevel>(descending),
    asks: new OrderedMap<number, FeedLevel>(ascending),
    tape: new Map(),
  };
}

/** The levels of a side. */
export function levelsOf<Levels>(market: { readonly bids: Levels; readonly asks: Levels }, side: Side): Levels {
  return side === 'buy' ? market.bids : market.asks;
}
