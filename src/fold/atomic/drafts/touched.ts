/**
 * The places that one event has touched: their keys, their values before, and whether the reducer has put a new value
 * there.
 *
 * Every event uses this, so it must be cheap: one list, allocated at the first use and reused for the next event.
 */
export class Touched<K, V> {
  /** Three items for each place: key, before, given. */
  #items: unknown[] | undefined;
  #end = 0;
  #mayRepeat = false;

  get count(): number {
    return this.#end / 3;
  }

  keyAt(place: number): K {
    return this.#items![3 * place] as K;
  }

  beforeAt(place: number): V | undefined {
    return this.#items![3 * place + 1] as V | undefined;
  }

  isGivenAt(place: number): boolean {
    return this.#items![3 * place + 2] as boolean;
  }

  keys(): K[] {
    return Array.from({ length: this.count }, (_, place) => this.keyAt(place));
  }

  /** @param mayRepeat whether the key may be in the list already */
  add(key: K, before: V | undefined, isGiven: boolean, mayRepeat: boolean): void {
    if (this.#items === undefined) this.#items = [key, before, isGiven];
    else {
      this.#items[this.#end] = key;
      this.#items[this.#end + 1] = before;
      this.#items[this.#end + 2] = isGiven;
    }
    this.#end += 3;
    if (mayRepeat) this.#mayRepeat = true;
  }

  /** Call this when a key is deleted elsewhere and may be added again. */
  expectRepeats(): void {
    this.#mayRepeat = true;
  }

  /** Merges repeated keys: the first value before counts, and the key is given if any of its entries is. */
  mergeRepeated(): void {
    if (!this.#mayRepeat) return;
    const merged = new Map<K, { readonly before: V | undefined; given: boolean }>();
    for (let place = 0; place < this.count; place++) {
      const first = merged.get(this.keyAt(place));
      if (first !== undefined) first.given ||= this.isGivenAt(place);
      else merged.set(this.keyAt(place), { before: this.beforeAt(place), given: this.isGivenAt(place) });
    }
    this.clear();
    for (const [key, { before, given }] of merged) this.add(key, before, given, false);
  }

  clear(): void {
    this.#end = 0;
    this.#mayRepeat = false;
  }
}
