/**
 * Market data out: the protocol.
 *
 * There are three channels for each symbol: `l2` (the levels that changed), `trades` (the tape) and `bbo` (the best bid
 * and ask, when one of them changes). A channel begins with a snapshot. Then a commit of the log is at most one message
 * of a channel, and a message never tells half of a commit. `sequence` is that of the commit's last event in the log.
 * `previous` is the sequence of the message before it in the channel of its symbol, snapshots aside; for the first one it
 * is where the publishing began. So:
 *
 *     previous <= yours < sequence     apply it; yours is `sequence` now
 *     sequence <= yours                you have it: leave it out
 *     yours < previous                 you missed a message: get a snapshot
 *
 * where *yours* is the sequence of the last message or snapshot of that channel that you took. A snapshot replaces all
 * that you have of its channel. It says how things are at its `sequence`, so the messages after it continue it. A level
 * in a diff is its new total quantity and count of orders; quantity 0 removes it. A bbo is whole in each message. Trades
 * that you missed are in the log: publish that range again.
 *
 * Here prices and quantities are whole numbers, as in the book. As JSON lines a level is `[price, quantity, count]`, and
 * the best bid or ask `[price, quantity]`. Numbers of a symbol that has decimals are exact decimal text, such as
 * `"579.85"`; others are whole numbers. A quantity past 2^53 is text. Times are ISO with nanoseconds.
 */
import { formatDecimal } from '../decimals.ts';
import type { Moment } from '../market-time.ts';
import type { LevelView, Sum } from '../model/index.ts';
import type { Decimals } from '../questions/books/book-kind.ts';
import type { PublishedTrade } from './published-book.ts';

export type Channel = 'l2' | 'trades' | 'bbo';

export const CHANNELS: readonly Channel[] = ['l2', 'trades', 'bbo'];

/**
 * Why there is a snapshot: the channel begins, it was asked for, it is time for one (`snapshotEvery`), or messages were
 * left out, because the consumer was too slow or the log has dropped them.
 */
export type SnapshotReason = 'begin' | 'asked' | 'periodic' | 'missed';

interface Told<C extends Channel, Kind extends string> {
  readonly channel: C;
  readonly kind: Kind;
  readonly symbol: string;
  readonly sequence: number;
  /** The market's time of the commit; the epoch before the first. */
  readonly time: Moment;
  readonly decimals: Decimals | undefined;
}

interface Snapshot {
  readonly reason: SnapshotReason;
}

interface Step {
  readonly previous: number;
}

/** Best first. In a diff, levels of quantity 0 are removed. */
interface Levels {
  readonly bids: readonly LevelView[];
  readonly asks: readonly LevelView[];
}

/** A best price and what is there. */
export interface Best {
  readonly price: number;
  readonly quantity: Sum;
}

interface BestOfBoth {
  /** Null for an empty side. */
  readonly bid: Best | null;
  readonly ask: Best | null;
}

export type L2Snapshot = Told<'l2', 'snapshot'> & Snapshot & Levels;
export type L2Diff = Told<'l2', 'diff'> & Step & Levels;
/** It has no trades: it says where the tape stands. */
export type TapeSnapshot = Told<'trades', 'snapshot'> & Snapshot;
export type TapeMessage = Told<'trades', 'trades'> & Step & { readonly trades: readonly PublishedTrade[] };
export type BboSnapshot = Told<'bbo', 'snapshot'> & Snapshot & BestOfBoth;
export type BboMessage = Told<'bbo', 'bbo'> & Step & BestOfBoth;

export type MarketSnapshot = L2Snapshot | TapeSnapshot | BboSnapshot;
export type MarketMessage = MarketSnapshot | L2Diff | TapeMessage | BboMessage;

/** A message as one line of JSON, without the end of line. */
export function lineOf(message: MarketMessage): string {
  const { decimals, time, ...told } = message;
  const price = (value: number): string => exact(value, decimals?.price);
  const size = (value: Sum): string => exact(value, decimals?.size);
  const level = ({ price: at, quantity, count }: LevelView): string => `[${price(at)},${size(quantity)},${count}]`;
  const best = (one: Best | null): string => (one === null ? 'null' : `[${price(one.price)},${size(one.quantity)}]`);
  const trade = (one: PublishedTrade): string =>
    `{"price":${price(one.price)},"quantity":${size(one.quantity)},"takerSide":${JSON.stringify(one.takerSide)},"hidden":${one.hidden},"tradeId":${one.tradeId}}`;
  const head = `{"channel":"${told.channel}","kind":"${told.kind}","symbol":${JSON.stringify(told.symbol)},"sequence":${told.sequence}`;
  const place = 'previous' in told ? `,"previous":${told.previous}` : `,"reason":"${told.reason}"`;
  const parts = [head, place, `,"time":"${isoWithNanoseconds(time)}"`];
  if ('bids' in told) parts.push(`,"bids":[${told.bids.map(level)}],"asks":[${told.asks.map(level)}]`);
  if ('trades' in told) parts.push(`,"trades":[${told.trades.map(trade)}]`);
  if ('bid' in told) parts.push(`,"bid":${best(told.bid)},"ask":${best(told.ask)}`);
  return `${parts.join('')}}`;
}

/** A whole number as JSON: decimal text where there are decimals, and where most readers would round it. */
function exact(value: Sum, decimals: number | undefined): string {
  if (decimals !== undefined && decimals > 0) return `"${formatDecimal(value, decimals)}"`;
  return typeof value === 'bigint' ? `"${value}"` : `${value}`;
}

/** `2012-06-21T13:30:00.004241176Z` */
function isoWithNanoseconds({ ms, ns }: Moment): string {
  return `${new Date(ms).toISOString().slice(0, -1)}${String(ns).padStart(6, '0')}Z`;
}
