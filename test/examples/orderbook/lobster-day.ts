/**
 * Makes LOBSTER files of a made-up day: the messages that the matching engine's events amount to, and the best levels
 * after each of them. For a window of K levels, only what touches it is kept, as in the real files.
 */
import { generateFlow } from '../../../examples/orderbook/demo/flow.ts';
import {
  type BookState,
  bookTop,
  orderBook,
  type ReadonlyBook,
  type RecordedBookEvent,
} from '../../../examples/orderbook/model/index.ts';
import { naiveFold } from '../orderbook-model/naive-fold.ts';

export interface LobsterDay {
  readonly messages: string[];
  readonly rows: string[];
}

export interface DayOptions {
  readonly seed: number;
  readonly symbol: string;
  readonly commands: number;
  readonly levels: number;
  /** Messages that were before the file begins. */
  readonly skip?: number;
}

/** A day in which nothing is replaced: LOBSTER shows a replacement as a deletion and a new order. */
export function makeLobsterDay({ seed, symbol, commands, levels, skip = 0 }: DayOptions): LobsterDay {
  const day: LobsterDay = { messages: [], rows: [] };
  const state = orderBook.initialState();
  let sequence = 0;
  let before = rowOf(state, symbol, levels);
  let seen = 0;
  for (const { command, at, kind } of generateFlow({ seed, commands, symbol })) {
    if (kind === 'replace') continue;
    const { input, decide } = orderBook.commands![command.name];
    const context = { now: 0, sequence, fold: naiveFold(state, sequence), event: orderBook.event as never };
    const decision: any = decide(state as never, input.parse(command.input) as never, context);
    for (const { type, data } of decision.rejected ? [] : decision) {
      const event = { sequence: ++sequence, recordedAt: 0, version: 1, type, data } as RecordedBookEvent;
      const message = messageOf(state, event);
      (orderBook.reducers as any)[type](state, data, event);
      const row = rowOf(state, symbol, levels);
      const isShown = row !== before || type === 'HiddenTradePrinted';
      before = row;
      if (message === undefined || !isShown || seen++ < skip) continue;
      day.messages.push(`${34_200 + Math.trunc(at / 1_000_000)}.${String(at % 1_000_000).padStart(6, '0')},${message}`);
      day.rows.push(row);
    }
  }
  return day;
}

function rowOf(book: BookState | ReadonlyBook, symbol: string, levels: number): string {
  return bookTop(book as ReadonlyBook, symbol, levels)
    .map(([ask, askSize, bid, bidSize]) => [ask ?? 9_999_999_999, askSize, bid ?? -9_999_999_999, bidSize])
    .join(',');
}

/** `type,id,size,price,direction` of an event that is about to happen, or undefined if LOBSTER does not show it. */
function messageOf(book: BookState, { type, data }: RecordedBookEvent): string | undefined {
  const direction = (side: 'buy' | 'sell'): number => (side === 'buy' ? 1 : -1);
  switch (type) {
    case 'OrderAccepted':
      return data.taker ? undefined : `1,${data.orderId},${data.quantity},${data.price},${direction(data.side)}`;
    case 'OrderRested': {
      const { price, side, quantity } = book.orders.get(data.orderId)!;
      return `1,${data.orderId},${quantity},${price},${direction(side)}`;
    }
    case 'OrderReduced': {
      const { price, side } = book.orders.get(data.orderId)!;
      return `2,${data.orderId},${data.quantity},${price},${direction(side)}`;
    }
    case 'OrderCancelled':
      if (book.taker === data.orderId) return undefined;
      return `3,${data.orderId},${data.quantity},${data.price},${direction(data.side)}`;
    case 'TradeExecuted': {
      const { side } = book.orders.get(data.makerId)!;
      return `4,${data.makerId},${data.quantity},${data.price},${direction(side)}`;
    }
    case 'HiddenTradePrinted':
      return `5,0,${data.quantity},${data.price},${direction(data.side)}`;
    default:
      return undefined;
  }
}
