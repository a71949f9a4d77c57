/**
 * The draft of a Map. Every Map in a state is a table, at any depth.
 *
 * The Map itself does not change until the commit is folded. The draft stages the changes beside it (`staging.ts` has the
 * drawing). Only entries that a reducer reads get a draft. At the end of each event the staged values are placed, and a later
 * event of the commit gets new drafts of them. The cost depends on the touched entries, not on the size of the Map.
 *
 * The draft lives as long as the commit. It is *live* in the events that read it: in another event a reducer may have it
 * from an earlier one, and must not change it.
 */

import { insertAsMap } from '../../collections/map-methods.ts';
import { isPlainPrimitive } from '../../ordinary.ts';
import { IllegalValue, illegalValue, type PathPart } from '../../plain.ts';
import type { Copier } from '../copiers.ts';
import type { EntryChange } from '../noted.ts';
import type { Placing } from '../placing.ts';
import type { Draft, DraftScope, Holder, Place } from '../scope.ts';
import { isOver, refuseConstructor, Uncloneable } from './misuse.ts';
import { applyStaged, changesOf, GONE, keepReplaced, STAGED_UNDEFINED, type Staged } from './staging.ts';
import { Touched } from './touched.ts';

/** One less than the most entries of V8's Map. Beyond that, `set` throws, and applying a commit must not fail. */
const MAX_TABLE_ENTRIES = 2 ** 24 - 1;

const NOTHING: ReadonlyMap<any, any> = new Map();

export class MapDraft<K = any, V = any> extends Uncloneable implements Draft, Map<K, V> {
  static scopeOf: (draft: MapDraft) => DraftScope | undefined = (draft) => (#scope in draft ? draft.#scope : undefined);
  readonly #scope: DraftScope;
  readonly #copier: Copier;
  readonly #base: Map<K, V>;
  #home: Holder;
  #key: unknown;
  /** The visible part of the base: the whole base, or nothing after `clear`. */
  #shown: ReadonlyMap<K, V>;
  readonly #staged = new Map<K, Staged<V>>();
  #added: Set<K> | undefined;
  #hasMoved = false;
  readonly #touched = new Touched<K, V>();
  /** Keys whose staged value was placed by an earlier event of the commit. */
  #stale: Set<K> | undefined;
  /** Keys that this event has added and that are not plain primitives. */
  #oddKeys: Set<K> | undefined;
  #size: number;
  #isPlaced = false;
  /** The last event in which it is live. */
  #event: number;
  /** Only where a Map has them. */
  declare getOrInsert: (key: K, value: V) => V;
  declare getOrInsertComputed: (key: K, make: (key: K) => V) => V;

  constructor(base: Map<K, V>, { scope, home, key }: Place) {
    super();
    this.#scope = scope;
    this.#copier = scope.copierOf(key);
    this.#base = base;
    this.#home = home;
    this.#key = key;
    this.#event = scope.event;
    this.#shown = base;
    this.#size = base.size;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    const staged = this.#staged.get(key);
    if (staged === GONE || staged === STAGED_UNDEFINED) return undefined;
    const value = staged === undefined ? this.#shown.get(key) : (staged as V);
    if (typeof value !== 'object' || value === null || !this.isLive) return value;
    // This event has staged the value. It belongs to the reducer, even if the reducer has frozen it.
    if (staged !== undefined && this.#stale?.delete(key) !== true) return value;
    const draft = this.#scope.draft(value, this, key, this.#copier) as V;
    this.#touched.add(key, value, false, false);
    this.#staged.set(key, draft);
    return draft;
  }

  has(key: K): boolean {
    const staged = this.#staged.get(key);
    return staged === undefined ? this.#shown.has(key) : staged !== GONE;
  }

  set(key: K, value: V): this {
    this.#requireLive();
    const staged = this.#staged.get(key);
    let before: V | undefined;
    if (staged === GONE) {
      this.#hasMoved = true;
      this.#add(key);
    } else if (staged === undefined) {
      before = this.#shown.get(key);
      if (before === undefined && !this.#shown.has(key)) this.#add(key);
    } else if (staged !== STAGED_UNDEFINED) before = staged as V;
    this.#stale?.delete(key);
    if (!isPlainPrimitive(value)) this.#touched.add(key, before, true, staged !== undefined);
    this.#staged.set(key, value === undefined ? STAGED_UNDEFINED : value);
    return this;
  }

  delete(key: K): boolean {
    if (!this.has(key)) return false;
    this.#requireLive();
    this.#added?.delete(key);
    this.#oddKeys?.delete(key);
    this.#touched.expectRepeats();
    if (this.#shown.has(key)) this.#staged.set(key, GONE);
    else this.#staged.delete(key);
    this.#size--;
    return true;
  }

  clear(): void {
    this.#requireLive();
    this.#shown = NOTHING;
    this.#oddKeys = undefined;
    this.#touched.expectRepeats();
    this.#staged.clear();
    // Cleared, not replaced: an iteration may be using it.
    this.#added?.clear();
    this.#size = 0;
  }

  *keys(): MapIterator<K> {
    const shown = this.#shown;
    for (const key of shown.keys()) {
      if (this.#shown !== shown) break; // cleared meanwhile: continue with the keys added since then
      if (this.#staged.get(key) !== GONE && !this.#added?.has(key)) yield key;
    }
    if (this.#added !== undefined) yield* this.#added;
  }

  *values(): MapIterator<V> {
    for (const key of this.keys()) yield this.get(key) as V;
  }

  *entries(): MapIterator<[K, V]> {
    for (const key of this.keys()) yield [key, this.get(key) as V];
  }

  forEach(callback: (value: V, key: K, map: Map<K, V>) => void, thisArg?: unknown): void {
    for (const key of this.keys()) callback.call(thisArg, this.get(key) as V, key, this);
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return 'Map';
  }

  /** The Map behind this draft. */
  get base(): Map<K, V> {
    return this.#base;
  }

  get home(): Holder {
    return this.#home;
  }

  get key(): unknown {
    return this.#key;
  }

  /** True for one of an earlier event, too: its place is known. */
  get isPlaced(): boolean {
    return this.#isPlaced || !this.isLive;
  }

  /** Whether the current event may change it. */
  get isLive(): boolean {
    return this.#event === this.#scope.event;
  }

  holds(key: unknown, draft: object): boolean {
    return this.#staged.get(key as K) === draft && (this.#isPlaced || this.#home.holds(this.#key, this));
  }

  /** Moves the draft to another property of the root. The drafts of its entries are then placed there. */
  moveTo(key: unknown): void {
    this.#key = key;
  }

  /**
   * Places the entries that this event has staged. Drafts that were only read are dropped.
   *
   * @throws IllegalValue
   */
  placeEntries(placing: Placing, path: PathPart[]): void {
    this.#isPlaced = true;
    const touched = this.#touched;
    touched.mergeRepeated();
    for (let index = 0; index < touched.count; index++) {
      const key = touched.keyAt(index);
      const value = this.#staged.get(key);
      if (value === undefined || value === GONE || value === STAGED_UNDEFINED || isPlainPrimitive(value)) continue;
      this.#placeEntry(key, value, index, placing, path);
    }
    if (this.#oddKeys !== undefined) this.#placeKeys(this.#oddKeys, placing, path);
    if (this.#size > MAX_TABLE_ENTRIES) throw new IllegalValue(`a Map of more than ${MAX_TABLE_ENTRIES} entries`, path);
  }

  /** Makes it live in the current event, in this place: the staged values become the values before the event. */
  beginEvent(home: Holder = this.#home, key: unknown = this.#key): void {
    this.#event = this.#scope.event;
    this.#home = home;
    this.#key = key;
    this.#isPlaced = false;
    for (let place = 0; place < this.#touched.count; place++) {
      const key = this.#touched.keyAt(place);
      if (this.#staged.has(key)) (this.#stale ??= new Set()).add(key);
    }
    this.#touched.clear();
    this.#oddKeys = undefined;
  }

  /** Places this draft below the top level: the Map stays the same object, and changes at the end of the commit. */
  place(placing: Placing, path: PathPart[]): object {
    this.placeEntries(placing, path);
    this.#scope.nested.add(this);
    if (!this.isChanged) return this.#base;
    placing.noteTable();
    const base = this.#base;
    this.#scope.noted?.push({ path: path.slice(), base, made: base, changes: [...this.changes()] });
    return this.#base;
  }

  /** Whether the commit has staged a change so far. */
  get isChanged(): boolean {
    return this.#staged.size > 0 || this.#shown !== this.#base;
  }

  /** What the commit has staged so far, in an order in which it can be applied. Call `placeEntries` first. */
  changes(): Generator<EntryChange> {
    return changesOf(this.#base, this.#shown !== this.#base, this.#staged, this.#added);
  }

  /** Applies the staged changes to the base. Call `placeEntries` first. Cannot fail. */
  apply(): void {
    if (!this.isChanged) return;
    const base = this.#base;
    const isCleared = this.#shown !== base;
    const capture = this.#scope.captures.noted(base);
    if (capture !== undefined) keepReplaced(capture, isCleared, this.#staged);
    applyStaged(base, isCleared, this.#staged, this.#added, this.#hasMoved);
  }

  /** All current entries. */
  *peekAll(): Generator<[K, V], undefined> {
    for (const key of this.keys()) yield [key, this.peek(key) as V];
    return undefined;
  }

  /** The keys that this event has touched, placed or not. */
  touched(): readonly K[] {
    return this.#touched.keys();
  }

  /** The current value at a key. Makes no draft. */
  peek(key: K): V | undefined {
    const staged = this.#staged.get(key);
    if (staged === undefined) return this.#shown.get(key);
    return staged === GONE || staged === STAGED_UNDEFINED ? undefined : (staged as V);
  }

  #add(key: K): void {
    (this.#added ??= new Set()).add(key);
    this.#size++;
    if (typeof key === 'string' || typeof key === 'number' || isPlainPrimitive(key)) return;
    (this.#oddKeys ??= new Set()).add(key);
  }

  /** A value that equals the one before need not be staged, unless its key was added at the end. */
  #placeEntry(key: K, value: V, index: number, placing: Placing, path: PathPart[]): void {
    const before = this.#touched.beforeAt(index);
    const placed = this.#touched.isGivenAt(index)
      ? placing.given(value, before, this, key, path)
      : placing.member(value, before, this, key, path);
    if (placed === this.#shown.get(key) && !this.#added?.has(key)) this.#staged.delete(key);
    else if (placed !== value) this.#staged.set(key, placed as V);
  }

  #requireLive(): void {
    if (!this.isLive) this.#scope.refuse(isOver());
  }

  /** Places objects that are keys. A key that becomes another object (as a draft does) is replaced in its position. */
  #placeKeys(odd: ReadonlySet<K>, placing: Placing, path: PathPart[]): void {
    for (const key of odd) {
      if (typeof key !== 'object') throw illegalValue(key, [...path, key]);
      const isOwn = this.#base.has(key);
      const placed = isOwn ? key : (placing.given(key, undefined, this, key, path) as K);
      if (placed !== key) this.#replaceKey(key, placed);
    }
  }

  #replaceKey(key: K, placed: K): void {
    this.#staged.set(placed, this.#staged.get(key)!);
    this.#staged.delete(key);
    this.#added = new Set([...this.#added!].map((added) => (added === key ? placed : added)));
  }
}

insertAsMap(MapDraft.prototype);
// A reducer may check `instanceof Map`. A subclass would not work: code that bypasses the methods would see an empty
// Map.
Object.setPrototypeOf(MapDraft.prototype, Map.prototype);
refuseConstructor(MapDraft.prototype, 'Map', MapDraft.scopeOf);
