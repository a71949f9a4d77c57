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
  return placeAt(state, path)?.value;
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
  const steps = Array.from(path, stepOf);
  return (state) => {
    let value = state;
    for (let index = 0; index < steps.length; index++) {
      value = memberAt(value, steps[index]!);
      if (value === NO_MEMBER) return undefined;
    }
    return { value };
  };
}

/** A part of a path, as what it means in each kind of container. */
interface Step {
  /** The name of a property. */
  readonly name: string | undefined;
  /** Keys of a table: the first that is there counts. */
  readonly keys: readonly PathPart[];
  /** The index in a Deque or a Set. */
  readonly index: number | undefined;
}

function stepOf(part: PathPart): Step {
  return { name: nameOfPart(part), keys: keysMeant(part), index: indexMeant(part) };
}

/** A part as the name of a property; undefined for a key that is an object, which may have no text. */
export function nameOfPart(part: PathPart): string | undefined {
  return typeof part === 'object' && part !== null ? undefined : String(part);
}

const NO_MEMBER = Symbol('nothing stands there');

/** Plain objects and tables first: most values on a way are one of them. */
function memberAt(value: unknown, { name, keys, index }: Step): unknown {
  if (typeof value !== 'object' || value === null) return NO_MEMBER;
  if (Object.getPrototypeOf(value) === Object.prototype) return propertyOf(value, name);
  if (value instanceof Map || value instanceof OrderedMap || types.isMap(value)) {
    for (let place = 0; place < keys.length; place++) {
      if (holds(value, keys[place])) return value.get(keys[place]);
    }
    return NO_MEMBER;
  }
  if (value instanceof Deque) return index !== undefined && index < value.size ? value.at(index) : NO_MEMBER;
  if (types.isSet(value)) return index !== undefined && index < value.size ? [...value][index] : NO_MEMBER;
  return propertyOf(value, name);
}

function propertyOf(value: object, name: string | undefined): unknown {
  if (name === undefined || !Object.hasOwn(value, name)) return NO_MEMBER;
  return (value as { readonly [name: string]: unknown })[name];
}

function requirePath(path: unknown): void {
  if (Array.isArray(path)) return;
  throw new RefoldError('INVALID_OPTION', `Cannot follow the path: it is not an array but ${typeof path}`, {
    type: 'path',
    hint: 'Give an array of keys, such as parsePath("orders[42].price") gives',
  });
}

/** As an index of a list: a number, or its digits. */
function indexMeant(part: PathPart): number | undefined {
  const index = typeof part === 'string' && String(Number(part)) === part ? Number(part) : part;
  return Number.isInteger(index) && (index as number) >= 0 ? (index as number) : undefined;
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
