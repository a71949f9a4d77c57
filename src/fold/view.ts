/**
 * A read-only view of a state that is only staged: the state, with the changes that events would make.
 *
 * Nothing is copied. The root and its tables, at any depth, are read through the drafts of the commit. Every object
 * inside is handed out behind a proxy, because under the direct fold it is the object of the state, which nothing
 * protects. Over a frozen state only an object that holds a Map needs a proxy, which shows the Map as it is staged. A
 * write throws. A read of a table throws once the view is over.
 */
import { RefoldError } from '../core/errors.ts';
import { MapDraft } from './atomic/drafts/map-draft.ts';
import { OrderedMapDraft } from './atomic/drafts/ordered-map-draft.ts';
import { copyBytes } from './binary.ts';
import { MapView, OrderedMapView, SetView } from './collection-views.ts';
import type { Deque } from './collections/deque.ts';
import { OrderedMap } from './collections/ordered-map.ts';
import { DequeView } from './deque-view.ts';
import type { PlainObject } from './members.ts';
import { kindOf } from './plain.ts';

/** How a view reads what is staged. */
export interface Staging {
  /** The Map, or its draft if the commit has one. */
  readonly now: (map: Map<unknown, unknown>) => Map<unknown, unknown>;
  /** Freezes what a later event might change in place. Undefined over a state that is not frozen. */
  readonly close?: (() => void) | undefined;
}

/** What all parts of one view share: for how long they may be read, and how they are handed out. */
export class Viewing {
  readonly #what: string;
  readonly #staging: Staging;
  /** Why it may be used no more. */
  #end: string | undefined;
  /** Each object has one face, so that a reader may compare by identity; and back again, for keys. */
  readonly #faces = new Map<object, object>();
  readonly #sources = new Map<object, object>();

  /** @param what names the view in messages */
  constructor(what: string, staging: Staging) {
    this.#what = what;
    this.#staging = staging;
  }

  /** Gives a part of the state to a reader. */
  handOut(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (this.#staging.close === undefined) return this.#faceOf(value);
    this.#staging.close();
    return this.#end === undefined && holdsMap(value) ? this.#faceOf(value) : value;
  }

  /** A table as it is staged now. */
  now(map: Map<unknown, unknown>): Map<unknown, unknown> {
    return this.#staging.now(map);
  }

  end(why: string): void {
    this.#end ??= why;
    this.#faces.clear();
    this.#sources.clear();
  }

  /** The same for an object below the root. A frozen one may be read at any time. */
  requireObject(): void {
    if (this.#staging.close === undefined) this.require();
  }

  /** @throws RefoldError `INVALID_OPTION` when the view is over */
  require(): void {
    if (this.#end === undefined) return;
    throw new RefoldError('INVALID_OPTION', `Cannot use ${this.#what}: ${this.#end}`, {
      hint: 'Take out of it what is needed before then',
    });
  }

  /** @throws RefoldError `INVALID_OPTION` */
  refuseWrite(): never {
    throw new RefoldError('INVALID_OPTION', `Cannot change ${this.#what}: it is read-only`, {
      hint: 'Only events change a state: fold or append one',
    });
  }

  /** The key of the state behind one that was handed out. */
  sourceOf(key: unknown): unknown {
    return typeof key === 'object' && key !== null ? (this.#sources.get(key) ?? key) : key;
  }

  #faceOf(value: object): object {
    const known = this.#faces.get(value);
    if (known !== undefined) return known;
    const face = this.#makeFace(value);
    this.#faces.set(value, face);
    this.#sources.set(face, value);
    return face;
  }

  #makeFace(value: object): object {
    switch (kindOf(value)) {
      case 'map':
        return new MapView(() => this.now(value as Map<unknown, unknown>), this);
      case 'set':
        return new SetView(value as Set<unknown>, this);
      case 'ordered-map': {
        const map = value as OrderedMap<unknown, unknown>;
        return new OrderedMapView(map, () => map, this);
      }
      case 'deque':
        return new DequeView(value as Deque<unknown>, this);
      case 'date':
        return new Date(value as Date);
      case 'bytes':
        return copyBytes(value as ArrayBuffer | ArrayBufferView);
      default:
        return new Proxy(Array.isArray(value) ? [] : {}, new ObjectView(value as PlainObject, this));
    }
  }
}

/**
 * The view of a root that has drafts in it.
 *
 * @param staged the root of a commit's draft; it keeps changing
 */
export function viewOfRoot(staged: PlainObject, viewing: Viewing): object {
  return new Proxy({}, new RootView(staged, viewing));
}

/**
 * A plain object or an array. Its proxy has an empty target, so that no rule of the language applies to what is shown.
 */
class ObjectView implements ProxyHandler<object> {
  protected readonly source: PlainObject;
  protected readonly viewing: Viewing;

  constructor(source: PlainObject, viewing: Viewing) {
    this.source = source;
    this.viewing = viewing;
  }

  get(_target: object, key: PropertyKey): unknown {
    this.require();
    const value = this.source[key as string];
    return typeof value === 'object' && value !== null ? this.member(key, value) : value;
  }

  has(_target: object, key: PropertyKey): boolean {
    this.require();
    return Reflect.has(this.source, key);
  }

  ownKeys(): (string | symbol)[] {
    this.require();
    return Reflect.ownKeys(this.source);
  }

  getOwnPropertyDescriptor(target: object, key: PropertyKey): PropertyDescriptor | undefined {
    this.require();
    const descriptor = Reflect.getOwnPropertyDescriptor(this.source, key);
    if (descriptor === undefined) return undefined;
    const isLength = Array.isArray(target) && key === 'length';
    const { enumerable = false } = descriptor;
    return { value: this.get(target, key), enumerable, writable: true, configurable: !isLength };
  }

  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.source);
  }

  set(): never {
    return this.viewing.refuseWrite();
  }

  defineProperty(): never {
    return this.viewing.refuseWrite();
  }

  deleteProperty(): never {
    return this.viewing.refuseWrite();
  }

  setPrototypeOf(): never {
    return this.viewing.refuseWrite();
  }

  preventExtensions(): never {
    return this.viewing.refuseWrite();
  }

  protected member(_key: PropertyKey, value: object): unknown {
    return this.viewing.handOut(value);
  }

  protected require(): void {
    this.viewing.requireObject();
  }
}

type Table = Map<unknown, unknown> | OrderedMap<unknown, unknown>;

/** The root: its tables are shown as they stand, also one that a reader has taken before. */
class RootView extends ObjectView {
  readonly #tables = new Map<PropertyKey, { readonly base: Table; readonly view: object }>();

  protected override require(): void {
    this.viewing.require();
  }

  protected override member(key: PropertyKey, value: object): unknown {
    const base = baseOf(value);
    if (base === undefined) return super.member(key, value);
    const known = this.#tables.get(key);
    if (known?.base === base) return known.view;
    const now = (): Table => {
      const staged = this.source[key as string] as object;
      return baseOf(staged) === base ? (staged as Table) : base;
    };
    const view =
      base instanceof OrderedMap
        ? new OrderedMapView(base, now as () => OrderedMap<unknown, unknown>, this.viewing)
        : new MapView(() => this.viewing.now(now() as Map<unknown, unknown>), this.viewing);
    this.#tables.set(key, { base, view });
    return view;
  }
}

/** The table that a value is, or is the draft of. */
function baseOf(value: object): Table | undefined {
  if (value instanceof MapDraft || value instanceof OrderedMapDraft) return value.base;
  return value instanceof OrderedMap || kindOf(value) === 'map' ? (value as Table) : undefined;
}

/** A nested OrderedMap or Deque with more entries is not searched: a commit puts a new one there. */
const MOST_SEARCHED = 128;

/** What is known of large frozen values. Their members never change, and a Map in them stays one. */
const searched = new WeakMap<object, boolean>();

/** Whether a frozen value may be shown differently later, because there is a Map in it. */
function holdsMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  switch (kindOf(value)) {
    case 'map':
      return true;
    case 'object':
      return holdsOne(value, Object.values(value));
    case 'array':
      return holdsOne(value, value as unknown[]);
    case 'set':
      return holdsOne(value, [...(value as Set<unknown>)]);
    case 'deque':
    case 'ordered-map':
      return holdsMapInside(value as Deque<unknown> | OrderedMap<unknown, unknown>);
    default:
      return false;
  }
}

function holdsMapInside(collection: Deque<unknown> | OrderedMap<unknown, unknown>): boolean {
  return collection.size > MOST_SEARCHED || [...collection.values()].some(holdsMap);
}

function holdsOne(value: object, members: readonly unknown[]): boolean {
  if (members.length <= MOST_SEARCHED) return members.some(holdsMap);
  let holds = searched.get(value);
  if (holds === undefined) searched.set(value, (holds = members.some(holdsMap)));
  return holds;
}
