/**
 * The draft of a large object or array. The reducer sees a proxy. The first write copies the value, and a member gets a
 * draft when it is read.
 */
import { sameKeys, shallowCopy } from '../../members.ts';
import { aGetter, aHole } from '../../ordinary.ts';
import { IllegalValue, kindOf, type PathPart } from '../../plain.ts';
import type { Placing } from '../placing.ts';
import type { Draft, DraftScope, Holder, Place } from '../scope.ts';
import { isOver } from './misuse.ts';

type Members = Record<PropertyKey, unknown>;

export class NodeDraft implements Draft, ProxyHandler<object> {
  readonly proxy: object;
  readonly home: Holder;
  readonly key: unknown;
  isPlaced = false;
  readonly #scope: DraftScope;
  readonly #base: Members;
  /** The source of reads: the base until the first write, then a copy of it. */
  #latest: Members;
  /** Drafts of members that were read. They are not in `#latest`. */
  readonly #children = new Map<PropertyKey, object>();
  /** Keys that were assigned or deleted, with their values before this event; undefined for a new key. */
  readonly #written = new Map<PropertyKey, unknown>();
  /** Whether members were deleted, or may be in another order. */
  #rekeyed = false;
  #mayHaveGaps = false;
  #isOver = false;

  constructor(base: object, { scope, home, key }: Place) {
    this.#scope = scope;
    this.home = home;
    this.key = key;
    this.#base = this.#latest = base as Members;
    this.proxy = new Proxy(Array.isArray(base) ? [] : {}, this);
  }

  holds(part: unknown, draft: object): boolean {
    const key = typeof part === 'number' ? String(part) : (part as PropertyKey);
    const child = this.#children.get(key) ?? this.#latest[key];
    return child === draft && (this.isPlaced || this.home.holds(this.key, this.proxy));
  }

  get(_target: object, key: PropertyKey): unknown {
    const child = this.#children.get(key);
    if (child !== undefined) return child;
    const value = this.#latest[key];
    if (typeof value !== 'object' || value === null || this.#isOver || this.#written.has(key)) return value;
    if (!Object.hasOwn(this.#latest, key)) return value;
    const draft = this.#scope.draft(value, this, this.#partOf(key));
    this.#children.set(key, draft);
    return draft;
  }

  set(_target: object, key: PropertyKey, value: unknown): boolean {
    if (value !== undefined && value === this.#children.get(key)) return true;
    const latest = this.#write(key);
    this.#noteNew(latest, key, value);
    return Reflect.set(latest, key, value);
  }

  has(_target: object, key: PropertyKey): boolean {
    return Reflect.has(this.#latest, key);
  }

  ownKeys(): PropertyKey[] & (string | symbol)[] {
    return Reflect.ownKeys(this.#latest);
  }

  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.#base);
  }

  setPrototypeOf(): boolean {
    this.#scope.refusal ??= new TypeError('a draft cannot be given another prototype');
    return false;
  }

  preventExtensions(): boolean {
    this.#scope.refusal ??= new TypeError('a draft cannot be frozen: the store freezes the state');
    return false;
  }

  deleteProperty(_target: object, key: PropertyKey): boolean {
    if (!Object.hasOwn(this.#latest, key)) return true;
    this.#rekeyed = true;
    return Reflect.deleteProperty(this.#write(key), key);
  }

  defineProperty(_target: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    const latest = this.#write(key);
    this.#noteNew(latest, key, descriptor.value);
    return Reflect.defineProperty(latest, key, descriptor);
  }

  getOwnPropertyDescriptor(target: object, key: PropertyKey): PropertyDescriptor | undefined {
    const descriptor = Reflect.getOwnPropertyDescriptor(this.#latest, key);
    if (descriptor === undefined || 'get' in descriptor) return descriptor;
    const isLength = Array.isArray(target) && key === 'length';
    return { ...descriptor, value: this.get(target, key), writable: true, configurable: !isLength };
  }

  place(placing: Placing, path: PathPart[]): object {
    this.isPlaced = true;
    const { changedTables } = placing;
    let same = true;
    for (const [key, child] of this.#children) {
      if (!Object.hasOwn(this.#latest, key)) continue; // the array was shortened
      const before = this.#latest[key];
      const placed = placing.member(child, before, this, this.#partOf(key), path);
      if (Object.is(placed, before)) continue;
      same = false;
      this.#copied()[key] = placed;
    }
    for (const [key, before] of this.#written) if (!this.#placeWritten(key, before, placing, path)) same = false;
    this.#children.clear();
    if (kindOf(this.#latest) !== kindOf(this.#base)) throw new IllegalValue('given another prototype', path);
    if (this.#mayHaveGaps) requireWhole(this.#latest as unknown as unknown[], path);
    if (this.#latest === this.#base || (same && this.#sameKeys())) {
      if (placing.changedTables !== changedTables) placing.noteChanged(this.#base, path);
      return this.#base;
    }
    placing.noteChanged(this.#latest, path);
    this.#scope.keepOpen(this.#latest);
    return this.#latest;
  }

  end(): void {
    this.#isOver = true;
  }

  /** True when the assigned value equals the value before. */
  #placeWritten(key: PropertyKey, before: unknown, placing: Placing, path: PathPart[]): boolean {
    const descriptor = Object.getOwnPropertyDescriptor(this.#latest, key);
    const isArray = Array.isArray(this.#latest);
    if (descriptor === undefined) {
      if (isArray && Number(key) < (this.#latest.length as number)) throw aHole(path);
      return !Object.hasOwn(this.#base, key);
    }
    if (isArray && key === 'length') return descriptor.value === before;
    if (isArray && !isIndex(key)) throw new IllegalValue('a member of an array besides its items', [...path, key]);
    if (typeof key === 'symbol') throw new IllegalValue('given a member whose key is a symbol', path);
    if ('get' in descriptor || 'set' in descriptor) throw aGetter([...path, this.#partOf(key)]);
    if (descriptor.enumerable !== true) throw new IllegalValue('a hidden member', [...path, key]);
    const placed = placing.given(descriptor.value, before, this, this.#partOf(key), path);
    if (placed !== descriptor.value) Object.defineProperty(this.#latest, key, { ...descriptor, value: placed });
    return Object.is(placed, before);
  }

  /**
   * Notes an added key, since it changes the order of the keys, or an index beyond an array's end, since it may leave a
   * hole.
   */
  #noteNew(latest: Members, key: PropertyKey, value: unknown): void {
    if (!Array.isArray(latest)) this.#rekeyed ||= !Object.hasOwn(latest, key);
    else if (key === 'length' ? Number(value) > latest.length : Number(key) > latest.length) this.#mayHaveGaps = true;
  }

  /** The key as a part of a path: an array item is a number. */
  #partOf(key: PropertyKey): PathPart {
    return Array.isArray(this.#latest) && isIndex(key) ? Number(key) : key;
  }

  #sameKeys(): boolean {
    if (Array.isArray(this.#latest)) return this.#latest.length === (this.#base as unknown as unknown[]).length;
    return !this.#rekeyed || sameKeys(this.#latest, this.#base);
  }

  #write(key: PropertyKey): Members {
    if (this.#isOver) this.#scope.refuse(isOver());
    this.#children.delete(key);
    if (!this.#written.has(key))
      this.#written.set(key, Object.hasOwn(this.#latest, key) ? this.#latest[key] : undefined);
    return this.#copied();
  }

  #copied(): Members {
    if (this.#latest === this.#base && !this.#scope.isOpen(this.#base)) this.#latest = copyOf(this.#base);
    return this.#latest;
  }
}

function requireWhole(array: unknown[], path: PathPart[]): void {
  for (let index = 0; index < array.length; index++) if (!(index in array)) throw aHole(path);
}

function copyOf(value: object): Members {
  return (Array.isArray(value) ? value.slice() : shallowCopy(value)) as unknown as Members;
}

/** Whether a key is a canonical array index. */
function isIndex(key: PropertyKey): boolean {
  return typeof key === 'string' && String(Number(key) >>> 0) === key;
}
