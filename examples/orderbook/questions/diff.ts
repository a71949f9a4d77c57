/**
 * Where two books differ: the first event after which they do, and what differs at the end.
 *
 * Two books are walked side by side, in steps of one time of the market or of one sequence. They begin equal, so after
 * each step only the levels that its events may have changed are compared. Two moments of one book are compared in the
 * same way: the earlier one stands still.
 */
import type { Side, Sum } from '../model/index.ts';
import type { BookFile, Standing as Place, Range } from './books/book-file.ts';
import type { BookEvent, OrderId } from './books/book-kind.ts';
import { compareMoments, recordedMoment } from './books/market-calendar.ts';

/** A level of one book: what it has in all and, where orders are compared, who stands in line. */
export interface LevelContent {
  readonly quantity: Sum;
  readonly orders?: readonly { readonly orderId: OrderId; readonly quantity: number }[];
}

/** A level that the two books do not have alike; null where a book does not have it. */
export interface LevelDifference {
  readonly symbol: string;
  readonly side: Side;
  readonly price: number;
  readonly a: LevelContent | null;
  readonly b: LevelContent | null;
}

/** The first place at which the books differ. */
export interface FirstDifference {
  /** The last event of each book that changed a level that differs, at this step; null for a book without one. */
  readonly a: BookEvent | null;
  readonly b: BookEvent | null;
  readonly levels: readonly LevelDifference[];
}

/** What is compared. */
export interface Comparing {
  /** The symbol in either book. */
  readonly symbols: readonly (readonly [a: string, b: string])[];
  /** Who stands in line too, or only how much there is at each price. */
  readonly what: 'orders' | 'levels';
  /** Only so many of the best levels; all without it. */
  readonly depth?: number | undefined;
}

/** A book with a state of it. */
export interface Standing {
  readonly book: BookFile;
  readonly state: any;
}

/** A book that is walked through a range, or one that stands still. */
export type Walking = Standing | { readonly book: BookFile; readonly range: Pick<Range, 'from' | 'to'> };

/** How the steps of two books are matched: by the log's time, or event by event. */
export type Pace = 'time' | 'sequence';

/** The first step after which the two books differ; null if they never do. */
export async function firstDifference(
  a: Walking,
  b: Walking,
  comparing: Comparing,
  pace: Pace,
): Promise<FirstDifference | null> {
  const walkA = new Walk(
    a,
    pace,
    comparing.symbols.map(([symbol]) => symbol),
  );
  const walkB = new Walk(
    b,
    pace,
    comparing.symbols.map(([, symbol]) => symbol),
  );
  try {
    await walkA.begin();
    await walkB.begin();
    while (walkA.next !== undefined || walkB.next !== undefined) {
      const order = orderOf(walkA.next, walkB.next, pace);
      if (order <= 0) await walkA.step();
      if (order >= 0) await walkB.step();
      // A change that is not complete is compared when it is.
      if (!walkA.isSettled || !walkB.isSettled) continue;
      const levels = differencesAfter(walkA, walkB, comparing);
      if (levels.length > 0)
        return { a: walkA.causeOf(levels, 0), b: walkB.causeOf(levels, 1), levels: levels.map(({ level }) => level) };
      walkA.touched.clear();
      walkB.touched.clear();
    }
    return null;
  } finally {
    await walkA.end();
    await walkB.end();
  }
}

/** Every level that two states do not have alike: symbol by symbol, bids first, best first. */
export function differencesOf(a: Standing, b: Standing, comparing: Comparing): LevelDifference[] {
  return comparing.symbols.flatMap((pair) => differencesIn(a, b, pair, comparing)).map(({ level }) => level);
}

interface Found {
  readonly pair: readonly [a: string, b: string];
  readonly level: LevelDifference;
}

function differencesIn(a: Standing, b: Standing, pair: Found['pair'], comparing: Comparing): Found[] {
  return (['buy', 'sell'] as const).flatMap((side) => {
    const depth = comparing.depth ?? Number.MAX_SAFE_INTEGER;
    const pricesOf = ({ book: { kind }, state }: Standing, symbol: string): number[] =>
      kind.topLevels(state, symbol, side, depth).map(({ price }) => price);
    const prices = new Set([...pricesOf(a, pair[0]), ...pricesOf(b, pair[1])]);
    const bestFirst = [...prices].sort((x, y) => (side === 'buy' ? y - x : x - y));
    return bestFirst.flatMap((price) => differenceAt(a, b, { pair, side, price }, comparing));
  });
}

interface Spot {
  readonly pair: readonly [a: string, b: string];
  readonly side: Side;
  readonly price: number;
}

function differenceAt(a: Standing, b: Standing, { pair, side, price }: Spot, { what }: Comparing): Found[] {
  const [one, other] = [contentOf(a, pair[0], side, price, what), contentOf(b, pair[1], side, price, what)];
  if (isSameLevel(one, other)) return [];
  return [{ pair, level: { symbol: pair[0], side, price, a: one, b: other } }];
}

function contentOf(
  { book: { kind }, state }: Standing,
  symbol: string,
  side: Side,
  price: number,
  what: Comparing['what'],
): LevelContent | null {
  const level = kind.level(state, symbol, side, price);
  if (level === undefined) return null;
  if (what === 'levels') return { quantity: level.quantity };
  const orders = kind.queue(state, symbol, side, price).map((orderId) => ({
    orderId,
    quantity: kind.order(state, symbol, orderId)!.quantity,
  }));
  return { quantity: level.quantity, orders };
}

function isSameLevel(a: LevelContent | null, b: LevelContent | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.quantity !== b.quantity || a.orders?.length !== b.orders?.length) return false;
  return (a.orders ?? []).every(({ orderId, quantity }, at) => {
    const other = b.orders![at]!;
    return other.orderId === orderId && other.quantity === quantity;
  });
}

/** The books were alike before. So only what events have touched since can differ. */
function differencesAfter(walkA: Walk, walkB: Walk, comparing: Comparing): Found[] {
  const [a, b] = [walkA.standing, walkB.standing];
  return comparing.symbols.flatMap((pair) => {
    const [touchedA, touchedB] = [walkA.touched.get(pair[0]), walkB.touched.get(pair[1])];
    if (touchedA === undefined && touchedB === undefined) return [];
    // With a depth, a level may come into view because another has left.
    const isAll = touchedA?.isAll === true || touchedB?.isAll === true || comparing.depth !== undefined;
    if (isAll) return differencesIn(a, b, pair, comparing);
    const spots = new Map([...(touchedA?.levels ?? []), ...(touchedB?.levels ?? [])]);
    return [...spots.values()].flatMap(({ side, price }) => differenceAt(a, b, { pair, side, price }, comparing));
  });
}

/** What the events since the last comparison have touched of a symbol. */
interface Touched {
  isAll: boolean;
  last: BookEvent;
  readonly levels: Map<string, { readonly side: Side; readonly price: number; event: BookEvent }>;
}

/** One of two walks side by side. */
class Walk {
  /** The next event; undefined at the end. */
  next: BookEvent | undefined;
  isSettled = true;
  readonly touched: Map<string, Touched> = new Map();
  readonly #book: BookFile;
  readonly #places: AsyncGenerator<Place, void> | undefined;
  readonly #pace: Pace;
  readonly #symbols: readonly string[];
  #state: any;

  constructor(walking: Walking, pace: Pace, symbols: readonly string[]) {
    this.#book = walking.book;
    if ('range' in walking) this.#places = placesOf(walking.book, walking.range);
    else this.#state = walking.state;
    this.#pace = pace;
    this.#symbols = symbols;
  }

  /** The book after the last step. */
  get standing(): Standing {
    return { book: this.#book, state: this.#state };
  }

  async begin(): Promise<void> {
    this.next = await this.#advance();
  }

  async end(): Promise<void> {
    await this.#places?.return(undefined);
  }

  /** Folds the events of one step. */
  async step(): Promise<void> {
    const first = this.next!;
    for (let event: BookEvent | undefined = first; event !== undefined; event = this.next) {
      if (orderOf(first, event, this.#pace) !== 0) return;
      this.#touch(event);
      this.next = await this.#advance(); // folds it
      this.#touch(event);
    }
  }

  /** The last event that changed one of these levels. */
  causeOf(found: readonly Found[], which: 0 | 1): BookEvent | null {
    const events = found.flatMap(({ pair, level: { side, price } }) => {
      const touched = this.touched.get(pair[which]);
      const event = touched?.levels.get(keyOf(side, price))?.event ?? touched?.last;
      return event === undefined ? [] : [event];
    });
    return events.reduce<BookEvent | null>(
      (last, event) => (event.sequence > (last?.sequence ?? 0) ? event : last),
      null,
    );
  }

  async #advance(): Promise<BookEvent | undefined> {
    const place = await this.#places?.next();
    if (place === undefined || place.done === true) return undefined;
    const { state, before, event, after } = place.value;
    this.#state = state;
    this.isSettled = this.#symbols.every((symbol) => this.#book.kind.isSettled(state, symbol, before, after));
    return event;
  }

  #touch(event: BookEvent): void {
    const found = this.#book.kind.touched(this.#state, event);
    if (found === undefined) return;
    let touched = this.touched.get(found.symbol);
    if (touched === undefined)
      this.touched.set(found.symbol, (touched = { isAll: false, last: event, levels: new Map() }));
    touched.last = event;
    if (found.levels === 'all') touched.isAll = true;
    else for (const { side, price } of found.levels) touched.levels.set(keyOf(side, price), { side, price, event });
  }
}

async function* placesOf(book: BookFile, range: Pick<Range, 'from' | 'to'>): AsyncGenerator<Place, void> {
  for await (const places of book.walk(range)) yield* places;
}

function keyOf(side: Side, price: number): string {
  return `${side} ${price}`;
}

/** Which of two events comes first, at the pace of the walk; 0 for one step. */
function orderOf(a: BookEvent | undefined, b: BookEvent | undefined, pace: Pace): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  if (pace === 'sequence') return a.sequence - b.sequence;
  return compareMoments(recordedMoment(a), recordedMoment(b));
}
