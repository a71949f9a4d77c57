/**
 * A list that is fast at both ends, and at any index.
 *
 * The items stand in rings of 512 (`ring.ts`). All rings but the first and the last are full, so one division finds the
 * ring of an index:
 *
 *     [ · · a b c ]  [ d … ]  [ e … ]  [ f g · · · ]
 *
 * An insertion in the middle moves at most 256 items in its ring, and then one item through each ring up to the nearer
 * end. Growth adds a ring, and copies no items.
 *
 * Deques may share rings: `forkOfDeque` copies the list of rings alone. A write copies a shared ring first.
 */
import type { DeepReadonly } from '../../core/event.ts';
import { boundIndex, itemIndex } from './indices.ts';
import { RING_ITEMS, Ring } from './ring.ts';

/** The read methods of a `Deque`. Indices mean what they mean for an array: a negative one counts from the end. */
export interface ReadonlyDeque<T> extends Iterable<T> {
  readonly size: number;
  /** The item at an index; undefined beyond the ends. */
  at(index: number): T | undefined;
  /** The items from `start` up to `end`, which is not included. */
  slice(start?: number, end?: number): T[];
  /** The items. An iteration is live, as that of an array: it shows each index as it is when it gets there. */
  values(): ArrayIterator<T>;
  /** Each index with its item. */
  entries(): ArrayIterator<[number, T]>;
  forEach(callback: (value: T, index: number, deque: any) => void, thisArg?: unknown): void;
  [Symbol.iterator](): ArrayIterator<T>;
  /** Types only: what `DeepReadonly` makes of it. */
  readonly readonlyView?: ReadonlyDeque<DeepReadonly<T>>;
}

/** Carries rings into the constructor of a Deque. */
class Fork {
  readonly rings: Ring<any>[];
  readonly size: number;

  constructor(rings: Ring<any>[], size: number) {
    this.rings = rings;
    this.size = size;
  }

  *[Symbol.iterator](): Generator<never, void> {}
}

/**
 * Items for a new Deque that make it a copy of `from`. The two share their rings until one of them changes. Costs one
 * step for every 512 items.
 */
export let forkOfDeque: <T>(from: Deque<T>) => Iterable<T>;

/** A list that is fast at both ends. `at` and `set` cost the same at every index, however long the list is. */
export class Deque<T> implements ReadonlyDeque<T> {
  declare readonly readonlyView?: ReadonlyDeque<DeepReadonly<T>>;
  /** None is empty. All but the first and the last are full. */
  #rings: Ring<T>[] = [];
  #size = 0;
  /** Marks the rings that this deque may change. */
  #owner: object = {};

  static {
    forkOfDeque = (from) => {
      from.#owner = {}; // its rings are shared from now on
      return new Fork(from.#rings.slice(), from.#size);
    };
  }

  constructor(items?: Iterable<T> | null) {
    if (items instanceof Fork) {
      this.#rings = items.rings as Ring<T>[];
      this.#size = items.size;
      return;
    }
    for (const item of items ?? []) this.#pushOne(item);
  }

  get size(): number {
    return this.#size;
  }

  at(index: number): T | undefined {
    const at = itemIndex(index, this.#size);
    if (at === undefined) return undefined;
    const number = this.#ringOf(at);
    return this.#rings[number]!.at(this.#offsetIn(number, at));
  }

  /** Replaces the item at an index. Returns whether there was one; otherwise nothing changes. */
  set(index: number, value: T): boolean {
    const at = itemIndex(index, this.#size);
    if (at === undefined) return false;
    const number = this.#ringOf(at);
    this.#own(number).set(this.#offsetIn(number, at), value);
    return true;
  }

  /** Adds items at the end. Returns the new size. */
  push(...values: T[]): number {
    for (const value of values) this.#pushOne(value);
    return this.#size;
  }

  /** Removes the last item and returns it; undefined when the deque is empty. */
  pop(): T | undefined {
    if (this.#size === 0) return undefined;
    const ring = this.#own(this.#rings.length - 1);
    const item = ring.pop();
    if (ring.size === 0) this.#rings.pop();
    this.#size--;
    return item;
  }

  /** Adds items at the beginning: the first of them becomes the first item. Returns the new size. */
  unshift(...values: T[]): number {
    for (let index = values.length - 1; index >= 0; index--) this.#unshiftOne(values[index]!);
    return this.#size;
  }

  /** Removes the first item and returns it; undefined when the deque is empty. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const ring = this.#own(0);
    const item = ring.shift();
    if (ring.size === 0) this.#rings.shift();
    this.#size--;
    return item;
  }

  /** Adds an item before the one at an index. An index beyond the ends means that end, as for `splice` of an array. */
  insert(index: number, value: T): void {
    const at = boundIndex(index, 0, this.#size);
    if (at === this.#size) this.#pushOne(value);
    else if (at === 0) this.#unshiftOne(value);
    else this.#insertInside(at, value);
  }

  /** Deletes the item at an index. Returns whether there was one. */
  delete(index: number): boolean {
    const at = itemIndex(index, this.#size);
    if (at === undefined) return false;
    const number = this.#ringOf(at);
    this.#own(number).delete(this.#offsetIn(number, at));
    this.#size--;
    if (number < this.#rings.length / 2) this.#refillFromStart(number);
    else this.#refillFromEnd(number);
    return true;
  }

  /** Keeps the items from `start` up to `end`, which is not included, and deletes all others. */
  truncate(start?: number, end?: number): void {
    const size = this.#size;
    const from = boundIndex(start, 0, size);
    const to = boundIndex(end, size, size);
    if (from >= to) {
      this.clear();
      return;
    }
    this.#dropLast(size - to);
    this.#dropFirst(from);
    this.#size = to - from;
  }

  clear(): void {
    this.#rings = [];
    this.#size = 0;
  }

  slice(start?: number, end?: number): T[] {
    const { size } = this;
    const to = boundIndex(end, size, size);
    const items: T[] = [];
    for (let index = boundIndex(start, 0, size); index < to; index++) items.push(this.at(index)!);
    return items;
  }

  *values(): ArrayIterator<T> {
    for (let index = 0; index < this.size; index++) yield this.at(index)!;
  }

  *entries(): ArrayIterator<[number, T]> {
    for (let index = 0; index < this.size; index++) yield [index, this.at(index)!];
  }

  forEach(callback: (value: T, index: number, deque: this) => void, thisArg?: unknown): void {
    for (const [index, item] of this.entries()) callback.call(thisArg, item, index, this);
  }

  [Symbol.iterator](): ArrayIterator<T> {
    return this.values();
  }

  /** The items of the rings that this deque alone uses: all that has changed since it was forked is among them. */
  protected *changedItems(): Generator<[number, T], undefined> {
    let index = 0;
    for (const ring of this.#rings) {
      if (ring.owner === this.#owner) for (let at = 0; at < ring.size; at++) yield [index + at, ring.at(at)];
      index += ring.size;
    }
    return undefined;
  }

  /** The number of the ring that holds an index. */
  #ringOf(index: number): number {
    const first = this.#rings[0]!.size;
    return index < first ? 0 : 1 + Math.floor((index - first) / RING_ITEMS);
  }

  #offsetIn(number: number, index: number): number {
    return number === 0 ? index : (index - this.#rings[0]!.size) % RING_ITEMS;
  }

  /** A ring that may be changed. */
  #own(number: number): Ring<T> {
    const ring = this.#rings[number]!;
    return ring.owner === this.#owner ? ring : (this.#rings[number] = ring.copyFor(this.#owner));
  }

  /** A deque of one ring may stay short. One that needs a second ring is long: that ring gets its full size at once. */
  #newRing(): Ring<T> {
    return this.#rings.length === 0 ? new Ring(this.#owner) : new Ring(this.#owner, RING_ITEMS);
  }

  /** The first ring, with room in it. */
  #firstRing(): Ring<T> {
    if (this.#rings[0]?.isFull !== false) this.#rings.unshift(this.#newRing());
    return this.#own(0);
  }

  /** The last ring, with room in it. */
  #lastRing(): Ring<T> {
    if (this.#rings.at(-1)?.isFull !== false) this.#rings.push(this.#newRing());
    return this.#own(this.#rings.length - 1);
  }

  #pushOne(value: T): void {
    this.#lastRing().push(value);
    this.#size++;
  }

  #unshiftOne(value: T): void {
    this.#firstRing().unshift(value);
    this.#size++;
  }

  /** Inserts where neither end is. A full ring passes an item on, towards the nearer end. */
  #insertInside(at: number, value: T): void {
    const number = this.#ringOf(at);
    const offset = this.#offsetIn(number, at);
    const ring = this.#own(number);
    this.#size++;
    if (!ring.isFull) ring.insert(offset, value);
    else if (number >= this.#rings.length / 2) {
      const last = ring.pop();
      ring.insert(offset, value);
      this.#passToEnd(number + 1, last);
    } else if (offset === 0) {
      this.#passToStart(number - 1, value); // before a ring's first item is after the last one of the ring before it
    } else {
      const first = ring.shift();
      ring.insert(offset - 1, value);
      this.#passToStart(number - 1, first);
    }
  }

  /** Adds an item at the end of a ring. Each full ring gives its first item to the ring before it. */
  #passToStart(from: number, item: T): void {
    let passed = item;
    for (let number = from; number >= 0; number--) {
      const ring = this.#own(number);
      if (!ring.isFull) {
        ring.push(passed);
        return;
      }
      const first = ring.shift();
      ring.push(passed);
      passed = first;
    }
    this.#firstRing().unshift(passed);
  }

  /** Adds an item at the beginning of a ring. Each full ring gives its last item to the ring after it. */
  #passToEnd(from: number, item: T): void {
    let passed = item;
    for (let number = from; number < this.#rings.length; number++) {
      const ring = this.#own(number);
      if (!ring.isFull) {
        ring.unshift(passed);
        return;
      }
      const last = ring.pop();
      ring.unshift(passed);
      passed = last;
    }
    this.#lastRing().push(passed);
  }

  /** Fills a ring that has lost an item from the rings before it. */
  #refillFromStart(number: number): void {
    for (let at = number; at > 0; at--) this.#own(at).unshift(this.#own(at - 1).pop());
    if (this.#rings[0]!.size === 0) this.#rings.shift();
  }

  #refillFromEnd(number: number): void {
    const last = this.#rings.length - 1;
    for (let at = number; at < last; at++) this.#own(at).push(this.#own(at + 1).shift());
    if (this.#rings[last]!.size === 0) this.#rings.pop();
  }

  #dropLast(count: number): void {
    let left = count;
    while (left > 0 && this.#rings.at(-1)!.size <= left) left -= this.#rings.pop()!.size;
    if (left === 0) return;
    const ring = this.#own(this.#rings.length - 1);
    for (; left > 0; left--) ring.pop();
  }

  #dropFirst(count: number): void {
    let left = count;
    let whole = 0;
    while (left > 0 && this.#rings[whole]!.size <= left) left -= this.#rings[whole++]!.size;
    this.#rings.splice(0, whole);
    if (left === 0) return;
    const ring = this.#own(0);
    for (; left > 0; left--) ring.shift();
  }
}

/** What a console prints: the items, with the name of the collection. */
const PrintedDeque = class Deque<T> extends Array<T> {};

// Without this, a console prints an empty object, because the items are in private fields.
Object.defineProperty(Deque.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Deque<unknown>): unknown[] {
    return PrintedDeque.from(this);
  },
});
