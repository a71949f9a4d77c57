/**
 * Copies values for the engine or for a reducer. A copy is a tree of plain values of this realm. It shares nothing with
 * the original.
 */

import type { Comparators } from '../core/comparators.ts';
import { copyBytes } from './binary.ts';
import { Deque } from './collections/deque.ts';
import { OrderedMap } from './collections/ordered-map.ts';
import { setMember } from './members.ts';
import { IllegalValue, illegalValue, kindOf, MAX_STATE_DEPTH, type PathPart, requireNamed } from './plain.ts';

/**
 * A plain deep copy of a draft or of any other value of the state. Use it before you clone, compare or print a draft.
 *
 * The result is the same in both folds. A value in two places becomes two values, and a getter becomes its value. A
 * value that is not plain data stays as it is.
 *
 * @throws IllegalValue for a cycle
 */
export function plain<T>(value: T): T {
  return copyOf(value, 0) as T;
}

/**
 * The engine's copy of the result of `initialState`.
 *
 * @param comparators those of the model. Default: those of all models of this process
 * @throws IllegalValue when it holds a value that a state must not hold
 */
export function ownState<State extends object>(given: State, comparators?: Comparators): State {
  if (kindOf(given) !== 'object') throw illegalValue(given, []);
  const state = plain(given);
  requirePlain(state, [], comparators);
  return state;
}

function requirePlain(value: unknown, path: PathPart[], comparators: Comparators | undefined): void {
  if (typeof value === 'function' || typeof value === 'symbol') throw illegalValue(value, path);
  if (typeof value !== 'object' || value === null) return;
  const kind = kindOf(value);
  if (kind === 'illegal') throw illegalValue(value, path);
  if (kind === 'ordered-map' && path.length !== 1)
    requireNamed(value as OrderedMap<unknown, unknown>, path, comparators);
  for (const [part, member] of membersOf(value, kind)) {
    path.push(part);
    if (kind === 'map' || kind === 'ordered-map') requirePlain(part, path, comparators);
    requirePlain(member, path, comparators);
    path.pop();
  }
}

function membersOf(value: object, kind: ReturnType<typeof kindOf>): Iterable<[PathPart, unknown]> {
  switch (kind) {
    case 'map':
    case 'ordered-map':
      return value as Map<unknown, unknown>;
    case 'set':
      return [...(value as Set<unknown>)].entries();
    case 'array':
    case 'deque':
      return (value as unknown[] | Deque<unknown>).entries();
    case 'object':
      return Object.entries(value);
    default:
      return [];
  }
}

function copyOf(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_STATE_DEPTH) throw new IllegalValue(`nested deeper than ${MAX_STATE_DEPTH} levels`, []);
  // Drafts first: `kindOf` does not recognise them.
  if (value instanceof OrderedMap) return new OrderedMap(value.compare, copyOfEntries(value, depth));
  if (value instanceof Deque) return new Deque(Array.from(value, (item) => copyOf(item, depth + 1)));
  if (value instanceof Map) return new Map(copyOfEntries(value, depth));
  if (value instanceof Set) return new Set(Array.from(value, (member) => copyOf(member, depth + 1)));
  switch (kindOf(value)) {
    case 'object':
      return copyOfObject(value, depth);
    case 'array':
      return Array.from(value as unknown[], (item) => copyOf(item, depth + 1));
    case 'map':
      return new Map(copyOfEntries(value as Map<unknown, unknown>, depth));
    case 'set':
      return new Set(Array.from(value as Set<unknown>, (member) => copyOf(member, depth + 1)));
    case 'date':
      return new Date(Date.prototype.getTime.call(value));
    case 'bytes':
      return copyBytes(value as ArrayBuffer | ArrayBufferView);
    default:
      return value;
  }
}

function copyOfEntries(map: Iterable<[unknown, unknown]>, depth: number): [unknown, unknown][] {
  return Array.from(map, ([key, value]) => [copyOf(key, depth + 1), copyOf(value, depth + 1)]);
}

function copyOfObject(value: object, depth: number): object {
  const copy = Object.getPrototypeOf(value) === null ? Object.create(null) : {};
  for (const [key, member] of Object.entries(value)) setMember(copy, key, copyOf(member, depth + 1));
  return copy;
}
