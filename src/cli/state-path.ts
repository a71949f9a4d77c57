/**
 * Paths into a state: `orders[42].price`, `orders.42.price`, `sessions["a.b"].user`.
 *
 * A part names a member of an object, an index of an array, or a key of a Map or OrderedMap, where `42` means the text,
 * the number or the bigint, whichever is there, and `"42"` in quotes the text alone.
 */
import { OrderedMap, RefoldError } from '../index.ts';

interface Part {
  readonly key: string;
  readonly quoted: boolean;
}

/** The value at a path. @throws RefoldError `INVALID_OPTION`, naming the part that is not there */
export function valueAt(state: unknown, path: string): unknown {
  let value = state;
  let walked = '';
  for (const part of parsePath(path)) {
    const found = step(value, part);
    if (found === undefined) throw nothingThere(value, walked, part, path);
    value = found.value;
    walked += `[${part.key}]`;
  }
  return value;
}

const PART = /(?:^|\.)([^.[\]"]+)|\[(?:([^"\]]+)|("(?:[^"\\]|\\.)*"))\]/y;

function parsePath(path: string): Part[] {
  if (path === '') throw badPath(path);
  const parts: Part[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < path.length) {
    const [, member, index, quoted] = PART.exec(path) ?? [];
    if (quoted !== undefined) parts.push({ key: unquote(quoted, path), quoted: true });
    else if (member !== undefined || index !== undefined) parts.push({ key: (member ?? index)!, quoted: false });
    else throw badPath(path);
  }
  return parts;
}

function unquote(text: string, path: string): string {
  try {
    return JSON.parse(text);
  } catch {
    throw badPath(path);
  }
}

function badPath(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot read the path ${path}`, {
    at: path,
    hint: 'Write it like orders[42].price or sessions["a.b"].user',
  });
}

function step(value: unknown, part: Part): { readonly value: unknown } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Map || value instanceof OrderedMap) return stepIntoTable(value, part);
  return Object.hasOwn(value, part.key) ? { value: (value as { [key: string]: unknown })[part.key] } : undefined;
}

function stepIntoTable(table: ReadonlyMap<unknown, unknown>, part: Part): { readonly value: unknown } | undefined {
  const key = keysMeant(part).find((candidate) => holds(table, candidate));
  return key === undefined ? undefined : { value: table.get(key) };
}

/** Numbers first: an ordered table of numbers must not be asked for a text that its comparator turns into one. */
function keysMeant({ key, quoted }: Part): readonly (string | number | bigint)[] {
  if (quoted || Number.isNaN(Number(key))) return [key];
  return /^-?\d+$/.test(key) ? [Number(key), key, BigInt(key)] : [Number(key), key];
}

/** A comparator made for other keys may throw. */
function holds(table: ReadonlyMap<unknown, unknown>, key: unknown): boolean {
  try {
    return table.has(key);
  } catch {
    return false;
  }
}

function nothingThere(value: unknown, walked: string, { key }: Part, path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot show ${path}: there is no ${key} in ${walked || 'the state'}`, {
    at: `${walked}[${key}]`,
    hint: hintFor(value),
  });
}

const HINT_KEYS = 8;

function hintFor(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `A ${typeof value} has no parts`;
  if (value instanceof Set) return 'The members of a Set have no names: show the Set itself';
  const keys: Iterable<unknown> =
    value instanceof Map || value instanceof OrderedMap ? value.keys() : Object.keys(value);
  const first: string[] = [];
  for (const key of keys) if (first.push(String(key)) > HINT_KEYS) break;
  if (first.length > HINT_KEYS) first[HINT_KEYS] = '…';
  return first.length === 0 ? 'It is empty' : `There are ${first.join(', ')}`;
}
