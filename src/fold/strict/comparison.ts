/**
 * Finds the first difference between a state that was folded atomically and its shadow, which was folded directly. It
 * is fast while they are equal, and allocates only the path.
 *
 * It reads drafts of tables without changing them. A container that is in both states at once is also a difference:
 * neither fold made it, so it comes from outside, for instance from a constant of a module.
 */
import { MapDraft } from '../atomic/drafts/map-draft.ts';
import { OrderedMapDraft } from '../atomic/drafts/ordered-map-draft.ts';
import { sameBytes } from '../binary.ts';
import type { OrderedMap } from '../collections/ordered-map.ts';
import type { Path, PathPart } from '../path.ts';
import { kindOf, MAX_STATE_DEPTH } from '../plain.ts';

export interface Difference {
  readonly path: Path;
  /** The values in the two states. */
  readonly ours: unknown;
  readonly shadow: unknown;
  readonly what: 'value' | 'order' | 'shared';
}

/** The Map as a commit has staged it, or the Map itself. */
export type MapNow = (map: Map<unknown, unknown>) => Map<unknown, unknown>;

const AS_IT_IS: MapNow = (map) => map;

/**
 * The first place at which two values differ; undefined if they are equal.
 *
 * @param now how the Maps of `ours` are read, while their changes are only staged
 */
export function firstDifference(
  ours: unknown,
  shadow: unknown,
  path: PathPart[] = [],
  now: MapNow = AS_IT_IS,
): Difference | undefined {
  if (typeof ours !== 'object' || typeof shadow !== 'object' || ours === null || shadow === null) {
    return Object.is(ours, shadow) ? undefined : differ(ours, shadow, path);
  }
  if (ours === shadow) return { path: path.slice(), ours, shadow, what: 'shared' };
  if (path.length > MAX_STATE_DEPTH) return undefined;
  const kind = viewKind(ours);
  if (kind !== viewKind(shadow)) return differ(ours, shadow, path);
  switch (kind) {
    case 'object':
      return compareObjects(ours as PlainObject, shadow as PlainObject, path, now);
    case 'array':
      return compareArrays(ours as unknown[], shadow as unknown[], path, now);
    case 'map':
      return compareMaps(now(ours as Map<unknown, unknown>), shadow as MapLike, path, now);
    case 'ordered-map':
      return compareMaps(ours as MapLike, shadow as MapLike, path, now);
    case 'set':
    case 'deque':
      return compareArrays([...(ours as Iterable<unknown>)], [...(shadow as Iterable<unknown>)], path, now);
    case 'date':
      return Object.is(Number(ours), Number(shadow)) ? undefined : differ(ours, shadow, path);
    case 'bytes':
      return sameBytes(ours as ArrayBuffer, shadow as ArrayBuffer) ? undefined : differ(ours, shadow, path);
    default:
      return undefined;
  }
}

type PlainObject = Record<string, unknown>;
type MapLike = Map<unknown, unknown> | OrderedMap<unknown, unknown>;

function viewKind(value: object): ReturnType<typeof kindOf> {
  if (value instanceof MapDraft) return 'map';
  return value instanceof OrderedMapDraft ? 'ordered-map' : kindOf(value);
}

function differ(ours: unknown, shadow: unknown, path: Path): Difference {
  return { path: path.slice(), ours, shadow, what: 'value' };
}

function step(part: PathPart, ours: unknown, shadow: unknown, path: PathPart[], now: MapNow): Difference | undefined {
  path.push(part);
  const found = firstDifference(ours, shadow, path, now);
  path.pop();
  return found;
}

function compareObjects(ours: PlainObject, shadow: PlainObject, path: PathPart[], now: MapNow): Difference | undefined {
  const keys = Object.keys(ours);
  const others = Object.keys(shadow);
  for (let index = 0; index < Math.max(keys.length, others.length); index++) {
    const key = keys[index];
    if (key !== others[index]) return compareKeys(ours, shadow, key ?? others[index]!, path);
    const found = step(key, ours[key!], shadow[key!], path, now);
    if (found !== undefined) return found;
  }
  const isBare = Object.getPrototypeOf(ours) === null;
  return isBare === (Object.getPrototypeOf(shadow) === null) ? undefined : differ(ours, shadow, path);
}

/** One object lacks the key, or has it at another position. */
function compareKeys(ours: PlainObject, shadow: PlainObject, key: string, path: PathPart[]): Difference {
  if (Object.hasOwn(ours, key) && Object.hasOwn(shadow, key))
    return { path: path.slice(), ours, shadow, what: 'order' };
  return differ(ours[key], shadow[key], [...path, key]);
}

function compareArrays(
  ours: readonly unknown[],
  shadow: readonly unknown[],
  path: PathPart[],
  now: MapNow,
): Difference | undefined {
  for (let index = 0; index < Math.min(ours.length, shadow.length); index++) {
    const found = step(index, ours[index], shadow[index], path, now);
    if (found !== undefined) return found;
  }
  if (ours.length === shadow.length) return undefined;
  const index = Math.min(ours.length, shadow.length);
  return differ(ours[index], shadow[index], [...path, index]);
}

function compareMaps(ours: MapLike, shadow: MapLike, path: PathPart[], now: MapNow): Difference | undefined {
  const others = entriesOf(shadow);
  for (const [key, value] of entriesOf(ours)) {
    const other = others.next();
    if (other.done === true) return differ(value, undefined, [...path, key]);
    if (!sameKey(key, other.value[0])) return compareEntries(ours, shadow, key, value, path);
    const found = step(key, value, other.value[1], path, now);
    if (found !== undefined) return found;
  }
  const extra = others.next();
  return extra.done === true ? undefined : differ(undefined, extra.value[1], [...path, extra.value[0]]);
}

/** Keys that are objects are equal if their content is equal. */
function sameKey(key: unknown, other: unknown): boolean {
  if (typeof key !== 'object' || key === null) return Object.is(key, other);
  const found = firstDifference(key, other);
  return found === undefined || found.what === 'shared';
}

function compareEntries(ours: MapLike, shadow: MapLike, key: unknown, value: unknown, path: PathPart[]): Difference {
  if (shadow.has(key)) return { path: path.slice(), ours, shadow, what: 'order' };
  return differ(value, undefined, [...path, key]);
}

/** Reads all entries without making drafts and without noting them. */
export function entriesOf(map: MapLike): IterableIterator<[unknown, unknown]> {
  if (map instanceof MapDraft || map instanceof OrderedMapDraft) return map.peekAll();
  const { entries } = Object.getPrototypeOf(map) as MapLike;
  return entries.call(map as never) as IterableIterator<[unknown, unknown]>;
}
