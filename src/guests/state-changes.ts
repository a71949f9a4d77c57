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

/**
 * The same object for JSON: these members are values of a state, with tags for what JSON lacks. A member that is absent stays
 * absent, and one that holds undefined gets a tag.
 */
export function withTags<T extends object>(object: T, ...members: readonly (keyof T)[]): object {
  const tagged = members.filter((name) => name in object).map((name) => [name, toTaggedJson(object[name])] as const);
  return { ...object, ...Object.fromEntries(tagged) };
}
