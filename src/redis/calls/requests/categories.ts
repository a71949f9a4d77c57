/** ACL categories of commands: those of the row, and those that its flags imply. */
import type { CommandRow, Flag } from '../command.ts';

export const CATEGORIES: readonly string[] = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
];

const IMPLIED: { readonly [flag in Flag]?: readonly string[] } = {
  write: ['write'],
  readonly: ['read'],
  admin: ['admin', 'dangerous'],
  pubsub: ['pubsub'],
  fast: ['fast'],
  blocking: ['blocking'],
};

const cache = new Map<CommandRow, ReadonlySet<string>>();

/** The categories, without `@`, in Redis's order. */
export function categoriesOf(row: CommandRow): ReadonlySet<string> {
  let categories = cache.get(row);
  if (categories === undefined) {
    const implied = row.flags.flatMap((flag) => IMPLIED[flag] ?? []);
    const all = new Set([...row.categories, ...implied, ...(row.flags.includes('fast') ? [] : ['slow'])]);
    // A script that only reads may do anything else.
    if (row.categories.includes('scripting')) all.delete('read');
    categories = new Set(CATEGORIES.filter((category) => all.has(category)));
    cache.set(row, categories);
  }
  return categories;
}
