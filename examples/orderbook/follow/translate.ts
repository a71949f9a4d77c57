/**
 * What a message means to the book: the event that is logged, or nothing where it changes nothing.
 *
 * What does not fit the book is `MessageMismatched`. Where the feed leaves no doubt about how things stand afterwards, the
 * event has a remedy: an execution of more than is open executes all that is, a deletion deletes whatever the size, and an
 * order that enters again takes the place of the one before. Otherwise the book stays as it was.
 *
 * No message makes an event that the catalog or a reducer would refuse.
 */
import { MAX_DECIMALS } from '../decimals.ts';
import { type FeedEvent, type FeedEventData, isFeedOrderId, isName, isSize, isText } from './events.ts';
import type { Change, FeedMessage, FeedOrderId } from './messages.ts';
import { levelKey, type ReadonlyFeedBook, type ReadonlyFeedMarket, type ReadonlyFeedOrder } from './state.ts';

/** Why a message does not fit. A reader may find others, such as `checksum`. */
export const MISMATCHES = [
  /** The symbol was not listed before. */
  'unknownSymbol',
  /** A symbol is listed again with other decimals, or with levels instead of orders. */
  'listedOtherwise',
  /** The order that the message names is not open. */
  'unknownOrder',
  /** An order enters, or replaces another, under an id that is open. */
  'enteredAgain',
  /** An execution of more than is open. */
  'executedBeyondOpen',
  /** A reduction of more than is open. */
  'reducedBeyondOpen',
  /** A deletion that names another size than what is open. */
  'deletedOtherSize',
  /** A level in a feed of orders, or an order in a feed of levels. */
  'otherKindOfFeed',
  /** A price, a size, an id or a text that no book can hold. */
  'outOfRange',
] as const;

type Mismatch = (typeof MISMATCHES)[number];

/** The order-related changes, which a feed of levels does not have. */
type OrderChange = Extract<Change, { readonly kind: 'add' | 'execute' | 'reduce' | 'change' | 'replace' | 'delete' }>;

/** The event of a message, or undefined if it changes nothing. */
export function translate(book: ReadonlyFeedBook, message: FeedMessage): FeedEvent | undefined {
  const { symbol } = message;
  const market = book.symbols.get(symbol);
  if (market === undefined) return enterSymbol(message);
  const event = translateKnown(book, market, message);
  if (message.more === true) return event === undefined ? undefined : withMore(event);
  return event ?? (market.unfinished === true ? { type: 'BookSettled', data: { symbol } } : undefined);
}

function translateKnown(
  book: ReadonlyFeedBook,
  market: ReadonlyFeedMarket,
  message: FeedMessage,
): FeedEvent | undefined {
  const { symbol, change } = message;
  switch (change.kind) {
    case 'add':
    case 'execute':
    case 'reduce':
    case 'change':
    case 'replace':
    case 'delete':
      if (market.levelsOnly === true) return mismatch(message, 'otherKindOfFeed', { id: nameable(change.id) });
      return translateOrder(book, message, change);
    case 'level': {
      const { side, price, size, count } = change;
      if (market.levelsOnly !== true) return mismatch(message, 'otherKindOfFeed');
      const isLevel = Number.isSafeInteger(price) && (size === 0 || isSize(size));
      if (!isLevel || (count !== undefined && count !== 0 && !isSize(count))) return mismatch(message, 'outOfRange');
      if (size === 0 && !book.levels.has(levelKey(symbol, side, price))) return undefined;
      return {
        type: 'LevelSet',
        data: count === undefined ? { symbol, side, price, size } : { symbol, side, price, size, count },
      };
    }
    case 'trade': {
      const { price, size, side, hidden } = change;
      if (!Number.isSafeInteger(price) || !isSize(size)) return mismatch(message, 'outOfRange');
      return {
        type: 'TradePrinted',
        data: { symbol, price, size, ...(side && { side }), ...(hidden && { hidden }) },
      };
    }
    case 'clear':
      return { type: 'BookCleared', data: change.side === undefined ? { symbol } : { symbol, side: change.side } };
    case 'status': {
      const { status, reason } = change;
      if (!isText(status) || (reason !== undefined && !isText(reason))) return mismatch(message, 'outOfRange');
      return { type: 'StatusChanged', data: reason === undefined ? { symbol, status } : { symbol, status, reason } };
    }
    case 'list':
      return isListedSo(market, change) ? undefined : mismatch(message, 'listedOtherwise');
    case 'mismatch':
      return mismatch(message, change.mismatch);
    case 'ignored':
      return undefined;
  }
}

function translateOrder(book: ReadonlyFeedBook, message: FeedMessage, change: OrderChange): FeedEvent {
  const { symbol } = message;
  const { id } = change;
  if (!isFeedOrderId(id)) return mismatch(message, 'outOfRange');
  const orders = book.orders.get(symbol)!;
  const order = orders.get(id);
  if (change.kind === 'add') {
    const { side, price, size } = change;
    if (!areTerms(price, size)) return mismatch(message, 'outOfRange', { id });
    if (order !== undefined) return mismatch(message, 'enteredAgain', { id, side, price, size, remedy: 'entered' });
    return { type: 'OrderAdded', data: { symbol, id, side, price, size } };
  }
  if (order === undefined) {
    if (change.kind === 'change' && change.enters === true) return entry(message, change);
    const size = 'size' in change && Number.isSafeInteger(change.size) ? { size: change.size! } : {};
    return mismatch(message, 'unknownOrder', { id, ...size });
  }
  switch (change.kind) {
    case 'execute':
      return execute(message, order, change);
    case 'reduce':
      return reduce(message, order, change);
    case 'delete': {
      const { size = order.quantity } = change;
      if (size === order.quantity) return deletion(symbol, id, order);
      return mismatch(message, 'deletedOtherSize', { id, ...(isSize(size) && { size }), remedy: 'deleted' });
    }
    case 'change':
      return changeTerms(message, order, change);
    case 'replace': {
      const { newId, price, size } = change;
      if (!isFeedOrderId(newId) || !areTerms(price, size)) return mismatch(message, 'outOfRange', { id });
      if (newId !== id && orders.has(newId)) {
        return mismatch(message, 'enteredAgain', { id, remedy: 'deleted' });
      }
      return { type: 'OrderReplaced', data: { symbol, id, newId, side: order.side, price, size } };
    }
  }
}

function execute(
  message: FeedMessage,
  order: ReadonlyFeedOrder,
  { id, size, price = order.price, hidden, unprinted }: Extract<Change, { kind: 'execute' }>,
): FeedEvent {
  if (!areTerms(price, size)) return mismatch(message, 'outOfRange', { id });
  if (size > order.quantity) return mismatch(message, 'executedBeyondOpen', { id, size, remedy: 'executed' });
  const { symbol } = message;
  const { side } = order;
  const marks = { ...(hidden && { hidden }), ...(unprinted && { unprinted }) };
  return { type: 'OrderExecuted', data: { symbol, id, side, price, size, ...marks } };
}

function reduce(
  message: FeedMessage,
  order: ReadonlyFeedOrder,
  { id, size }: Extract<Change, { kind: 'reduce' }>,
): FeedEvent {
  if (!isSize(size)) return mismatch(message, 'outOfRange', { id });
  if (size > order.quantity) return mismatch(message, 'reducedBeyondOpen', { id, size, remedy: 'deleted' });
  const { symbol } = message;
  return size === order.quantity ? deletion(symbol, id, order) : { type: 'OrderReduced', data: { symbol, id, size } };
}

function changeTerms(
  message: FeedMessage,
  order: ReadonlyFeedOrder,
  { id, price, size, side = order.side }: Extract<Change, { kind: 'change' }>,
): FeedEvent {
  if (!areTerms(price, size)) return mismatch(message, 'outOfRange', { id });
  const isKept = price === order.price && side === order.side && size <= order.quantity;
  const { symbol } = message;
  const terms = { symbol, id, side, price, size };
  return { type: 'OrderChanged', data: isKept ? { ...terms, kept: true } : terms };
}

/** A change of an order that is not open, which tells all its terms. */
function entry(message: FeedMessage, { id, side, price, size }: Extract<Change, { kind: 'change' }>): FeedEvent {
  if (side === undefined || !areTerms(price, size)) return mismatch(message, 'unknownOrder', { id });
  return mismatch(message, 'unknownOrder', { id, side, price, size, remedy: 'entered' });
}

function deletion(symbol: string, id: FeedOrderId, { side, price, quantity }: ReadonlyFeedOrder): FeedEvent {
  return { type: 'OrderDeleted', data: { symbol, id, side, price, size: quantity } };
}

/** A message of a symbol that the book does not have. */
function enterSymbol(message: FeedMessage): FeedEvent | undefined {
  const { symbol, change, more } = message;
  if (change.kind === 'ignored') return undefined;
  if (change.kind === 'mismatch') return mismatch(message, change.mismatch);
  if (change.kind !== 'list') return mismatch(message, 'unknownSymbol');
  const { priceDecimals, sizeDecimals, levelsOnly } = change;
  if (!isName(symbol) || !isScale(priceDecimals) || !isScale(sizeDecimals)) return mismatch(message, 'outOfRange');
  return {
    type: 'SymbolListed',
    data: { symbol, priceDecimals, sizeDecimals, ...(levelsOnly && { levelsOnly }), ...(more && { more }) },
  };
}

function isListedSo(market: ReadonlyFeedMarket, change: Extract<Change, { kind: 'list' }>): boolean {
  return (
    market.priceDecimals === change.priceDecimals &&
    market.sizeDecimals === change.sizeDecimals &&
    market.levelsOnly === change.levelsOnly
  );
}

function mismatch(
  { symbol, line }: FeedMessage,
  kind: Mismatch | (string & {}),
  details: Omit<FeedEventData<'MessageMismatched'>, 'symbol' | 'mismatch' | 'line' | 'more'> = {},
): FeedEvent {
  const name = isName(kind) ? kind : 'outOfRange';
  const place = Number.isSafeInteger(line) && line >= 0 ? line : 0;
  return { type: 'MessageMismatched', data: { symbol, mismatch: name, line: place, ...details } };
}

function withMore(event: FeedEvent): FeedEvent {
  return { type: event.type, data: { ...event.data, more: true } } as FeedEvent;
}

function nameable(id: FeedOrderId): FeedOrderId | undefined {
  return isFeedOrderId(id) ? id : undefined;
}

function areTerms(price: number, size: number): boolean {
  return Number.isSafeInteger(price) && isSize(size);
}

function isScale(decimals: number): boolean {
  return Number.isInteger(decimals) && decimals >= 0 && decimals <= MAX_DECIMALS;
}
