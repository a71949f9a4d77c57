/**
 * A part of a state by its path, as it is typed: `orders[42].price`. Unlike `valueAt` it says which part is not there.
 *
 * `42` means the text, the number or the bigint, whichever is there, and `"42"` in quotes the text alone.
 */
import { Deque, formatPath, OrderedMap, type PathPart, parsePath, RefoldError, valueAt } from '../index.ts';

/** The value at a path. @throws RefoldError `INVALID_OPTION`, naming the part that is not there */
export function partOf(state: unknown, path: string): unknown {
  let value = state;
  let walked = '';
  for (const part of parsePath(path)) {
    const found = value instanceof Set ? undefined : valueAt(value, [part]);
    if (found === undefined && !isThere(value, part)) throw nothingThere(value, walked, String(part), path);
    value = found;
    walked += `[${String(part)}]`;
  }
  return value;
}

/** Whether undefined stands there, and not nothing. */
function isThere(value: unknown, part: PathPart): boolean {
  if (value instanceof Set) return false;
  return keysOf(value).some((key) => formatPath([key]) === formatPath([part]));
}

function nothingThere(value: unknown, walked: string, key: string, path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot show ${path}: there is no ${key} in ${walked || 'the state'}`, {
    at: `${walked}[${key}]`,
    hint: hintFor(value),
  });
}

const HINT_KEYS = 8;

function hintFor(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `A ${typeof value} has no parts`;
  if (value instanceof Set) return 'The members of a Set have no names: show the Set itself';
  const first = keysOf(value)
    .map(String)
    .take(HINT_KEYS + 1)
    .toArray();
  if (first.length > HINT_KEYS) first[HINT_KEYS] = '…';
  return first.length === 0 ? 'It is empty' : `There are ${first.join(', ')}`;
}

function keysOf(value: unknown): IteratorObject<unknown> {
  if (typeof value !== 'object' || value === null) return [].values();
  if (value instanceof Deque) return value.entries().map(([index]) => index);
  return value instanceof Map || value instanceof OrderedMap ? value.keys() : Object.keys(value).values();
}
