/**
 * Drafts: what a reducer gets in place of a frozen value, so that it can change it and leave the value alone.
 *
 * A small value is simply copied, all the way down: plain objects at native speed. A large one becomes an immer draft, which
 * copies only those containers that are written to. Afterwards `isUnchanged` and `resolveImmer` tell what came of it.
 *
 * Dates, ArrayBuffers and typed arrays are leaves: no draft is made of them. Reducers replace them, never change them in place.
 */
import { current, enableMapSet, Immer, isDraft } from 'immer';
import { kindOf } from './plain.ts';

/** Members that a value may have in all to be copied; beyond, an immer draft costs less. */
const COPY_BUDGET = 128;

/** Values found to be beyond the budget. They are frozen, so they stay so. */
const large = new WeakSet<object>();

enableMapSet();
const immer = new Immer({ autoFreeze: false, useStrictIteration: false });

/** A draft of a frozen value; a leaf is given back as it is. */
export function draftOf(value: object): object {
  if (large.has(value)) return immer.createDraft(value);
  const copy = copyWithin(value, COPY_BUDGET);
  if (copy !== undefined) return copy;
  large.add(value);
  return immer.createDraft(value);
}

/**
 * The plain value that an immer draft stands for, drafts within it resolved too; anything else is given back as it is.
 * Holds for drafts of other roots as well, and changes nothing in any draft.
 */
export function resolveImmer(value: object): object {
  return isDraft(value) ? (current(value) as object) : value;
}

/** A deep copy that can be changed of a frozen payload (plain JSON); one that can be changed is given back as it is. */
export function thaw(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !Object.isFrozen(data)) return data;
  return copyWithin(data, Number.POSITIVE_INFINITY);
}

/** Whether a copy still says what the value it was made of says: same kinds, same members, same order. */
export function isUnchanged(copy: unknown, base: unknown): boolean {
  if (Object.is(copy, base)) return true;
  if (typeof copy !== 'object' || typeof base !== 'object' || copy === null || base === null) return false;
  const kind = kindOf(base);
  if (isDraft(copy) || kindOf(copy) !== kind) return false;
  switch (kind) {
    case 'object':
      return sameMembers(copy as PlainObject, base as PlainObject);
    case 'array':
      return sameItems(copy as unknown[], base as unknown[]);
    case 'map':
      return sameSequence(copy as Map<unknown, unknown>, base as Map<unknown, unknown>);
    case 'set':
      return sameSequence(copy as Set<unknown>, base as Set<unknown>);
    default:
      return false;
  }
}

type PlainObject = Record<string, unknown>;

/** Members left before the copy in progress is given up. Module-wide, since a copy is made in one go. */
let budget = 0;

function copyWithin(value: object, members: number): object | undefined {
  budget = members;
  return copyValue(value);
}

/** A deep copy, or undefined once the budget is spent. */
function copyValue(value: object): object | undefined {
  switch (kindOf(value)) {
    case 'object':
      return copyObject(value as PlainObject);
    case 'array':
      return copyArray(value as unknown[]);
    case 'map':
      return copyMap(value as Map<unknown, unknown>);
    case 'set':
      return copySet(value as Set<unknown>);
    default:
      return value;
  }
}

/** `for … in` throughout: V8 reads the members of plain records several times faster that way than through `Object.keys`. */
function copyObject(value: PlainObject): object | undefined {
  let isFlat = true;
  for (const key in value) {
    if (--budget < 0) return undefined;
    const member = value[key];
    if (typeof member === 'object' && member !== null) isFlat = false;
  }
  const copy = shallowCopy(value);
  return isFlat ? copy : copyMembers(copy);
}

function copyMembers(copy: PlainObject): object | undefined {
  for (const key in copy) {
    const member = copy[key];
    if (typeof member !== 'object' || member === null) continue;
    const inner = copyValue(member);
    if (inner === undefined) return undefined;
    if (inner !== member) setMember(copy, key, inner);
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
    // An object that is a key stays as it is: a reducer may look it up.
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

/** A copy of an object's own members, with its prototype. */
export function shallowCopy(value: object): PlainObject {
  return Object.getPrototypeOf(value) === null ? Object.assign(Object.create(null), value) : { ...value };
}

/** Assigns a member, also one that is called `__proto__`, which a plain assignment would take for the prototype. */
export function setMember(object: PlainObject, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function sameMembers(copy: PlainObject, base: PlainObject): boolean {
  if (!sameKeys(copy, base)) return false;
  for (const key in base) if (!isUnchanged(copy[key], base[key])) return false;
  return true;
}

/** Whether two objects have the same keys in the same order. */
export function sameKeys(object: object, base: object): boolean {
  const keys = Object.keys(object);
  const baseKeys = Object.keys(base);
  if (keys.length !== baseKeys.length) return false;
  for (let index = 0; index < keys.length; index++) if (keys[index] !== baseKeys[index]) return false;
  return true;
}

function sameItems(copy: readonly unknown[], base: readonly unknown[]): boolean {
  return copy.length === base.length && base.every((item, index) => isUnchanged(copy[index], item));
}

/** Entries of a Map come as arrays, which `isUnchanged` compares item by item. */
function sameSequence(copy: Iterable<unknown> & { size: number }, base: Iterable<unknown> & { size: number }): boolean {
  if (copy.size !== base.size) return false;
  const items = copy[Symbol.iterator]();
  for (const item of base) if (!isUnchanged(items.next().value, item)) return false;
  return true;
}
