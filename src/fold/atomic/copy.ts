/**
 * The drafts of small values are deep copies: plain values with native speed and native behaviour.
 *
 * Values in the state are frozen, so a copy can be recognised: it is extensible until it has been placed
 * (`placing.ts`).
 */
import { copyBytes } from '../binary.ts';
import { type PlainObject, setMember, shallowCopy } from '../members.ts';
import { kindOf } from '../plain.ts';
import type { Copier } from './copiers.ts';

/** A value with more members in total is not copied: a draft that copies only what is written to costs less. */
const COPY_BUDGET = 128;

/** A cache of values that exceed the budget. It has no visible effect: they are frozen, so the answer never changes. */
const large = new WeakSet<object>();

/**
 * A deep copy that can be changed; undefined for a value that is too large.
 *
 * @param copier the copier of the holder of such values
 */
export function copySmall(value: object, copier: Copier): object | undefined {
  if (large.has(value)) return undefined;
  budget = COPY_BUDGET;
  const isObject = Object.getPrototypeOf(value) === Object.prototype;
  const copy = isObject ? copyObject(value as PlainObject, copier) : copyValue(value);
  if (copy === undefined) large.add(value);
  return copy;
}

/**
 * Members left for the current copy. It has no visible effect: each copy begins by setting it, is made synchronously, and
 * runs no code of the application. As a parameter it would cost an object for each copy.
 */
let budget = 0;

/** A deep copy, or undefined once the budget is spent. */
function copyValue(value: object): object | undefined {
  switch (kindOf(value)) {
    case 'object':
      return copyObject(value as PlainObject, shallowCopy);
    case 'array':
      return copyArray(value as unknown[]);
    case 'map':
      return copyMap(value as Map<unknown, unknown>);
    case 'set':
      return copySet(value as Set<unknown>);
    case 'date':
      return new Date(value as Date);
    case 'bytes':
      return copyBytes(value as ArrayBuffer | ArrayBufferView);
    case 'ordered-map':
    case 'deque':
      return undefined; // their drafts are forks, whatever their size
    default:
      return value;
  }
}

/** Uses `for … in`: V8 reads the members of plain objects several times faster that way than through `Object.keys`. */
function copyObject(value: PlainObject, copier: Copier): object | undefined {
  let isFlat = true;
  for (const key in value) {
    if (--budget < 0) return undefined;
    const member = value[key];
    if (typeof member === 'object' && member !== null) isFlat = false;
  }
  const copy = copier(value) as PlainObject;
  return isFlat ? copy : copyMembers(copy);
}

function copyMembers(copy: PlainObject): object | undefined {
  for (const key in copy) {
    const member = copy[key];
    if (typeof member !== 'object' || member === null) continue;
    const inner = copyValue(member);
    if (inner === undefined) return undefined;
    setMember(copy, key, inner);
  }
  return copy;
}

function copyArray(value: unknown[]): object | undefined {
  if ((budget -= value.length) < 0) return undefined;
  const copy = value.slice();
  for (let index = 0; index < copy.length; index++) {
    const item = copy[index];
    if (typeof item !== 'object' || item === null) continue;
    const inner = copyValue(item);
    if (inner === undefined) return undefined;
    copy[index] = inner;
  }
  return copy;
}

function copyMap(value: Map<unknown, unknown>): object | undefined {
  if ((budget -= 2 * value.size) < 0) return undefined;
  const copy = new Map<unknown, unknown>();
  for (const [key, item] of value) {
    // An object as a key is not copied, because a reducer may look it up.
    const inner = typeof item === 'object' && item !== null ? copyValue(item) : item;
    if (inner === undefined && item !== undefined) return undefined;
    copy.set(key, inner);
  }
  return copy;
}

function copySet(value: Set<unknown>): object | undefined {
  if ((budget -= value.size) < 0) return undefined;
  const copy = new Set<unknown>();
  for (const item of value) {
    const inner = typeof item === 'object' && item !== null ? copyValue(item) : item;
    if (inner === undefined && item !== undefined) return undefined;
    copy.add(inner);
  }
  return copy;
}
