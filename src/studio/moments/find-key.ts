/** Finds a key of a table by its text: the exact key, or else the first one that begins like it. Pure. */
import { Deque, OrderedMap, valueAt } from '../../index.ts';
import type { TableFound } from '../wire.ts';
import { sizeOf } from './show-value.ts';

/** Keys that one search looks at: less than a second. */
const MOST_KEYS = 5_000_000;

/**
 * The exact key wins wherever it stands, unless the search begins behind the first row. Capitals count. The text of a list's key is
 * its index.
 *
 * @param after rows that are skipped: so the next key that begins like the text is found
 */
export function findKey(table: unknown, text: string, after: number): Omit<TableFound, 'path'> {
  if (typeof table !== 'object' || table === null) return { total: 0, complete: true };
  const total = sizeOf(table);
  if (Array.isArray(table) || table instanceof Deque || table instanceof Set) return findIndex(text, total);
  const onlyExact = after === 0 && isThere(table, text);
  let row = -1;
  for (const key of keysOf(table)) {
    if (++row === MOST_KEYS) return { total, complete: false };
    if (row < after) continue;
    const shown = textOf(key);
    if (shown === text || (!onlyExact && shown.startsWith(text))) {
      return { total, found: row, isExact: shown === text, complete: true };
    }
  }
  return { total, complete: true };
}

function findIndex(text: string, total: number): Omit<TableFound, 'path'> {
  const index = Number(text);
  if (!/^\d+$/.test(text) || index >= total) return { total, complete: true };
  return { total, found: index, isExact: true, complete: true };
}

/** Whether a text, a number or a bigint is a key and reads exactly so. */
function isThere(table: object, text: string): boolean {
  const number = Number(text);
  const keys = [
    text,
    ...(String(number) === text ? [number] : []),
    ...(/^-?\d{1,400}$/.test(text) ? [BigInt(text)] : []),
  ];
  return keys.some((key) => String(key) === text && valueAt(table, [key]) !== undefined);
}

function keysOf(table: object): Iterable<unknown> {
  return table instanceof Map || table instanceof OrderedMap ? table.keys() : Object.keys(table);
}

/** As a person types it. */
function textOf(key: unknown): string {
  if (key instanceof Date) return Number.isNaN(key.getTime()) ? 'invalid' : key.toISOString();
  return typeof key === 'object' && key !== null ? '[object]' : String(key);
}
