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
import {
  type FeedFile,
  type FeedMarket,
  type FeedPrint,
  type FeedState,
  keysAround,
  levelKey,
  levelsOf,
  newMarket,
  tapeKey,
} from './state.ts';

export const reducers: Reducers<FeedState, FeedEvents> = {
  FeedOpened(state, { kind, source, only }, { sequence }) {
    const file: FeedFile = { kind, source, sequence };
    if (only !== undefined) file.only = only.join(',');
    state.files.set(state.files.size, file);
  },

  SymbolListed(state, { symbol, priceDecimals, sizeDecimals, levelsOnly, more }) {
    if (state.symbols.has(symbol)) unfit(`the symbol ${symbol} is listed already`);
    const market = newMarket(symbol, state.symbols.size, priceDecimals, sizeDecimals);
    if (levelsOnly === true) market.levelsOnly = true;
    if (more === true) market.unfinished = true;
    state.symbols.set(symbol, market);
    state.orders.set(symbol, new Map());
  },

  OrderAdded(state, data, { sequence }) {
    const market = touch(state, data);
    enter(state, market, data.id, data, sequence);
    market.entered = plus(market.entered, data.size);
  },

  OrderExecuted(state, data, { sequence, recordedAt }) {
    const { id, price, size, hidden = false } = data;
    const market = touch(state, data);
    execute(state, market, id, size);
    const takerSide = opposite(data.side);
    print(state, market, { price, quantity: size, takerSide, makerId: id, hidden, sequence, clock: recordedAt });
  },

  OrderReduced(state, data) {
    const { id, size } = data;
    const market = touch(state, data);
    const order = orderOf(ordersOf(state, data.symbol), id);
    if (size >= order.quantity) unfit(`order ${id} has ${order.quantity} open, not more than ${size}`);
    resize(state, market.index, order, order.quantity - size);
    market.removed = plus(market.removed, size);
  },

  OrderChanged(state, data, { sequence }) {
    const { id, side, price, size, kept } = data;
    const market = touch(state, data);
    const orders = ordersOf(state, data.symbol);
    const order = orderOf(orders, id);
    const before = order.quantity;
    if (kept === true) {
      if (size > before || order.price !== price || order.side !== side) unfit(`order ${id} cannot keep its place`);
      resize(state, market.index, order, size);
    } else {
      unlink(state, market.index, orders, order);
      order.side = side;
      order.price = price;
      order.quantity = size;
      order.arrival = sequence;
      join(state, market.index, orders, id, order);
    }
    if (size > before) market.entered = plus(market.entered, size - before);
    else market.removed = plus(market.removed, before - size);
  },

  OrderReplaced(state, data, { sequence }) {
    const market = touch(state, data);
    remove(state, market, data.id);
    enter(state, market, data.newId, data, sequence);
    market.entered = plus(market.entered, data.size);
  },

  OrderDeleted(state, data) {
    remove(state, touch(state, data), data.id);
  },

  BookCleared(state, data) {
    const market = touch(state, data);
    const sides: readonly Side[] = data.side === undefined ? ['buy', 'sell'] : [data.side];
    for (const side of sides) clear(state, market, side);
  },

  LevelSet(state, data) {
    const { side, price, size, count = 0 } = data;
    const { index } = touch(state, data);
    const levels = levelsOf(state, side);
    const key = levelKey(index, price);
    if (size === 0) levels.delete(key);
    else levels.set(key, { price, quantity: size, count, head: null, tail: null });
  },

  TradePrinted(state, data, { sequence, recordedAt }) {
    const { price, size, side, hidden = false } = data;
    const market = touch(state, data);
    if (hidden) market.hidden = plus(market.hidden, size);
    else market.printed = plus(market.printed, size);
    const takerSide = side ?? null;
    print(state, market, { price, quantity: size, takerSide, makerId: null, hidden, sequence, clock: recordedAt });
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
    remedy(state, touch(state, data), data, event);
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

function execute(state: FeedState, market: FeedMarket, id: FeedOrderId, size: number): void {
  const orders = ordersOf(state, market.symbol);
  const order = orderOf(orders, id);
  if (size > order.quantity) unfit(`order ${id} has ${order.quantity} open, not ${size}`);
  if (size === order.quantity) leave(state, market, orders, id);
  else resize(state, market.index, order, order.quantity - size);
  market.executed = plus(market.executed, size);
}

function remove(state: FeedState, market: FeedMarket, id: FeedOrderId): void {
  market.removed = plus(market.removed, leave(state, market, ordersOf(state, market.symbol), id));
}

function clear(state: FeedState, market: FeedMarket, side: Side): void {
  const levels = levelsOf(state, side);
  const keys = [...levels.range(keysAround(market.index, side))].map(([key]) => key);
  for (const key of keys) levels.delete(key);
  const orders = ordersOf(state, market.symbol);
  for (const [id, order] of [...orders]) {
    if (order.side !== side) continue;
    market.removed = plus(market.removed, order.quantity);
    orders.delete(id);
  }
}

function remedy(
  state: FeedState,
  market: FeedMarket,
  data: FeedEventData<'MessageMismatched'>,
  { sequence, recordedAt }: Pick<RecordedEvent, 'sequence' | 'recordedAt'>,
): void {
  const { id, remedy: what } = data;
  if (what === undefined || id === undefined) return;
  const orders = ordersOf(state, market.symbol);
  if (what === 'executed') {
    const { side, price, quantity } = orderOf(orders, id);
    execute(state, market, id, quantity);
    const takerSide = opposite(side);
    print(state, market, { price, quantity, takerSide, makerId: id, hidden: false, sequence, clock: recordedAt });
    return;
  }
  if (orders.has(id)) remove(state, market, id);
  if (what === 'deleted') return;
  const { side, price, size } = data;
  if (side === undefined || price === undefined || size === undefined) unfit(`order ${id} has no terms to enter with`);
  enter(state, market, id, { side, price, size }, sequence);
  market.entered = plus(market.entered, size);
}

function countMismatch(state: FeedState, kind: string, line: number): void {
  const known = state.mismatches.get(kind);
  if (known !== undefined) known.count += 1;
  else state.mismatches.set(kind, { count: 1, firstFile: Math.max(state.files.size - 1, 0), firstLine: line });
}

function print(state: FeedState, market: FeedMarket, line: FeedPrint): void {
  if (!line.hidden) market.lastPrice = line.price;
  state.tape.set(tapeKey(market.index, market.prints), line);
  market.prints += 1;
}
