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
function within(only: Path, { path, parts, ...sides }: StateDifference): StateDifference {
  const all = [...only, ...parts];
  const order = path.endsWith(ORDER) ? ` ${ORDER}` : '';
  return { path: `${formatPath(all)}${order}`.trimStart(), parts: all, ...sides };
}

/** A path that ends in this is about the order of keys, and its values are these keys. */
const ORDER = '(order)';

/**
 * The same object for JSON: these members are values of a state, with tags for what JSON lacks. A member that is absent stays
 * absent, and one that holds undefined gets a tag.
 */
export function withTags<T extends object>(object: T, ...members: readonly (keyof T)[]): object {
  const tagged = members.filter((name) => name in object).map((name) => [name, toTaggedJson(object[name])] as const);
  return { ...object, ...Object.fromEntries(tagged) };
}
