/** Short forms for the tables of commands. */
import type { Call } from './call.ts';
import type { CommandRow, Flag, KeySpec } from './command.ts';

/** One key. @param position of the key among the arguments; the name is 0 */
export function key(flags: string, position = 1): KeySpec {
  return keys(flags, position, 0);
}

/** Keys from a position on. @param last relative to the first, or from the end when negative */
export function keys(flags: string, position = 1, last = -1, step = 1, limit = 0): KeySpec {
  return { flags, begin: position, find: { last, step, limit } };
}

/** Keys after their count. @param position of the count */
export function countedKeys(flags: string, position: number, first = 1, step = 1): KeySpec {
  return { flags, begin: position, find: { keynum: 0, first, step } };
}

/** Keys after a word. */
export function keysAfter(flags: string, keyword: string, from: number, last = 0, step = 1, limit = 0): KeySpec {
  return { flags, begin: { keyword, from }, find: { last, step, limit } };
}

/** Keys that only the command itself can find. */
export function otherKeys(flags: string, begin: KeySpec['begin'] = 'unknown'): KeySpec {
  return { flags, begin, find: 'unknown' };
}

/** What few rows have. */
export type RowExtras = Pick<CommandRow, 'keysOf'>;

/**
 * Makes rows of a group: name, arity, flags, ACL categories, keys, the version of Redis that brought it, and what runs it.
 * Flags and categories are words separated by spaces.
 */
export function rowsOf(
  group: string,
): (
  name: string,
  arity: number,
  flags: string,
  categories: string,
  keys: readonly KeySpec[],
  since: string,
  run: ((call: Call) => void) | undefined,
  extras?: RowExtras,
) => CommandRow {
  return (name, arity, flags, categories, keySpecs, since, run, extras) => ({
    name,
    arity,
    flags: words(flags) as Flag[],
    categories: words(categories),
    keys: keySpecs,
    group,
    since,
    ...(run && { run }),
    ...extras,
  });
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}
