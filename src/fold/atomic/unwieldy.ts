/**
 * Large values that are not tables: a commit that changes one of their members copies them all.
 *
 * The atomic fold reports the first one of each kind of place. `carts[7].lines` and `carts[8].lines` are one kind, since
 * the parts that are keys or indices do not count.
 */
import { describePath, type Path } from '../path.ts';
import { kindOf, type PathPart } from '../plain.ts';

/** An object, an array or a Set with this many members is reported. */
export const UNWIELDY = 2_000;

/** An object with more members is used as a dictionary: the names of its members are keys. */
const MOST_NAMES = 128;

/** A large value that is not a table. */
export interface Unwieldy {
  /** `carts[7].lines` style. */
  readonly path: string;
  readonly kind: 'object' | 'array' | 'set';
  readonly members: number;
}

export class UnwieldyPlaces {
  readonly #onFound: (found: Unwieldy) => void;
  readonly #known = new Set<string>();

  /** @param onFound called once for each kind of place */
  constructor(onFound: (found: Unwieldy) => void) {
    this.#onFound = onFound;
  }

  /** @param root the state before the commit, in which the path is looked up */
  tell(value: object, path: Path, root: object): void {
    const kind = kindOf(value);
    if (kind !== 'object' && kind !== 'array' && kind !== 'set') return;
    const place = kindOfPlace(path, root);
    if (this.#known.has(place)) return;
    this.#known.add(place);
    this.#onFound({ path: describePath(path), kind, members: countMembers(value) });
  }
}

/** The members of an object, an array or a Set. */
export function countMembers(value: object): number {
  if (Array.isArray(value)) return value.length;
  return value instanceof Set ? value.size : Object.keys(value).length;
}

function kindOfPlace(path: Path, root: object): string {
  let holder: unknown = root;
  const parts = path.map((part) => {
    const isNamed = hasNames(holder);
    holder = memberOf(holder, part);
    return isNamed ? JSON.stringify(part) : '*';
  });
  return parts.join();
}

function hasNames(holder: unknown): boolean {
  if (typeof holder !== 'object' || holder === null || kindOf(holder) !== 'object') return false;
  return Object.keys(holder).length <= MOST_NAMES;
}

function memberOf(holder: unknown, part: PathPart): unknown {
  if (typeof holder !== 'object' || holder === null) return undefined;
  switch (kindOf(holder)) {
    case 'map':
    case 'ordered-map':
      return (holder as Map<unknown, unknown>).get(part);
    case 'deque':
      return (holder as unknown[]).at(part as number);
    case 'object':
    case 'array':
      return (holder as Record<PropertyKey, unknown>)[part as PropertyKey];
    default:
      return undefined;
  }
}
