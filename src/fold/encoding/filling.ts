/** How collections are filled with what was decoded. */
import type { Deque } from '../collections/deque.ts';
import type { OrderedMap } from '../collections/ordered-map.ts';
import { setMember } from '../members.ts';
import { DamagedBytes } from './byte-reader.ts';

export type PlainObject = Record<string, unknown>;

/** How a collection is filled with what was decoded, and its size then, if a repeated key or member is damage. */
export interface Filling<Into> {
  readonly add: (into: Into, key: unknown, item: unknown) => void;
  readonly sizeOf?: (into: Into) => number;
}

export const FILL_ARRAY: Filling<unknown[]> = { add: (array, _key, item) => array.push(item) };
export const FILL_DEQUE: Filling<Deque<unknown>> = { add: (deque, _key, item) => deque.push(item) };
export const FILL_SET: Filling<Set<unknown>> = { add: (set, _key, item) => set.add(item), sizeOf: (set) => set.size };
export const FILL_TABLE: Filling<Map<unknown, unknown> | OrderedMap<unknown, unknown>> = {
  add: (table, key, item) => table.set(key, item),
  sizeOf: (table) => table.size,
};
export const FILL_DICTIONARY: Filling<PlainObject> = {
  add: (object, key, item) => {
    if (typeof key !== 'string') throw new DamagedBytes('a key is not a string');
    setMember(object, key, item);
  },
  sizeOf: (object) => Object.keys(object).length,
};

/** Duplicate keys are damage, because one would hide the other. */
export function requireDistinct(distinct: number, count: number): void {
  if (distinct !== count) throw new DamagedBytes('a key appears twice');
}
