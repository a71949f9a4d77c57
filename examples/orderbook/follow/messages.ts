/**
 * What a feed says: the messages of every kind of feed in one language.
 *
 * A reader (`../feeds/following/`) turns the bytes of a feed into these. `translate.ts` asks the book what each of them
 * means, and gives the event that is logged. One message is one event at most, so that a log ends between two messages.
 */
import type { Moment } from '../market-time.ts';
import type { Side } from '../model/events.ts';

/**
 * The feed's own id of an order: a number where it is a safe integer, otherwise its text. It is unique among the open
 * orders of its symbol.
 */
export type FeedOrderId = number | string;

/**
 * Prices and sizes are whole numbers: the decimal of the feed times ten to the power of the symbol's decimals. Prices
 * may be negative. Sizes are above 0 unless the change says otherwise.
 */
export type Change =
  /** The first message of a symbol. `levelsOnly`: the feed tells levels, and no orders. */
  | { readonly kind: 'list'; readonly priceDecimals: number; readonly sizeDecimals: number; readonly levelsOnly?: true }
  | {
      readonly kind: 'add';
      readonly id: FeedOrderId;
      readonly side: Side;
      readonly price: number;
      readonly size: number;
    }
  /**
   * A trade against this order, wherever it stands. `price` where it is not the order's own. `unprinted`: it is part of a
   * trade that the feed tells by itself, such as a cross, and is not on the tape.
   */
  | {
      readonly kind: 'execute';
      readonly id: FeedOrderId;
      readonly size: number;
      readonly price?: number;
      readonly hidden?: true;
      readonly unprinted?: true;
    }
  /** Smaller by `size`, in its place. */
  | { readonly kind: 'reduce'; readonly id: FeedOrderId; readonly size: number }
  /**
   * New terms under the same id. It keeps its place if the price is the same and the size not larger. `enters`: the
   * message says all there is to know, so an order that is not open enters. It is a mismatch all the same.
   */
  | {
      readonly kind: 'change';
      readonly id: FeedOrderId;
      readonly price: number;
      readonly size: number;
      readonly side?: Side;
      readonly enters?: true;
    }
  /** Another order takes its place under a new id, at the back of its level. */
  | {
      readonly kind: 'replace';
      readonly id: FeedOrderId;
      readonly newId: FeedOrderId;
      readonly price: number;
      readonly size: number;
    }
  /** `size`: what the feed says was open. */
  | { readonly kind: 'delete'; readonly id: FeedOrderId; readonly size?: number }
  /** Empties the book of the symbol, or one side of it. */
  | { readonly kind: 'clear'; readonly side?: Side }
  /** A level of an L2 feed; size 0 removes it. */
  | {
      readonly kind: 'level';
      readonly side: Side;
      readonly price: number;
      readonly size: number;
      readonly count?: number;
    }
  /** A trade that changes no order that the feed shows. `side` is the aggressor's. `hidden`: against a hidden order. */
  | {
      readonly kind: 'trade';
      readonly price: number;
      readonly size: number;
      readonly side?: Side;
      readonly hidden?: true;
    }
  /** Trading status in the feed's own words, such as `halted`. */
  | { readonly kind: 'status'; readonly status: string; readonly reason?: string }
  /** The reader itself found that the message contradicts the feed, such as a checksum that is not the book's. */
  | { readonly kind: 'mismatch'; readonly mismatch: string }
  /** Read and counted; it says nothing about the book. `name` is what the feed calls it. */
  | { readonly kind: 'ignored'; readonly name: string };

export interface FeedMessage {
  readonly symbol: string;
  /** Since the epoch. A message without a time has that of the one before it. */
  readonly time: Moment | undefined;
  /** Its place in its file: a line from 1 in text, the number of the message from 1 in a binary feed. */
  readonly line: number;
  /** The book does not count before the next message: a change of the venue that takes several messages. */
  readonly more?: true;
  readonly change: Change;
}
