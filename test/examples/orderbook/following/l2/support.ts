/** What the tests of L2 share: reading lines to the end or to an error, and the feed book of the messages. */
import { isRefoldError, type RefoldError } from 'refold';
import { formatDecimal } from '../../../../../examples/orderbook/decimals.ts';
import type { ChecksumCount, L2Options } from '../../../../../examples/orderbook/feeds/following/l2/options.ts';
import { L2Reader } from '../../../../../examples/orderbook/feeds/following/l2/reader.ts';
import type { TextSource } from '../../../../../examples/orderbook/feeds/reading/csv.ts';
import { type FeedMessage, type ReadonlyFeedBook, topLevels } from '../../../../../examples/orderbook/follow/index.ts';
import { linesSource, textSource } from '../../support.ts';
import { Follower as PlainFollower } from '../follower.ts';
import { shownBook } from './venue.ts';

export interface ReadOut {
  readonly messages: FeedMessage[];
  readonly oracle: ChecksumCount;
  /** What ended the reading before its time. */
  readonly error: RefoldError | undefined;
}

export function readLinesOf(lines: readonly string[], options?: L2Options): Promise<ReadOut> {
  return readSource(linesSource(lines, 'feed.jsonl'), options);
}

export function readText(text: string, options?: L2Options): Promise<ReadOut> {
  return readSource(textSource(text, { path: 'feed.jsonl' }), options);
}

export async function readSource(source: TextSource, options?: L2Options): Promise<ReadOut> {
  const reader = new L2Reader(options);
  const messages: FeedMessage[] = [];
  try {
    for await (const block of reader.read([source])) messages.push(...block);
  } catch (error) {
    if (!isRefoldError(error)) throw error;
    return { messages, oracle: reader.oracle, error };
  }
  return { messages, oracle: reader.oracle, error: undefined };
}

/** The feed book, with its books in decimals. */
export class Follower extends PlainFollower {
  shown(symbol: string): string {
    return shownState(this.state, symbol);
  }
}

export function shownState(state: ReadonlyFeedBook, symbol: string): string {
  const { priceDecimals, sizeDecimals } = state.symbols.get(symbol)!;
  const of = (side: 'buy' | 'sell'): [string, string][] =>
    topLevels(state, symbol, side, 100_000).map(({ price, quantity }) => [
      formatDecimal(price, priceDecimals),
      formatDecimal(quantity, sizeDecimals),
    ]);
  return shownBook(of('buy'), of('sell'));
}

export function follow(messages: readonly FeedMessage[]): Follower {
  const follower = new Follower();
  for (const message of messages) follower.apply(message);
  return follower;
}
