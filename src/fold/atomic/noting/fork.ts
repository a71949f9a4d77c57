/**
 * A second state that begins as the first one is now, and goes its own way: for a checkpoint to which one may return.
 *
 * All values of an atomically folded state are frozen, except its tables, which change in place. So the two share every value, and
 * only the tables are copied: a Map entry by entry, in its order, and an OrderedMap at the top level in O(1). Below them, the
 * way to each Map is copied as well.
 */
import { Deque } from '../../collections/deque.ts';
import { forkOf, OrderedMap, replaceValue } from '../../collections/ordered-map.ts';
import { type PlainObject, setMember, shallowCopy } from '../../members.ts';
import { kindOf } from '../../plain.ts';
import { guard } from '../guard.ts';
import { holdsMaps } from './nested-maps.ts';

/** A forked root, and how many entries of tables were copied for it. */
export interface Fork {
  readonly root: PlainObject;
  readonly entries: number;
}

/** @param nests whether there may be Maps below the tables at the top level */
export function forkRoot(root: PlainObject, nests: boolean): Fork {
  const forking = new Forking(nests);
  const copy = shallowCopy(root);
  for (const key of Object.keys(copy)) setMember(copy, key, forking.property(copy[key]));
  return { root: Object.freeze(copy), entries: forking.entries };
}

class Forking {
  entries = 0;
  readonly #nests: boolean;

  constructor(nests: boolean) {
    this.#nests = nests;
  }

  property(value: unknown): unknown {
    if (value instanceof Map) return this.#map(value);
    if (value instanceof OrderedMap) return this.#orderedMap(value);
    return this.#nests ? this.#value(value) : value;
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
    if (this.#nests) {
      for (const [key, value] of copy) {
        const forked = this.#value(value);
        if (forked !== value) copy.set(key, forked);
      }
    }
    return guard(copy);
  }

  #orderedMap(map: OrderedMap<unknown, unknown>): object {
    const copy = new OrderedMap(map.compare, forkOf(map));
    if (this.#nests) {
      for (const [key, value] of map) {
        const forked = this.#value(value);
        if (forked !== value) replaceValue(copy, key, forked);
      }
    }
    return guard(copy);
  }
}
