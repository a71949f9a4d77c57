/**
 * The draft of an OrderedMap. That of a table lives as long as the commit. That of one below the top level lives for one
 * event.
 *
 * The draft is itself an OrderedMap, forked from the one in the state. The two trees share all nodes, and a change copies
 * only the nodes on its path. So every method works as usual, in O(log size). To drop a failed commit, the fold simply drops the
 * draft.
 */
import {
  ascending,
  descending,
  forkOf,
  moveTree,
  OrderedMap,
  pairOf,
  type RangeOptions,
  replaceValue,
} from '../../collections/ordered-map.ts';
import { illegalValue, type PathPart } from '../../plain.ts';
import type { Copier } from '../copiers.ts';
import { guard } from '../guard.ts';
import type { EntryChange } from '../noted.ts';
import type { Placing } from '../placing.ts';
import type { Draft, DraftScope, Holder, Place } from '../scope.ts';
import { isOver } from './misuse.ts';

export class OrderedMapDraft<K = any, V = any> extends OrderedMap<K, V> implements Draft {
  readonly #scope: DraftScope;
  readonly #copier: Copier;
  readonly #home: Holder;
  readonly #key: unknown;
  readonly #base: OrderedMap<K, V>;
  /** The value before this event at each key that it has drafted or set. Some of these keys may be deleted by now. */
  readonly #touched = new Map<K, V | undefined>();
  /** Keys whose value this event has set. */
  readonly #given = new Set<K>();
  /** Whether the comparator is `ascending` or `descending`. These are total orders, and equal keys are identical. */
  readonly #isUsual: boolean;
  #keyType: string | undefined;
  #changed = false;
  /** Keys that the commit has deleted, for a caller who asks what it changes. They may be there again. */
  #deleted: Set<K> | undefined;
  #isCleared = false;
  #isPlaced = false;
  #isOver = false;

  constructor(base: OrderedMap<K, V>, { scope, home, key }: Place) {
    super(base.compare, forkOf(base));
    this.#scope = scope;
    this.#copier = scope.copierOf(key);
    this.#home = home;
    this.#key = key;
    this.#base = base;
    this.#isUsual = (base.compare as unknown) === ascending || (base.compare as unknown) === descending;
  }

  override get(key: K): V | undefined {
    const pair = this.#kept(key);
    return pair && this.#draft(pair[0], pair[1]);
  }

  /**
   * @throws TypeError also when the comparator is not a total order, because swapping its arguments does not swap its
   * answer
   */
  override set(key: K, value: V): this {
    this.#requireLive();
    const before = this.#kept(key);
    super.set(key, value);
    const [own] = this.#kept(key) ?? this.#scope.refuse(noOrder(key, key));
    if (before === undefined && !this.#isOrdered(own)) this.#requireOrder(own);
    if (before !== undefined && !Object.is(before[0], own)) this.#rename(before[0], own);
    if (!this.#touched.has(own)) this.#touched.set(own, before?.[1]);
    this.#given.add(own);
    this.#changed = true;
    return this;
  }

  override delete(key: K): boolean {
    this.#requireLive();
    const deleted = super.delete(key);
    if (!deleted) return false;
    this.#changed = true;
    if (this.#scope.noted !== undefined) (this.#deleted ??= new Set()).add(key);
    return true;
  }

  override clear(): void {
    this.#requireLive();
    super.clear();
    this.#changed = this.#isCleared = true;
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

  override at(index: number): [K, V] | undefined {
    return this.#draftPair(super.at(index));
  }

  override *range(options?: RangeOptions<K>): MapIterator<[K, V]> {
    for (const pair of super.range(options)) yield this.#draftPair(pair)!;
  }

  override *keys(): MapIterator<K> {
    for (const [key] of super.range()) yield key;
  }

  get home(): Holder {
    return this.#home;
  }

  get key(): unknown {
    return this.#key;
  }

  get isPlaced(): boolean {
    return this.#isPlaced;
  }

  holds(key: unknown, draft: object): boolean {
    return super.get(key as K) === draft && (this.#isPlaced || this.#home.holds(this.#key, this));
  }

  /** The table behind this draft. */
  get base(): OrderedMap<K, V> {
    return this.#base;
  }

  /** Places the entries that this event has staged. @throws IllegalValue */
  placeEntries(placing: Placing, path: PathPart[]): void {
    for (const [key, before] of this.#touched) if (super.has(key)) this.#placeEntry(key, before, placing, path);
  }

  /** The keys that this event has touched, as the table stores them. */
  touched(): Iterable<K> {
    return this.#touched.keys();
  }

  /** The current value at a key. Makes no draft. */
  peek(key: K): V | undefined {
    return super.get(key);
  }

  /** All current entries. */
  peekAll(): MapIterator<[K, V]> {
    return super.range();
  }

  beginEvent(): void {
    if (this.#touched.size > 0) this.#touched.clear();
    if (this.#given.size > 0) this.#given.clear();
  }

  /** Places this draft as a member of another value. Returns an OrderedMap with the entries that it shows. */
  place(placing: Placing, path: PathPart[]): object {
    this.#isPlaced = true;
    this.placeEntries(placing, path);
    this.#isOver = true;
    if (!this.#changed) return this.#base;
    const made = guard(new OrderedMap(this.compare, forkOf(this)));
    this.#scope.noted?.push({ path: path.slice(), base: this.#base, made, changes: [...this.changes()] });
    return made;
  }

  /** What a commit of one event has staged, while the scope notes it. Call `placeEntries` first. */
  *changes(): Generator<EntryChange> {
    if (!this.#changed) return;
    const keys = new Set<K>(this.#deleted);
    if (this.#isCleared) for (const key of this.#base.keys()) keys.add(key);
    for (const key of this.#touched.keys()) keys.add(key);
    for (const key of keys) {
      const before = pairOf(this.#base, key);
      const after = pairOf<K, V>(this, key);
      const isSame = before !== undefined && after !== undefined && Object.is(before[0], after[0]);
      if (isSame && Object.is(before[1], after[1])) continue;
      if (isSame) yield { key: before[0], before: before[1], after: after[1] };
      else {
        if (before !== undefined) yield { key: before[0], isGone: true, before: before[1] };
        if (after !== undefined) yield { key: after[0], isNew: true, after: after[1] };
      }
    }
  }

  /** Applies the staged changes to the table, and leaves this draft empty. Call `placeEntries` first. Cannot fail. */
  apply(): void {
    this.#isOver = true;
    if (this.#changed) moveTree(this, this.#base);
  }

  #placeEntry(key: K, before: V | undefined, placing: Placing, path: PathPart[]): void {
    const value = super.get(key);
    const isGiven = this.#given.has(key);
    const placed = isGiven
      ? placing.given(value, before, this, key, path)
      : placing.member(value, before, this, key, path);
    if (placed !== before) this.#changed = true;
    if (isGiven && typeof key === 'object' && key !== null) this.#placeKey(key, placing, path);
    else if (typeof key === 'symbol' || typeof key === 'function') throw illegalValue(key, [...path, key]);
    if (placed !== value) replaceValue<K, V>(this, key, placed as V);
  }

  /** A composite key is the table's copy (see `OrderedMap.set`). Placing freezes it once. */
  #placeKey(key: K & object, placing: Placing, path: PathPart[]): void {
    if (Object.isExtensible(key)) placing.given(key, undefined, this, key, path);
  }

  /** The entry at a key, with the stored key. With the usual comparators the stored key is the key itself. */
  #kept(key: K): [K, V] | undefined {
    if (!this.#isUsual) return this.pairAt(key);
    const value = super.get(key);
    return value === undefined && !super.has(key) ? undefined : [key === 0 ? (0 as K) : key, value as V];
  }

  #rename(key: K, own: K): void {
    if (this.#touched.has(key)) this.#touched.set(own, this.#touched.get(key));
    this.#touched.delete(key);
    this.#given.delete(key);
  }

  /** Whether the order needs no check: for instance a number among numbers, with a usual comparator. */
  #isOrdered(key: K): boolean {
    this.#keyType ??= typeof super.first()![0];
    return this.#isUsual && typeof key === this.#keyType && typeof key !== 'object';
  }

  #requireOrder(key: K): void {
    const [before] = super.nextBefore(key) ?? [];
    const [after] = super.nextAfter(key) ?? [];
    const isOrdered = (a: K, b: K): boolean => this.compare(a, b) < 0 && this.compare(b, a) > 0;
    if (before !== undefined && !isOrdered(before, key)) this.#scope.refuse(noOrder(before, key));
    if (after !== undefined && !isOrdered(key, after)) this.#scope.refuse(noOrder(key, after));
  }

  #requireLive(): void {
    if (this.#isOver) this.#scope.refuse(isOver());
  }

  #draftPair(pair: [K, V] | undefined): [K, V] | undefined {
    if (pair !== undefined) pair[1] = this.#draft(pair[0], pair[1]) as V;
    return pair;
  }

  /** A value of the table needs a draft. Any other value is a draft already, or new. */
  #draft(key: K, value: V | undefined): V | undefined {
    if (typeof value !== 'object' || value === null || this.#isOver) return value;
    // This event has staged the value: it belongs to the reducer, even if the reducer has frozen it. A value that this event
    // has not touched belongs to the table. A table that is folded directly does not freeze its values.
    const isTouched = this.#touched.has(key);
    if (isTouched && (value !== this.#touched.get(key) || !this.#scope.isPlaced(value))) return value;
    const draft = this.#scope.draft(value, this, key, this.#copier) as V & object;
    replaceValue<K, V>(this, key, draft);
    this.#touched.set(key, value);
    return draft;
  }
}

function noOrder(a: unknown, b: unknown): TypeError {
  return new TypeError(`the comparator is not a total order: it does not order the keys ${String(a)} and ${String(b)}`);
}

// A draft reports `OrderedMap` as its constructor.
Object.defineProperty(OrderedMapDraft.prototype, 'constructor', {
  value: OrderedMap,
  writable: true,
  configurable: true,
});
