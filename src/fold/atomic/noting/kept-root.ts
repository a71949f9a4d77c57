/**
 * A state as it is at one moment, kept so that one may return to it, as often as one likes.
 *
 * All values of an atomically folded state are frozen, except its tables, which change in place. So what is kept shares every
 * value, and only the tables are copied. The keys and the values of a Map are kept as two lists, which is about twenty times as fast as to copy
 * the Map. A Map is made of them when somebody returns. An OrderedMap at the top level is forked in O(1). Where Maps lie below the
 * tables at the top level, the way to each is copied as well.
 */
import { Deque } from '../../collections/deque.ts';
import { forkOf, OrderedMap, replaceValue } from '../../collections/ordered-map.ts';
import { type PlainObject, setMember, shallowCopy } from '../../members.ts';
import { kindOf } from '../../plain.ts';
import { guard } from '../guard.ts';
import { holdsMaps } from './nested-maps.ts';

/** A root that was kept. */
export interface KeptRoot {
  /**
   * A root that is the same, with its own tables.
   *
   * @param used a root that is not needed any more: its Maps are changed and used again where that is less work
   */
  restore(used?: PlainObject): PlainObject;
  /** How many entries of Maps are kept. */
  readonly entries: number;
}

/** @param nests whether there may be Maps below the tables at the top level */
export function keepRoot(root: PlainObject, nests: boolean): KeptRoot {
  return nests ? keepNesting(root) : keepFlat(root);
}

/** A Map that was kept. */
class KeptMap {
  readonly #keys: readonly unknown[];
  readonly #values: readonly unknown[];

  constructor(map: ReadonlyMap<unknown, unknown>) {
    this.#keys = [...map.keys()];
    this.#values = [...map.values()];
  }

  restore(used: unknown): object {
    if (used instanceof Map && this.#change(used)) return used;
    const map = new Map<unknown, unknown>();
    for (let index = 0; index < this.#keys.length; index++) map.set(this.#keys[index], this.#values[index]);
    return guard(map);
  }

  /**
   * Changes another Map into this one, if only entries near its end differ, or values. An entry in the middle can only be put back
   * by moving all entries after it. False, and nothing is changed, if that would be most of them.
   */
  #change(map: Map<unknown, unknown>): boolean {
    const [now, values] = [[...map.keys()], [...map.values()]];
    const most = Math.min(now.length, this.#keys.length);
    let same = 0;
    while (same < most && Object.is(now[same], this.#keys[same])) same++;
    if (now.length + this.#keys.length - 2 * same > this.#keys.length / LEAST_SHARE) return false;
    // From the prototype, because a table's own methods throw.
    const { set, delete: remove } = Map.prototype;
    for (let index = same; index < now.length; index++) remove.call(map, now[index]);
    for (let index = 0; index < same; index++) {
      if (!Object.is(values[index], this.#values[index])) set.call(map, this.#keys[index], this.#values[index]);
    }
    for (let index = same; index < this.#keys.length; index++) set.call(map, this.#keys[index], this.#values[index]);
    return true;
  }
}

/** A Map is changed rather than made if at most this part of its entries moves: a quarter. */
const LEAST_SHARE = 4;

function keepFlat(root: PlainObject): KeptRoot {
  const kept = shallowCopy(root);
  let entries = 0;
  for (const key of Object.keys(kept)) {
    const value = kept[key];
    if (value instanceof Map) {
      entries += value.size;
      setMember(kept, key, new KeptMap(value));
    } else if (value instanceof OrderedMap) setMember(kept, key, new OrderedMap(value.compare, forkOf(value)));
  }
  const restore = (used?: PlainObject): PlainObject => {
    const copy = shallowCopy(kept);
    for (const key of Object.keys(copy)) {
      const value = copy[key];
      if (value instanceof KeptMap) setMember(copy, key, value.restore(used?.[key]));
      else if (value instanceof OrderedMap) {
        setMember(copy, key, guard(new OrderedMap<unknown, unknown>(value.compare, forkOf(value))));
      }
    }
    return Object.freeze(copy);
  };
  return { restore, entries };
}

function keepNesting(root: PlainObject): KeptRoot {
  const forking = new Forking();
  const kept = forkRoot(root, forking);
  return { restore: () => forkRoot(kept, new Forking()), entries: forking.entries };
}

function forkRoot(root: PlainObject, forking: Forking): PlainObject {
  const copy = shallowCopy(root);
  for (const key of Object.keys(copy)) setMember(copy, key, forking.property(copy[key]));
  return Object.freeze(copy);
}

class Forking {
  entries = 0;

  property(value: unknown): unknown {
    if (value instanceof Map) return this.#map(value);
    if (value instanceof OrderedMap) return this.#orderedMap(value);
    return this.#value(value);
  }

  #value(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || !holdsMaps(value)) return value;
    switch (kindOf(value)) {
      case 'map':
        return this.#map(value as Map<unknown, unknown>);
      case 'ordered-map':
        return this.#orderedMap(value as OrderedMap<unknown, unknown>);
      case 'array':
        return Object.freeze((value as unknown[]).map((item) => this.#value(item)));
      case 'set':
        return guard(new Set(Array.from(value as Set<unknown>, (member) => this.#value(member))));
      case 'deque':
        return guard(new Deque(Array.from(value as Deque<unknown>, (item) => this.#value(item))));
      default:
        return this.#object(value as PlainObject);
    }
  }

  #object(value: PlainObject): object {
    const copy = shallowCopy(value);
    for (const key of Object.keys(copy)) setMember(copy, key, this.#value(copy[key]));
    return Object.freeze(copy);
  }

  #map(map: Map<unknown, unknown>): object {
    this.entries += map.size;
    const copy = new Map(map);
    for (const [key, value] of copy) {
      const forked = this.#value(value);
      if (forked !== value) copy.set(key, forked);
    }
    return guard(copy);
  }

  #orderedMap(map: OrderedMap<unknown, unknown>): object {
    const copy = new OrderedMap(map.compare, forkOf(map));
    for (const [key, value] of map) {
      const forked = this.#value(value);
      if (forked !== value) replaceValue(copy, key, forked);
    }
    return guard(copy);
  }
}
