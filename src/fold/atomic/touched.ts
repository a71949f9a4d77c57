/**
 * The places that one event has touched: their keys, what stood there before, and whether the reducer has put something there.
 *
 * One list, made when there is something to note and used again for the next event: this is on the way of every event.
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

  /** @param mayRepeat whether the key may be there already */
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

  /** To be told when a key is forgotten elsewhere, and may come again. */
  expectRepeats(): void {
    this.#mayRepeat = true;
  }

  /** Leaves each key once: with what stood there first, and as given if it ever was. */
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
