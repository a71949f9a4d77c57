/**
 * A Map sorted by key, over a B+ tree that counts (`counted-tree.ts`).
 *
 * It does what a Map does, and also gives the `first` and `last` entry, the entry next to any key, ranges, the entry at
 * an index, and the rank of a key. As a property at the top level of a state it is a table (see `atomic/`). Typical
 * uses are price levels, expiry queues and leaderboards.
 *
 * Iteration is live, as in a Map: each step takes the first entry after the previous key, in the map as it is now. It
 * visits entries that are added after that key, skips entries that are deleted there, and visits no entry twice.
 */
import type { DeepReadonly } from '../../core/event.ts';
import type { Comparator } from './comparators.ts';
import { CountedTree } from './counted-tree.ts';
import { boundIndex, itemIndex } from './indices.ts';

/**
 * Which entries a `range` gives: those between two keys, those between two indices, or those that are in both. Finding
 * the first one costs O(log size), in either direction.
 *
 * The keys follow the comparator's order. They need not be keys of the map. An entry at one of them is included unless
 * that bound is exclusive. The indices mean what they mean for `slice` of an array: `start` is included, `end` is not,
 * and a negative one counts from the end.
 */
export interface RangeOptions<K> {
  /** Where the range begins. Default: at the first entry. */
  readonly from?: K | undefined;
  /** Where the range ends. Default: at the last entry. */
  readonly to?: K | undefined;
  readonly fromExclusive?: boolean;
  readonly toExclusive?: boolean;
  /** The index of the first entry, from 0. Default: 0. Taken when the iteration begins. */
  readonly start?: number | undefined;
  /** The index of the first entry that is not included. Default: the size. */
  readonly end?: number | undefined;
  /** Walk from `to` back to `from`, and from before `end` back to `start`. */
  readonly reverse?: boolean;
}

export { ascending, type Comparator, descending } from './comparators.ts';

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
  /**
   * The number of entries before the place of `key`, which need not be present. For a key of the map this is its index:
   * `map.at(map.rank(key))` is its entry.
   */
  rank(key: K): number;
  /** The entry at an index, from 0; negative from the end. Undefined beyond the ends. */
  at(index: number): [K, V] | undefined;
  /** The entries between two bounds. */
  range(options?: RangeOptions<K>): MapIterator<[K, V]>;
  /** Types only: what `DeepReadonly` makes of it. */
  readonly readonlyView?: ReadonlyOrderedMap<K, DeepReadonly<V>>;
}

/** Carries a tree into the constructor of an OrderedMap. */
class Fork {
  readonly tree: CountedTree<any, any>;

  constructor(tree: CountedTree<any, any>) {
    this.tree = tree;
  }

  *[Symbol.iterator](): Generator<never, void> {}
}

// These are set once, by the class itself, since only it can reach its tree.

/**
 * Entries for a new OrderedMap that make it a copy of `from` in O(1). The two trees share their nodes until one of them
 * changes.
 */
export let forkOf: <K, V>(from: OrderedMap<K, V>) => Iterable<[K, V]>;

/** Moves the content of `from` to `into` and leaves `from` empty. It also works on a guarded map. */
export let moveTree: <K, V>(from: OrderedMap<K, V>, into: OrderedMap<K, V>) => void;

/** The entry at a key as the map stores it, or undefined. */
export let pairOf: <K, V>(map: OrderedMap<K, V>, key: K) => [K, V] | undefined;

/** Replaces the value at a stored key, and keeps the key: a composite one is not copied again. */
export let replaceValue: <K, V>(map: OrderedMap<K, V>, storedKey: K, value: V) => void;

/** A Map sorted by key. All methods but the iterations cost O(log size). */
export class OrderedMap<K, V> implements ReadonlyOrderedMap<K, V> {
  declare readonly readonlyView?: ReadonlyOrderedMap<K, DeepReadonly<V>>;
  readonly #compare: Comparator<K>;
  #tree: CountedTree<K, V>;
  /** Counts changes, so that an iteration notices when its position in the tree is outdated. */
  #changes = 0;

  static {
    forkOf = (from) => new Fork(from.#tree.fork());
    moveTree = (from, into) => {
      into.#tree = from.#tree;
      into.#changes++;
      from.#tree = new CountedTree(from.#compare);
    };
    pairOf = (map, key) => map.#tree.pairAt(key);
    replaceValue = (map, storedKey, value) => {
      map.#tree.set(storedKey, value);
      map.#changes++;
    };
  }

  /** @throws TypeError when `compare` is not a function, or an entry's key cannot be ordered */
  constructor(compare: Comparator<K>, entries?: Iterable<readonly [K, V]> | null) {
    if (typeof compare !== 'function') throw new TypeError('An OrderedMap needs a comparator, such as ascending');
    this.#compare = compare;
    if (entries instanceof Fork) {
      this.#tree = entries.tree as CountedTree<K, V>;
      return;
    }
    this.#tree = new CountedTree<K, V>(compare);
    for (const [key, value] of entries ?? []) this.set(key, value);
  }

  get compare(): Comparator<K> {
    return this.#compare;
  }

  get size(): number {
    return this.#tree.size;
  }

  get(key: K): V | undefined {
    return this.#tree.get(key);
  }

  has(key: K): boolean {
    return this.#tree.has(key) && this.#compare(key, key) === 0;
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
    this.#tree.set(key, value);
    this.#changes++;
    return this;
  }

  /** The entry at a key, with the stored key. The two keys may differ, because a comparator may treat them as equal. */
  protected pairAt(key: K): [K, V] | undefined {
    return this.#tree.pairAt(key);
  }

  delete(key: K): boolean {
    if (this.size === 0 || this.#compare(key, key) !== 0 || !this.#tree.delete(key)) return false;
    this.#changes++;
    return true;
  }

  clear(): void {
    this.#tree.clear();
    this.#changes++;
  }

  first(): [K, V] | undefined {
    return this.#tree.at(0);
  }

  last(): [K, V] | undefined {
    return this.#tree.at(this.size - 1);
  }

  nextAfter(key: K): [K, V] | undefined {
    return this.#tree.nextAfter(key);
  }

  nextBefore(key: K): [K, V] | undefined {
    return this.#tree.nextBefore(key);
  }

  rank(key: K): number {
    return this.#tree.rank(key);
  }

  at(index: number): [K, V] | undefined {
    const at = itemIndex(index, this.size);
    return at === undefined ? undefined : this.#tree.at(at);
  }

  *range(options: RangeOptions<K> = {}): MapIterator<[K, V]> {
    const { reverse = false } = options;
    let [low, high] = this.#between(options);
    let left = Number.POSITIVE_INFINITY;
    if (options.start !== undefined || options.end !== undefined) {
      low = Math.max(low, boundIndex(options.start, 0, this.size));
      high = Math.min(high, boundIndex(options.end, this.size, this.size));
      left = high - low;
    }
    while (low < high && left > 0) {
      const seen = this.#changes;
      const { keys, values, offset } = this.#tree.leafAt(reverse ? high - 1 : low);
      const step = reverse ? -1 : 1;
      for (let at = offset; at >= 0 && at < keys.length && low < high && left > 0; at += step) {
        const key = keys[at]!;
        left--;
        if (reverse) high--;
        else low++;
        yield [key, values[at]!];
        if (seen === this.#changes) continue;
        [low, high] = this.#between(
          reverse ? { ...options, to: key, toExclusive: true } : { ...options, from: key, fromExclusive: true },
        );
        break;
      }
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

  /** The entries between two keys, as the index of the first one and the index after the last one. */
  #between({ from, fromExclusive, to, toExclusive }: RangeOptions<K>): [low: number, high: number] {
    const low = from === undefined ? 0 : this.#tree.rank(from, fromExclusive === true);
    const high = to === undefined ? this.size : this.#tree.rank(to, toExclusive !== true);
    return [low, high];
  }
}

/** What a console prints: the entries, with the name of the collection. */
const PrintedMap = class OrderedMap<K, V> extends Map<K, V> {
  override get [Symbol.toStringTag](): string {
    return 'OrderedMap';
  }
};

// Without this, a console prints an empty object, because the entries are in private fields.
Object.defineProperty(OrderedMap.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: OrderedMap<unknown, unknown>): Map<unknown, unknown> {
    return new PrintedMap(this);
  },
});

/**
 * Copies a composite key. Such keys are small. A value that is not plain data is not copied: the fold refuses it later.
 */
function copyOfKey<K extends object>(key: K): K {
  if (Array.isArray(key)) return key.map(copyOfMember) as unknown as K;
  if (key instanceof Date) return new Date(key) as K & Date;
  if (Object.getPrototypeOf(key) !== Object.prototype) return key;
  for (const name in key) if (isObject(key[name])) return copyOfMembers(key);
  return { ...key }; // the usual key: its members are primitives
}

function copyOfMembers<K extends object>(key: K): K {
  return Object.fromEntries(Object.entries(key).map(([name, member]) => [name, copyOfMember(member)])) as K;
}

function copyOfMember(member: unknown): unknown {
  return isObject(member) ? copyOfKey(member) : member;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
