/**
 * A dictionary with positions: entries lie in arrays without gaps, and a Map says where each is.
 *
 * So a random entry, and the entries from a position on, cost O(1) each. A deletion from a large dictionary moves the last
 * entry into the gap. Entries move towards the front only, so a walk from the back to the front sees each entry that is
 * there throughout: SCAN rests on this. A small dictionary keeps the order in which entries were added.
 *
 * It is plain data, made of one Map and two arrays, and only these functions change it.
 */

export interface Dense<V> {
  /** Where each key lies. */
  readonly slots: Map<string, number>;
  readonly keys: string[];
  /** The value of each key, at the same position. */
  readonly values: V[];
}

/** Up to this size a deletion keeps the order. */
const ORDERED_SIZE = 128;

/** V8's limit of one Map. */
export const MAX_ENTRIES: number = 2 ** 24 - 1;

export function dense<V>(): Dense<V> {
  return { slots: new Map(), keys: [], values: [] };
}

export function denseSize(entries: ReadonlyDense<unknown>): number {
  return entries.keys.length;
}

/** What a reader may do with it. */
export interface ReadonlyDense<V> {
  readonly slots: ReadonlyMap<string, number>;
  readonly keys: readonly string[];
  readonly values: readonly V[];
}

export function denseGet<V>(entries: ReadonlyDense<V>, key: string): V | undefined {
  const slot = entries.slots.get(key);
  return slot === undefined ? undefined : entries.values[slot];
}

/** Adds or replaces. Returns whether the key is new. The caller has checked that there is room. */
export function denseSet<V>(entries: Dense<V>, key: string, value: V): boolean {
  const slot = entries.slots.get(key);
  if (slot !== undefined) {
    entries.values[slot] = value;
    return false;
  }
  entries.slots.set(key, entries.keys.length);
  entries.keys.push(key);
  entries.values.push(value);
  return true;
}

/** Returns whether the key was there. */
export function denseDelete(entries: Dense<unknown>, key: string): boolean {
  const { slots, keys, values } = entries;
  const slot = slots.get(key);
  if (slot === undefined) return false;
  slots.delete(key);
  if (keys.length <= ORDERED_SIZE) {
    keys.splice(slot, 1);
    values.splice(slot, 1);
    for (let at = slot; at < keys.length; at++) slots.set(keys[at]!, at);
    return true;
  }
  const lastKey = keys.pop()!;
  const lastValue = values.pop();
  if (slot === keys.length) return true;
  keys[slot] = lastKey;
  values[slot] = lastValue;
  slots.set(lastKey, slot);
  return true;
}
