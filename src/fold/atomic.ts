/**
 * The atomic fold: a commit is folded as a whole, or leaves no trace.
 *
 * Reducers work on a draft of the root. A top-level Map or OrderedMap is a *table*: its draft stages changes entry by entry.
 * Any other property is drafted as one value. When all reducers of the commit have returned, everything staged is settled
 * (made plain, checked, frozen), and only then, with nothing left that could fail, are the tables changed and the new root
 * put in place.
 *
 * Tables are the same objects all along, so a reader's table shows later commits. Everything inside them, and the root,
 * is frozen: what a reader has taken from them stays as it was.
 */
import { isInstance } from '../core/errors.ts';
import type { RecordedEvent } from '../core/event.ts';
import { captureRoot, type StateCapture } from './capture.ts';
import { draftOf, sameKeys, setMember, shallowCopy, thaw } from './draft.ts';
import type { LiveState } from './live-state.ts';
import { MapDraft } from './map-draft.ts';
import { OrderedMap } from './ordered-map.ts';
import { OrderedMapDraft } from './ordered-map-draft.ts';
import { IllegalValue, kindOf } from './plain.ts';
import { type FoldReducers, reducerFailed, reducerOf, refusePromise, stateRefused } from './reduce.ts';
import { entrySettler, settle, tables } from './settle.ts';

type Root = Record<string, unknown>;
type TableDraft = MapDraft<unknown, unknown> | OrderedMapDraft<unknown, unknown>;

export class AtomicState<State extends object> implements LiveState<State> {
  #root: Root;

  /** @throws RefoldError `REDUCER_FAILED` when the state is no plain data */
  constructor(state: State) {
    try {
      this.#root = settleRoot(state);
    } catch (error) {
      throw isInstance(error, IllegalValue) ? stateRefused(error) : error;
    }
  }

  get value(): State {
    return this.#root as State;
  }

  fold(reducers: FoldReducers, events: readonly RecordedEvent[]): void {
    const commit = new CommitDraft(this.#root);
    let current: RecordedEvent | undefined;
    try {
      for (const event of events) {
        current = event;
        // On replay the data is fresh and may be changed, so it may be here.
        const returned = reducerOf(reducers, event)(commit.root, thaw(event.data), event);
        if (returned !== undefined) refusePromise(returned);
      }
      commit.settle();
    } catch (error) {
      if (current === undefined) throw error;
      throw isInstance(error, IllegalValue) ? stateRefused(error, current) : reducerFailed(error, current);
    }
    this.#root = commit.apply();
  }

  capture(): StateCapture {
    return captureRoot(this.#root);
  }
}

/** What one commit changes; also the handler of the Proxy that reducers see as the root. */
class CommitDraft implements ProxyHandler<Root> {
  readonly root: Root;
  readonly #base: Root;
  /** A copy of the root, with drafts in the place of what was read. Behaves as an object does, its key order included. */
  readonly #staged: Root;
  /** Every table draft made; and those of them that stand in their own place when the commit ends. */
  readonly #tables: TableDraft[] = [];
  readonly #atHome: TableDraft[] = [];
  #changed = false;
  /** True when there may be other keys than before, or in another order. */
  #rekeyed = false;

  constructor(base: Root) {
    this.#base = base;
    this.#staged = shallowCopy(base);
    this.root = new Proxy(this.#staged, this);
  }

  get(staged: Root, key: string): unknown {
    const value = staged[key];
    // What differs from the base is a draft already, or new.
    if (typeof value !== 'object' || value === null || value !== this.#base[key]) return value;
    return Object.hasOwn(staged, key) ? this.#draft(staged, key, value) : value;
  }

  set(staged: Root, key: string, value: unknown): boolean {
    if (!Object.hasOwn(staged, key)) this.#rekeyed = true;
    staged[key] = value;
    return true;
  }

  deleteProperty(staged: Root, key: string): boolean {
    this.#rekeyed = true;
    return Reflect.deleteProperty(staged, key);
  }

  defineProperty(staged: Root, key: string, descriptor: PropertyDescriptor): boolean {
    this.#rekeyed = true;
    return Reflect.defineProperty(staged, key, descriptor);
  }

  getOwnPropertyDescriptor(staged: Root, key: string): PropertyDescriptor | undefined {
    this.get(staged, key);
    return Object.getOwnPropertyDescriptor(staged, key);
  }

  /**
   * Makes everything staged plain and frozen.
   *
   * @throws IllegalValue
   */
  settle(): void {
    const staged = this.#staged;
    if (Object.getPrototypeOf(staged) !== Object.getPrototypeOf(this.#base))
      throw new IllegalValue('given another prototype', []);
    for (const table of this.#tables) table.seal();
    for (const key in staged) this.#settleProperty(key, staged[key], this.#base[key]);
    if (this.#rekeyed) this.#changed ||= !sameKeys(staged, this.#base);
  }

  /** Changes the tables and gives the new root. After `settle`; cannot fail. */
  apply(): Root {
    for (const table of this.#atHome) table.apply();
    return this.#changed ? Object.freeze(this.#staged) : this.#base;
  }

  #draft(staged: Root, key: string, value: object): unknown {
    if (value instanceof Map) staged[key] = new MapDraft(value);
    else if (value instanceof OrderedMap) staged[key] = new OrderedMapDraft(value);
    else staged[key] = draftOf(value);
    if (isTableDraft(staged[key])) this.#tables.push(staged[key]);
    return staged[key];
  }

  #settleProperty(key: string, value: unknown, base: unknown): void {
    if (Object.is(value, base)) return;
    let settled = base;
    if (isTableDraft(value) && value.base === base) {
      value.settle(entrySettler(key));
      this.#atHome.push(value);
    } else {
      settled = settleTop(key, value, base);
      if (!Object.is(settled, base)) this.#changed = true;
    }
    setMember(this.#staged, key, settled);
  }
}

function isTableDraft(value: unknown): value is TableDraft {
  return value instanceof MapDraft || value instanceof OrderedMapDraft;
}

function settleRoot(state: object): Root {
  if (kindOf(state) !== 'object') throw new IllegalValue('not a plain object', []);
  const root = shallowCopy(state);
  for (const key of Object.keys(root)) setMember(root, key, settleTop(key, root[key], undefined));
  return Object.freeze(root);
}

function settleTop(key: string, value: unknown, base: unknown): unknown {
  const settled = settle(ownTable(value), base, [key]);
  if (isTable(settled)) tables.add(settled);
  return settled;
}

/**
 * A table has one place. One that is somebody's already (the draft of another property, the table of another property or
 * state) is copied; everything else is given back as it is.
 */
function ownTable(value: unknown): unknown {
  if (!isTableDraft(value) && !(isTable(value) && Object.isFrozen(value))) return value;
  return value instanceof OrderedMap ? new OrderedMap(value.compare, value) : new Map(value);
}

function isTable(value: unknown): value is Map<unknown, unknown> | OrderedMap<unknown, unknown> {
  return value instanceof Map || value instanceof OrderedMap;
}
