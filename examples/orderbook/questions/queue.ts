/** The line at one price: who stands there, and how much stands before each. */
import { RefoldError } from 'refold';
import { plus, type Side, type Sum } from '../model/index.ts';
import type { BookFile } from './books/book-file.ts';
import type { OrderId } from './books/book-kind.ts';

export interface QueueAt {
  readonly side: Side;
  readonly price: number;
  readonly quantity: Sum;
  readonly orders: readonly InLine[];
}

export interface InLine {
  /** From 1. */
  readonly place: number;
  readonly orderId: OrderId;
  readonly account: string | null;
  readonly quantity: number;
  readonly ahead: Sum;
  /** Sequence of the event that put it there. */
  readonly since: number;
}

/**
 * The lines at a price, of one side or of both: a feed's book may be crossed.
 *
 * @throws RefoldError `INVALID_OPTION` where no order stands, with the nearest prices, and in a feed without orders
 */
export function queuesAt(
  { kind, path }: BookFile,
  state: any,
  asked: {
    readonly symbol: string;
    readonly price: number;
    readonly side: Side | undefined;
    readonly shown: (price: number) => string;
  },
): readonly QueueAt[] {
  const { symbol, price, side, shown } = asked;
  if (!kind.hasOrders(state, symbol)) {
    throw new RefoldError(
      'INVALID_OPTION',
      `Cannot show the queue of ${symbol}: the feed tells levels, and no orders`,
      {
        path,
        hint: 'Ask for `book`, which shows levels',
      },
    );
  }
  const sides: readonly Side[] = side === undefined ? ['buy', 'sell'] : [side];
  const queues = sides.flatMap((one) => queueAt(kind, state, symbol, one, price));
  if (queues.length > 0) return queues;
  const near = sides.map((one) => {
    const best = kind.topLevels(state, symbol, one, 3).map((level) => shown(level.price));
    return `${one}: ${best.length === 0 ? 'none' : best.join(', ')}`;
  });
  throw new RefoldError('INVALID_OPTION', `Cannot show the queue at ${shown(price)}: no order stands there`, {
    path,
    type: 'PRICE',
    hint: `The best prices are ${near.join('; ')}`,
  });
}

function queueAt(kind: BookFile['kind'], state: any, symbol: string, side: Side, price: number): QueueAt[] {
  const level = kind.level(state, symbol, side, price);
  if (level === undefined) return [];
  let ahead: Sum = 0;
  const orders = kind.queue(state, symbol, side, price).map((orderId, index): InLine => {
    const { quantity, account, arrival } = kind.order(state, symbol, orderId)!;
    const inLine = { place: index + 1, orderId, account, quantity, ahead, since: arrival };
    ahead = plus(ahead, quantity);
    return inLine;
  });
  return [{ side, price, quantity: level.quantity, orders }];
}
