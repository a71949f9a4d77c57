/**
 * Takes ownership of a whole state when it is opened: everything is frozen in place.
 *
 * After a replay of an older log, a value may be in two places, or may be frozen already. Such a log must still open.
 * So here, and only here, a container that already has a place or an owner is copied, and the finding is reported.
 */
import type { Comparators } from '../../core/comparators.ts';
import { isInstance, messageOf } from '../../core/errors.ts';
import type { Deque } from '../collections/deque.ts';
import { type OrderedMap, replaceValue } from '../collections/ordered-map.ts';
import { type PlainObject, setMember, shallowCopy } from '../members.ts';
import { isPlainPrimitive } from '../ordinary.ts';
import { plain } from '../own-copy.ts';
import { describePath } from '../path.ts';
import {
  IllegalValue,
  illegalValue,
  isForeign,
  kindOf,
  MAX_STATE_DEPTH,
  type PathPart,
  refuseDepth,
  requireNamed,
} from '../plain.ts';
import { stateRefused } from '../reduce.ts';
import { guard } from './guard.ts';

/** A state that was taken over. */
export interface Adopted {
  readonly root: PlainObject;
  /** Whether there may be Maps below the top level. */
  readonly nests: boolean;
}

/**
 * Returns the state as a frozen root with frozen values. Its tables refuse changes from outside.
 *
 * @param onFinding called with the path of each value that had to be copied
 * @param comparators those of the model. Default: those of all models of this process
 * @throws RefoldError `REDUCER_FAILED` when the state is not plain data
 */
export function adoptState(
  state: object,
  onFinding: (path: string) => void = () => {},
  comparators?: Comparators,
): Adopted {
  try {
    if (kindOf(state) !== 'object') throw new IllegalValue('not a plain object', []);
    const root = shallowCopy(state);
    const adoption = new Adoption(onFinding, comparators);
    for (const key of Object.keys(root)) setMember(root, key, adoption.adopt(root[key], [key]));
    return { root: Object.freeze(root), nests: adoption.nests };
  } catch (error) {
    throw isInstance(error, IllegalValue) ? stateRefused(error) : stateRefused(unreadable(error));
  }
}

function unreadable(error: unknown): IllegalValue {
  return new IllegalValue(`something that cannot be read: ${messageOf(error)}`, []);
}

/**
 * Freezes an object of this realm that has no owner yet, if it holds primitives only. Most entries of tables are such, and this is
 * several times as fast as the general way.
 */
function isFrozenAlone(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.getPrototypeOf(value) !== Object.prototype || !Object.isExtensible(value)) return false;
  for (const key in value) if (!isPlainPrimitive((value as PlainObject)[key])) return false;
  Object.freeze(value);
  return true;
}

class Adoption {
  /** Whether a Map was found below the top level, or a value that cannot be looked into. */
  nests = false;
  readonly #onFinding: (path: string) => void;
  readonly #comparators: Comparators | undefined;

  constructor(onFinding: (path: string) => void, comparators: Comparators | undefined) {
    this.#onFinding = onFinding;
    this.#comparators = comparators;
  }

  adopt(value: unknown, path: PathPart[]): unknown {
    if (isPlainPrimitive(value)) return value;
    if (typeof value !== 'object') throw illegalValue(value, path);
    refuseDepth(path);
    const isOwn = Object.isExtensible(value);
    if (!isOwn) return this.#copied(value as object, path);
    return this.#container(isForeign(value as object) ? (plain(value) as object) : (value as object), path);
  }

  /**
   * A value that cannot be copied because it hides other than plain data stays as it is. No change of it can be folded.
   */
  #copied(value: object, path: PathPart[]): unknown {
    this.#onFinding(describePath(path));
    const depth = path.length;
    try {
      return this.#container(plain(value), path);
    } catch (error) {
      path.length = depth;
      if (!isInstance(error, IllegalValue) || kindOf(value) === 'illegal') throw error;
      this.nests = true;
      return value;
    }
  }

  #container(value: object, path: PathPart[]): object {
    switch (kindOf(value)) {
      case 'object':
        return this.#object(value as PlainObject, path);
      case 'array':
        return this.#array(value as unknown[], path);
      case 'map':
        return this.#map(value as Map<unknown, unknown>, path);
      case 'set':
        return this.#set(value as Set<unknown>, path);
      case 'ordered-map':
        return this.#orderedMap(value as OrderedMap<unknown, unknown>, path);
      case 'deque':
        return this.#deque(value as Deque<unknown>, path);
      case 'date':
        return Object.freeze(value);
      case 'bytes':
        return Object.preventExtensions(value);
      default:
        throw illegalValue(value, path);
    }
  }

  #object(object: PlainObject, path: PathPart[]): object {
    for (const key in object) {
      const value = object[key];
      if (isPlainPrimitive(value)) continue;
      const adopted = this.#at(value, key, path);
      if (adopted !== value) setMember(object, key, adopted);
    }
    return Object.freeze(object);
  }

  #array(array: unknown[], path: PathPart[]): object {
    for (let index = 0; index < array.length; index++) {
      const item = array[index];
      if (isPlainPrimitive(item)) continue;
      const adopted = this.#at(item, index, path);
      if (adopted !== item) array[index] = adopted;
    }
    return Object.freeze(array);
  }

  #map(map: Map<unknown, unknown>, path: PathPart[]): object {
    if (path.length > 1) this.nests = true;
    let keysChange = false;
    map.forEach((value, key) => {
      if (!isPlainPrimitive(value)) {
        const adopted = this.#at(value, key, path);
        if (adopted !== value) map.set(key, adopted);
      }
      if (!isPlainPrimitive(key)) keysChange ||= this.#key(key, path) !== key;
    });
    return guard(keysChange ? new Map([...map].map(([key, value]) => [this.#key(key, path), value])) : map);
  }

  #set(set: Set<unknown>, path: PathPart[]): object {
    const members = [...set];
    const adopted = members.map((member, index) => this.#at(member, index, path));
    return guard(adopted.every((member, index) => Object.is(member, members[index])) ? set : new Set(adopted));
  }

  #deque(deque: Deque<unknown>, path: PathPart[]): object {
    for (const [index, item] of deque.entries()) {
      if (isPlainPrimitive(item)) continue;
      const adopted = this.#at(item, index, path);
      if (adopted !== item) deque.set(index, adopted);
    }
    return guard(deque);
  }

  #orderedMap(map: OrderedMap<unknown, unknown>, path: PathPart[]): object {
    if (path.length > 1) requireNamed(map, path, this.#comparators);
    for (const [key, value] of map) {
      if (!isPlainPrimitive(key)) this.#key(key, path);
      const adopted = isPlainPrimitive(value) ? value : this.#at(value, key, path);
      if (adopted !== value) replaceValue(map, key, adopted);
    }
    return guard(map);
  }

  /** A frozen key is accepted as it is, because it cannot change any more. */
  #key(key: unknown, path: PathPart[]): unknown {
    if (typeof key === 'object' && key !== null && !Object.isExtensible(key)) return key;
    return this.#at(key, key, path);
  }

  #at(value: unknown, part: PathPart, path: PathPart[]): unknown {
    if (path.length < MAX_STATE_DEPTH && isFrozenAlone(value)) return value;
    path.push(part);
    const adopted = this.adopt(value, path);
    path.pop();
    return adopted;
  }
}
