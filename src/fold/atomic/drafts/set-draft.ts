/**
 * The draft of a large Set. It copies the Set at the first write, or when a reducer reads members that are containers.
 */

import { combineAsSet } from '../../collections/set-methods.ts';
import type { PathPart } from '../../plain.ts';
import type { Placing } from '../placing.ts';
import type { Draft, DraftScope, Holder, Place } from '../scope.ts';
import { isOver, refuseConstructor, Uncloneable } from './misuse.ts';

export class SetDraft<T = unknown> extends Uncloneable implements Draft, Set<T> {
  /** The drafted members, for the methods below that only newer JavaScript engines have. */
  static membersOf: (draft: SetDraft) => Set<unknown> = (draft) => draft.#members();

  static scopeOf: (draft: SetDraft) => DraftScope | undefined = (draft) => (#scope in draft ? draft.#scope : undefined);
  readonly #scope: DraftScope;
  readonly #place: Place;
  readonly #base: Set<T>;
  /** The source of reads: the base until the first write, then a copy of it. */
  #latest: Set<T>;
  /** The placed member behind each drafted member. */
  readonly #drafted = new Map<unknown, unknown>();
  #isDrafted = false;
  #isChanged = false;
  /** Whether placing has to check each member, because some are drafts or new containers. */
  #isOdd = false;
  #isOver = false;

  constructor(base: Set<T>, place: Place) {
    super();
    this.#scope = place.scope;
    this.#place = place;
    this.#base = this.#latest = base;
  }

  get size(): number {
    return this.#latest.size;
  }

  has(value: T): boolean {
    return this.#latest.has(value);
  }

  add(value: T): this {
    if (this.#latest.has(value)) return this;
    if (isOdd(value)) this.#makeOdd();
    this.#write().add(value);
    return this;
  }

  delete(value: T): boolean {
    return this.#latest.has(value) && this.#write().delete(value);
  }

  clear(): void {
    if (this.#latest.size > 0) this.#write().clear();
  }

  values(): SetIterator<T> {
    return this.#members().values();
  }

  keys(): SetIterator<T> {
    return this.values();
  }

  entries(): SetIterator<[T, T]> {
    return this.#members().entries();
  }

  [Symbol.iterator](): SetIterator<T> {
    return this.values();
  }

  forEach(callback: (value: T, again: T, set: Set<T>) => void, thisArg?: unknown): void {
    for (const value of this.values()) callback.call(thisArg, value, value, this);
  }

  get [Symbol.toStringTag](): string {
    return 'Set';
  }

  get home(): Holder {
    return this.#place.home;
  }

  get key(): unknown {
    return this.#place.key;
  }

  get isList(): boolean {
    return true;
  }

  get isPlaced(): boolean {
    return this.#isOver;
  }

  holds(_key: unknown, draft: object): boolean {
    return this.#latest.has(draft as T) && (this.#isOver || this.home.holds(this.key, this));
  }

  place(placing: Placing, path: PathPart[]): object {
    this.#isOver = true;
    if (this.#isOdd) return this.#placeMembers(placing, path);
    if (!this.#isChanged) return this.#base;
    placing.noteChanged(this.#latest, path);
    this.#scope.keepOpen(this.#latest);
    return this.#latest;
  }

  #placeMembers(placing: Placing, path: PathPart[]): object {
    const before = [...this.#base];
    const placed = [...this.#latest].map((member, index) => this.#placeMember(member, index, placing, path));
    if (placed.length === before.length && placed.every((member, index) => Object.is(member, before[index]))) {
      return this.#base;
    }
    const result = new Set(placed);
    placing.noteChanged(result, path);
    this.#scope.keepOpen(result);
    return result;
  }

  #placeMember(member: T, index: number, placing: Placing, path: PathPart[]): unknown {
    if (this.#drafted.has(member)) return placing.member(member, this.#drafted.get(member), this, index, path);
    return this.#base.has(member) ? member : placing.given(member, undefined, this, index, path);
  }

  /**
   * The Set to change. A Set that an earlier event of this commit has made is changed in place, unless placing must
   * distinguish its members from the earlier ones.
   */
  #write(): Set<T> {
    if (this.#isOver) this.#scope.refuse(isOver());
    this.#isChanged = true;
    const mayChangeBase = this.#scope.isOpen(this.#base) && !this.#isOdd;
    if (this.#latest === this.#base && !mayChangeBase) this.#latest = new Set(this.#base);
    return this.#latest;
  }

  /** The members, with a draft for each one that can be changed. */
  #members(): Set<T> {
    if (this.#isDrafted || this.#isOver || !hasContainer(this.#latest)) return this.#latest;
    this.#isDrafted = true;
    this.#makeOdd();
    const members = [...this.#latest];
    const drafts = members.map((member, index) => this.#draft(member, index));
    const latest = this.#write();
    latest.clear();
    for (const draft of drafts) latest.add(draft);
    return latest;
  }

  /** From now on the base does not change. */
  #makeOdd(): void {
    this.#isOdd = true;
    if (this.#latest === this.#base) this.#latest = new Set(this.#base);
  }

  #draft(member: T, index: number): T {
    if (typeof member !== 'object' || member === null) return member;
    // Under the direct fold the members of the base are not frozen.
    if (!this.#scope.isPlaced(member) && !this.#base.has(member)) return member;
    const draft = this.#scope.draft(member, this, index);
    this.#drafted.set(draft, member);
    return draft as T;
  }
}

function hasContainer(set: ReadonlySet<unknown>): boolean {
  for (const member of set) if (typeof member === 'object' && member !== null) return true;
  return false;
}

function isOdd(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol';
}

combineAsSet(SetDraft.prototype, SetDraft.membersOf);

Object.setPrototypeOf(SetDraft.prototype, Set.prototype);
refuseConstructor(SetDraft.prototype, 'Set', SetDraft.scopeOf);
