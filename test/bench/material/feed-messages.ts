/** What a feed says in a day, as messages: a day of GOOG, with the volume that its file does not show. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kindOf } from '../../../examples/orderbook/feeds/following/kinds.ts';
import { type FeedMessage, feedBook, reduce, translate } from '../../../examples/orderbook/follow/index.ts';

const DATA = process.env.REFOLD_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const DAY = `${DATA}/lobster/LOBSTER_SampleFile_GOOG_2012-06-21_10.zip`;

/** Whether the recorded day of GOOG is at hand; it is not part of the project. */
export function hasDay(): boolean {
  return existsSync(DAY);
}

/** The messages of the day (NASDAQ, 2012-06-21). */
export async function dayMessages(): Promise<FeedMessage[]> {
  const state = feedBook.initialState();
  const all: FeedMessage[] = [];
  const { files } = await kindOf('lobster').open([DAY], { settings: {} });
  for (const file of files) {
    for await (const messages of file.read(state)) {
      for (const message of messages) {
        all.push(message);
        const event = translate(state, message);
        if (event !== undefined) reduce(state, { ...event, sequence: all.length, recordedAt: 0 });
      }
    }
  }
  return all;
}
