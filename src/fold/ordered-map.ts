/**
 * A Map sorted by key, over a B+ tree.
 *
 * It does what a Map does, and also gives the `first` and `last` entry, the entry next to any key, and ranges. As a
 * property at the top level of a state it is a table (see `atomic/`). Typical uses are price levels, expiry queues and
 * leaderboards.
 *
 * Iteration is live, as in a Map: each step takes the first entry after the previous key, in the map as it is now. It
 * visits entries that are added after that key, skips entries that are deleted there, and visits no entry twice.
 */
import btree from 'sorted-btree';
import type { DeepReadonly } from '../core/event.ts';

/**
 * Negative when `a` comes before `b`, positive when `a` comes after `b`, 0 when they are the same key. Must be a total
 * order.
 */
export type Comparator<K> = (a: K, b: K) => number;

/** Smallest first. Numbers by value, strings by code unit. NaN cannot be ordered, so it is refused as a key. */
export function ascending<K extends number | bigint | string>(a: K, b: K): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
}

/** Largest first: the reverse of `ascending`. */
export function descending<K extends number | bigint | string>(a: K, b: K): number {
  return a < b ? 1 : a > b ? -1 : a === b ? 0 : Number.NaN;
}

/**
 * Which entries a `range` gives. The bounds follow the comparator's order. A bound need not be a key of the map. An
 * entry at a bound is included unless that bound is exclusive.
 */
export interface RangeOptions<K> {
  /** Where the range begins. Default: at the first entry. */
  readonly from?: K | undefined;
  /** Where the range ends. Default: at the last entry. */
  readonly to?: K | undefined;
  readonly fromExclusive?: boolean;
  readonly toExclusive?: boolean;
  /** Walk from `to` back to `from`. */
  readonly reverse?: boolean;
}

/** The read methods of an `OrderedMap`. */
export interface ReadonlyOrderedMap<K, V> extends ReadonlyMap<K, V> {
  readonly compare: Comparator<K>;
  /** The first entry in the comparator's order, undefined when empty. */
  first(): [K, V] | undefined;
  /** The last entry in the comparator's order, undefined when empty. */
  last(): [K, V] | undefined;
  /** The first entry strictly after `key`, which need not be present. */
  nextAfter(key: K): [K, V] | undefined;
  /** The last entry strictly before `key`, which need not be present. */
  nextBefore(key: K): [K, V] | undefined;
  /** The entries between two bounds. */
  range(options?: RangeOptions<K>): MapIterator<[K, V]>;
  /** Types only: what `DeepReadonly` makes of it. */
  readonly readonlyView?: ReadonlyOrderedMap<K, DeepReadonly<V>>;
}

/** sorted-btree is a CommonJS package: Node imports its exports object, some bundlers import its default export. */
const BTree: typeof btree.default = btree.default ?? (btree as unknown as typeof btree.default);
type Tree<K, V> = btree.default<K, V>;

/**
 * Replaces undefined inside the tree. A leaf that holds only undefined loses values when it merges with another leaf
 * (sorted-btree 2.1.0, `mergeSibling`).
 */
const STORED_UNDEFINED: unique symbol = Symbol('undefined');
type Stored<V> = V | typeof STORED_UNDEFINED;

const store = <V>(value: V): Stored<V> => (value === undefined ? STORED_UNDEFINED : value);
const restore = <V>(stored: Stored<V> | undefined): V | undefined => (stored === STORED_UNDEFINED ? undefined : stored);

/** Carries a tree into the constructor of an OrderedMap. */
class Fork {
  readonly tree: Tree<any, any>;

  constructor(tree: Tree<any, any>) {
    this.tree = tree;
  }

  *[Symbol.iterator](): Generator<never, void> {}
}

// Both are set once, by the class itself, since only it can reach its tree.

/**
 * Entries for a new OrderedMap that make it a copy of `from` in O(1). The two trees share their nodes until one of them
 * changes.
 */
export let forkOf: <K, V>(from: OrderedMap<K, V>) => Iterable<[K, V]>;

/** Moves the content of `from` to `into` and leaves `from` empty. It also works on a guarded map. */
export let moveTree: <K, V>(from: OrderedMap<K, V>, into: OrderedMap<K, V>) => void;

/** A Map sorted by key. `first`, `last`, `nextAfter`, `get`, `set`, `delete` cost O(log size). */
export class OrderedMap<K, V> implements ReadonlyOrderedMap<K, V> {
  declare readonly readonlyView?: ReadonlyOrderedMap<K, DeepReadonly<V>>;
  readonly #compare: Comparator<K>;
  #tree: Tree<K, Stored<V>>;
  /** Counts changes, so that an iteration notices when its position in the tree is outdated. */
  #changes = 0;

  static {
    forkOf = (from) => new Fork(from.#tree.clone());
    moveTree = (from, into) => {
      into.#tree = from.#tree;
      into.#changes++;
      from.#tree = new BTree(undefined, from.#compare);
    };
  }

  /** @throws TypeError when `compare` is not a function, or an entry's key cannot be ordered */
  constructor(compare: Comparator<K>, entries?: Iterable<readonly [K, V]> | null) {
    if (typeof compare !== 'function') throw new TypeError('An OrderedMap needs a comparator, such as ascending');
    this.#compare = compare;
    if (entries instanceof Fork) {
      this.#tree = entries.tree as Tree<K, Stored<V>>;
      return;
    }
    this.#tree = new BTree<K, Stored<V>>(undefined, compare);
    for (const [key, value] of entries ?? []) this.set(key, value);
  }

  get compare(): Comparator<K> {
    return this.#compare;
  }

  get size(): number {
    return this.#tree.size;
  }

  get(key: K): V | undefined {
    return restore(this.#tree.get(key));
  }

  has(key: K): boolean {
    // Not the tree's own `has`, which returns true for a key that cannot be ordered.
    return this.#tree.get(key) !== undefined && this.#compare(key, key) === 0;
  }

  /**
   * Adds an entry, or replaces the value and the key of an existing one. -0 becomes 0, as in a Map. A key that is an
   * object is copied, so that a later change of the original does not change the order.
   *
   * @throws TypeError when the comparator does not find the key equal to itself, as for NaN, and for undefined
   */
  set(key: K, value: V): this {
    if (key === 0) key = 0 as K;
    if (typeof key === 'object' && key !== null) key = copyOfKey(key);
    if (key === undefined || this.#compare(key, key) !== 0) {
      throw new TypeError(`The key ${String(key)} cannot be ordered: use another key`);
    }
    this.#tree.set(key, store(value));
    this.#changes++;
    return this;
  }

  /** The entry at a key, with the stored key. The two keys may differ, because a comparator may treat them as equal. */
  protected pairAt(key: K): [K, V] | undefined {
    const pair = this.#tree.getPairOrNextHigher(key);
    return pair === undefined || this.#compare(pair[0], key) !== 0 ? undefined : restorePair(pair);
  }

  delete(key: K): boolean {
    if (!this.has(key)) return false;
    this.#tree.delete(key);
    this.#changes++;
    return true;
  }

  clear(): void {
    this.#tree.clear();
    this.#changes++;
  }

  first(): [K, V] | undefined {
    return restorePair(this.#tree.nextHigherPair(undefined));
  }

  last(): [K, V] | undefined {
    return restorePair(this.#tree.nextLowerPair(undefined));
  }

  nextAfter(key: K): [K, V] | undefined {
    return restorePair(this.#tree.nextHigherPair(key));
  }

  nextBefore(key: K): [K, V] | undefined {
    return restorePair(this.#tree.nextLowerPair(key));
  }

  *range(options: RangeOptions<K> = {}): MapIterator<[K, V]> {
    const { reverse = false } = options;
    let [start, skipStart] = reverse ? [options.to, options.toExclusive] : [options.from, options.fromExclusive];
    const [end, skipEnd] = reverse ? [options.from, options.fromExclusive] : [options.to, options.toExclusive];
    let steps: Iterator<[K, Stored<V>]> | undefined;
    let seen = -1;
    for (;;) {
      if (steps === undefined || seen !== this.#changes) {
        steps = this.#stepsFrom(start, skipStart === true, reverse);
        seen = this.#changes;
      }
      const step = steps.next();
      if (step.done === true) return;
      const entry = restorePair(step.value)!;
      if (end !== undefined && this.#isBeyond(entry[0], end, skipEnd === true, reverse)) return;
      start = entry[0];
      skipStart = true;
      yield entry;
    }
  }

  entries(): MapIterator<[K, V]> {
    return this.range();
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(callback: (value: V, key: K, map: OrderedMap<K, V>) => void, thisArg?: unknown): void {
    for (const [key, value] of this.entries()) callback.call(thisArg, value, key, this);
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  #stepsFrom(start: K | undefined, skipStart: boolean, reverse: boolean): Iterator<[K, Stored<V>]> {
    if (reverse) return this.#tree.entriesReversed(start, undefined, skipStart);
    // `entries` cannot skip its start, so begin at the next key. Without a next key the end is reached.
    if (start === undefined || !skipStart) return this.#tree.entries(start);
    const next = this.#tree.nextHigherPair(start);
    return next === undefined ? [].values() : this.#tree.entries(next[0]);
  }

  #isBeyond(key: K, end: K, skipEnd: boolean, reverse: boolean): boolean {
    const order = reverse ? this.#compare(end, key) : this.#compare(key, end);
    return skipEnd ? order >= 0 : order > 0;
  }
}

// Without this, a console prints an empty object, because the entries are in private fields.
Object.defineProperty(OrderedMap.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: OrderedMap<unknown, unknown>): Map<unknown, unknown> {
    return new Map(this);
  },
});

/**
 * Copies a composite key. Such keys are small. A value that is not plain data is not copied: the fold refuses it later.
 */
function copyOfKey<K extends object>(key: K): K {
  const copyOf = (member: unknown): unknown =>
    typeof member === 'object' && member !== null ? copyOfKey(member) : member;
  if (Array.isArray(key)) return key.map(copyOf) as unknown as K;
  if (key instanceof Date) return new Date(key) as K & Date;
  if (Object.getPrototypeOf(key) !== Object.prototype) return key;
  return Object.fromEntries(Object.entries(key).map(([name, member]) => [name, copyOf(member)])) as K;
}

function restorePair<K, V>(pair: [K, Stored<V>] | undefined): [K, V] | undefined {
  if (pair !== undefined && pair[1] === STORED_UNDEFINED) pair[1] = undefined as V;
  return pair as [K, V] | undefined;
}
