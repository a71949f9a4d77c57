/**
 * A scratch copy of the book that shares everything it does not change.
 *
 * When a trade triggers stop orders, the next order has to be decided in the state the first one leaves behind, before
 * anything of it is committed. The overlay is that state: the model's own reducers run on it, entries are copied when
 * they are first looked at, and the committed state below stays untouched. It has exactly the table methods that
 * reducers and matching use. Made only when a stop does trigger: ordinary orders read the committed state directly.
 */
import { type Comparator, OrderedMap } from 'refold';
import type { BookState, ReadonlyBook } from './state.ts';

export function overlayOf(book: ReadonlyBook): BookState {
  const overlay = {
    symbols: new OverlayTable(book.symbols),
    orders: new OverlayTable(book.orders),
    bids: new OverlaySortedTable(book.bids),
    asks: new OverlaySortedTable(book.asks),
    buyStops: new OverlaySortedTable(book.buyStops),
    sellStops: new OverlaySortedTable(book.sellStops),
    expiries: new OverlayTable(book.expiries),
    accounts: new OverlayTable(book.accounts),
    tape: new OverlayTable(book.tape),
    taker: book.taker,
    lastTradeId: book.lastTradeId,
    clock: book.clock,
  };
  return overlay as unknown as BookState;
}

interface Base<K, V> {
  get(key: K): V | undefined;
  has(key: K): boolean;
}

class OverlayTable<K, V> {
  protected readonly base: Base<K, V>;
  protected readonly own: Map<K, V> = new Map();
  protected readonly deleted: Set<K> = new Set();

  constructor(base: Base<K, V>) {
    this.base = base;
  }

  get(key: K): V | undefined {
    const own = this.own.get(key);
    if (own !== undefined || this.deleted.has(key)) return own;
    const value = this.base.get(key);
    if (typeof value !== 'object' || value === null) return value;
    const copy = { ...value }; // entries are flat
    this.own.set(key, copy);
    return copy;
  }

  has(key: K): boolean {
    return this.own.has(key) || (!this.deleted.has(key) && this.base.has(key));
  }

  set(key: K, value: V): void {
    this.own.set(key, value);
  }

  delete(key: K): void {
    this.own.delete(key);
    this.deleted.add(key);
  }
}

interface SortedBase<V> extends Base<number, V> {
  readonly compare: Comparator<number>;
  nextAfter(key: number): readonly [number, V] | undefined;
}

class OverlaySortedTable<V> extends OverlayTable<number, V> {
  readonly #base: SortedBase<V>;
  /** Keys that the base lacks, or lost. */
  readonly #added: OrderedMap<number, true>;
  /** From a deleted key to the last of the deleted keys that follow it without a gap, as far as is known. */
  readonly #lastOfGap: Map<number, number> = new Map();

  constructor(base: SortedBase<V>) {
    super(base);
    this.#base = base;
    this.#added = new OrderedMap(base.compare);
  }

  override set(key: number, value: V): void {
    if (!this.has(key)) this.#added.set(key, true);
    super.set(key, value);
  }

  override delete(key: number): void {
    this.#added.delete(key);
    super.delete(key);
  }

  nextAfter(key: number): [number, V] | undefined {
    const kept = this.#nextKept(key);
    const added = this.#added.nextAfter(key)?.[0];
    const next = kept === undefined || (added !== undefined && this.#base.compare(added, kept) < 0) ? added : kept;
    return next === undefined ? undefined : [next, this.get(next)!];
  }

  /** A long cascade eats the best levels one after another; remembering the gap keeps each look at the best one short. */
  #nextKept(key: number): number | undefined {
    const firstGone = this.#base.nextAfter(key)?.[0];
    let next = firstGone;
    let last: number | undefined;
    while (next !== undefined && this.deleted.has(next)) {
      last = this.#lastOfGap.get(next) ?? next;
      next = this.#base.nextAfter(last)?.[0];
    }
    if (last !== undefined) this.#lastOfGap.set(firstGone!, last);
    return next;
  }
}
