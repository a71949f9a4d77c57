/**
 * What publishing asks of a kind of book, beside what the questions ask of it: a fold, and which levels an event may
 * change. Publishing itself knows no event type and no member of a state.
 */
import type { RecordedEvent } from 'refold';
import { feedBook, orderAt, type RecordedFeedEvent } from '../follow/index.ts';
import { reduce as reduceFeed } from '../follow/reducers.ts';
import type { FeedState } from '../follow/state.ts';
import { type BookState, orderBook, type RecordedBookEvent, type Side } from '../model/index.ts';
import { reduce } from '../model/reducers.ts';
import type { BookKind, Trade } from '../questions/books/book-kind.ts';
import { followedBook } from '../questions/books/feed-book.ts';
import { matchingBook } from '../questions/books/matching-book.ts';

/** A line of the tape. `tradeId` is null where the book does not count trades. */
export type PublishedTrade = Pick<Trade, 'price' | 'quantity' | 'tradeId' | 'hidden' | 'takerSide'>;

/** The levels that an event may change. `all`: any level of the symbol. */
export type Touched = 'all' | LevelPlaces;
type LevelPlaces = readonly { readonly side: Side; readonly price: number }[];

/** What the questions and publishing both ask. */
type Shared<State extends object> = Pick<BookKind<State>, 'symbols' | 'decimals' | 'topLevels' | 'level' | 'tradeOf'>;

export interface PublishedBook<State extends object> extends Shared<State> {
  /** Runs the reducer of one event. */
  reduce(state: State, event: RecordedEvent): void;
  /** Whether the book of a symbol counts, or stands in the middle of a change that takes several commits. */
  counts(state: State, symbol: string): boolean;
  /**
   * The symbol that an event is about, and every level that it may change, also those that are not there yet. `state` is
   * the one before it: what a level was can only be asked then.
   */
  touches(state: State, event: RecordedEvent): { readonly symbol: string; readonly levels: Touched } | undefined;
}

const NO_LEVELS: LevelPlaces = [];

const matching: PublishedBook<BookState> = {
  ...matchingBook,
  reduce,
  counts: () => true,
  touches(state, event) {
    const { type, data } = event as RecordedBookEvent;
    if (type === 'OrderAccepted') return { symbol: data.symbol, levels: levelsOfTerms(data) };
    // A taker stands beside the book: its trades change the levels of the makers.
    const orderId = type === 'TradeExecuted' ? data.makerId : 'orderId' in data ? data.orderId : undefined;
    const order = orderId === undefined ? undefined : state.orders.get(orderId);
    if (order === undefined) return 'symbol' in data ? { symbol: data.symbol, levels: NO_LEVELS } : undefined;
    const { symbol } = order;
    if (type !== 'OrderReplaced') return { symbol, levels: levelsOfTerms(order) };
    return { symbol, levels: [...levelsOfTerms(order), data] };
  },
};

const followed: PublishedBook<FeedState> = {
  ...followedBook,
  reduce: reduceFeed,
  counts: (state, symbol) => state.symbols.get(symbol)?.unfinished === undefined,
  touches(state, event) {
    const { type, data } = event as RecordedFeedEvent;
    if (type === 'FeedOpened') return undefined;
    const { symbol } = data;
    if (type === 'BookCleared') return { symbol, levels: 'all' };
    if (!state.symbols.has(symbol)) return type === 'SymbolListed' ? { symbol, levels: NO_LEVELS } : undefined;
    const order = 'id' in data && data.id !== undefined ? orderAt(state, symbol, data.id) : undefined;
    const levels: { side: Side; price: number }[] = order === undefined ? [] : [order];
    // Where an order is to stand. An execution and a print have the price of the trade.
    const moves = type !== 'OrderExecuted' && type !== 'TradePrinted' && 'side' in data && 'price' in data;
    if (moves && data.side !== undefined && data.price !== undefined) {
      levels.push({ side: data.side, price: data.price });
    }
    return { symbol, levels };
  },
};

/** The level that an order of these terms may stand on. */
function levelsOfTerms({
  side,
  price,
}: {
  readonly side: Side;
  readonly price?: number | null | undefined;
}): LevelPlaces {
  return price === undefined || price === null ? NO_LEVELS : [{ side, price }];
}

/** What publishing asks of the book of a store, by the name of its model; undefined if it is not a book. */
export function publishedBookOf(model: string): PublishedBook<object> | undefined {
  if (model === orderBook.name) return matching as PublishedBook<object>;
  return model === feedBook.name ? (followed as PublishedBook<object>) : undefined;
}
