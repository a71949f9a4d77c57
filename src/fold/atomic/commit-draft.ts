/**
 * The changes of one commit, and the root of the state that its reducers see.
 *
 * A Map, or an OrderedMap at the top level, is a *table*. Its draft lives as long as the commit and stages changes entry
 * by entry. That of a Map below the top level is in `nested-tables.ts`. Any other property is drafted as one value, for
 * one event. After each event everything it has touched is placed (`placing.ts`). After the last event nothing can fail
 * any more: `apply` changes the tables and returns the new root.
 */

import { OrderedMap } from '../collections/ordered-map.ts';
import { type PlainObject, sameKeys, setMember, shallowCopy } from '../members.ts';
import { aGetter, isPlainPrimitive } from '../ordinary.ts';
import { IllegalValue, MOVED, type PathPart } from '../plain.ts';
import { MapDraft } from './drafts/map-draft.ts';
import { isOver } from './drafts/misuse.ts';
import { OrderedMapDraft } from './drafts/ordered-map-draft.ts';
import { Touched } from './drafts/touched.ts';
import { close } from './guard.ts';
import type { NestedTables } from './nested-tables.ts';
import type { Placing } from './placing.ts';
import type { DraftScope, Holder } from './scope.ts';

export type TableDraft = MapDraft | OrderedMapDraft;

export class CommitDraft implements ProxyHandler<PlainObject>, Holder {
  /** The root that reducers see. */
  readonly root: PlainObject;
  readonly placing: Placing;
  readonly #base: PlainObject;
  /** A copy of the root, with drafts for the properties that were read. A plain object, so key order works as usual. */
  readonly #staged: PlainObject;
  readonly #scope: DraftScope;
  /** The drafts of the tables at the top level. */
  #tables: TableDraft[] = [];
  /** The drafts of the Maps below it. */
  readonly #nested: NestedTables;
  /** Properties that this event has drafted, assigned or deleted. */
  readonly #touched = new Touched<PropertyKey, unknown>();
  /** Properties that differ from the base and were placed by an earlier event of the commit. */
  #stale: Set<PropertyKey> | undefined;
  readonly #path: PathPart[] = [];
  /** True when a property may differ from the base. Tables that stay in their properties do not count. */
  #mayHaveChanged = false;
  /** True when the keys or their order may have changed. */
  #rekeyed = false;
  #isOver = false;

  constructor(base: PlainObject, placing: Placing) {
    this.#base = base;
    // Not `shallowCopy`: a spread that copies only roots is many times faster.
    this.#staged = Object.getPrototypeOf(base) === null ? shallowCopy(base) : { ...base };
    this.placing = placing;
    this.#scope = placing.scope;
    this.#nested = placing.scope.nested;
    this.root = new Proxy(this.#staged, this);
  }

  holds(key: unknown, draft: object): boolean {
    return this.#staged[key as string] === draft;
  }

  get(staged: PlainObject, key: string): unknown {
    const value = staged[key];
    if (typeof value !== 'object' || value === null || this.#isOver) return value;
    // A value that differs from the base comes from this event, unless an earlier event of the commit has placed it.
    if (value !== this.#base[key] && this.#stale?.has(key) !== true) return value;
    return Object.hasOwn(staged, key) ? this.#draft(staged, key, value) : value;
  }

  set(staged: PlainObject, key: string, value: unknown): boolean {
    this.#requireLive();
    const before = staged[key];
    if (!Object.hasOwn(staged, key)) this.#rekeyed = true;
    this.#mayHaveChanged = true;
    // Replacing a primitive by a primitive needs no placing.
    if (!isPlainPrimitive(value) || !isPlainPrimitive(before) || typeof key === 'symbol')
      this.#touch(staged, key, true);
    return Reflect.set(staged, key, value);
  }

  deleteProperty(staged: PlainObject, key: string): boolean {
    this.#requireLive();
    this.#touch(staged, key, false);
    this.#touched.expectRepeats();
    this.#mayHaveChanged = this.#rekeyed = true;
    return Reflect.deleteProperty(staged, key);
  }

  defineProperty(staged: PlainObject, key: string, descriptor: PropertyDescriptor): boolean {
    this.#requireLive();
    this.#touch(staged, key, true);
    return Reflect.defineProperty(staged, key, descriptor);
  }

  getOwnPropertyDescriptor(staged: PlainObject, key: string): PropertyDescriptor | undefined {
    this.get(staged, key);
    return Object.getOwnPropertyDescriptor(staged, key);
  }

  preventExtensions(): boolean {
    this.#scope.refusal ??= new TypeError('a draft cannot be frozen: the store freezes the state');
    return false;
  }

  /** Call this between two events of the commit. */
  beginEvent(): void {
    for (let place = 0; place < this.#touched.count; place++) {
      const key = this.#touched.keyAt(place);
      const value = this.#staged[key as string];
      // The draft of a table lives on.
      if (value !== this.#base[key as string] && !isTableDraft(value)) (this.#stale ??= new Set()).add(key);
    }
    this.#touched.clear();
    this.placing.beginEvent();
    if (this.#tables.some((table) => !this.#isAtHome(table))) this.#tables = this.tables();
    for (const table of this.#tables) table.beginEvent();
  }

  /**
   * Places everything that the event has touched.
   *
   * @throws IllegalValue
   */
  place(): void {
    const staged = this.#staged;
    if (this.#scope.refusal !== undefined) throw this.#scope.refusal;
    if (Object.getPrototypeOf(staged) !== Object.getPrototypeOf(this.#base))
      throw new IllegalValue('given another prototype', []);
    this.#placeProperties();
    for (const table of this.#tables) {
      if (!this.#isAtHome(table)) continue;
      this.#path.push(table.key);
      if (!Object.isExtensible(table)) throw this.placing.notOwn(table, this.#path);
      table.placeEntries(this.placing, this.#path);
      this.#path.pop();
    }
    this.#scope.endEvent();
  }

  /** Changes the tables and returns the new root. Call `place` first. Cannot fail. */
  apply(): PlainObject {
    this.#isOver = true;
    const staged = this.#staged;
    for (const table of this.#tables) {
      if (!this.#isAtHome(table)) continue;
      table.apply();
      setMember(staged, table.key as string, table.base);
    }
    this.#nested.apply();
    for (const container of this.#scope.takeOpen()) close(container);
    return this.#isChanged() ? Object.freeze(staged) : this.#base;
  }

  #isChanged(): boolean {
    if (!this.#mayHaveChanged) return false;
    for (const key in this.#staged) if (!Object.is(this.#staged[key], this.#base[key])) return true;
    return this.#rekeyed && !sameKeys(this.#staged, this.#base);
  }

  /** The drafts of the tables that are at the top level of the state. */
  tables(): TableDraft[] {
    return this.#tables.filter((table) => this.#isAtHome(table));
  }

  /** The draft of a Map below the top level, if the commit has one. */
  nestedDraftOf(map: object): MapDraft | undefined {
    return this.#nested.draftOf(map);
  }

  /** The properties that this event has touched. */
  touched(): readonly PropertyKey[] {
    return this.#touched.keys();
  }

  /** The root before the commit. */
  get base(): PlainObject {
    return this.#base;
  }

  /** The current root, with drafts in it. */
  peek(): PlainObject {
    return this.#staged;
  }

  #touch(staged: PlainObject, key: PropertyKey, isGiven: boolean): void {
    const isOwn = Object.hasOwn(staged, key);
    const before = isOwn ? staged[key as string] : undefined;
    this.#stale?.delete(key);
    if (isGiven) this.#mayHaveChanged = true;
    if (!isOwn && isGiven) this.#rekeyed = true;
    // A value that equals the base has not been touched yet.
    const mayRepeat = this.#touched.count > 0 && (!isOwn || before !== this.#base[key as string]);
    this.#touched.add(key, before, isGiven, mayRepeat);
  }

  #requireLive(): void {
    if (this.#isOver) this.#scope.refuse(isOver());
  }

  #draft(staged: PlainObject, key: string, value: object): unknown {
    this.#touch(staged, key, false);
    let draft: object;
    if (value instanceof OrderedMap) draft = new OrderedMapDraft(value, { scope: this.#scope, home: this, key });
    else draft = value instanceof Map ? this.#tableOf(value, key) : this.#scope.draft(value, this, key);
    if (isTableDraft(draft)) this.#tables.push(draft);
    setMember(staged, key, draft);
    return draft;
  }

  #tableOf(map: Map<unknown, unknown>, key: string): MapDraft {
    const draft = this.#nested.take(map); // an earlier event of the commit has moved it to the top level
    draft?.beginEvent(this, key);
    return draft ?? new MapDraft(map, { scope: this.#scope, home: this, key });
  }

  #isAtHome(table: TableDraft): boolean {
    return this.#staged[table.key as string] === table;
  }

  #placeProperties(): void {
    const touched = this.#touched;
    touched.mergeRepeated();
    for (let index = 0; index < touched.count; index++) {
      this.#placeProperty(touched.keyAt(index), touched.beforeAt(index), touched.isGivenAt(index));
    }
  }

  #placeProperty(key: PropertyKey, before: unknown, isGiven: boolean): void {
    const drafted = isGiven ? undefined : this.#staged[key as string];
    // The draft of a table that stays at its property is placed with the tables.
    if (isTableDraft(drafted) && drafted.key === key) return;
    const descriptor = Object.getOwnPropertyDescriptor(this.#staged, key);
    const value: unknown = descriptor?.value;
    if (before instanceof OrderedMap && !isDraftOf(value, before)) throw new IllegalValue(MOVED, [key]);
    if (descriptor === undefined) return;
    if (typeof key === 'symbol') throw new IllegalValue('a property whose key is a symbol', [key]);
    if (descriptor.get !== undefined || descriptor.set !== undefined) throw aGetter([key]);
    if (descriptor.enumerable !== true) throw new IllegalValue('a hidden property', [key]);
    if (value instanceof OrderedMap) requireAtHome(value, key);
    else if (value instanceof MapDraft && value.home === this) this.#moveTable(value, key as string);
    else this.#placeValue(key as string, value, before, isGiven);
  }

  #placeValue(key: string, value: unknown, before: unknown, isGiven: boolean): void {
    // A table with a draft may have moved: an equal Map in its place is another one.
    const stood = this.#tables.some(({ base }) => base === before) ? undefined : before;
    const placed = isGiven
      ? this.placing.given(value, stood, this, key, this.#path)
      : this.placing.member(value, before, this, key, this.#path);
    if (placed !== value) setMember(this.#staged, key, placed);
    if (placed !== before) this.#mayHaveChanged = true;
  }

  /** Moves a table with its entries to another property. */
  #moveTable(table: MapDraft, key: string): void {
    if (table.key === key) return;
    if (table.isPlaced) throw this.placing.notOwn(table, [key]);
    if (this.#staged[table.key as string] === table) {
      throw new IllegalValue(`in two places: also at ${String(table.key)}`, [key], 'Put a copy there: new Map(table)');
    }
    table.moveTo(key);
  }
}

function isTableDraft(value: unknown): value is TableDraft {
  return value instanceof MapDraft || value instanceof OrderedMapDraft;
}

function isDraftOf(value: unknown, table: unknown): boolean {
  return value === table || (value instanceof OrderedMapDraft && value.base === table);
}

function requireAtHome(value: OrderedMap<unknown, unknown>, key: PropertyKey): void {
  if (!(value instanceof OrderedMapDraft) || value.key !== key) throw new IllegalValue(MOVED, [key]);
}
