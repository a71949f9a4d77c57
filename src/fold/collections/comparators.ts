/**
 * The two comparators that every model knows, and how any comparator travels: by its name. `core/comparators.ts` has the
 * names that models give.
 */
import { type AnyComparator, type Comparators, givenName } from '../../core/comparators.ts';

/**
 * Negative when `a` comes before `b`, positive when `a` comes after `b`, 0 when they are the same key. Must be a total
 * order.
 */
export type Comparator<K> = (a: K, b: K) => number;

/** Smallest first. Numbers by value, strings by code unit. NaN cannot be ordered, so it is refused as a key. */
export function ascending<K extends number | bigint | string>(a: K, b: K): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
}

/** Largest first: the reverse of `ascending`. */
export function descending<K extends number | bigint | string>(a: K, b: K): number {
  return a < b ? 1 : a > b ? -1 : a === b ? 0 : Number.NaN;
}

/**
 * The name under which a comparator travels, undefined if it does not have one.
 *
 * @param comparators those of the model. Default: those of all models of this process
 */
export function nameOf(compare: AnyComparator, comparators?: Comparators): string | undefined {
  if (compare === ascending) return 'ascending';
  return compare === descending ? 'descending' : givenName(compare, comparators);
}

/** The comparator of a name; undefined if neither refold nor the model names one so. */
export function comparatorOf(name: string, comparators: Comparators): AnyComparator | undefined {
  if (name === 'ascending') return ascending;
  if (name === 'descending') return descending;
  return Object.hasOwn(comparators, name) ? comparators[name] : undefined;
}
