/**
 * Places in a state: `orders[17].price`. One type, one way to write it, one way to read it.
 *
 * A path is a list of parts from the root inwards. A part is the name of a property, the index of an array, a Deque or a Set, or
 * the key of an entry of a Map or OrderedMap, which may be any value.
 */
import { types } from 'node:util';
import { RefoldError } from '../core/errors.ts';
import { shortened } from '../core/nearest.ts';
import { Deque } from './collections/deque.ts';
import { OrderedMap } from './collections/ordered-map.ts';

export type PathPart = unknown;
export type Path = readonly PathPart[];

/**
 * A path as text: an index or a number in brackets, an identifier behind a dot, any other text quoted in brackets. The
 * root is the empty text. A key that is an object reads `[object]`, and a Date reads as its milliseconds: these cannot
 * be read back.
 *
 * @throws RefoldError `INVALID_OPTION` for what is not an array
 */
export function formatPath(path: Path): string {
  requirePath(path);
  return path.map(formatPart).join('').replace(/^\./, '').toWellFormed();
}

/** The same for messages: only the beginning of a very long path. */
export function describePath(path: Path): string {
  return formatPath(path.length > MOST_DESCRIBED ? [...path.slice(0, MOST_DESCRIBED - 2), '…'] : path);
}

const MOST_DESCRIBED = 12;

function formatPart(part: PathPart): string {
  if (typeof part !== 'string')
    return `[${part instanceof Date ? Number(part) : typeof part === 'object' ? 'object' : String(part)}]`;
  return /^[\p{L}_$…][\p{L}\p{N}_$]*$/u.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
}

const PART = /(?:^|\.)([^.[\]"]+)|\[(?:([^"\]]+)|("(?:[^"\\]|\\.)*"))\]/y;

/**
 * Reads a path: `orders[42].price`, `orders.42.price`, `sessions["a.b"].user`. A key that is not quoted and looks like
 * a number becomes a number, or a bigint if it is an integer that a number cannot hold. `valueAt` finds the bigint or
 * the text as well.
 *
 * @throws RefoldError `INVALID_OPTION` for what is not a path, the empty text included
 */
export function parsePath(text: string): Path {
  if (typeof text !== 'string' || text === '') throw badPath(text);
  const path: PathPart[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const [, member, index, quoted] = PART.exec(text) ?? [];
    const plain = member ?? index;
    if (plain === undefined && quoted === undefined) throw badPath(text);
    path.push(plain === undefined ? unquote(quoted!, text) : numberOrText(plain));
  }
  return path;
}

function numberOrText(text: string): number | bigint | string {
  if (text !== 'NaN' && String(Number(text)) === text) return Number(text);
  return /^-?\d+$/.test(text) && String(BigInt(text)) === text ? BigInt(text) : text;
}

function unquote(quoted: string, text: string): string {
  try {
    return JSON.parse(quoted);
  } catch {
    throw badPath(text);
  }
}

function badPath(text: unknown): RefoldError {
  const shown = typeof text === 'string' ? shortened(text) : `(${typeof text})`;
  return new RefoldError(
    'INVALID_OPTION',
    text === '' ? 'Cannot read an empty path' : `Cannot read the path ${shown}`,
    {
      at: shown,
      hint: 'Write it like orders[42].price or sessions["a.b"].user',
    },
  );
}

/**
 * What stands at a place in a state, or undefined if nothing does. The empty path is the state itself. If a Map has no
 * entry for a number in the path, the entry for the same number as a text or a bigint is found.
 *
 * @throws RefoldError `INVALID_OPTION` for a path that is not an array
 */
export function valueAt(state: unknown, path: Path): unknown {
  requirePath(path);
  return path.reduce(memberOf, state);
}

/**
 * The same, but it tells undefined from nothing: the value in an object, or undefined if nothing stands there. A member of a Set
 * is found by its index, as `valueAt` finds it.
 */
export function placeAt(state: unknown, path: Path): Placed {
  return wayTo(path)(state);
}

/** What stands at a place; undefined if nothing does. */
export type Placed = { readonly value: unknown } | undefined;

/** A path that is followed often: gives what `placeAt` gives. What the parts of the path mean is worked out once. */
export function wayTo(path: Path): (state: unknown) => Placed {
  const steps = path.map((part) => ({ part, name: String(part), keys: keysMeant(part) }));
  return (state) => {
    let value = state;
    for (let index = 0; index < steps.length; index++) {
      value = memberAt(value, steps[index]!);
      if (value === NO_MEMBER) return undefined;
    }
    return { value };
  };
}

/** A part of a path, as a name of a property and as keys of a table. */
interface Step {
  readonly part: PathPart;
  readonly name: string;
  readonly keys: readonly PathPart[];
}

const NO_MEMBER = Symbol('nothing stands there');

/** Plain objects and tables first: most values on a way are one of them. */
function memberAt(value: unknown, { part, name, keys }: Step): unknown {
  if (typeof value !== 'object' || value === null) return NO_MEMBER;
  if (Object.getPrototypeOf(value) === Object.prototype) {
    return Object.hasOwn(value, name) ? (value as { readonly [name: string]: unknown })[name] : NO_MEMBER;
  }
  if (value instanceof Map || value instanceof OrderedMap) {
    for (let index = 0; index < keys.length; index++) {
      if (holds(value, keys[index])) return value.get(keys[index]);
    }
    return NO_MEMBER;
  }
  const member = memberOf(value, part);
  return member === undefined && !isThere(value, part) ? NO_MEMBER : member;
}

/** Whether undefined stands there, and not nothing. */
function isThere(value: unknown, part: PathPart): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (types.isMap(value) || value instanceof Map || value instanceof OrderedMap) {
    return keysMeant(part).some((key) => holds(value, key));
  }
  if (value instanceof Deque) return isIndex(part, value.size);
  if (types.isSet(value)) return isIndex(part, value.size);
  return Object.hasOwn(value, String(part));
}

function requirePath(path: unknown): void {
  if (Array.isArray(path)) return;
  throw new RefoldError('INVALID_OPTION', `Cannot follow the path: it is not an array but ${typeof path}`, {
    type: 'path',
    hint: 'Give an array of keys, such as parsePath("orders[42].price") gives',
  });
}

function memberOf(value: unknown, part: PathPart): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (types.isMap(value) || value instanceof Map || value instanceof OrderedMap) {
    const keys = keysMeant(part).filter((key) => holds(value, key));
    return keys.length === 0 ? undefined : value.get(keys[0]);
  }
  if (value instanceof Deque) return isIndex(part, value.size) ? value.at(Number(part)) : undefined;
  if (types.isSet(value)) return [...value][Number(part)];
  const name = String(part);
  return Object.hasOwn(value, name) ? (value as { readonly [name: string]: unknown })[name] : undefined;
}

/** As an index of an array: a number, or its digits. */
function isIndex(part: PathPart, size: number): boolean {
  const index = typeof part === 'string' && String(Number(part)) === part ? Number(part) : part;
  return Number.isInteger(index) && (index as number) >= 0 && (index as number) < size;
}

/** The number comes first: the comparator of an OrderedMap of numbers might take a text for a number. */
function keysMeant(part: PathPart): readonly PathPart[] {
  if (typeof part === 'bigint') return [part, String(part)];
  if (typeof part !== 'number') return [part];
  return Number.isInteger(part) ? [part, String(part), BigInt(part)] : [part, String(part)];
}

/** A comparator made for other keys may throw. */
function holds(table: ReadonlyMap<unknown, unknown>, key: unknown): boolean {
  try {
    return table.has(key);
  } catch {
    return false;
  }
}
