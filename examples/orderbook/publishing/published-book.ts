/**
 * What publishing asks of a kind of book. It folds with the reducers of the model, and looks at the state: publishing
 * itself knows no event type and no member of a state.
 */
import type { RecordedEvent } from 'refold';
import {
  type FeedState,
  feedBook,
  levelAt,
  type RecordedFeedEvent,
  topLevels as topFeedLevels,
} from '../follow/index.ts';
import { reduce as reduceFeed } from '../follow/reducers.ts';
import {
  type BookState,
  type LevelView,
  opposite,
  orderBook,
  type RecordedBookEvent,
  type Side,
  type Sum,
  topLevels,
} from '../model/index.ts';
import { reduce } from '../model/reducers.ts';
import { levelKey, levelsOf } from '../model/state.ts';

/** How many decimals the whole numbers of a symbol have. */
export interface Decimals {
  readonly price: number;
  readonly size: number;
}

/** A line of the tape. */
export interface PublishedTrade {
  readonly price: number;
  readonly quantity: number;
  /** Null for a hidden execution, and where the book counts none. */
  readonly tradeId: number | null;
  /** Against a hidden order: it changes nothing that the book shows. */
  readonly hidden: boolean;
  /** The side of the order that took; null where the feed does not say. */
  readonly takerSide: Side | null;
}

/** The levels that an event may change. `all`: any level of the symbol. */
export type Touched = 'all' | LevelPlaces;
type LevelPlaces = readonly { readonly side: Side; readonly price: number }[];

type Totals = { readonly quantity: Sum; readonly count: number };

export interface PublishedBook<State extends object> {
  /** Runs the reducer of one event. */
  reduce(state: State, event: RecordedEvent): void;
  /** In the order of listing. */
  symbols(state: State): Iterable<string>;
  /** Undefined where prices and sizes are whole numbers in the book's own units. */
  decimals(state: State, symbol: string): Decimals | undefined;
  /** Whether the book of a symbol counts, or stands in the middle of a change that takes several commits. */
  counts(state: State, symbol: string): boolean;
  /** Best first. */
  topLevels(state: State, symbol: string, side: Side, depth: number): LevelView[];
  level(state: State, symbol: string, side: Side, price: number): Totals | undefined;
  /** The symbol that an event is about, and the levels that it may change. `state` is the one before it. */
  touched(state: State, event: RecordedEvent): { readonly symbol: string; readonly levels: Touched } | undefined;
  /** The trade of an event. `state` is the one before it. */
  tradeOf(state: State, event: RecordedEvent): ({ readonly symbol: string } & PublishedTrade) | undefined;
}

const NO_LEVELS: LevelPlaces = [];

const matchingBook: PublishedBook<BookState> = {
  reduce,
  symbols: ({ symbols }) => symbols.keys(),
  decimals: () => undefined,
  counts: () => true,
  topLevels,
  level(state, symbol, side, price) {
    const market = state.symbols.get(symbol);
    return market === undefined ? undefined : levelsOf(state, side).get(levelKey(market.index, price));
  },
  touched(state, event) {
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
  tradeOf(_state, event) {
    const { type, data } = event as RecordedBookEvent;
    if (type === 'TradeExecuted') {
      const { symbol, price, quantity, tradeId, takerSide } = data;
      return { symbol, price, quantity, tradeId, hidden: false, takerSide };
    }
    if (type !== 'HiddenTradePrinted') return undefined;
    const { symbol, price, quantity, side } = data;
    return { symbol, price, quantity, tradeId: null, hidden: true, takerSide: opposite(side) };
  },
};

const followedBook: PublishedBook<FeedState> = {
  reduce: reduceFeed,
  symbols: ({ symbols }) => symbols.keys(),
  decimals(state, symbol) {
    const market = state.symbols.get(symbol);
    return market && { price: market.priceDecimals, size: market.sizeDecimals };
  },
  counts: (state, symbol) => state.symbols.get(symbol)?.unfinished === undefined,
  topLevels: topFeedLevels,
  level: levelAt,
  touched(state, event) {
    const { type, data } = event as RecordedFeedEvent;
    if (type === 'FeedOpened') return undefined;
    const { symbol } = data;
    if (type === 'BookCleared') return { symbol, levels: 'all' };
    const market = state.symbols.get(symbol);
    if (market === undefined) return type === 'SymbolListed' ? { symbol, levels: NO_LEVELS } : undefined;
    const order = 'id' in data && data.id !== undefined ? state.orders.get(symbol)?.get(data.id) : undefined;
    const levels: { side: Side; price: number }[] = order === undefined ? [] : [order];
    // Where an order is to stand. An execution and a print have the price of the trade.
    const moves = type !== 'OrderExecuted' && type !== 'TradePrinted' && 'side' in data && 'price' in data;
    if (moves && data.side !== undefined && data.price !== undefined) {
      levels.push({ side: data.side, price: data.price });
    }
    return { symbol, levels };
  },
  tradeOf(state, event) {
    const { type, data } = event as RecordedFeedEvent;
    if (type === 'OrderExecuted') {
      const { symbol, price, size, side, hidden = false } = data;
      return { symbol, price, quantity: size, tradeId: null, hidden, takerSide: opposite(side) };
    }
    if (type === 'TradePrinted') {
      const { symbol, price, size, side = null, hidden = false } = data;
      return { symbol, price, quantity: size, tradeId: null, hidden, takerSide: side };
    }
    if (type !== 'MessageMismatched' || data.remedy !== 'executed' || data.id === undefined) return undefined;
    // More was executed than was open: the book took what was there.
    const order = state.orders.get(data.symbol)?.get(data.id);
    if (order === undefined) return undefined;
    const { price, quantity, side } = order;
    return { symbol: data.symbol, price, quantity, tradeId: null, hidden: false, takerSide: opposite(side) };
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
  if (model === orderBook.name) return matchingBook as PublishedBook<object>;
  return model === feedBook.name ? (followedBook as PublishedBook<object>) : undefined;
}
