/** The book of a feed, as questions see it. It knows which order a trade hit, and not who took. */
import {
  type FeedState,
  feedBook,
  levelAt,
  orderAt,
  queueAt,
  type RecordedFeedEvent,
  topLevels,
} from '../../follow/index.ts';
import type { Side } from '../../model/index.ts';
import { opposite } from '../../model/state.ts';
import type { BookEvent, BookKind, Cause, Deed, OrderId, OrderView, Party, Subject, Trade } from './book-kind.ts';

/** An event of this model. */
function known(event: BookEvent): RecordedFeedEvent {
  return event as RecordedFeedEvent;
}

export const followedBook: BookKind<FeedState> = {
  name: 'feed',
  model: feedBook,
  hasAccounts: false,
  symbols: ({ symbols }) => symbols.keys(),
  decimals(state, symbol) {
    const market = state.symbols.get(symbol);
    return market && { price: market.priceDecimals, size: market.sizeDecimals };
  },
  hasOrders: (state, symbol) => state.symbols.get(symbol)?.levelsOnly !== true,
  isSettled: (state, symbol) => state.symbols.get(symbol)?.unfinished !== true,
  beginsChange: ({ data }) => (data as { readonly more?: true }).more === true,
  topLevels,
  level: levelAt,
  queue: queueAt,
  order: orderOf,
  entryOf,
  subjectsOf,
  deedOf,
  causeOf,
  touched,
  tradeOf,
};

function orderOf(state: FeedState, symbol: string, orderId: OrderId): OrderView | undefined {
  const order = orderAt(state, symbol, orderId);
  if (order === undefined) return undefined;
  const { side, price, quantity, arrival } = order;
  return { symbol, side, price, quantity, arrival, account: null, stands: 'level' };
}

function entryOf(event: BookEvent): Required<Subject> | undefined {
  const { type, data } = known(event);
  if (type === 'OrderAdded') return { symbol: data.symbol, orderId: data.id };
  if (type === 'OrderReplaced') return { symbol: data.symbol, orderId: data.newId };
  if (type !== 'MessageMismatched' || data.remedy !== 'entered' || data.id === undefined) return undefined;
  return { symbol: data.symbol, orderId: data.id };
}

function subjectsOf(event: BookEvent): readonly Subject[] {
  const { type, data } = known(event);
  if (type === 'OrderReplaced') {
    const { symbol, id, newId } = data;
    return [
      { symbol, orderId: id },
      { symbol, orderId: newId },
    ];
  }
  if (!('id' in data) || data.id === undefined) return [];
  return [{ symbol: data.symbol, orderId: data.id }];
}

function deedOf(state: FeedState, event: BookEvent, orderId: OrderId): Deed {
  const { type, data } = known(event);
  switch (type) {
    case 'OrderAdded':
      return { what: 'entered', quantity: data.size, price: data.price };
    case 'OrderExecuted': {
      const { size, price, unprinted } = data;
      const reason = unprinted ? { reason: 'not on the tape' } : {};
      return { what: 'traded', quantity: size, price, role: 'maker', with: NOBODY, ...reason };
    }
    case 'OrderReduced':
      return { what: 'reduced', quantity: data.size };
    case 'OrderChanged': {
      const { size, price, kept } = data;
      return { what: kept ? 'changed, keeps its place' : 'changed', quantity: size, price };
    }
    case 'OrderReplaced': {
      const { id, newId, size, price } = data;
      // Under one id it is the end of one order and the begin of the next.
      const isEnd = orderId === id && orderOf(state, data.symbol, id) !== undefined;
      const replaces = orderId === newId ? { replaces: id } : {};
      if (isEnd) return { what: 'replaced', quantity: size, price, replacedBy: newId, ...replaces };
      return { what: 'entered', quantity: size, price, ...replaces };
    }
    case 'OrderDeleted':
      return { what: 'deleted', quantity: data.size };
    case 'MessageMismatched':
      return deedOfRemedy(state, event, orderId);
    default:
      return { what: type };
  }
}

/** A message that did not fit. What the book did all the same is what counts. */
function deedOfRemedy(state: FeedState, event: BookEvent, orderId: OrderId): Deed {
  const { type, data } = known(event);
  if (type !== 'MessageMismatched') return { what: type };
  const { remedy, mismatch, symbol } = data;
  const order = orderOf(state, symbol, orderId);
  if (remedy === 'executed' && order !== undefined) {
    const { quantity, price } = order;
    return { what: 'traded', quantity, price: price!, role: 'maker', with: NOBODY, reason: mismatch };
  }
  if (remedy === 'deleted') return { what: 'deleted', reason: mismatch };
  if (remedy === 'entered') return { what: 'entered', quantity: data.size!, price: data.price!, reason: mismatch };
  return { what: 'message did not fit', reason: mismatch };
}

function causeOf({ type, data }: BookEvent): Cause {
  const { remedy } = data as { readonly remedy?: string };
  if (type === 'OrderExecuted' || remedy === 'executed') return 'trades';
  return type === 'OrderReplaced' || type === 'OrderChanged' || remedy === 'entered' ? 'moves' : 'cancels';
}

function touched(state: FeedState, event: BookEvent): ReturnType<BookKind<FeedState>['touched']> {
  const { type, data } = known(event);
  if (type === 'FeedOpened') return undefined;
  const { symbol } = data;
  if (type === 'BookCleared') return { symbol, levels: 'all' };
  if (type === 'LevelSet') return { symbol, levels: [{ side: data.side, price: data.price }] };
  const levels = subjectsOf(event).flatMap(({ orderId }): { side: Side; price: number }[] => {
    const order = orderOf(state, symbol, orderId);
    return order === undefined ? [] : [{ side: order.side, price: order.price! }];
  });
  return levels.length === 0 ? undefined : { symbol, levels };
}

const NOBODY: Party = { orderId: null, account: null };

function tradeOf(state: FeedState, event: BookEvent): Trade | undefined {
  const { type, data } = known(event);
  const none = { tradeId: null, maker: NOBODY, taker: NOBODY };
  if (type === 'TradePrinted') {
    const { symbol, price, size, side, hidden = false } = data;
    return { ...none, symbol, price, quantity: size, hidden, takerSide: side ?? null };
  }
  if (type === 'OrderExecuted') {
    const { symbol, id, side, price, size, hidden = false, unprinted = false } = data;
    if (unprinted) return undefined;
    return { ...none, symbol, price, quantity: size, hidden, takerSide: opposite(side), maker: partyOf(id) };
  }
  if (type !== 'MessageMismatched' || data.remedy !== 'executed' || data.id === undefined) return undefined;
  const order = orderOf(state, data.symbol, data.id);
  if (order === undefined) return undefined;
  const { symbol, side, price, quantity } = order;
  return {
    ...none,
    symbol,
    price: price!,
    quantity,
    hidden: false,
    takerSide: opposite(side),
    maker: partyOf(data.id),
  };
}

function partyOf(orderId: OrderId): Party {
  return { orderId, account: null };
}
