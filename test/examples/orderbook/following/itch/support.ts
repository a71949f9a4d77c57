/** What the tests of the ITCH reader share. */
import { type ItchOptions, ItchReader } from '../../../../../examples/orderbook/feeds/following/itch/reader.ts';
import type { TextSource } from '../../../../../examples/orderbook/feeds/reading/csv.ts';
import {
  type Change,
  type FeedMessage,
  queueAt,
  type ReadonlyFeedBook,
  topLevels,
} from '../../../../../examples/orderbook/follow/index.ts';
import type { Side } from '../../../../../examples/orderbook/model/index.ts';
import { bytesSource, framed } from './encoder.ts';
import type { PlainStock } from './plain-book.ts';

export interface Reading {
  readonly messages: readonly FeedMessage[];
  /** What ended it, if something did. */
  readonly error: unknown;
}

/** Reads as far as it can. */
export async function readAll(sources: TextSource | readonly TextSource[], options?: ItchOptions): Promise<Reading> {
  const messages: FeedMessage[] = [];
  const reader = new ItchReader(options);
  try {
    for (const source of [sources].flat()) {
      for await (const block of reader.read(source)) messages.push(...block);
    }
  } catch (error) {
    return { messages, error };
  }
  return { messages, error: undefined };
}

/** The messages of a whole file. */
export async function messagesOf(bytes: readonly Buffer[], options?: ItchOptions): Promise<readonly FeedMessage[]> {
  const { messages, error } = await readAll(bytesSource(framed(bytes)), options);
  if (error !== undefined) throw error;
  return messages;
}

/** `symbol` and change of each message. */
export function changesOf(messages: readonly FeedMessage[]): (readonly [string, Change])[] {
  return messages.map(({ symbol, change }) => [symbol, change]);
}

/** What a plain book would show of a stock. */
export function viewOf(state: ReadonlyFeedBook, symbol: string): PlainStock {
  const side = (of: Side): string[] =>
    topLevels(state, symbol, of, Number.POSITIVE_INFINITY).map(
      ({ price, quantity }) => `${price} ${quantity}: ${queueAt(state, symbol, of, price).join(' ')}`,
    );
  return { bids: side('buy'), asks: side('sell'), status: state.symbols.get(symbol)!.status };
}
