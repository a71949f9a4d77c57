/**
 * What each event does to the book of a feed: only what the event says.
 *
 * The same functions run on drafts and on the state itself. They copy fields out of `data` and never keep it.
 */
import type { RecordedEvent, Reducers } from 'refold';
import type { Side } from '../model/events.ts';
import { opposite } from '../model/state.ts';
import { minus, plus, type Sum } from '../model/sums.ts';
import type { FeedEventData, FeedEvents } from './events.ts';
import type { FeedOrderId } from './messages.ts';
import { enter, join, leave, marketOf, orderOf, resize, sizeOfSide, unfit, unlink } from './queues.ts';
import {
  FEED_TAPE_LENGTH,
  type FeedFile,
  type FeedMarket,
  type FeedPrint,
  type FeedState,
  levelsOf,
  newMarket,
} from './state.ts';

export const reducers: Reducers<FeedState, FeedEvents> = {
  FeedOpened(state, { kind, source, head, only }) {
    const file: FeedFile = { kind, source, headBytes: head?.bytes ?? 0, headCrc32: head?.crc32 ?? 0 };
    if (only !== undefined) file.only = only.join(',');
    state.files.set(state.files.size, file);
  },

  SymbolListed(state, { symbol, priceDecimals, sizeDecimals, levelsOnly, more }) {
    if (state.symbols.has(symbol)) unfit(`the symbol ${symbol} is listed already`);
    const market = newMarket(symbol, priceDecimals, sizeDecimals);
    if (levelsOnly === true) market.levelsOnly = true;
    if (more === true) market.unfinished = true;
    state.symbols.set(symbol, market);
  },

  OrderAdded(state, data, { sequence }) {
    const market = touch(state, data);
    enter(market, data.id, data, sequence);
    countEntry(market, data.size);
  },

  OrderExecuted(state, data, { sequence, recordedAt }) {
    const { id, price, size, hidden = false } = data;
    const market = touch(state, data);
    execute(market, id, size);
    print(market, {
      price,
      quantity: size,
      takerSide: opposite(data.side),
      makerId: id,
      hidden,
      sequence,
      clock: recordedAt,
    });
  },

  OrderReduced(state, data) {
    const { id, size } = data;
    const market = touch(state, data);
    const order = orderOf(market, id);
    if (size >= order.quantity) unfit(`order ${id} has ${order.quantity} open, not more than ${size}`);
    resize(market, order, order.quantity - size);
    countRemoval(market, size);
  },

  OrderChanged(state, data, { sequence }) {
    const { id, side, price, size, kept } = data;
    const market = touch(state, data);
    const order = orderOf(market, id);
    const before = order.quantity;
    if (kept === true) {
      if (size > before || order.price !== price || order.side !== side) unfit(`order ${id} cannot keep its place`);
      resize(market, order, size);
    } else {
      unlink(market, id, order);
      order.side = side;
      order.price = price;
      order.quantity = size;
      order.arrival = sequence;
      join(market, id, order);
    }
    if (size > before) countEntry(market, size - before);
    else countRemoval(market, before - size);
  },

  OrderReplaced(state, data, { sequence }) {
    const market = touch(state, data);
    countRemoval(market, leave(market, data.id));
    enter(market, data.newId, data, sequence);
    countEntry(market, data.size);
  },

  OrderDeleted(state, data) {
    const market = touch(state, data);
    countRemoval(market, leave(market, data.id));
  },

  BookCleared(state, data) {
    const market = touch(state, data);
    if (data.side === undefined) clearAll(market);
    else clearSide(market, data.side);
  },

  LevelSet(state, data) {
    const { side, price, size, count = 0 } = data;
    const market = touch(state, data);
    const levels = levelsOf(market, side);
    if (size === 0) levels.delete(price);
    else levels.set(price, { quantity: size, count, head: null, tail: null });
  },

  TradePrinted(state, data, { sequence, recordedAt }) {
    const { price, size, side, hidden = false } = data;
    const market = touch(state, data);
    if (hidden) market.hidden = plus(market.hidden, size);
    else market.printed = plus(market.printed, size);
    print(market, {
      price,
      quantity: size,
      takerSide: side ?? null,
      makerId: null,
      hidden,
      sequence,
      clock: recordedAt,
    });
  },

  StatusChanged(state, data) {
    const market = touch(state, data);
    market.status = data.status;
    market.statusReason = data.reason ?? null;
  },

  BookSettled(state, data) {
    touch(state, data);
  },

  MessageMismatched(state, data, event) {
    countMismatch(state, data.mismatch, data.line);
    // A message may name a symbol that was not listed.
    if (!state.symbols.has(data.symbol)) return;
    remedy(touch(state, data), data, event);
  },
};

type Folded = Pick<RecordedEvent, 'sequence' | 'recordedAt' | 'type' | 'data'>;

/** Runs one event's reducer: the fold, for code that has no engine. */
export function reduce(state: FeedState, event: Folded): void {
  const reducer = reducers[event.type as keyof FeedEvents] as (s: FeedState, data: unknown, event: Folded) => void;
  reducer(state, event.data, event);
}

/** The market of an event, which says whether its book counts. */
function touch(state: FeedState, data: { readonly symbol: string; readonly more?: true | undefined }): FeedMarket {
  const market = marketOf(state, data.symbol);
  if (data.more === true) market.unfinished = true;
  else if (market.unfinished !== undefined) delete market.unfinished;
  return market;
}

function execute(market: FeedMarket, id: FeedOrderId, size: number): void {
  const order = orderOf(market, id);
  if (size > order.quantity) unfit(`order ${id} has ${order.quantity} open, not ${size}`);
  if (size === order.quantity) leave(market, id);
  else resize(market, order, order.quantity - size);
  market.executed = plus(market.executed, size);
  market.open = minus(market.open, size);
}

function clearAll(market: FeedMarket): void {
  countRemoval(market, market.open);
  market.bids.clear();
  market.asks.clear();
  market.orders.clear();
}

function clearSide(market: FeedMarket, side: Side): void {
  if (market.levelsOnly !== true) countRemoval(market, sizeOfSide(market, side));
  levelsOf(market, side).clear();
  const { orders } = market;
  const leaving = [...orders].filter(([, order]) => order.side === side).map(([id]) => id);
  for (const id of leaving) orders.delete(id);
}

function remedy(
  market: FeedMarket,
  data: FeedEventData<'MessageMismatched'>,
  { sequence, recordedAt }: Pick<RecordedEvent, 'sequence' | 'recordedAt'>,
): void {
  const { id, remedy: what } = data;
  if (what === undefined || id === undefined) return;
  if (what === 'executed') {
    const { side, price, quantity } = orderOf(market, id);
    execute(market, id, quantity);
    const takerSide = opposite(side);
    print(market, { price, quantity, takerSide, makerId: id, hidden: false, sequence, clock: recordedAt });
    return;
  }
  if (market.orders.has(id)) countRemoval(market, leave(market, id));
  if (what === 'deleted') return;
  const { side, price, size } = data;
  if (side === undefined || price === undefined || size === undefined) unfit(`order ${id} has no terms to enter with`);
  enter(market, id, { side, price, size }, sequence);
  countEntry(market, size);
}

function countMismatch(state: FeedState, kind: string, line: number): void {
  const known = state.mismatches.get(kind);
  if (known !== undefined) known.count += 1;
  else state.mismatches.set(kind, { count: 1, firstFile: Math.max(state.files.size - 1, 0), firstLine: line });
}

function countEntry(market: FeedMarket, size: number): void {
  market.entered = plus(market.entered, size);
  market.open = plus(market.open, size);
}

function countRemoval(market: FeedMarket, size: Sum): void {
  market.removed = plus(market.removed, size);
  market.open = minus(market.open, size);
}

function print(market: FeedMarket, line: FeedPrint): void {
  if (!line.hidden) market.lastPrice = line.price;
  market.tape.set(market.prints % FEED_TAPE_LENGTH, line);
  market.prints += 1;
}
