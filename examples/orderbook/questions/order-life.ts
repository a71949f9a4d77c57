/**
 * The life of one order: when it entered, its place in the queue at each of its changes, whom it traded with, how it
 * ended. Between its changes, what left the queue ahead of it.
 *
 * One pass finds all lives of an id. While none is open, blocks are folded at once.
 */
import { RefoldError } from 'refold';
import type { Moment } from '../market-time.ts';
import { minus, plus, type Side, type Sum } from '../model/index.ts';
import type { BookFile, Range } from './books/book-file.ts';
import type { BookEvent, BookKind, Cause, Deed, OrderId, OrderView, Subject } from './books/book-kind.ts';
import { marketMoment } from './books/market-calendar.ts';

export interface OrderLife {
  /** The first life of this id is 1: an id may return once its order is over. */
  readonly life: number;
  readonly symbol: string;
  readonly side: Side;
  readonly account: string | null;
  /** Null for an order that was open before the range: its first change says how it stood then. */
  readonly entered: Occasion | null;
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

/** Which orders are followed. */
export interface Wanted {
  readonly orderId: OrderId;
  /** Of all symbols without it: where ids are unique per symbol, several orders may have one. */
  readonly symbol?: string | undefined;
}

/**
 * The lives of an id in a range, in the order of their entry. One pass over the range.
 *
 * @throws RefoldError `INVALID_OPTION` for an order that is not there
 */
export async function livesOf(book: BookFile, range: Range, wanted: Wanted): Promise<readonly OrderLife[]> {
  const { kind } = book;
  const entryIn = (event: BookEvent): Required<Subject> | undefined => {
    const entry = kind.entryOf(event);
    if (entry?.orderId !== wanted.orderId || (wanted.symbol ?? entry.symbol) !== entry.symbol) return undefined;
    return entry;
  };
  const trackers = await openBefore(book, range, wanted);
  let open: readonly Tracker[] = [...trackers];
  let isBegun = false;
  for await (const places of book.walk(range)) {
    // Most blocks are folded at once.
    if (open.length === 0 && !places.events.some((event) => entryIn(event) !== undefined)) continue;
    for (const { state, event } of places) {
      if (isBegun) open = open.filter((tracker) => tracker.see(state));
      isBegun = true;
      if (event === undefined) break;
      const entry = entryIn(event);
      for (const tracker of open) tracker.expect(state, event, entry?.symbol === tracker.symbol);
      if (entry === undefined) continue;
      const tracker = new Tracker(book, entry, trackers.length + 1);
      tracker.expect(state, event, false);
      trackers.push(tracker);
      open = [...open, tracker];
    }
  }
  if (trackers.length === 0) throw neverEntered(wanted.orderId, book.path);
  return trackers.map((tracker) => tracker.life());
}

/** Those that were open before the range. */
async function openBefore(book: BookFile, { from }: Range, { orderId, symbol }: Wanted): Promise<Tracker[]> {
  if (from === 1) return [];
  const { kind } = book;
  const [state, first] = [await book.stateAt(from - 1), await book.eventAt(from)];
  const symbols = symbol === undefined ? [...kind.symbols(state)] : [symbol];
  const known = symbols.filter((one) => kind.order(state, one, orderId) !== undefined);
  return known.map((one, at) => {
    const tracker = new Tracker(book, { symbol: one, orderId }, at + 1);
    tracker.begin(state, { sequence: from - 1, moment: marketMoment(first!) });
    return tracker;
  });
}

/** Follows one order: told of each event before its fold, it looks at the book after it. */
class Tracker {
  readonly symbol: string;
  readonly #kind: BookKind<any>;
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
  #expected: Expected | undefined;
  #wasOpen = false;

  constructor({ kind }: BookFile, { symbol, orderId }: Required<Subject>, life: number) {
    this.#kind = kind;
    this.symbol = symbol;
    this.#orderId = orderId;
    this.#life = life;
  }

  /** The order was open before. */
  begin(state: any, occasion: Occasion): void {
    const order = this.#kind.order(state, this.symbol, this.#orderId)!;
    this.#now = order;
    this.#wasOpen = true;
    this.#lookAhead(state, undefined);
    const { side, price, quantity } = order;
    const deed = { what: 'open before', quantity, ...(price !== null && { price }) };
    this.#changes.push({ ...occasion, ...deed, open: quantity, side, limit: price, place: this.#place(state) });
  }

  /** An event is folded next. @param isOver another order enters under the same id with it */
  expect(state: any, event: BookEvent, isOver: boolean): void {
    const { symbol } = this;
    const isOwn = this.#kind
      .subjectsOf(event)
      .some(({ orderId, symbol: of = symbol }) => orderId === this.#orderId && of === symbol);
    this.#expected = { event, deed: isOwn ? this.#kind.deedOf(state, event, this.#orderId) : undefined, isOver };
  }

  /** The event was folded. Returns whether the order is still open. */
  see(state: any): boolean {
    const { event, deed, isOver } = this.#expected!;
    const before = this.#now;
    const after = isOver ? undefined : this.#kind.order(state, this.symbol, this.#orderId);
    // A cleared book is not about any order, and ends them all.
    const own = deed ?? (after === undefined ? { what: 'cleared' } : undefined);
    if (own === undefined) {
      this.#shrink(state, event);
      return true;
    }
    this.#now = after;
    this.#countTrade(own);
    this.#lookAhead(state, before);
    const shown = after ?? before!;
    this.#changes.push({
      ...occasionOf(event),
      ...own,
      open: after?.quantity ?? 0,
      side: shown.side,
      limit: shown.price,
      place: this.#place(state),
    });
    if (after === undefined) this.#ended = { ...occasionOf(event), how: endOf(own) };
    return after !== undefined;
  }

  life(): OrderLife {
    const entry = this.#changes[0]!;
    return {
      life: this.#life,
      symbol: this.symbol,
      side: entry.side,
      account: this.#account,
      entered: this.#wasOpen ? null : { sequence: entry.sequence, moment: entry.moment },
      changes: this.#changes,
      queue: this.#queue,
      aheadBy: this.#aheadBy,
      traded: { trades: this.#trades, quantity: this.#traded, notional: this.#notional },
      ended: this.#ended,
    };
  }

  /** Something else happened: what of the orders ahead has become less? */
  #shrink(state: any, event: BookEvent): void {
    if (this.#ahead.size === 0) return;
    const kind = this.#kind;
    for (const { orderId, symbol = this.symbol } of kind.subjectsOf(event)) {
      const known = symbol === this.symbol ? this.#ahead.get(orderId) : undefined;
      if (known === undefined) continue;
      const other = kind.order(state, this.symbol, orderId);
      const stays = other !== undefined && other.arrival === known.arrival;
      const gone = known.quantity - (stays ? other.quantity : 0);
      if (stays) known.quantity = other.quantity;
      else this.#ahead.delete(orderId);
      if (gone !== 0) this.#countGone(event, gone);
    }
  }

  #countGone(event: BookEvent, quantity: number): void {
    const by = this.#kind.causeOf(event);
    this.#quantityAhead = minus(this.#quantityAhead, quantity);
    this.#aheadBy[by] = plus(this.#aheadBy[by], quantity);
    this.#queue.push({ ...occasionOf(event), by, quantity, ordersAhead: this.#ahead.size, ahead: this.#quantityAhead });
  }

  /** At a new place in a queue, those who stand before it are looked up once. */
  #lookAhead(state: any, before: OrderView | undefined): void {
    const now = this.#now;
    this.#account ??= now?.account ?? null;
    const isOnLevel = now?.stands === 'level';
    if (isOnLevel && before?.stands === 'level' && before.arrival === now.arrival) return;
    this.#ahead = new Map();
    this.#quantityAhead = 0;
    if (!isOnLevel) return;
    const kind = this.#kind;
    for (const id of kind.queue(state, this.symbol, now.side, now.price!)) {
      if (id === this.#orderId) break;
      const { quantity, arrival } = kind.order(state, this.symbol, id)!;
      this.#ahead.set(id, { quantity, arrival });
      this.#quantityAhead = plus(this.#quantityAhead, quantity);
    }
  }

  #place(state: any): QueuePlace | null {
    const now = this.#now;
    if (now?.stands !== 'level' || now.price === null) return null;
    const level = this.#kind.level(state, this.symbol, now.side, now.price)!;
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

interface Expected {
  readonly event: BookEvent;
  readonly deed: Deed | undefined;
  readonly isOver: boolean;
}

function neverEntered(orderId: OrderId, path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot tell the life of order ${orderId}: it is not there`, {
    path,
    type: 'ID',
    hint: 'Give the id of an order that is open in the range; `queue BOOK PRICE` and `trades BOOK` show some',
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
