/**
 * A state held still while commits go on. A snapshot in slices is encoded from it.
 *
 * Only an atomically folded state can be captured. Its values are frozen, so a moment is its root and what each table
 * held then. An OrderedMap at the top level is forked, in O(1). Deques, and OrderedMaps below it, never change: a commit
 * puts new ones in their places. For a Map at the top level, all keys are noted in one step (about 8 ms for a million).
 * From then on, each commit leaves here what it is about to replace:
 *
 *     at the capture   a:1 b:2 c:3      keys a b c
 *     a later commit   b:9, c deleted   before b:2 c:3
 *     the capture      a:1 b:2 c:3      `a` from the table, `b` and `c` from before
 */

import { forkOf, OrderedMap } from './collections/ordered-map.ts';
import { setMember, shallowCopy } from './members.ts';

/** A state as it was at one moment. Costs memory for whatever changes meanwhile, until it is released. */
export interface StateCapture {
  /** For the encoder alone: a captured Map is not a Map. */
  readonly state: object;
  /** Ends it; the state is not to be encoded any more. */
  release(): void;
}

/** What a table that is a Map held. Its iteration is the table's of then. */
export class CapturedMap implements Iterable<[unknown, unknown]> {
  readonly #table: ReadonlyMap<unknown, unknown>;
  readonly #keys: readonly unknown[];
  readonly #before = new Map<unknown, unknown>();

  constructor(table: ReadonlyMap<unknown, unknown>) {
    this.#table = table;
    this.#keys = [...table.keys()];
  }

  get size(): number {
    return this.#keys.length;
  }

  *[Symbol.iterator](): Generator<[unknown, unknown], void> {
    for (const key of this.#keys) {
      const before = this.#before.get(key);
      yield [key, before !== undefined || this.#before.has(key) ? before : this.#table.get(key)];
    }
  }

  /** To be told before the entry of `key` changes; the first time counts. */
  keep(key: unknown): void {
    if (!this.#before.has(key) && this.#table.has(key)) this.#before.set(key, this.#table.get(key));
  }

  keepAll(): void {
    for (const key of this.#table.keys()) this.keep(key);
  }
}

/** The captures of one live state that are in use. */
export class Captures {
  /** By the table that they are of; one each. */
  readonly #tables = new Map<object, CapturedMap>();

  /**
   * The capture that must hear of changes to a table, if there is one: nearly never, and then asked once for each
   * commit.
   *
   * @param table as it is in the state
   */
  of(table: object): CapturedMap | undefined {
    return this.#tables.size === 0 ? undefined : this.#tables.get(table);
  }

  /**
   * Captures a root whose values all have their place.
   *
   * @param root frozen, as are all values in it
   */
  take(root: object): StateCapture {
    const state = shallowCopy(root);
    const tables: object[] = [];
    for (const key of Object.keys(state)) {
      const value = state[key];
      if (value instanceof OrderedMap) setMember(state, key, fork(value));
      else if (value instanceof Map) {
        const capture = new CapturedMap(value);
        this.#tables.set(value, capture);
        tables.push(value);
        setMember(state, key, capture);
      }
    }
    return { state, release: () => tables.forEach((table) => void this.#tables.delete(table)) };
  }
}

function fork(table: OrderedMap<unknown, unknown>): OrderedMap<unknown, unknown> {
  return new OrderedMap(table.compare, forkOf(table));
}
