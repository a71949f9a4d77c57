/**
 * A circular buffer of at most 512 items: a chunk of a `Deque`.
 *
 * Items are added and removed at both ends without a move. In the middle, the shorter side moves by one. The buffer
 * begins small, and doubles when it is full, so that many short deques cost little memory.
 */

/** The most items of a ring. */
export const RING_ITEMS = 512;

/** The smallest buffer. All sizes are powers of two. */
const SMALLEST = 4;

export class Ring<T> {
  /** The deque that may change this ring. A deque that shares it takes a copy first. */
  owner: object;
  size = 0;
  #start = 0;
  #items: (T | undefined)[];

  constructor(owner: object, capacity: number = SMALLEST) {
    this.owner = owner;
    this.#items = new Array<T | undefined>(capacity).fill(undefined);
  }

  copyFor(owner: object): Ring<T> {
    const copy = new Ring<T>(owner, 0);
    copy.#items = this.#items.slice();
    copy.#start = this.#start;
    copy.size = this.size;
    return copy;
  }

  get isFull(): boolean {
    return this.size === RING_ITEMS;
  }

  /** @param index from 0, less than `size`; the same for all other methods */
  at(index: number): T {
    return this.#items[this.#slot(index)]!;
  }

  set(index: number, item: T): void {
    this.#items[this.#slot(index)] = item;
  }

  /** Not to be called when the ring is full; the same for `unshift` and `insert`. */
  push(item: T): void {
    if (this.size === this.#items.length) this.#resize(2 * this.size);
    this.#items[this.#slot(this.size++)] = item;
  }

  unshift(item: T): void {
    if (this.size === this.#items.length) this.#resize(2 * this.size);
    this.#start = this.#slot(-1);
    this.#items[this.#start] = item;
    this.size++;
  }

  /** Not to be called when the ring is empty; the same for `shift`. */
  pop(): T {
    const slot = this.#slot(--this.size);
    return this.#takeFrom(slot);
  }

  shift(): T {
    const slot = this.#start;
    this.#start = this.#slot(1);
    this.size--;
    return this.#takeFrom(slot);
  }

  /** @param index from 0 to `size` */
  insert(index: number, item: T): void {
    if (2 * index < this.size) {
      this.unshift(item);
      for (let at = 0; at < index; at++) this.set(at, this.at(at + 1));
    } else {
      this.push(item);
      for (let at = this.size - 1; at > index; at--) this.set(at, this.at(at - 1));
    }
    this.set(index, item);
  }

  delete(index: number): void {
    if (2 * index < this.size) {
      for (let at = index; at > 0; at--) this.set(at, this.at(at - 1));
      this.shift();
    } else {
      for (let at = index; at < this.size - 1; at++) this.set(at, this.at(at + 1));
      this.pop();
    }
  }

  #slot(index: number): number {
    return (this.#start + index) & (this.#items.length - 1);
  }

  /** Empties a slot that is out of the ring already, and gives back memory when little of it is in use. */
  #takeFrom(slot: number): T {
    const item = this.#items[slot]!;
    this.#items[slot] = undefined;
    if (4 * this.size <= this.#items.length && this.#items.length > SMALLEST) this.#resize(this.#items.length / 2);
    return item;
  }

  #resize(capacity: number): void {
    const items = new Array<T | undefined>(capacity).fill(undefined);
    for (let index = 0; index < this.size; index++) items[index] = this.at(index);
    this.#items = items;
    this.#start = 0;
  }
}
