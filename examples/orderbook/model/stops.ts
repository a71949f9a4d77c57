/**
 * Stop orders: which ones a trade wakes, and what they then do, until no more wake.
 *
 * Every trade wakes, at its price, first the buy stops it reached, lowest stop price first, then the sell stops,
 * highest first; within one price the older first. Those awake wait until the order that is being matched is done, and
 * are then executed in the order in which they woke. Their own trades may wake more, which line up behind. The whole
 * cascade belongs to the command that began it, and so to one commit.
 */
import type { BookEvent, Side } from './events.ts';
import { crosses, isFillable, type Terms, take, takes } from './match.ts';
import { keyBeforeFirst, levelKey, type Market, type Order, priceOfKey, type ReadonlyBook, stopsOf } from './state.ts';

/**
 * Appends to `events` (what a command has decided so far) everything that follows from its trades. Each stop is
 * executed in the book that the stops before it leave. `fold` gives that book, although it is not committed yet.
 */
export function followStops(book: ReadonlyBook, market: Readonly<Market>, events: BookEvent[], context: Context): void {
  if (market.stops === 0) return;
  const wake = alarmOf(book, market);
  const awake = wake(events, 0);
  if (awake.length === 0) return;

  let after: ReadonlyBook | undefined;
  let folded = 0;
  // The list grows while it is walked; a loop, not recursion, since a cascade may be as long as the book is deep.
  for (const orderId of awake) {
    after = context.fold(events.slice(folded), after);
    folded = events.length;
    trigger(after, after.symbols.get(market.symbol)!, orderId, events);
    for (const next of wake(events, folded)) awake.push(next);
  }
}

/** What trading needs of a command's context. */
export interface Context {
  /**
   * Gives the book as it would be with these events. With `onto`, the book that it gave last, it continues from there.
   */
  readonly fold: (events: readonly BookEvent[], onto?: ReadonlyBook) => ReadonlyBook;
}

/** Whether the last trade has reached a stop price already. */
export function isReached(side: Side, stopPrice: number, lastPrice: number | null): boolean {
  if (lastPrice === null) return false;
  return side === 'buy' ? lastPrice >= stopPrice : lastPrice <= stopPrice;
}

/**
 * Remembers how far prices went, and gives for further events the stops they wake, each once.
 *
 * Reads only the committed book. A command that trades does not add a stop, so the waiting stops are known from the
 * start.
 */
function alarmOf(
  book: ReadonlyBook,
  market: Readonly<Market>,
): (events: readonly BookEvent[], from: number) => number[] {
  const reached = {
    buy: keyBeforeFirst(market.index, 'ascending'),
    sell: keyBeforeFirst(market.index, 'descending'),
  };
  return (events, from) => {
    const woken: number[] = [];
    for (let at = from; at < events.length; at++) {
      const event = events[at]!;
      if (event.type !== 'TradeExecuted') continue;
      const key = levelKey(market.index, event.data.price);
      for (const side of ['buy', 'sell'] as const) {
        reached[side] = wakeThrough(book, market, side, reached[side], key, woken);
      }
    }
    return woken;
  };
}

/**
 * Collects the stops after `from` up to `key`, in the direction of the side's table; returns the last one that it
 * reached.
 */
function wakeThrough(
  book: ReadonlyBook,
  market: Readonly<Market>,
  side: Side,
  from: number,
  key: number,
  woken: number[],
): number {
  const isPast = (other: number) => (side === 'buy' ? other > key : other < key);
  if (isPast(from)) return from;
  const stops = stopsOf(book, side);
  for (let entry = stops.nextAfter(from); entry !== undefined && !isPast(entry[0]); entry = stops.nextAfter(entry[0])) {
    if (priceOfKey(entry[0], market.index) === null) break;
    for (let id: number | null = entry[1].head; id !== null; id = book.orders.get(id)!.next) woken.push(id);
  }
  return key;
}

/** What a stop order does once its price is reached. */
function trigger(book: ReadonlyBook, market: Readonly<Market>, orderId: number, events: BookEvent[]): void {
  const terms: Terms & Pick<Order, 'postOnly'> = { ...book.orders.get(orderId)!, orderId };
  const refusal = refusalOf(book, market, terms);
  const taker = refusal !== null || takes(book, market, terms);
  events.push({ type: 'StopTriggered', data: taker ? { orderId, taker } : { orderId } });
  if (refusal !== null) {
    const { side, quantity } = terms;
    events.push({ type: 'OrderRejected', data: { orderId, side, quantity, reason: refusal } });
  } else if (taker) {
    take(book, market, terms, events);
  }
}

function refusalOf(
  book: ReadonlyBook,
  market: Readonly<Market>,
  terms: Terms & Pick<Order, 'postOnly'>,
): 'fokUnfillable' | 'postOnlyWouldTake' | null {
  if (terms.timeInForce === 'FOK' && !isFillable(book, market, terms)) return 'fokUnfillable';
  if (terms.postOnly && crosses(book, market, terms.side, terms.price)) return 'postOnlyWouldTake';
  return null;
}
