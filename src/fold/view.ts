/**
 * A read-only view of a state that is only staged: the state, with the changes that events would make.
 *
 * Nothing is copied. The root and its tables are read through the drafts of the commit. Every object inside is handed
 * out behind a proxy, because under the direct fold it is the object of the state, which nothing protects. A write
 * throws. A read throws once the view is over.
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

/** Gives a part of the state to a reader. */
type HandOut = (value: unknown) => unknown;

/** What all parts of one view share: for how long they may be read, and how they are handed out. */
export class Viewing {
  readonly handOut: HandOut;
  readonly #what: string;
  /** Why it may be used no more. */
  #end: string | undefined;
  /** Each object has one face, so that a reader may compare by identity; and back again, for keys. */
  readonly #faces = new Map<object, object>();
  readonly #sources = new Map<object, object>();

  /**
   * @param what names the view in messages
   * @param handOut for what needs no proxy, since it is frozen
   */
  constructor(what: string, handOut?: HandOut) {
    this.#what = what;
    this.handOut = handOut ?? ((value) => this.#faceOf(value));
  }

  end(why: string): void {
    this.#end ??= why;
    this.#faces.clear();
    this.#sources.clear();
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

  #faceOf(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
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
        return new MapView(() => value as Map<unknown, unknown>, this);
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
    this.viewing.require();
    const value = this.source[key as string];
    return typeof value === 'object' && value !== null ? this.member(key, value) : value;
  }

  has(_target: object, key: PropertyKey): boolean {
    this.viewing.require();
    return Reflect.has(this.source, key);
  }

  ownKeys(): (string | symbol)[] {
    this.viewing.require();
    return Reflect.ownKeys(this.source);
  }

  getOwnPropertyDescriptor(target: object, key: PropertyKey): PropertyDescriptor | undefined {
    this.viewing.require();
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
}

type Table = Map<unknown, unknown> | OrderedMap<unknown, unknown>;

/** The root: its tables are shown as they stand, also one that a reader has taken before. */
class RootView extends ObjectView {
  readonly #tables = new Map<PropertyKey, { readonly base: Table; readonly view: object }>();

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
        : new MapView(now as () => Map<unknown, unknown>, this.viewing);
    this.#tables.set(key, { base, view });
    return view;
  }
}

/** The table that a value is, or is the draft of. */
function baseOf(value: object): Table | undefined {
  if (value instanceof MapDraft || value instanceof OrderedMapDraft) return value.base;
  return value instanceof OrderedMap || kindOf(value) === 'map' ? (value as Table) : undefined;
}
