/**
 * The draft of a Deque: a fork, whose rings are copied when something in them changes.
 *
 * A reducer gets a draft of each item that it reads and that is a container. The draft stands in the place of the item
 * in the fork. So an item that moves takes its draft along, and only copied rings can hold drafts: placing looks at no
 * others.
 */
import { Deque, forkOfDeque } from '../../collections/deque.ts';
import { isPlainPrimitive } from '../../ordinary.ts';
import type { PathPart } from '../../plain.ts';
import { guard } from '../guard.ts';
import type { Placing } from '../placing.ts';
import type { Draft, DraftScope, Holder, Place } from '../scope.ts';
import { isOver } from './misuse.ts';

export class DequeDraft<T = unknown> extends Deque<T> implements Draft {
  readonly #home: Holder;
  readonly #key: unknown;
  readonly #scope: DraftScope;
  readonly #base: Deque<T>;
  /** The placed item behind each drafted item. */
  readonly #drafted = new Map<unknown, T>();
  /** Items that are containers, or do not belong into a state, and that the reducer has put there. */
  readonly #given = new Set<T>();
  #isChanged = false;
  #isPlaced = false;

  constructor(base: Deque<T>, { scope, home, key }: Place) {
    super(forkOfDeque(base));
    this.#scope = scope;
    this.#home = home;
    this.#key = key;
    this.#base = base;
  }

  override at(index: number): T | undefined {
    const item = super.at(index);
    if (typeof item !== 'object' || item === null || this.#isPlaced) return item;
    if (this.#given.has(item) || this.#drafted.has(item)) return item;
    const draft = this.#scope.draft(item, this, index) as T;
    this.#drafted.set(draft, item);
    super.set(index, draft);
    return draft;
  }

  override set(index: number, value: T): boolean {
    this.#change(value);
    return super.set(index, value);
  }

  override push(...values: T[]): number {
    for (const value of values) this.#change(value);
    return super.push(...values);
  }

  override unshift(...values: T[]): number {
    for (const value of values) this.#change(value);
    return super.unshift(...values);
  }

  override insert(index: number, value: T): void {
    this.#change(value);
    super.insert(index, value);
  }

  override pop(): T | undefined {
    this.#change();
    const item = this.at(-1);
    super.pop();
    return item;
  }

  override shift(): T | undefined {
    this.#change();
    const item = this.at(0);
    super.shift();
    return item;
  }

  override delete(index: number): boolean {
    this.#change();
    return super.delete(index);
  }

  override truncate(start?: number, end?: number): void {
    this.#change();
    super.truncate(start, end);
  }

  override clear(): void {
    this.#change();
    super.clear();
  }

  get home(): Holder {
    return this.#home;
  }

  get key(): unknown {
    return this.#key;
  }

  get isPlaced(): boolean {
    return this.#isPlaced;
  }

  get isList(): boolean {
    return true;
  }

  holds(_key: unknown, draft: object): boolean {
    for (const [, item] of this.changedItems()) {
      if (item === draft) return this.#isPlaced || this.#home.holds(this.#key, this);
    }
    return false;
  }

  place(placing: Placing, path: PathPart[]): object {
    this.#isPlaced = true;
    for (const [index, item] of this.changedItems()) {
      if (isPlainPrimitive(item)) continue;
      const placed = this.#placeItem(item, index, placing, path);
      if (placed !== item) super.set(index, placed as T);
    }
    return this.#isChanged ? guard(new Deque(forkOfDeque(this))) : this.#base;
  }

  #placeItem(item: T, index: number, placing: Placing, path: PathPart[]): unknown {
    if (this.#given.has(item)) return placing.given(item, undefined, this, index, path);
    if (!this.#drafted.has(item)) return item;
    const before = this.#drafted.get(item);
    const placed = placing.member(item, before, this, index, path);
    if (placed !== before) this.#isChanged = true;
    return placed;
  }

  /** Notes a change. @param value that the reducer puts there */
  #change(value?: T): void {
    if (this.#isPlaced) this.#scope.refuse(isOver());
    this.#isChanged = true;
    if (!isPlainPrimitive(value) && !this.#drafted.has(value)) this.#given.add(value as T);
  }
}

// A draft reports `Deque` as its constructor.
Object.defineProperty(DequeDraft.prototype, 'constructor', { value: Deque, writable: true, configurable: true });
