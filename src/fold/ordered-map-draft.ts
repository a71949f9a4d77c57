/**
 * The draft of a table that is an OrderedMap.
 *
 * It is an OrderedMap itself, forked from the table: the two trees share all nodes, and a change copies only the few on its
 * way down. So every method works as it always does, in O(log size), and a commit that fails is dropped by forgetting it.
 */
import { draftOf } from './draft.ts';
import type { Settler } from './map-draft.ts';
import { forkTree, moveTree, OrderedMap, type RangeOptions } from './ordered-map.ts';

export class OrderedMapDraft<K, V> extends OrderedMap<K, V> {
  /** The table that this is a draft of. */
  readonly base: OrderedMap<K, V>;
  /** Keys whose entry was drafted or set; some more than once, some gone again. */
  readonly #touched: K[] = [];
  #changed = false;
  #sealed = false;

  constructor(base: OrderedMap<K, V>) {
    super(base.compare);
    this.base = base;
    forkTree(base, this);
  }

  override get(key: K): V | undefined {
    return this.#draft(key, super.get(key));
  }

  override set(key: K, value: V): this {
    super.set(key, value);
    this.#touched.push(key);
    this.#changed = true;
    return this;
  }

  override delete(key: K): boolean {
    const deleted = super.delete(key);
    if (deleted) this.#changed = true;
    return deleted;
  }

  override clear(): void {
    super.clear();
    this.#changed = true;
  }

  override first(): [K, V] | undefined {
    return this.#draftPair(super.first());
  }

  override last(): [K, V] | undefined {
    return this.#draftPair(super.last());
  }

  override nextAfter(key: K): [K, V] | undefined {
    return this.#draftPair(super.nextAfter(key));
  }

  override nextBefore(key: K): [K, V] | undefined {
    return this.#draftPair(super.nextBefore(key));
  }

  override *range(options?: RangeOptions<K>): MapIterator<[K, V]> {
    for (const pair of super.range(options)) yield this.#draftPair(pair)!;
  }

  override *keys(): MapIterator<K> {
    for (const [key] of super.range()) yield key;
  }

  /** From now on reading makes no more drafts: the commit is being settled. */
  seal(): void {
    this.#sealed = true;
  }

  /** Makes everything staged plain and frozen. Throws what the settler throws. */
  settle(settler: Settler): void {
    for (const key of this.#touched) if (super.has(key)) this.#settleEntry(key, settler);
  }

  /** Changes the table as staged, and leaves this draft empty. After `settle`; cannot fail. */
  apply(): void {
    if (this.#changed) moveTree(this, this.base);
  }

  #settleEntry(key: K, settler: Settler): void {
    const value = super.get(key);
    const base = this.base.get(key);
    const settled = settler(value, base, key) as V;
    const settledKey = settler(key, undefined, key) as K;
    if (settled !== base) this.#changed = true;
    if (settled !== value || settledKey !== key) super.set(settledKey, settled);
  }

  #draftPair(pair: [K, V] | undefined): [K, V] | undefined {
    if (pair !== undefined) pair[1] = this.#draft(pair[0], pair[1]) as V;
    return pair;
  }

  /** What is frozen is of the table, and needs a draft; what is not is a draft already, or new. */
  #draft(key: K, value: V | undefined): V | undefined {
    if (typeof value !== 'object' || value === null || this.#sealed || !Object.isFrozen(value)) return value;
    const draft = draftOf(value) as V & object;
    super.set(key, draft);
    this.#touched.push(key);
    return draft;
  }
}
