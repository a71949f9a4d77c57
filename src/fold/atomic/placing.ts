/**
 * Placing: at the end of an event, each value that the reducer left becomes plain, frozen data with one place, or is
 * refused.
 *
 * The state must stay a tree: a value in two places would be one value on replay, and two values after a snapshot. So
 * placing visits each container once and makes it non-extensible. Either it freezes the container in its new place, or
 * it drops the container because it equals the value before. A container that is visited a second time, or that other
 * code has frozen, is refused.
 *
 * The cost depends on what the event touched, because each draft knows its touched members.
 */
import { types } from 'node:util';
import type { Comparators } from '../../core/comparators.ts';
import { copyBytes, sameBytes } from '../binary.ts';
import type { Deque } from '../collections/deque.ts';
import { type OrderedMap, replaceValue } from '../collections/ordered-map.ts';
import { type PlainObject, sameKeys, setMember } from '../members.ts';
import { aHole, aProxy, isPlainPrimitive, requireItems, requireNoMembers, requireOrdinary } from '../ordinary.ts';
import { IllegalValue, illegalValue, isForeign, kindOf, type PathPart, refuseDepth, requireNamed } from '../plain.ts';
import { guard } from './guard.ts';
import type { Draft, DraftScope, Holder } from './scope.ts';
import { countMembers, UNWIELDY } from './unwieldy.ts';

type OnUnwieldy = (value: object, path: PathPart[]) => void;

/** Thrown for a value that already has a place, or belongs to other code. */
export class NotOwn extends IllegalValue {
  readonly value: object;
  readonly #path: readonly PathPart[];

  constructor(value: object, path: readonly PathPart[], reason: string, hint: string) {
    super(reason, path, hint);
    this.value = value;
    this.#path = path.slice();
  }

  /** The same refusal, naming the other place. */
  alsoAt(other: string): IllegalValue {
    return new IllegalValue(`in two places: also at ${other}`, this.#path, this.hint);
  }
}

export class Placing {
  readonly scope: DraftScope;
  readonly #comparators: Comparators | undefined;
  readonly #onUnwieldy: OnUnwieldy | undefined;
  /** How many Maps below the top level were placed with changes: by this, a holder learns of one below it. */
  #changedTables = 0;
  /** Containers that were dropped because they equal the value before, with their paths, for messages. */
  #dropped: [value: object, path: readonly PathPart[]][] = [];

  /**
   * @param comparators those of the model. Default: those of all models of this process
   * @param onUnwieldy called for each large value that is not a table, when a commit has changed something in it
   */
  constructor(scope: DraftScope, comparators?: Comparators, onUnwieldy?: OnUnwieldy) {
    this.scope = scope;
    this.#comparators = comparators;
    this.#onUnwieldy = onUnwieldy;
  }

  get changedTables(): number {
    return this.#changedTables;
  }

  noteTable(): void {
    this.#changedTables++;
  }

  /** Call this for what is not a table, when something in it has changed. */
  noteChanged(value: object, path: PathPart[]): void {
    if (this.#onUnwieldy !== undefined && countMembers(value) >= UNWIELDY) this.#onUnwieldy(value, path);
  }

  /** The place at which this event dropped a container. */
  placeOfDropped(value: object): readonly PathPart[] | undefined {
    return this.#dropped.find(([dropped]) => dropped === value)?.[1];
  }

  /** Forgets the previous commit, which may have failed. */
  beginCommit(): void {
    this.beginEvent();
    this.scope.beginCommit();
  }

  beginEvent(): void {
    if (this.#dropped.length > 0) this.#dropped = [];
  }

  /**
   * Places a draft that a reducer got and may have changed.
   *
   * @param before the placed value in its place before the event; undefined for a new place
   * @param path the path of the holder; it is unchanged afterwards
   * @returns the placed value, or `before` if the content is equal
   * @throws IllegalValue
   */
  member(value: unknown, before: unknown, holder: Holder, key: unknown, path: PathPart[]): unknown {
    return this.#at(value, before, holder, key, path, false);
  }

  /** The same for a value that a reducer has put there. It may be of any kind. */
  given(value: unknown, before: unknown, holder: Holder, key: unknown, path: PathPart[]): unknown {
    return this.#at(value, before, holder, key, path, true);
  }

  #at(value: unknown, before: unknown, holder: Holder, key: unknown, path: PathPart[], isGiven: boolean): unknown {
    path.push(key);
    const placed = this.#value(value, before, path, isGiven, holder);
    path.pop();
    return placed;
  }

  #value(value: unknown, before: unknown, path: PathPart[], isGiven: boolean, holder?: Holder): unknown {
    if (isPlainPrimitive(value)) return value;
    if (typeof value !== 'object') throw illegalValue(value, path);
    const container = value as object;
    const draft = this.scope.draftOf(container);
    // What stood there may be a draft as well: an object that this commit may change in place holds what was assigned to it.
    if (value === before && draft === undefined) return value;
    if (draft !== undefined) return this.#draft(draft, container, path, holder);
    if (!Object.isExtensible(container)) throw this.notOwn(container, path);
    refuseDepth(path);
    if (isGiven && types.isProxy(container)) throw aProxy(path);
    return this.#container(container, before, path, isGiven);
  }

  #draft(draft: Draft, value: object, path: PathPart[], holder?: Holder): object {
    if (draft.isPlaced || !Object.isExtensible(value)) throw this.notOwn(value, path);
    const isAtHome = draft.home === holder && (holder.isList === true || Object.is(draft.key, path.at(-1)));
    if (!isAtHome && draft.home.holds(draft.key, value)) throw this.notOwn(value, path);
    return draft.place(this, path);
  }

  #container(value: object, before: unknown, path: PathPart[], isGiven: boolean): object {
    switch (kindOf(value)) {
      case 'object':
        return this.#object(value as PlainObject, baseOf(before, 'object') as PlainObject | undefined, path, isGiven);
      case 'array':
        return this.#array(value as unknown[], baseOf(before, 'array') as unknown[] | undefined, path, isGiven);
      case 'map':
        return this.#map(value as Map<unknown, unknown>, this.#tableBefore(before), path);
      case 'set':
        return this.#set(value as Set<unknown>, baseOf(before, 'set') as Set<unknown>, path);
      case 'ordered-map':
        return this.#orderedMap(value as OrderedMap<unknown, unknown>, path);
      case 'deque':
        return this.#deque(value as Deque<unknown>, baseOf(before, 'deque') as Deque<unknown>, path);
      case 'date':
        return this.#date(value as Date, before, path);
      case 'bytes':
        return this.#bytes(value as ArrayBuffer | ArrayBufferView, before, path);
      default:
        throw illegalValue(value, path);
    }
  }

  /** Places the children before their parent, so that a cycle reaches the depth limit instead of appearing placed. */
  #object(object: PlainObject, before: PlainObject | undefined, path: PathPart[], isGiven: boolean): object {
    let same = before !== undefined;
    let mayHaveCode = isGiven || before === undefined;
    let count = 0;
    for (const key in object) {
      count++;
      let value = object[key];
      const stood = before?.[key];
      if (stood === undefined || typeof stood === 'function') mayHaveCode ||= !Object.hasOwn(before!, key);
      if (!isPlainPrimitive(value)) value = this.#memberOf(object, key, value, before, path);
      if (same && !Object.is(value, stood)) same = false;
    }
    requireOrdinary(object, count, path, mayHaveCode);
    if (same && sameMake(object, before!) && sameKeys(object, before!)) return this.#drop(object, before!, path);
    if (count >= UNWIELDY) this.#noteReplaced(object, before, path);
    return Object.freeze(isForeign(object) ? { ...object } : object);
  }

  #memberOf(
    object: PlainObject,
    key: string,
    value: unknown,
    before: PlainObject | undefined,
    path: PathPart[],
  ): unknown {
    const stood = before !== undefined && Object.hasOwn(before, key) ? before[key] : undefined;
    path.push(key);
    const placed = this.#value(value, stood, path, true);
    path.pop();
    if (placed !== value) setMember(object, key, placed);
    return placed;
  }

  #array(array: unknown[], before: unknown[] | undefined, path: PathPart[], isGiven: boolean): object {
    let same = before !== undefined && before.length === array.length;
    for (let index = 0; index < array.length; index++) {
      const item = array[index];
      const stood = before?.[index];
      if (isPlainPrimitive(item)) {
        if (item === undefined && !(index in array)) throw aHole(path);
        if (same) same = Object.is(item, stood);
        continue;
      }
      path.push(index);
      const placed = this.#value(item, stood, path, true);
      path.pop();
      if (placed !== item) array[index] = placed;
      same &&= placed === stood;
    }
    requireItems(array, path, isGiven);
    if (same) return this.#drop(array, before!, path);
    if (array.length >= UNWIELDY) this.#noteReplaced(array, before, path);
    return Object.freeze(isForeign(array) ? Array.from(array) : array);
  }

  /** The Map that stood there, if it is as it was before the commit and the reducer has no draft of it. */
  #tableBefore(before: unknown): Map<unknown, unknown> | undefined {
    const map = baseOf(before, 'map') as Map<unknown, unknown> | undefined;
    return map === undefined || this.scope.nested.draftOf(map) !== undefined ? undefined : map;
  }

  #map(map: Map<unknown, unknown>, before: Map<unknown, unknown> | undefined, path: PathPart[]): object {
    requireNoMembers(map, path);
    const stood = before?.entries();
    let same = before !== undefined && before.size === map.size;
    let changed = isForeign(map);
    const entries: [unknown, unknown][] = [];
    for (const [key, value] of map) {
      const placedKey = before?.has(key) ? key : this.#key(key, path);
      const placed = isPlainPrimitive(value) ? value : this.#entry(value, before?.get(key), key, path);
      if (placedKey !== key || placed !== value) changed = true;
      const [keyBefore, valueBefore] = (stood?.next().value as [unknown, unknown] | undefined) ?? [];
      same &&= Object.is(placedKey, keyBefore) && Object.is(placed, valueBefore);
      entries.push([placedKey, placed]);
    }
    if (same) return this.#drop(map, before!, path);
    return guard(changed ? new Map(entries) : map);
  }

  #entry(value: unknown, before: unknown, key: unknown, path: PathPart[]): unknown {
    path.push(key);
    const placed = this.#value(value, before, path, true);
    path.pop();
    return placed;
  }

  #key(key: unknown, path: PathPart[]): unknown {
    return isPlainPrimitive(key) ? key : this.#entry(key, undefined, key, path);
  }

  #set(set: Set<unknown>, before: Set<unknown> | undefined, path: PathPart[]): object {
    requireNoMembers(set, path);
    const stood = before?.values();
    let same = before !== undefined && before.size === set.size;
    let changed = isForeign(set);
    let index = 0;
    const members: unknown[] = [];
    for (const member of set) {
      const memberBefore = stood?.next().value;
      const placed = isPlainPrimitive(member) ? member : this.#entry(member, memberBefore, index, path);
      if (placed !== member) changed = true;
      same &&= Object.is(placed, memberBefore);
      members.push(placed);
      index++;
    }
    if (same) return this.#drop(set, before!, path);
    if (set.size >= UNWIELDY) this.#noteReplaced(set, before, path);
    return guard(changed ? new Set(members) : set);
  }

  /** One below the top level that a reducer has made. Its composite keys are its copies. */
  #orderedMap(map: OrderedMap<unknown, unknown>, path: PathPart[]): object {
    requireNoMembers(map, path);
    requireNamed(map, path, this.#comparators);
    for (const [key, value] of map) {
      this.#key(key, path);
      const placed = isPlainPrimitive(value) ? value : this.#entry(value, undefined, key, path);
      if (placed !== value) replaceValue(map, key, placed);
    }
    return guard(map);
  }

  #deque(deque: Deque<unknown>, before: Deque<unknown> | undefined, path: PathPart[]): object {
    requireNoMembers(deque, path);
    let same = before !== undefined && before.size === deque.size;
    for (const [index, item] of deque.entries()) {
      const stood = before?.at(index);
      const placed = isPlainPrimitive(item) ? item : this.#entry(item, stood, index, path);
      if (placed !== item) deque.set(index, placed);
      same &&= Object.is(placed, stood);
    }
    return same ? this.#drop(deque, before!, path) : guard(deque);
  }

  /** A reducer that puts a new list in the place of a long one, for one more item, has copied it itself. */
  #noteReplaced(value: object, before: object | undefined, path: PathPart[]): void {
    if (before !== undefined && countMembers(before) >= UNWIELDY) this.noteChanged(value, path);
  }

  #date(date: Date, before: unknown, path: PathPart[]): object {
    // The fake clock of a test library makes dates with an own `constructor` property.
    const isFaked = Object.hasOwn(date, 'constructor');
    if (!isFaked) requireNoMembers(date, path);
    const time = Date.prototype.getTime.call(date);
    if (before instanceof Date && Object.is(before.getTime(), time)) return this.#drop(date, before, path);
    return Object.freeze(isFaked || isForeign(date) ? new Date(time) : date);
  }

  /** Two views of one buffer share its content. So the first view also marks the buffer, and the second is refused. */
  #bytes(value: ArrayBuffer | ArrayBufferView, before: unknown, path: PathPart[]): object {
    const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
    if (types.isSharedArrayBuffer(buffer)) throw new IllegalValue('in memory shared with other threads', path);
    if (!Object.isExtensible(buffer)) throw this.notOwn(buffer, path);
    const isBytesBefore = typeof before === 'object' && before !== null && kindOf(before) === 'bytes';
    const said = isForeign(value) ? copyBytes(value) : value;
    Object.preventExtensions(buffer);
    if (isBytesBefore && sameBytes(before as ArrayBuffer, said)) return this.#drop(value, before as object, path);
    return Object.preventExtensions(said);
  }

  #drop(value: object, before: object, path: PathPart[]): object {
    this.#dropped.push([Object.preventExtensions(value), path.slice()]);
    return before;
  }

  /** The refusal of a value that already has a place, or does not belong to the state. */
  notOwn(value: object, path: PathPart[]): IllegalValue {
    return new NotOwn(
      value,
      path,
      'frozen by other code than the store, or in the state already',
      'Put a copy there, such as { ...value } or plain(value), and do not freeze it: the store does that',
    );
  }
}

/** Whether both objects have a prototype, or neither has: their encodings differ. */
function sameMake(object: object, before: object): boolean {
  return (Object.getPrototypeOf(object) === null) === (Object.getPrototypeOf(before) === null);
}

function baseOf(base: unknown, kind: 'object' | 'array' | 'map' | 'set' | 'deque'): object | undefined {
  return typeof base === 'object' && base !== null && kindOf(base) === kind ? base : undefined;
}
