/**
 * A state held still while commits go on. A snapshot in slices is encoded from it.
 *
 * Only an atomically folded state can be captured. Its values are frozen, but its tables change in place. So a moment is
 * its root, and what each table held then. An OrderedMap at the top level is forked, in O(1). Deques, and OrderedMaps
 * below it, never change: a commit puts new ones in their places. For a Map, all keys are noted at its first change after
 * the capture (about 8 ms for a million). From then on, each commit leaves here what it is about to replace:
 *
 *     at the capture   a:1 b:2 c:3      nothing is noted
 *     a later commit   b:9, c deleted   keys a b c, before b:2 c:3
 *     the capture      a:1 b:2 c:3      `a` from the table, `b` and `c` from before
 */

import { forkOf, OrderedMap } from './collections/ordered-map.ts';
import { setMember, shallowCopy } from './members.ts';

/** A state as it was at one moment. Costs memory for whatever changes meanwhile, until it is released. */
export interface StateCapture {
  /** For the encoder alone: its Maps change. The encoder asks `mapsOf` what they held. */
  readonly state: object;
  /** Ends it; the state is not to be encoded any more. */
  release(): void;
}

/** What the Maps of a captured state held. */
export interface CapturedMaps {
  sizeOf(map: ReadonlyMap<unknown, unknown>): number;
  /** The entries of then, in their order. Commits may come between two steps. */
  entriesOf(map: ReadonlyMap<unknown, unknown>): Iterator<[unknown, unknown]>;
}

/** What one Map held. */
export class NotedMap {
  readonly keys: readonly unknown[];
  readonly #table: ReadonlyMap<unknown, unknown>;
  readonly #before = new Map<unknown, unknown>();

  constructor(table: ReadonlyMap<unknown, unknown>) {
    this.#table = table;
    this.keys = [...table.keys()];
  }

  entryAt(index: number): [unknown, unknown] {
    const key = this.keys[index];
    const before = this.#before.get(key);
    return [key, before !== undefined || this.#before.has(key) ? before : this.#table.get(key)];
  }

  /** To be told before the entry of `key` changes; the first time counts. */
  keep(key: unknown): void {
    if (!this.#before.has(key) && this.#table.has(key)) this.#before.set(key, this.#table.get(key));
  }

  keepAll(): void {
    for (const key of this.#table.keys()) this.keep(key);
  }
}

class Moment implements CapturedMaps {
  readonly #noted = new Map<object, NotedMap>();

  /** What the Map held. Call this before its first change. */
  note(map: ReadonlyMap<unknown, unknown>): NotedMap {
    const known = this.#noted.get(map);
    if (known !== undefined) return known;
    const noted = new NotedMap(map);
    this.#noted.set(map, noted);
    return noted;
  }

  sizeOf(map: ReadonlyMap<unknown, unknown>): number {
    return this.#noted.get(map)?.keys.length ?? map.size;
  }

  /** From the Map itself, until its first change: the entries that were given by then are the first of those noted. */
  *entriesOf(map: ReadonlyMap<unknown, unknown>): Generator<[unknown, unknown], void> {
    let given = 0;
    let changes = this.#noted.size;
    let noted = this.#noted.get(map);
    if (noted === undefined) {
      for (const entry of map) {
        if (this.#noted.size !== changes) {
          changes = this.#noted.size;
          noted = this.#noted.get(map);
          if (noted !== undefined) break;
        }
        yield entry;
        given++;
      }
      noted ??= this.#noted.get(map);
    }
    if (noted === undefined) return;
    while (given < noted.keys.length) yield noted.entryAt(given++);
  }
}

/** What the Maps of each captured state held, by that state. */
const MOMENTS = new WeakMap<object, CapturedMaps>();

/** What the Maps of a state held, if it is one that was captured. */
export function mapsOf(state: object): CapturedMaps | undefined {
  return MOMENTS.get(state);
}

/** The captures of one live state: at most one is in use. */
export class Captures {
  #moment: Moment | undefined;

  /** What must hear of changes to a Map of the state. Call this before its first change; nearly never there is a capture. */
  noted(map: ReadonlyMap<unknown, unknown>): NotedMap | undefined {
    return this.#moment?.note(map);
  }

  /**
   * Captures a root whose values all have their place.
   *
   * @param root frozen, as are all values in it
   */
  take(root: object): StateCapture {
    const state = shallowCopy(root);
    for (const key of Object.keys(state)) {
      const value = state[key];
      if (value instanceof OrderedMap) setMember(state, key, fork(value));
    }
    const moment = new Moment();
    this.#moment = moment;
    MOMENTS.set(state, moment);
    const release = (): void => {
      if (this.#moment === moment) this.#moment = undefined;
    };
    return { state, release };
  }
}

function fork(table: OrderedMap<unknown, unknown>): OrderedMap<unknown, unknown> {
  return new OrderedMap(table.compare, forkOf(table));
}
