/**
 * Whether a container holds its entries and nothing else. A snapshot would lose hidden members, members whose key is a symbol,
 * and members of an array, Map, Set or Date. Getters, setters and proxies are code. All of these are refused.
 */
import type { PlainObject } from './members.ts';
import { IllegalValue, type PathPart } from './plain.ts';

/** True for most values of a state. They need no further check. */
export function isPlainPrimitive(value: unknown): boolean {
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

/**
 * Refuses members that a snapshot would lose, and getters and setters.
 *
 * @param count the number of enumerable members
 * @param mayHaveCode whether the object may have getters; a copy made by this fold has them only where a key was added
 */
export function requireOrdinary(object: PlainObject, count: number, path: PathPart[], mayHaveCode: boolean): void {
  const names = Object.getOwnPropertyNames(object);
  if (names.length !== count) throw new IllegalValue('an object with a hidden member', path);
  if (Object.getOwnPropertySymbols(object).length > 0) {
    throw new IllegalValue('an object with a member whose key is a symbol', path);
  }
  if (!mayHaveCode) return;
  for (let index = 0; index < names.length; index++) {
    if (isGetter(object, names[index]!)) throw aGetter([...path, names[index]]);
  }
}

/** Refuses members of an array that are not items. The caller has already checked for holes. */
export function requireItems(array: unknown[], path: PathPart[], isGiven: boolean): void {
  if (Object.getOwnPropertySymbols(array).length > 0) {
    throw new IllegalValue('an array with a member whose key is a symbol', path);
  }
  const names = Object.getOwnPropertyNames(array);
  if (names.length !== array.length + 1) {
    const named = names.find((name) => name !== 'length' && !(Number(name) < array.length));
    throw new IllegalValue('a member of an array besides its items', [...path, named]);
  }
  if (!isGiven) return;
  for (let index = 0; index < array.length; index++) if (isGetter(array, index)) throw aGetter([...path, index]);
}

function isGetter(container: object, key: PropertyKey): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(container, key)!;
  return descriptor.get !== undefined || descriptor.set !== undefined;
}

export function aGetter(path: PathPart[]): IllegalValue {
  return new IllegalValue('a getter', path, 'Put its value there, or compute it where it is read');
}

export function aProxy(path: PathPart[]): IllegalValue {
  return new IllegalValue('a proxy', path, 'Put a plain value there; a draft of an earlier event is not a plain value');
}

export function aHole(path: PathPart[]): IllegalValue {
  return new IllegalValue('an array with a hole', path, 'Put undefined or null in its place, or make a new array');
}

/** Refuses own members of a Map, Set or Date. */
export function requireNoMembers(value: object, path: PathPart[]): void {
  const [key] = Reflect.ownKeys(value);
  if (key === undefined) return;
  throw new IllegalValue('a member that a snapshot would lose', [...path, String(key)]);
}
