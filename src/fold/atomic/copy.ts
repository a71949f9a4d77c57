/**
 * The drafts of small values are deep copies: plain values with native speed and native behaviour. A Map in them is not
 * copied: it is a table, and the copy holds its draft.
 *
 * Values in the state are frozen, so a copy can be recognised: it is extensible until it has been placed
 * (`placing.ts`).
 */
import { copyBytes } from '../binary.ts';
import { type PlainObject, setMember, shallowCopy } from '../members.ts';
import { kindOf } from '../plain.ts';
import type { Copier } from './copiers.ts';
import { type DraftScope, IN_A_COPY } from './scope.ts';

/**
 * A value with more members in total is not copied: a draft that copies only what is written to costs less. The entries
 * of Maps do not count.
 */
const COPY_BUDGET = 128;

/** A cache of values that exceed the budget. It has no visible effect: they are frozen, so the answer never changes. */
const large = new WeakSet<object>();

/**
 * A deep copy that can be changed; undefined for a value that is too large.
 *
 * @param copier the copier of the holder of such values
 */
export function copySmall(value: object, copier: Copier, scope: DraftScope): object | undefined {
  if (large.has(value)) return undefined;
  budget = COPY_BUDGET;
  hasTables = false;
  const isObject = Object.getPrototypeOf(value) === Object.prototype;
  const copy = isObject ? copyObject(value as PlainObject, copier) : copyCollection(value);
  if (copy === undefined) large.add(value);
  else if (hasTables) draftTables(copy, scope);
  return copy;
}

/**
 * Members left for the current copy. It has no visible effect: each copy begins by setting it, is made synchronously, and
 * runs no code of the application. As a parameter it would cost an object for each copy.
 */
let budget = 0;

/** Whether the current copy holds Maps. Like `budget`, it has no visible effect. */
let hasTables = false;

/** A Map is not small or large: it is a table. */
function copyCollection(value: object): object | undefined {
  return kindOf(value) === 'map' ? undefined : copyValue(value);
}

/** A deep copy, or undefined once the budget is spent. */
function copyValue(value: object): object | undefined {
  switch (kindOf(value)) {
    case 'object':
      return copyObject(value as PlainObject, shallowCopy);
    case 'array':
      return copyArray(value as unknown[]);
    case 'map':
      hasTables = true;
      return value; // its draft follows, once it is known that the copy is small enough
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

/** Puts the drafts of the Maps into a copy. */
function draftTables(copy: object, scope: DraftScope): void {
  const drafted = (member: unknown, key: unknown): unknown => {
    if (typeof member !== 'object' || member === null) return member;
    const kind = kindOf(member);
    if (kind === 'map') return scope.table(member as Map<unknown, unknown>, IN_A_COPY, key);
    if (kind === 'object' || kind === 'array' || kind === 'set') draftTables(member, scope);
    return member;
  };
  if (copy instanceof Set) replaceMembers(copy, drafted);
  else if (Array.isArray(copy)) copy.forEach((item, index) => void (copy[index] = drafted(item, index)));
  else for (const key in copy) replaceMember(copy as PlainObject, key, drafted);
}

function replaceMember(object: PlainObject, key: string, drafted: (member: unknown, key: unknown) => unknown): void {
  const member = object[key];
  const draft = drafted(member, key);
  if (draft !== member) setMember(object, key, draft);
}

function replaceMembers(set: Set<unknown>, drafted: (member: unknown, key: unknown) => unknown): void {
  const members = [...set].map(drafted);
  set.clear();
  for (const member of members) set.add(member);
}
