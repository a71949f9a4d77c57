/** A list with two ends. Interim form: an array. */
export class Deque<T> {
  readonly #items: T[];

  constructor(items: Iterable<T> = []) {
    this.#items = [...items];
  }

  get size(): number {
    return this.#items.length;
  }

  at(index: number): T | undefined {
    return this.#items.at(index);
  }

  set(index: number, value: T): void {
    this.#items[index] = value;
  }

  push(...values: T[]): number {
    return this.#items.push(...values);
  }

  pop(): T | undefined {
    return this.#items.pop();
  }

  unshift(...values: T[]): number {
    return this.#items.unshift(...values);
  }

  shift(): T | undefined {
    return this.#items.shift();
  }

  insert(index: number, value: T): void {
    this.#items.splice(index, 0, value);
  }

  delete(index: number): boolean {
    return this.#items.splice(index, 1).length > 0;
  }

  truncate(start: number, end: number): void {
    this.#items.splice(0, this.#items.length, ...this.#items.slice(start, end));
  }

  clear(): void {
    this.#items.length = 0;
  }

  slice(start?: number, end?: number): T[] {
    return this.#items.slice(start, end);
  }

  values(): IterableIterator<T> {
    return this.#items.values();
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#items.values();
  }
}
