/** The entries of a table in a state, by place. A Map, an OrderedMap, a Set, an array, a Deque and an object are tables. */
import { Deque, OrderedMap } from '../../../index.ts';

export type TableKind = 'Map' | 'OrderedMap' | 'Set' | 'array' | 'Deque' | 'object';

export interface Table {
  readonly kind: TableKind;
  readonly size: number;
  /** In the table's order, from an index on, at most so many. The key of an item of an array or Deque is its index. */
  entries(from: number, most: number): IteratorObject<readonly [key: unknown, value: unknown]>;
}

/** Undefined for what has no entries, such as a number or a Date. */
export function tableOf(value: unknown): Table | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Map) return keyed('Map', value);
  if (value instanceof OrderedMap) return keyed('OrderedMap', value);
  if (value instanceof Set) return indexed('Set', value.size, value);
  if (value instanceof Deque) return indexed('Deque', value.size, value);
  if (Array.isArray(value)) return indexed('array', value.length, value);
  if (!isRecord(value)) return undefined;
  const members = Object.entries(value);
  return { kind: 'object', size: members.length, entries: (from, most) => members.values().drop(from).take(most) };
}

/** Whether a value is an object of named members. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function keyed(kind: TableKind, map: Map<unknown, unknown> | OrderedMap<unknown, unknown>): Table {
  return { kind, size: map.size, entries: (from, most) => Iterator.from(map.entries()).drop(from).take(most) };
}

function indexed(kind: TableKind, size: number, items: Iterable<unknown>): Table {
  return {
    kind,
    size,
    entries: (from, most) =>
      Iterator.from(items)
        .drop(from)
        .take(most)
        .map((item, index) => [from + index, item] as const),
  };
}
