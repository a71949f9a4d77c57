/**
 * The collections of a view: they read the Map, Set or OrderedMap that stands there now, draft or not, and refuse every
 * write.
 *
 * No draft is made of what is only shown.
 */

import { MapDraft } from './atomic/drafts/map-draft.ts';
import { Uncloneable } from './atomic/drafts/misuse.ts';
import { OrderedMap, type RangeOptions } from './collections/ordered-map.ts';
import { combineAsSet } from './collections/set-methods.ts';
import type { Viewing } from './view.ts';

export class MapView extends Uncloneable implements ReadonlyMap<unknown, unknown> {
  readonly #source: () => Map<unknown, unknown>;
  readonly #viewing: Viewing;

  constructor(source: () => Map<unknown, unknown>, viewing: Viewing) {
    super();
    this.#source = source;
    this.#viewing = viewing;
  }

  get size(): number {
    return this.#now().size;
  }

  has(key: unknown): boolean {
    return this.#now().has(this.#viewing.sourceOf(key));
  }

  get(key: unknown): unknown {
    return this.#viewing.handOut(entryOf(this.#now(), this.#viewing.sourceOf(key)));
  }

  *keys(): MapIterator<unknown> {
    for (const key of this.#now().keys()) {
      this.#viewing.require();
      yield this.#viewing.handOut(key);
    }
  }

  *entries(): MapIterator<[unknown, unknown]> {
    const now = this.#now();
    for (const key of now.keys()) {
      this.#viewing.require();
      yield [this.#viewing.handOut(key), this.#viewing.handOut(entryOf(now, key))];
    }
  }

  *values(): MapIterator<unknown> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(callback: (value: unknown, key: unknown, map: any) => void, thisArg?: unknown): void {
    for (const [key, value] of this.entries()) callback.call(thisArg, value, key, this);
  }

  [Symbol.iterator](): MapIterator<[unknown, unknown]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return 'Map';
  }

  set(): never {
    return this.#viewing.refuseWrite();
  }

  getOrInsert(): never {
    return this.#viewing.refuseWrite();
  }

  getOrInsertComputed(): never {
    return this.#viewing.refuseWrite();
  }

  delete(): never {
    return this.#viewing.refuseWrite();
  }

  clear(): never {
    return this.#viewing.refuseWrite();
  }

  #now(): Map<unknown, unknown> {
    this.#viewing.require();
    return this.#source();
  }
}

/** No draft is made of what is only shown. */
function entryOf(map: Map<unknown, unknown>, key: unknown): unknown {
  return map instanceof MapDraft ? map.peek(key) : map.get(key);
}

export class SetView extends Uncloneable implements ReadonlySet<unknown> {
  readonly #source: ReadonlySet<unknown>;
  readonly #viewing: Viewing;

  constructor(source: ReadonlySet<unknown>, viewing: Viewing) {
    super();
    this.#source = source;
    this.#viewing = viewing;
  }

  get size(): number {
    return this.#now().size;
  }

  has(value: unknown): boolean {
    return this.#now().has(this.#viewing.sourceOf(value));
  }

  *values(): SetIterator<unknown> {
    for (const value of this.#now()) {
      this.#viewing.require();
      yield this.#viewing.handOut(value);
    }
  }

  keys(): SetIterator<unknown> {
    return this.values();
  }

  *entries(): SetIterator<[unknown, unknown]> {
    for (const value of this.values()) yield [value, value];
  }

  forEach(callback: (value: unknown, again: unknown, set: any) => void, thisArg?: unknown): void {
    for (const value of this.values()) callback.call(thisArg, value, value, this);
  }

  [Symbol.iterator](): SetIterator<unknown> {
    return this.values();
  }

  get [Symbol.toStringTag](): string {
    return 'Set';
  }

  add(): never {
    return this.#viewing.refuseWrite();
  }

  delete(): never {
    return this.#viewing.refuseWrite();
  }

  clear(): never {
    return this.#viewing.refuseWrite();
  }

  #now(): ReadonlySet<unknown> {
    this.#viewing.require();
    return this.#source;
  }
}

// A reader may ask `instanceof`. Not subclasses: a real Map underneath would show its own, empty content.
Object.setPrototypeOf(MapView.prototype, Map.prototype);
Object.setPrototypeOf(SetView.prototype, Set.prototype);

combineAsSet(SetView.prototype, (view) => new Set(view.values()));

const { at, first, last, nextAfter, nextBefore, range, rank, get: getOf, has: hasOf } = OrderedMap.prototype;
const sizeOf = Object.getOwnPropertyDescriptor(OrderedMap.prototype, 'size')!.get!;

/** Does not use the methods of a draft, because they would make drafts of what is only shown. */
export class OrderedMapView extends OrderedMap<unknown, unknown> {
  readonly #source: () => OrderedMap<unknown, unknown>;
  readonly #viewing: Viewing;

  constructor(base: OrderedMap<unknown, unknown>, source: () => OrderedMap<unknown, unknown>, viewing: Viewing) {
    super(base.compare);
    this.#source = source;
    this.#viewing = viewing;
  }

  override get size(): number {
    return sizeOf.call(this.#now()) as number;
  }

  override has(key: unknown): boolean {
    return hasOf.call(this.#now(), key);
  }

  override get(key: unknown): unknown {
    return this.#viewing.handOut(getOf.call(this.#now(), key));
  }

  override first(): [unknown, unknown] | undefined {
    return this.#pair(first.call(this.#now()));
  }

  override last(): [unknown, unknown] | undefined {
    return this.#pair(last.call(this.#now()));
  }

  override nextAfter(key: unknown): [unknown, unknown] | undefined {
    return this.#pair(nextAfter.call(this.#now(), key));
  }

  override nextBefore(key: unknown): [unknown, unknown] | undefined {
    return this.#pair(nextBefore.call(this.#now(), key));
  }

  override rank(key: unknown): number {
    return rank.call(this.#now(), key);
  }

  override at(index: number): [unknown, unknown] | undefined {
    return this.#pair(at.call(this.#now(), index));
  }

  override *range(options?: RangeOptions<unknown>): MapIterator<[unknown, unknown]> {
    for (const pair of range.call(this.#now(), options)) {
      this.#viewing.require();
      yield this.#pair(pair)!;
    }
  }

  override set(): never {
    return this.#viewing.refuseWrite();
  }

  override delete(): never {
    return this.#viewing.refuseWrite();
  }

  override clear(): never {
    return this.#viewing.refuseWrite();
  }

  #pair(pair: [unknown, unknown] | undefined): [unknown, unknown] | undefined {
    return pair && [this.#viewing.handOut(pair[0]), this.#viewing.handOut(pair[1])];
  }

  #now(): OrderedMap<unknown, unknown> {
    this.#viewing.require();
    return this.#source();
  }
}
