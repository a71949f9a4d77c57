/**
 * What each event does to the book of a feed: only what the event says.
 *
 * The same functions run on drafts and on the state itself. They copy fields out of `data` and never keep it.
 */
import type { RecordedEvent, Reducers } from 'refold';
import type { Side } from '../model/events.ts';
import { opposite } from '../model/state.ts';
import { plus } from '../model/sums.ts';
import type { FeedEventData, FeedEvents } from './events.ts';
import type { FeedOrderId } from './messages.ts';
import { enter, join, leave, marketOf, orderOf, ordersOf, resize, unfit, unlink } from './queues.ts';
import { type FeedFile, type FeedPrint, type FeedState, keysOf, levelKey, newMarket, tapeKey } from './state.ts';

export const reducers: Reducers<FeedState, FeedEvents> = {
  FeedOpened(state, { kind, source, only }, { sequence }) {
    const file: FeedFile = { kind, source, sequence };
    if (only !== undefined) file.only = only.join(',');
    state.files.set(state.files.size, file);
  },

  SymbolListed(state, data) {
    const { symbol, priceDecimals, sizeDecimals, levelsOnly } = data;
    if (state.symbols.has(symbol)) unfit(`the symbol ${symbol} is listed already`);
    const index = state.symbols.size;
    const market = newMarket(symbol, index, priceDecimals, sizeDecimals);
    if (levelsOnly === true) market.levelsOnly = true;
    state.symbols.set(symbol, market);
    state.orders.set(symbol, new Map());
    settle(state, data);
  },

  OrderAdded(state, data, { sequence }) {
    enter(state, data.symbol, data.id, data, sequence);
    settle(state, data);
  },

  OrderExecuted(state, data, { sequence, recordedAt }) {
    const { symbol, id, price, size, hidden = false, unprinted = false } = data;
    execute(state, symbol, id, size);
    if (!unprinted) {
      const takerSide = opposite(data.side);
      print(state, symbol, { price, quantity: size, takerSide, makerId: id, hidden, sequence, clock: recordedAt });
    }
    settle(state, data);
  },

  OrderReduced(state, data) {
    const { symbol, id, size } = data;
    const order = orderOf(ordersOf(state, symbol), id);
    if (size >= order.quantity) unfit(`order ${id} has ${order.quantity} open, not more than ${size}`);
    resize(state, symbol, order, order.quantity - size);
    settle(state, data);
  },

  OrderChanged(state, data, { sequence }) {
    const { symbol, id, side, price, size, kept } = data;
    const orders = ordersOf(state, symbol);
    const order = orderOf(orders, id);
    if (kept === true) {
      const keeps = size <= order.quantity && order.price === price && order.side === side;
      if (!keeps) unfit(`order ${id} cannot keep its place`);
      resize(state, symbol, order, size);
    } else {
      unlink(state, symbol, orders, order);
      order.side = side;
      order.price = price;
      order.quantity = size;
      order.arrival = sequence;
      join(state, symbol, orders, id, order);
    }
    settle(state, data);
  },

  OrderReplaced(state, data, { sequence }) {
    leave(state, data.symbol, data.id);
    enter(state, data.symbol, data.newId, data, sequence);
    settle(state, data);
  },

  OrderDeleted(state, data) {
    leave(state, data.symbol, data.id);
    settle(state, data);
  },

  BookCleared(state, data) {
    const sides: readonly Side[] = data.side === undefined ? ['buy', 'sell'] : [data.side];
    for (const side of sides) clear(state, data.symbol, side);
    settle(state, data);
  },

  LevelSet(state, data) {
    const { symbol, side, price, size, count = 0 } = data;
    const { levels } = state;
    const key = levelKey(symbol, side, price);
    if (size > 0) {
      if (!levels.has(key)) state.prices.set(key, price);
      levels.set(key, { quantity: size, count, head: null, tail: null });
    } else if (levels.delete(key)) state.prices.delete(key);
    settle(state, data);
  },

  TradePrinted(state, data, { sequence, recordedAt }) {
    const { symbol, price, size, side, hidden = false } = data;
    const market = marketOf(state, symbol);
    if (hidden) market.hidden = plus(market.hidden, size);
    else market.printed = plus(market.printed, size);
    const takerSide = side ?? null;
    print(state, symbol, { price, quantity: size, takerSide, makerId: null, hidden, sequence, clock: recordedAt });
    settle(state, data);
  },

  StatusChanged(state, data) {
    const market = marketOf(state, data.symbol);
    market.status = data.status;
    market.statusReason = data.reason ?? null;
    settle(state, data);
  },

  BookSettled(state, data) {
    settle(state, data);
  },

  MessageMismatched(state, data, event) {
    countMismatch(state, data.mismatch, data.line);
    // A message may name a symbol that was not listed.
    if (!state.symbols.has(data.symbol)) return;
    remedy(state, data, event);
    settle(state, data);
  },
};

type Folded = Pick<RecordedEvent, 'sequence' | 'recordedAt' | 'type' | 'data'>;

/** Runs one event's reducer: the fold, for code that has no engine. */
export function reduce(state: FeedState, event: Folded): void {
  const reducer = reducers[event.type as keyof FeedEvents] as (s: FeedState, data: unknown, event: Folded) => void;
  reducer(state, event.data, event);
}

/** Notes whether the book of the symbol counts from here on. It usually did before, and then its market is not touched. */
function settle(state: FeedState, data: { readonly symbol: string; readonly more?: true | undefined }): void {
  const counts = data.more !== true;
  if (counts && state.unfinished === 0) return;
  const market = marketOf(state, data.symbol);
  if (counts === (market.unfinished === undefined)) return;
  if (counts) delete market.unfinished;
  else market.unfinished = true;
  state.unfinished += counts ? -1 : 1;
}

function execute(state: FeedState, symbol: string, id: FeedOrderId, size: number): void {
  const order = orderOf(ordersOf(state, symbol), id);
  if (size > order.quantity) unfit(`order ${id} has ${order.quantity} open, not ${size}`);
  if (size === order.quantity) leave(state, symbol, id);
  else resize(state, symbol, order, order.quantity - size);
  const market = marketOf(state, symbol);
  market.executed = plus(market.executed, size);
}

function clear(state: FeedState, symbol: string, side: Side): void {
  const { prices } = state;
  const keys = [...prices.range(keysOf(symbol, side))].map(([key]) => key);
  for (const key of keys) {
    prices.delete(key);
    state.levels.delete(key);
  }
  const orders = ordersOf(state, symbol);
  const leaving = [...orders].filter(([, order]) => order.side === side).map(([id]) => id);
  for (const id of leaving) orders.delete(id);
}

function remedy(
  state: FeedState,
  data: FeedEventData<'MessageMismatched'>,
  { sequence, recordedAt }: Pick<RecordedEvent, 'sequence' | 'recordedAt'>,
): void {
  const { symbol, id, remedy: what } = data;
  if (what === undefined || id === undefined) return;
  const orders = ordersOf(state, symbol);
  if (what === 'executed') {
    const { side, price, quantity } = orderOf(orders, id);
    execute(state, symbol, id, quantity);
    const takerSide = opposite(side);
    print(state, symbol, { price, quantity, takerSide, makerId: id, hidden: false, sequence, clock: recordedAt });
    return;
  }
  if (orders.has(id)) leave(state, symbol, id);
  if (what === 'deleted') return;
  const { side, price, size } = data;
  if (side === undefined || price === undefined || size === undefined) unfit(`order ${id} has no terms to enter with`);
  enter(state, symbol, id, { side, price, size }, sequence);
}

function countMismatch(state: FeedState, kind: string, line: number): void {
  const known = state.mismatches.get(kind);
  if (known !== undefined) known.count += 1;
  else state.mismatches.set(kind, { count: 1, firstFile: Math.max(state.files.size - 1, 0), firstLine: line });
}

function print(state: FeedState, symbol: string, line: FeedPrint): void {
  const market = marketOf(state, symbol);
  if (!line.hidden) market.lastPrice = line.price;
  state.tape.set(tapeKey(market.index, market.prints), line);
  market.prints += 1;
}
