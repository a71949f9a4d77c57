/**
 * The draft of a table that is a Map.
 *
 * The table itself stays as it is until the commit is folded; what the commit changes is staged beside it:
 *
 *     table    a b c d e       entries in the table's order
 *     staged   b:B d:D f:F     new values, and drafts of entries that were read; GONE where an entry was deleted
 *     added    f d             keys that come at the end; d was deleted and set again
 *     shows    a B c e F D     exactly what a plain Map would show
 *
 * A draft is made only of the entries that are read. Costs follow what is touched, not the size of the table.
 */
import { captureOf } from './capture.ts';
import { draftOf } from './draft.ts';

/** One less than what V8's Map holds: beyond, `set` throws, and a commit must not fail while it is being applied. */
const MAX_TABLE_ENTRIES = 2 ** 24 - 1;

/** Makes a value plain and frozen, or gives `base` back if it is a draft of that and unchanged. `key` names its place. */
export type Settler = (value: unknown, base: unknown, key: unknown) => unknown;

const GONE: unique symbol = Symbol('gone');
/** Stands for a staged undefined, so that one look tells whether anything is staged. */
const UNDEFINED: unique symbol = Symbol('undefined');
type Staged<V> = V | typeof GONE | typeof UNDEFINED;

const doNothing = (): void => {};
const NOTHING: ReadonlyMap<any, any> = new Map();

export class MapDraft<K, V> implements Map<K, V> {
  /** The table that this is a draft of. */
  readonly base: Map<K, V>;
  /** A member that is a function makes structuredClone throw: it knows no draft, and would copy an object of no entries. */
  readonly uncloneable: () => void = doNothing;
  /** What is shown of the table: all of it, or nothing once it was cleared. */
  #shown: ReadonlyMap<K, V>;
  readonly #staged = new Map<K, Staged<V>>();
  #added: Set<K> | undefined;
  #size: number;
  #sealed = false;

  constructor(base: Map<K, V>) {
    this.base = base;
    this.#shown = base;
    this.#size = base.size;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    const staged = this.#staged.get(key);
    if (staged !== undefined) return staged === GONE || staged === UNDEFINED ? undefined : staged;
    const value = this.#shown.get(key);
    if (typeof value !== 'object' || value === null || this.#sealed) return value;
    const draft = draftOf(value) as V;
    if (draft !== value) this.#staged.set(key, draft);
    return draft;
  }

  has(key: K): boolean {
    const staged = this.#staged.get(key);
    return staged === undefined ? this.#shown.has(key) : staged !== GONE;
  }

  set(key: K, value: V): this {
    if (!this.has(key)) {
      (this.#added ??= new Set()).add(key);
      this.#size++;
    }
    this.#staged.set(key, value === undefined ? UNDEFINED : value);
    return this;
  }

  delete(key: K): boolean {
    if (!this.has(key)) return false;
    this.#added?.delete(key);
    if (this.#shown.has(key)) this.#staged.set(key, GONE);
    else this.#staged.delete(key);
    this.#size--;
    return true;
  }

  clear(): void {
    this.#shown = NOTHING;
    this.#staged.clear();
    // Not replaced by a new one: an iteration may be under way in it.
    this.#added?.clear();
    this.#size = 0;
  }

  *keys(): MapIterator<K> {
    const shown = this.#shown;
    for (const key of shown.keys()) {
      if (this.#shown !== shown) break; // cleared meanwhile: go on with what was added since
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

  /** From now on reading makes no more drafts: the commit is being settled. */
  seal(): void {
    this.#sealed = true;
  }

  /**
   * Makes everything staged plain and frozen; what was only read is dropped.
   *
   * @throws RangeError when the table would hold more entries than a Map can; and what the settler throws
   */
  settle(settler: Settler): void {
    for (const [key, value] of this.#staged) {
      if (value === GONE || value === UNDEFINED) continue;
      const base = this.#shown.get(key);
      const settled = settler(value, base, key) as V;
      if (settled === base && !this.#added?.has(key)) this.#staged.delete(key);
      else if (settled !== value) this.#staged.set(key, settled);
    }
    if (this.#added !== undefined) this.#settleKeys(this.#added, settler);
    if (this.#size > MAX_TABLE_ENTRIES) throw new RangeError(`a Map holds at most ${MAX_TABLE_ENTRIES} entries`);
  }

  /** Changes the table as staged. After `settle`; cannot fail. */
  apply(): void {
    // From the prototype, for the table's own methods refuse.
    const { set, delete: remove, clear } = Map.prototype;
    const { base } = this;
    this.#keepForCapture();
    if (this.#shown !== base) clear.call(base);
    for (const [key, value] of this.#staged) {
      if (value === GONE) remove.call(base, key);
      else if (!this.#added?.has(key)) set.call(base, key, value === UNDEFINED ? undefined : value);
    }
    for (const key of this.#added ?? []) {
      const value = this.#staged.get(key);
      remove.call(base, key); // its old place, if it was deleted and set again
      set.call(base, key, value === UNDEFINED ? undefined : value);
    }
  }

  /** A capture of the table goes on showing what is about to change. */
  #keepForCapture(): void {
    const capture = captureOf(this.base);
    if (capture === undefined) return;
    if (this.#shown !== this.base) capture.keepAll();
    for (const key of this.#staged.keys()) capture.keep(key);
  }

  /** Objects as keys are frozen too; a draft as a key is replaced by what it stands for, in its place. */
  #settleKeys(added: Set<K>, settler: Settler): void {
    if (![...added].some((key) => typeof key === 'object')) return;
    const keys = [...added].map((key): [K, K] => [key, settler(key, undefined, key) as K]);
    for (const [key, settled] of keys) {
      const value = this.#staged.get(key)!;
      this.#staged.delete(key);
      this.#staged.set(settled, value);
    }
    this.#added = new Set(keys.map(([, settled]) => settled));
  }
}

// A reducer may ask `instanceof Map`. Not a subclass: a real Map underneath would show its own, empty content to whatever
// goes past the methods, structuredClone for one.
Object.setPrototypeOf(MapDraft.prototype, Map.prototype);
