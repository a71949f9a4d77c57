/**
 * Settling: what a reducer left behind becomes plain, deeply frozen data, or is refused.
 *
 * New containers are frozen where they stand, drafts are resolved to what they stand for, what turns out to say the same as
 * before gives way to the value from before, and whatever is frozen already is taken as it is. So the cost is that of what
 * is new or was read. (A reducer that freezes a value itself must freeze it deeply.)
 */
import { isUnchanged, resolveImmer, sameKeys, setMember } from './draft.ts';
import { MapDraft, type Settler } from './map-draft.ts';
import type { OrderedMap } from './ordered-map.ts';
import { illegalValue, kindOf, type PathPart, refuseDepth } from './plain.ts';

/**
 * The plain, deeply frozen value that `value` stands for, or `base` if it says the same.
 *
 * @param base what stood in its place before; undefined if nothing did
 * @param path where it stands, for the message; the path's length is the depth
 * @throws IllegalValue when it is no plain data, or nested too deeply
 */
export function settle(value: unknown, base: unknown, path: PathPart[]): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return refuse(value, path);
  if (typeof value !== 'object' || value === null) return value;
  if (path.length > 1 && tables.has(value)) return copyOfTable(value, path);
  if (Object.isFrozen(value)) return value === base || kindOf(value) !== 'illegal' ? value : refuse(value, path);
  refuseDepth(path);
  const plain = resolveImmer(value);
  // An untouched draft resolves to what it was made of, which is frozen.
  return plain !== value && Object.isFrozen(plain) ? plain : settleObject(plain, base, path);
}

/**
 * Maps that are tables: frozen for readers, and yet they go on changing. So one that a reducer has put below the top level
 * as well is copied there; any other frozen value may be shared.
 */
export const tables: WeakSet<object> = new WeakSet<object>();

function copyOfTable(table: object, path: PathPart[]): unknown {
  return table instanceof Map ? settleMap(new Map(table), path) : refuse(table, path);
}

/** Settles the entries of the table `name`; to be handed to its draft. */
export function entrySettler(name: string): Settler {
  const path: PathPart[] = [name];
  return (value, base, key) => (isSettled(value) ? value : settleAt(value, base, key, path));
}

function settleObject(value: object, base: unknown, path: PathPart[]): unknown {
  switch (kindOf(value)) {
    case 'object':
      return settleMembers(value as PlainObject, baseOf(base, 'object') as PlainObject | undefined, path);
    case 'array':
      return settleItems(value as unknown[], baseOf(base, 'array') as unknown[] | undefined, path);
    case 'map':
      return isUnchanged(value, base) ? base : settleMap(value as Map<unknown, unknown>, path);
    case 'set':
      return isUnchanged(value, base) ? base : settleSet(value as Set<unknown>, path);
    case 'date':
    case 'bytes':
      return value;
    case 'ordered-map':
      if (path.length === 1) return settleOrderedMap(value as OrderedMap<unknown, unknown>, path);
      return refuse(value, path);
    default:
      // The draft of a table, put somewhere below the top level.
      if (value instanceof MapDraft) return settleMap(new Map(value), path);
      return refuse(value, path);
  }
}

type PlainObject = Record<string, unknown>;

function baseOf(base: unknown, kind: 'object' | 'array'): object | undefined {
  return typeof base === 'object' && base !== null && kindOf(base) === kind ? base : undefined;
}

/** Children first, their parent last: a cycle then runs into the depth bound instead of passing for settled. */
function settleMembers(object: PlainObject, base: PlainObject | undefined, path: PathPart[]): object {
  let same = base !== undefined;
  for (const key in object) {
    const value = object[key];
    if (!isSettled(value)) same = settleMember(object, key, base, path) && same;
    else if (same) same = Object.is(value, base![key]);
  }
  return same && sameKeys(object, base!) ? base! : Object.freeze(object);
}

/** True when the member is what it was before. */
function settleMember(object: PlainObject, key: string, base: PlainObject | undefined, path: PathPart[]): boolean {
  const member = object[key];
  const before = base !== undefined && Object.hasOwn(base, key) ? base[key] : undefined;
  const settled = settleAt(member, before, key, path);
  if (settled !== member) setMember(object, key, settled);
  return settled === before;
}

function settleItems(array: unknown[], base: unknown[] | undefined, path: PathPart[]): object {
  let same = base !== undefined && base.length === array.length;
  for (let index = 0; index < array.length; index++) {
    const before = base?.[index];
    let item = array[index];
    if (!isSettled(item)) array[index] = item = settleAt(item, before, index, path);
    same &&= Object.is(item, before);
  }
  return same ? base! : Object.freeze(array);
}

function settleMap(map: Map<unknown, unknown>, path: PathPart[]): object {
  let keysChange = false;
  for (const [key, value] of map) {
    const settled = isSettled(value) ? value : settleAt(value, undefined, key, path);
    if (settled !== value) map.set(key, settled);
    if (!isSettled(key)) keysChange ||= settleAt(key, undefined, key, path) !== key;
  }
  // A draft as a key: rare enough to build the Map anew, for a key cannot be replaced where it stands.
  return guard(
    keysChange ? new Map([...map].map(([key, value]) => [settleAt(key, undefined, key, path), value])) : map,
  );
}

function settleSet(set: Set<unknown>, path: PathPart[]): object {
  const items = [...set];
  const settled = items.map((item, index) => (isSettled(item) ? item : settleAt(item, undefined, index, path)));
  return guard(settled.every((item, index) => Object.is(item, items[index])) ? set : new Set(settled));
}

function settleOrderedMap(map: OrderedMap<unknown, unknown>, path: PathPart[]): object {
  for (const [key, value] of map) {
    const settledKey = isSettled(key) ? key : settleAt(key, undefined, key, path);
    const settled = isSettled(value) ? value : settleAt(value, undefined, key, path);
    if (settledKey !== key || settled !== value) map.set(settledKey, settled);
  }
  return guard(map);
}

/** True for most of what a state consists of: what needs no look inside. */
function isSettled(value: unknown): boolean {
  switch (typeof value) {
    case 'object':
      return value === null;
    case 'function':
    case 'symbol':
      return false;
    default:
      return true;
  }
}

function settleAt(value: unknown, base: unknown, part: PathPart, path: PathPart[]): unknown {
  path.push(part);
  const settled = settle(value, base, path);
  path.pop();
  return settled;
}

function refuse(value: unknown, path: PathPart[]): never {
  throw illegalValue(value, path);
}

/**
 * Makes a collection refuse changes. The language cannot freeze its content, so its mutators are shadowed by ones that throw;
 * not enumerable, so that the collection still equals one without them.
 */
function guard(collection: object): object {
  return Object.freeze(Object.defineProperties(collection, MUTATORS));
}

function refuseChange(): never {
  throw new TypeError('Cannot change the state outside a reducer: append an event instead');
}

const MUTATORS: PropertyDescriptorMap = Object.fromEntries(
  ['set', 'add', 'delete', 'clear'].map((name) => [name, { value: refuseChange }]),
);
