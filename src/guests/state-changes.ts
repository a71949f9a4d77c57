/** What is different between two states, or in a part of them, and values of a state as JSON. */
import { diffStates, formatPath, type Path, type StateDifference, toTaggedJson, valueAt } from '../index.ts';

/**
 * The places where a part of two states differs, with their paths from the root, at most `limit` of them. A part that stands in
 * one of them alone is one difference.
 */
export function changesWithin(only: Path, from: unknown, to: unknown, limit: number): StateDifference[] {
  const [before, after] = [valueAt(from, only), valueAt(to, only)];
  if (before !== undefined && after !== undefined) {
    return diffStates(before, after, limit).map((one) => within(only, one));
  }
  if (before === after) return [];
  return [{ path: formatPath(only), parts: only, ...(before === undefined ? { after } : { before }) }];
}

/** The path from the root, in full. It still says that the same keys come in another order. */
function within(only: Path, place: StateDifference): StateDifference {
  const { path: _, parts, ...sides } = place;
  const all = [...only, ...parts];
  const order = isOrder(place) ? ` ${KEYS_ORDER}` : '';
  return { path: `${formatPath(all)}${order}`.trimStart(), parts: all, ...sides };
}

/** The end of a path that is about the order of keys: its values are these keys. */
const KEYS_ORDER = '(order)';

/** The same keys in another order. A key that ends like this is in quotes and brackets. */
export function isOrder({ path }: StateDifference): boolean {
  return path.endsWith(KEYS_ORDER);
}

/** An entry of a property, such as `orders[42]`, with all differences in it. */
export interface ChangedEntry {
  readonly kind: 'new' | 'gone' | 'changed';
  readonly places: readonly StateDifference[];
}

/** The differences by entry: `orders[42]` has all that is below it. */
export function entriesOf(changes: readonly StateDifference[]): ChangedEntry[] {
  const entries = Map.groupBy(changes, ({ parts }) => formatPath(parts.slice(0, 2)));
  return [...entries.values()].map((places) => ({ kind: entryKindOf(places), places }));
}

function entryKindOf(places: readonly StateDifference[]): ChangedEntry['kind'] {
  const [first] = places as [StateDifference];
  if (places.length > 1 || first.parts.length !== 2) return 'changed';
  if (!('before' in first)) return 'new';
  return 'after' in first ? 'changed' : 'gone';
}

/** How many entries of one property are new, gone and changed. */
export interface EntryCounts {
  readonly new: number;
  readonly gone: number;
  readonly changed: number;
  /** The same keys come in another order. */
  readonly isReordered: boolean;
}

/** @param places the differences in one property of the state */
export function countEntries(places: readonly StateDifference[]): EntryCounts {
  const inside = places.filter(({ parts }) => parts.length > 1);
  const counts = { new: 0, gone: 0, changed: 0 };
  for (const { kind } of entriesOf(inside)) counts[kind]++;
  return { ...counts, isReordered: places.some((place) => place.parts.length === 1 && isOrder(place)) };
}

/** The differences by property of the state. */
export function byProperty(changes: readonly StateDifference[]): Map<string, StateDifference[]> {
  return Map.groupBy(changes, ({ parts }) => formatPath(parts.slice(0, 1)));
}

/**
 * The same object for JSON: these members are values of a state, with tags for what JSON lacks. A member that is absent stays
 * absent, and one that holds undefined gets a tag.
 */
export function withTags<T extends object>(object: T, ...members: readonly (keyof T)[]): object {
  const tagged = members.filter((name) => name in object).map((name) => [name, toTaggedJson(object[name])] as const);
  return { ...object, ...Object.fromEntries(tagged) };
}
