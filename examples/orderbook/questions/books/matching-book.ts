/** The matching book, as questions see it. */
import type { RecordedEvent } from 'refold';
import { type BookState, opposite, orderBook, queueAt, type RecordedBookEvent, topLevels } from '../../model/index.ts';
import { levelKey, levelsOf } from '../../model/state.ts';
import type { BookEvent, BookKind, Cause, Deed, OrderId, OrderView, Party, Subject } from './book-kind.ts';

/** An event of this model. */
function known(event: BookEvent): RecordedBookEvent {
  return event as RecordedBookEvent;
}

export const matchingBook: BookKind<BookState> = {
  name: 'matching',
  model: orderBook,
  hasAccounts: true,
  symbols: ({ symbols }) => symbols.keys(),
  decimals: () => undefined,
  hasOrders: () => true,
  isSettled: (state, _symbol, before, after) => state.taker === null && !belongTogether(before, after),
  beginsChange,
  topLevels,
  level(state, symbol, side, price) {
    const market = state.symbols.get(symbol);
    return market === undefined ? undefined : levelsOf(state, side).get(levelKey(market.index, price));
  },
  queue: queueAt,
  order: (state, symbol, orderId) => {
    const order = orderOf(state, orderId);
    return order?.symbol === symbol ? order : undefined;
  },
  entryOf(event) {
    const { type, data } = known(event);
    return type === 'OrderAccepted' ? { symbol: data.symbol, orderId: data.orderId } : undefined;
  },
  subjectsOf,
  deedOf,
  causeOf,
  touched(state, event) {
    const found = subjectsOf(event)
      .map(({ orderId }) => orderOf(state, orderId))
      .filter((order) => order?.stands === 'level');
    const [first] = found;
    if (first === undefined) return undefined;
    return { symbol: first.symbol, levels: found.map((order) => ({ side: order!.side, price: order!.price! })) };
  },
  tradeOf(state, event) {
    const { type, data } = known(event);
    if (type === 'HiddenTradePrinted') {
      const { symbol, price, quantity, side } = data;
      return {
        symbol,
        price,
        quantity,
        tradeId: null,
        hidden: true,
        takerSide: opposite(side),
        maker: NOBODY,
        taker: NOBODY,
      };
    }
    if (type !== 'TradeExecuted') return undefined;
    const { symbol, price, quantity, tradeId, makerId, takerId, takerSide } = data;
    const [maker, taker] = [partyOf(state, makerId), partyOf(state, takerId)];
    return { symbol, price, quantity, tradeId, hidden: false, takerSide, maker, taker };
  },
};

const NOBODY: Party = { orderId: null, account: null };

function partyOf(state: BookState, orderId: number): Party {
  return { orderId, account: state.orders.get(orderId)?.account ?? null };
}

function orderOf(state: BookState, orderId: OrderId): OrderView | undefined {
  const order = state.orders.get(orderId as number);
  if (order === undefined) return undefined;
  const { symbol, side, price, quantity, arrival, account, stopPrice } = order;
  const stands = state.taker === orderId ? 'taker' : stopPrice === null ? 'level' : 'stop';
  return { symbol, side, price, quantity, arrival, account, stands };
}

/** The first events of commits that have others: orders that take, the clock, mass cancels. */
function beginsChange(event: BookEvent): boolean {
  const { type, data } = known(event);
  if (type === 'OrderAccepted' || type === 'OrderReplaced') return data.taker === true;
  return type === 'ClockAdvanced' || (type === 'OrderCancelled' && data.reason === 'massCancel');
}

/** Events that only the command before them can have brought about. */
const CONSEQUENCES: ReadonlySet<string> = new Set(['TradeExecuted', 'OrderRested', 'StopTriggered', 'OrderRejected']);

/**
 * Whether two events belong to one commit: the log does not say, the events do. Of mass cancels one after the other at
 * the same time it cannot be told whether they are one command. They count as one.
 */
function belongTogether(before: BookEvent | undefined, after: BookEvent | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  if (CONSEQUENCES.has(after.type)) return true;
  if (after.type !== 'OrderCancelled') return false;
  const { reason } = after.data as { readonly reason: string };
  if (reason === 'user') return false;
  if (reason !== 'massCancel') return true;
  return reasonOf(before) === 'massCancel' && isSameTime(before, after);
}

function reasonOf({ type, data }: BookEvent): string | undefined {
  return type === 'OrderCancelled' ? (data as { readonly reason: string }).reason : undefined;
}

function isSameTime(
  a: Pick<RecordedEvent, 'recordedAt' | 'meta'>,
  b: Pick<RecordedEvent, 'recordedAt' | 'meta'>,
): boolean {
  return a.recordedAt === b.recordedAt && a.meta?.ns === b.meta?.ns && a.meta?.time === b.meta?.time;
}

function subjectsOf(event: BookEvent): readonly Subject[] {
  const { type, data } = known(event);
  if (type === 'TradeExecuted') return [{ orderId: data.makerId }, { orderId: data.takerId }];
  return 'orderId' in data ? [{ orderId: data.orderId }] : [];
}

function causeOf({ type }: BookEvent): Cause {
  if (type === 'TradeExecuted') return 'trades';
  return type === 'OrderReplaced' ? 'moves' : 'cancels';
}

function deedOf(state: BookState, event: BookEvent, orderId: OrderId): Deed {
  const { type, data } = known(event);
  switch (type) {
    case 'OrderAccepted': {
      const { price, quantity, stopPrice, taker } = data;
      const what = stopPrice !== undefined ? 'entered, waits' : taker ? 'entered, takes' : 'entered';
      return { what, quantity, ...(price !== undefined && { price }) };
    }
    case 'TradeExecuted': {
      const { tradeId, price, quantity, makerId, takerId } = data;
      const role = makerId === orderId ? 'maker' : 'taker';
      const other = partyOf(state, role === 'maker' ? takerId : makerId);
      return { what: 'traded', quantity, price, tradeId, role, with: other };
    }
    case 'OrderRested':
      return { what: 'rested' };
    case 'OrderReduced':
      return { what: 'reduced', quantity: data.quantity };
    case 'OrderReplaced': {
      const { price, quantity, kept } = data;
      return { what: kept ? 'replaced, keeps its place' : 'replaced', quantity, price };
    }
    case 'StopTriggered':
      return { what: 'triggered' };
    case 'OrderCancelled':
      return { what: 'cancelled', quantity: data.quantity, reason: data.reason };
    case 'OrderRejected':
      return { what: 'refused', quantity: data.quantity, reason: data.reason };
    default:
      return { what: type };
  }
}
