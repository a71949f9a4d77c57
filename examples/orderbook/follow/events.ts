/**
 * What happens to the book of a feed: the event catalog of follow mode.
 *
 * Nothing is matched here. Each event is what one message of the feed says, checked against the book: an execution names
 * an order that is open, in any place of its queue, and is not larger than it. What does not fit is `MessageMismatched`.
 *
 * Prices and sizes are whole numbers, scaled by the decimals of the symbol. A member with its usual value is left out.
 * `more` says that the book does not count before the next event of its symbol: a change of the venue that takes several.
 */
import type { DataOf, EventOf, RecordedEventOf } from 'refold';
import { z } from 'zod';
import { MAX_DECIMALS } from '../decimals.ts';
import { Side } from '../model/events.ts';
import type { FeedOrderId } from './messages.ts';

/** The longest symbol, order id, and name of a mismatch. */
export const LONGEST_NAME = 64;
/** The longest name of a file. */
const LONGEST_SOURCE = 1_024;
/** The longest status and reason. */
export const LONGEST_TEXT = 200;

/** What the book does about a message that does not fit, where the feed leaves no doubt. */
const REMEDIES = [
  /** All that the order has open is executed. */
  'executed',
  /** The order is deleted, whatever it has open. */
  'deleted',
  /** The order enters with the terms of the message. If one with its id is open, that one is deleted first. */
  'entered',
] as const;

export type Remedy = (typeof REMEDIES)[number];

const Id = z.custom<FeedOrderId>(isFeedOrderId, { error: 'expected an order id: an integer, or a short text' });
const Price = z.custom<number>(Number.isSafeInteger, { error: 'expected an integer' });
const Size = z.custom<number>(isSize, { error: 'expected an integer above 0' });
const SizeOrNone = z.custom<number>((value) => value === 0 || isSize(value), { error: 'expected an integer from 0' });
const Decimals = z.int().min(0).max(MAX_DECIMALS);
const Name = z.custom<string>(isName, { error: `expected text of 1 to ${LONGEST_NAME} characters` });
const Text = z.custom<string>(isText, { error: `expected text of at most ${LONGEST_TEXT} characters` });
const Source = z.custom<string>(isSource, { error: `expected text of at most ${LONGEST_SOURCE} characters` });
const more = z.literal(true).optional();
const symbol = z.string();

export const events = {
  /**
   * The first event of each file. `head` is what tells the file from another of the same name: the checksum (CRC-32) of
   * its first bytes. `only`: the symbols that were asked for; other messages were passed over.
   */
  FeedOpened: z.strictObject({
    kind: Name,
    source: Source,
    head: z.strictObject({ bytes: SizeOrNone, crc32: SizeOrNone }).optional(),
    only: z.array(Name).optional(),
  }),

  /** `levelsOnly`: the feed tells levels, and no orders. */
  SymbolListed: z.strictObject({
    symbol: Name,
    priceDecimals: Decimals,
    sizeDecimals: Decimals,
    levelsOnly: z.literal(true).optional(),
    more,
  }),

  /** A new order at the back of its level. */
  OrderAdded: z.strictObject({ symbol, id: Id, side: Side, price: Price, size: Size, more }),

  /**
   * A trade against this order, wherever it stands. `side` is the order's; `price` is that of the trade. `unprinted`: it is
   * not on the tape, because it is part of a trade that has its own event.
   */
  OrderExecuted: z.strictObject({
    symbol,
    id: Id,
    side: Side,
    price: Price,
    size: Size,
    hidden: z.literal(true).optional(),
    unprinted: z.literal(true).optional(),
    more,
  }),

  /** Smaller by `size`, in its place. Some of it stays. */
  OrderReduced: z.strictObject({ symbol, id: Id, size: Size, more }),

  /** New terms under the same id. `kept`: in its place; otherwise at the back of its level. */
  OrderChanged: z.strictObject({
    symbol,
    id: Id,
    side: Side,
    price: Price,
    size: Size,
    kept: z.literal(true).optional(),
    more,
  }),

  /** `id` leaves; `newId` enters at the back of its level, on the same side. */
  OrderReplaced: z.strictObject({ symbol, id: Id, newId: Id, side: Side, price: Price, size: Size, more }),

  /** `side`, `price` and `size` are what was open. */
  OrderDeleted: z.strictObject({ symbol, id: Id, side: Side, price: Price, size: Size, more }),

  /** Both sides are empty, or this one. */
  BookCleared: z.strictObject({ symbol, side: Side.optional(), more }),

  /** A level of a feed without orders. Size 0 removes it. `count` is how many orders the feed says stand there. */
  LevelSet: z.strictObject({ symbol, side: Side, price: Price, size: SizeOrNone, count: SizeOrNone.optional(), more }),

  /** A trade that changes no order that the feed shows. `side` is the aggressor's. */
  TradePrinted: z.strictObject({
    symbol,
    price: Price,
    size: Size,
    side: Side.optional(),
    hidden: z.literal(true).optional(),
    more,
  }),

  /** The trading status in the feed's own words. */
  StatusChanged: z.strictObject({ symbol, status: Text, reason: Text.optional(), more }),

  /** A message without effect that ended a change of several messages: the book counts. */
  BookSettled: z.strictObject({ symbol }),

  /**
   * A message that does not fit the book. `line` is its place in its file. `remedy` says what the book did with what the
   * message says of order `id`; without it, nothing.
   */
  MessageMismatched: z.strictObject({
    symbol,
    mismatch: Name,
    line: SizeOrNone,
    id: Id.optional(),
    size: z.custom<number>(Number.isSafeInteger).optional(),
    side: Side.optional(),
    price: Price.optional(),
    remedy: z.enum(REMEDIES).optional(),
    more,
  }),
};

export type FeedEvents = typeof events;
/** An event as `translate` gives it. */
export type FeedEvent = EventOf<FeedEvents>;
/** An event as it is read from the log. */
export type RecordedFeedEvent = RecordedEventOf<FeedEvents>;
export type FeedEventType = FeedEvent['type'];
export type FeedEventData<Type extends FeedEventType> = DataOf<FeedEvents, Type>;

/** A whole number above 0. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

export function isFeedOrderId(value: unknown): value is FeedOrderId {
  return Number.isSafeInteger(value) || isName(value);
}

/** Text of 1 to 64 characters. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
}

function isSource(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_SOURCE;
}

/** Text of at most 200 characters. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TEXT;
}
