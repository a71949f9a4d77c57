/**
 * The life of one order: when it entered, its place in the queue at each of its changes, whom it traded with, how it
 * ended. Between its changes, what left the queue ahead of it.
 *
 * Two passes. The first looks for the events with which the order enters, and folds nothing. The second starts at the
 * keyframe before each of them, and stops where the life ends.
 */
import { RefoldError } from 'refold';
import type { Moment } from '../market-time.ts';
import { minus, plus, type Side, type Sum } from '../model/index.ts';
import type { BookFile, Range } from './books/book-file.ts';
import type { BookEvent, Cause, Deed, OrderId, OrderView } from './books/book-kind.ts';
import { marketMoment } from './books/market-calendar.ts';

export interface OrderLife {
  /** The first life of this id is 1: an id may return once its order is over. */
  readonly life: number;
  readonly symbol: string;
  readonly side: Side;
  readonly account: string | null;
  readonly entered: Occasion;
  /** Each change of the order itself. */
  readonly changes: readonly Change[];
  /** Each time that the quantity ahead became less, between the changes. */
  readonly queue: readonly QueueChange[];
  /** Where the quantity ahead went in all: how much of it was traded, was cancelled or reduced, and moved elsewhere. */
  readonly aheadBy: Readonly<Record<Cause, Sum>>;
  readonly traded: { readonly trades: number; readonly quantity: Sum; readonly notional: bigint };
  /** Null for an order that is open at the end of the range. */
  readonly ended: (Occasion & { readonly how: string }) | null;
}

interface Occasion {
  readonly sequence: number;
  readonly moment: Moment;
}

/** The order after one of its events. */
export interface Change extends Occasion, Deed {
  /** What is open then. */
  readonly open: number;
  readonly side: Side;
  readonly limit: number | null;
  /** Null while it is not on a level. */
  readonly place: QueuePlace | null;
}

export interface QueuePlace {
  readonly price: number;
  /** Orders and quantity that are served before it. */
  readonly ordersAhead: number;
  readonly ahead: Sum;
  /** What its level has in all, with itself. */
  readonly levelOrders: number;
  readonly level: Sum;
}

export interface QueueChange extends Occasion {
  readonly by: Cause;
  readonly quantity: Sum;
  readonly ordersAhead: number;
  readonly ahead: Sum;
}

/** Where an order enters. */
export interface Entry {
  readonly entry: number;
  readonly symbol: string;
}

/** Finds the events with which orders of an id enter. @param symbol only of this one */
export async function entriesOf(
  book: BookFile,
  range: Range,
  orderId: OrderId,
  symbol: string | undefined,
): Promise<readonly Entry[]> {
  const { kind } = book;
  const entries: Entry[] = [];
  for await (const event of book.eventsOf(kind.entryTypes, range)) {
    const entry = kind.entryOf(event);
    if (entry?.orderId !== orderId || (symbol !== undefined && entry.symbol !== symbol)) continue;
    entries.push({ entry: event.sequence, symbol: entry.symbol });
  }
  return entries;
}

/**
 * Follows one life from its entry on.
 *
 * @param life its number, from 1
 * @param entry the sequence of the event with which it enters
 */
export async function lifeOf(
  book: BookFile,
  range: Pick<Range, 'to'>,
  { symbol, orderId, life, entry }: { symbol: string; orderId: OrderId; life: number; entry: number },
): Promise<OrderLife> {
  const { kind } = book;
  const state = await book.stateAt(entry - 1);
  const tracker = new Tracker(book, symbol, orderId, life);
  let told: { readonly event: BookEvent; readonly deed: Deed | undefined } | undefined;
  for await (const { event } of book.walk(state, { from: entry, to: range.to })) {
    if (told !== undefined && !tracker.see(state, told.event, told.deed)) break;
    if (event === undefined) break;
    const isOwn = kind
      .subjectsOf(event)
      .some(({ orderId: id, symbol: of = symbol }) => id === orderId && of === symbol);
    told = { event, deed: isOwn ? kind.deedOf(state, event, orderId) : undefined };
  }
  return tracker.life();
}

/** Follows one order event by event, after each fold. */
class Tracker {
  readonly #book: BookFile;
  readonly #symbol: string;
  readonly #orderId: OrderId;
  readonly #life: number;
  readonly #changes: Change[] = [];
  readonly #queue: QueueChange[] = [];
  readonly #aheadBy: Record<Cause, Sum> = { trades: 0, cancels: 0, moves: 0 };
  /** The orders ahead on its level, with what each has open and when it came there. */
  #ahead: Map<OrderId, { quantity: number; readonly arrival: number }> = new Map();
  /** The sum of those. */
  #quantityAhead: Sum = 0;
  #account: string | null = null;
  #now: OrderView | undefined;
  #ended: (Occasion & { readonly how: string }) | null = null;
  #trades = 0;
  #traded: Sum = 0;
  #notional = 0n;

  constructor(book: BookFile, symbol: string, orderId: OrderId, life: number) {
    this.#book = book;
    this.#symbol = symbol;
    this.#orderId = orderId;
    this.#life = life;
  }

  /**
   * @param state after the event
   * @param deed what the event did to this order, if it is about it
   * @returns whether the order is still open
   */
  see(state: any, event: BookEvent, deed: Deed | undefined): boolean {
    const { kind } = this.#book;
    const before = this.#now;
    const after = kind.order(state, this.#symbol, this.#orderId);
    // A cleared book is not about any order, and ends them all.
    const own = deed ?? (after === undefined ? { what: 'cleared' } : undefined);
    if (own === undefined) {
      this.#shrink(state, event);
      return true;
    }
    // Another order under the same id begins another life.
    const isOver = before !== undefined && kind.entryOf(event)?.orderId === this.#orderId;
    this.#now = isOver ? undefined : after;
    this.#countTrade(own);
    this.#replaceAhead(state, before);
    const shown = this.#now ?? before;
    if (shown === undefined) throw new Error(`event ${event.sequence} does not let order ${this.#orderId} in`);
    this.#changes.push({
      ...occasionOf(event),
      ...own,
      open: this.#now?.quantity ?? 0,
      side: shown.side,
      limit: shown.price,
      place: this.#place(state),
    });
    if (this.#now !== undefined) return true;
    this.#ended = { ...occasionOf(event), how: endOf(own) };
    return false;
  }

  life(): OrderLife {
    const [entry] = this.#changes;
    if (entry === undefined) throw new Error('an order has no life before it entered');
    return {
      life: this.#life,
      symbol: this.#symbol,
      side: entry.side,
      account: this.#account,
      entered: { sequence: entry.sequence, moment: entry.moment },
      changes: this.#changes,
      queue: this.#queue,
      aheadBy: this.#aheadBy,
      traded: { trades: this.#trades, quantity: this.#traded, notional: this.#notional },
      ended: this.#ended,
    };
  }

  /** Something else happened: what of the orders ahead has become less? */
  #shrink(state: any, event: BookEvent): void {
    const { kind } = this.#book;
    for (const { orderId, symbol = this.#symbol } of kind.subjectsOf(event)) {
      const known = symbol === this.#symbol ? this.#ahead.get(orderId) : undefined;
      if (known === undefined) continue;
      const other = kind.order(state, this.#symbol, orderId);
      const stays = other !== undefined && other.arrival === known.arrival;
      const gone = known.quantity - (stays ? other.quantity : 0);
      if (stays) known.quantity = other.quantity;
      else this.#ahead.delete(orderId);
      if (gone !== 0) this.#countGone(event, gone);
    }
  }

  #countGone(event: BookEvent, quantity: number): void {
    const by = this.#book.kind.causeOf(event);
    this.#quantityAhead = minus(this.#quantityAhead, quantity);
    this.#aheadBy[by] = plus(this.#aheadBy[by], quantity);
    this.#queue.push({ ...occasionOf(event), by, quantity, ordersAhead: this.#ahead.size, ahead: this.#quantityAhead });
  }

  /** At a new place in a queue, those who stand before it are looked up once. */
  #replaceAhead(state: any, before: OrderView | undefined): void {
    const now = this.#now;
    this.#account ??= now?.account ?? null;
    const isOnLevel = now?.stands === 'level';
    if (isOnLevel && before?.stands === 'level' && before.arrival === now.arrival) return;
    this.#ahead = new Map();
    this.#quantityAhead = 0;
    if (!isOnLevel) return;
    const { kind } = this.#book;
    for (const id of kind.queue(state, this.#symbol, now.side, now.price!)) {
      if (id === this.#orderId) break;
      const { quantity, arrival } = kind.order(state, this.#symbol, id)!;
      this.#ahead.set(id, { quantity, arrival });
      this.#quantityAhead = plus(this.#quantityAhead, quantity);
    }
  }

  #place(state: any): QueuePlace | null {
    const now = this.#now;
    if (now?.stands !== 'level' || now.price === null) return null;
    const level = this.#book.kind.level(state, this.#symbol, now.side, now.price)!;
    return {
      price: now.price,
      ordersAhead: this.#ahead.size,
      ahead: this.#quantityAhead,
      levelOrders: level.count,
      level: level.quantity,
    };
  }

  #countTrade({ tradeId, role, quantity = 0, price = 0 }: Deed): void {
    if (role === undefined && tradeId === undefined) return;
    this.#trades++;
    this.#traded = plus(this.#traded, quantity);
    this.#notional += BigInt(quantity) * BigInt(price);
  }
}

/** The position of a life among those of its id, or an error that says how many there are. */
export function requireLife(
  lives: readonly unknown[],
  wanted: number | undefined,
  orderId: OrderId,
  path: string,
): void {
  if (lives.length === 0) {
    throw new RefoldError('INVALID_OPTION', `Cannot tell the life of order ${orderId}: it never entered`, {
      path,
      type: 'ID',
      hint: 'Give the id of an order of this book; `queue BOOK PRICE` and `trades BOOK` show some',
    });
  }
  if (wanted === undefined || wanted <= lives.length) return;
  const times = lives.length === 1 ? 'once' : `${lives.length} times`;
  throw new RefoldError('INVALID_OPTION', `Cannot tell life ${wanted} of order ${orderId}: it entered ${times}`, {
    path,
    type: '--life',
    hint: lives.length === 1 ? 'Leave out --life' : `Give a number from 1 to ${lives.length}`,
  });
}

function occasionOf(event: BookEvent): Occasion {
  return { sequence: event.sequence, moment: marketMoment(event) };
}

function endOf({ what, reason, replacedBy }: Deed): string {
  if (replacedBy !== undefined) return 'replaced';
  if (what === 'traded') return 'filled';
  return reason === undefined ? what : `${what}: ${reason}`;
}
