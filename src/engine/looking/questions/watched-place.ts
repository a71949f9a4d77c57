/** One place in a state that is folded directly: how it is found fast after each event, and whether it has changed since. */
import { isDate } from 'node:util/types';
import { RefoldError } from '../../../core/errors.ts';
import { Deque } from '../../../fold/collections/deque.ts';
import { OrderedMap } from '../../../fold/collections/ordered-map.ts';
import { diffStates } from '../../../fold/diff.ts';
import { plain } from '../../../fold/own-copy.ts';
import { type Path, type Placed, parsePath, wayTo } from '../../../fold/path.ts';

/** What became of a place: `before` is absent for what was not there, and `after` for what is not there any more. */
export interface BeforeAndAfter {
  readonly before?: unknown;
  readonly after?: unknown;
}

export class WatchedPlace {
  readonly #placeIn: (state: unknown) => Placed;
  /** A copy of what stood there last. */
  #last: Placed;

  constructor(path: Path, state: unknown) {
    this.#placeIn = wayTo(path);
    this.#last = copyOfPlaced(this.#placeIn(state));
  }

  /** Whether it has changed since the last look, and from what to what; undefined if it has not. */
  look(state: unknown): BeforeAndAfter | undefined {
    const now = this.#placeIn(state);
    const last = this.#last;
    if (samePlaced(last, now)) return undefined;
    this.#last = copyOfPlaced(now);
    return beforeAndAfter(last, this.#last);
  }

  /** Whether a comparison after each event would cost more than the fold of an event. */
  get isLarge(): boolean {
    return this.#last !== undefined && countUpTo(this.#last.value, LARGE_PLACE) >= LARGE_PLACE;
  }
}

/** So many members are compared in about the time in which an event is folded. */
const LARGE_PLACE = 128;

/** From what to what a place has changed; undefined if it has not. */
export function changeOf(before: Placed, after: Placed): BeforeAndAfter | undefined {
  return samePlaced(before, after) ? undefined : beforeAndAfter(before, after);
}

function samePlaced(a: Placed, b: Placed): boolean {
  return a === undefined || b === undefined ? a === b : sameValue(a.value, b.value);
}

function beforeAndAfter(before: Placed, after: Placed): BeforeAndAfter {
  return {
    ...(before !== undefined && { before: before.value }),
    ...(after !== undefined && { after: after.value }),
  };
}

export function copyOfPlaced(placed: Placed): Placed {
  return placed && { value: plain(placed.value) };
}

/** Whether two values are the same by content, type and order: as `diffStates` finds no difference. Fast for small objects. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isPlainObject(a) && isPlainObject(b)) return sameMembers(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  return diffStates(a, b, 1).length === 0;
}

function isPlainObject(value: object): value is Record<string, unknown> {
  return Object.getPrototypeOf(value) === Object.prototype;
}

function sameMembers(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const keys = Object.keys(b);
  let index = 0;
  for (const key in a) {
    if (keys[index++] !== key || !sameValue(a[key], b[key])) return false;
  }
  return index === keys.length;
}

/** How many values a value consists of, at most `most`. */
function countUpTo(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null || isDate(value)) return 1;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let count = 1;
  for (const member of membersOf(value)) {
    count += countUpTo(member, most - count);
    if (count >= most) break;
  }
  return count;
}

function membersOf(value: object): Iterable<unknown> {
  if (value instanceof Map || value instanceof OrderedMap) return value.values();
  if (Array.isArray(value) || value instanceof Set || value instanceof Deque) return value;
  return Object.values(value);
}

/** A place as callers give it: a path, or an array of keys, which is copied. @throws RefoldError `INVALID_OPTION` */
export function readPlace(path: unknown): Path {
  if (typeof path === 'string') return parsePath(path);
  try {
    if (Array.isArray(path)) return Array.from(path);
  } catch (cause) {
    throw notAPath(cause); // from a getter or a proxy
  }
  throw notAPath();
}

function notAPath(cause?: unknown): RefoldError {
  return new RefoldError(
    'INVALID_OPTION',
    'Cannot look for what changed a place: it is neither a path nor an array of keys',
    {
      type: 'path',
      cause,
      hint: "Give a text such as 'orders[42].price', or an array of keys",
    },
  );
}
