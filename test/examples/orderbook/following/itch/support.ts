/** What the tests of the ITCH reader share. */
import { type ItchOptions, readItch } from '../../../../../examples/orderbook/feeds/following/itch/reader.ts';
import type { TextSource } from '../../../../../examples/orderbook/feeds/reading/csv.ts';
import type { Change, FeedMessage } from '../../../../../examples/orderbook/follow/index.ts';
import { bytesSource, framed } from './encoder.ts';

export interface Reading {
  readonly messages: readonly FeedMessage[];
  /** What ended it, if something did. */
  readonly error: unknown;
}

/** Reads as far as it can. */
export async function readAll(sources: TextSource | readonly TextSource[], options?: ItchOptions): Promise<Reading> {
  const messages: FeedMessage[] = [];
  try {
    for await (const block of readItch([sources].flat(), options)) messages.push(...block);
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
