/**
 * The book of a feed: a day of GOOG in follow mode, bare, and imported into a durable log; beside it `nodejs-order-book`.
 *
 * The messages are in memory before the clock starts. A commit has 1,000 of them, or one.
 */
import { FeedLog } from '../../../../examples/orderbook/feeds/following/log-of-feed.ts';
import { type FeedMessage, feedBook, reduce, translate } from '../../../../examples/orderbook/follow/index.ts';
import { MarketClock } from '../../../../examples/orderbook/market-time.ts';
import { opposite } from '../../../../examples/orderbook/model/index.ts';
import { dayMessages, hasDay } from '../../material/feed-messages.ts';
import { withStore } from '../../material/stores.ts';
import { loadPeer } from '../../measuring/peers.ts';
import { type Run, startClock, type Workload } from '../../measuring/workload.ts';
import { bookWorkload, COMMIT, type Drive, driversOf, PEER } from './book-drivers.ts';

const DRIVERS = driversOf<FeedMessage>({
  bare: driveBare,
  inCommits: (fold) => throughLog(fold, COMMIT),
  single: (fold) => throughLog(fold, 1),
  peer: drivePeer,
});

export const feedBookWorkloads: readonly Workload[] = hasDay()
  ? DRIVERS.map(([name, driver]) =>
      bookWorkload(`book-follow-${name}`, 'GOOG followed', 'messages/s', driver, dayMessages),
    )
  : [];

async function driveBare(messages: readonly FeedMessage[]): Promise<Run> {
  const state = feedBook.initialState();
  let sequence = 0;
  const stop = startClock();
  for (const message of messages) {
    const event = translate(state, message);
    if (event !== undefined) reduce(state, { ...event, sequence: ++sequence, recordedAt: 0 });
  }
  return stop(messages.length);
}

/** As `import` does it, but for the time: commits have the size given. */
function throughLog(fold: 'atomic' | 'direct', commit: number): Drive<FeedMessage> {
  return (messages, { folder }) =>
    withStore(
      folder,
      { fold },
      async (store) => {
        const log = new FeedLog(store as never, '', new MarketClock(), undefined, commit);
        const stop = startClock();
        for (const message of messages) {
          const event = translate(log.state, message);
          if (event !== undefined) log.add(event, { ns: message.time?.ns ?? 0, line: message.line });
          const room = log.room();
          if (room !== undefined) await room;
        }
        await log.drain();
        return stop(messages.length);
      },
      feedBook,
    );
}

interface PeerBook {
  limit(order: { id: string; side: string; size: number; price: number; timeInForce: string }): unknown;
  cancel(id: string): unknown;
  modify(id: string, update: { size: number }): unknown;
  order(id: string): { readonly size: number; readonly side: string; readonly price: number } | undefined;
}

/** An execution is an incoming order there. Prints, listings and halts have no counterpart and are passed over. */
async function drivePeer(messages: readonly FeedMessage[]): Promise<Run> {
  const { OrderBook } = loadPeer<{ OrderBook: new () => PeerBook }>(PEER);
  const book = new OrderBook();
  const stop = startClock();
  let takers = 0;
  for (const { change } of messages) if (runOnPeer(book, change, takers)) takers++;
  return stop(messages.length);
}

/** Returns whether an order came in. */
function runOnPeer(book: PeerBook, change: FeedMessage['change'], takers: number): boolean {
  switch (change.kind) {
    case 'add': {
      const { id, side, size, price } = change;
      book.limit({ id: String(id), side, size, price, timeInForce: 'GTC' });
      return false;
    }
    case 'execute': {
      const { size } = change;
      const order = book.order(String(change.id));
      if (order === undefined) return false;
      const side = opposite(order.side as 'buy' | 'sell');
      book.limit({ id: `taker ${takers}`, side, size, price: order.price, timeInForce: 'IOC' });
      return true;
    }
    case 'reduce': {
      const id = String(change.id);
      const order = book.order(id);
      if (order !== undefined && order.size > change.size) book.modify(id, { size: order.size - change.size });
      else book.cancel(id);
      return false;
    }
    case 'delete':
      book.cancel(String(change.id));
      return false;
    default:
      return false;
  }
}
