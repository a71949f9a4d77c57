/**
 * Notes which table entries the reducers of a directly folded state ask for: which they read or write. It is used when
 * a state is too large to be compared completely after each event.
 *
 * The tables stay the same objects. Own methods that note the key hide those of the prototype; the atomic fold's guard
 * does the same.
 */
import { OrderedMap } from '../collections/ordered-map.ts';

type Table = Map<unknown, unknown> | OrderedMap<unknown, unknown>;

export class AskedEntries {
  readonly #asked = new Map<object, Set<unknown>>();

  /** Begins to note what is asked of the tables of `state`. */
  constructor(state: object) {
    for (const value of Object.values(state)) {
      if (value instanceof Map || value instanceof OrderedMap) this.#watch(value);
    }
  }

  /** The keys of a table that were asked for since the last `clear`; undefined for a table that is not watched. */
  of(table: unknown): ReadonlySet<unknown> | undefined {
    return this.#asked.get(table as object);
  }

  clear(): void {
    for (const keys of this.#asked.values()) if (keys.size > 0) keys.clear();
  }

  #watch(table: Table): void {
    const keys = new Set<unknown>();
    this.#asked.set(table, keys);
    const own = Object.getPrototypeOf(table) as Table;
    shadow(table, ['get', 'set', 'delete'], (method, key) => {
      keys.add(key);
      return method;
    });
    shadow(table, ['first', 'last', 'nextAfter', 'nextBefore', 'at'], (method) => noting(method, keys));
    if (table instanceof OrderedMap) define(table, 'range', noteAll(own, 'range', keys));
    else {
      for (const name of ['entries', Symbol.iterator]) define(table, name, noteAll(own, 'entries', keys));
      define(table, 'values', noteValues(own, keys));
      define(table, 'forEach', noteEach(own, keys));
    }
  }
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

function shadow(table: object, names: readonly string[], wrap: (method: Method, key: unknown) => Method): void {
  const own = Object.getPrototypeOf(table) as Record<string, Method | undefined>;
  for (const name of names) {
    const method = own[name];
    if (method === undefined) continue;
    define(table, name, function (this: unknown, ...args) {
      return wrap(method, args[0]).apply(this, args);
    });
  }
}

function noting(method: Method, keys: Set<unknown>): Method {
  return function (this: unknown, ...args) {
    const pair = method.apply(this, args) as [unknown, unknown] | undefined;
    if (pair !== undefined) keys.add(pair[0]);
    return pair;
  };
}

function noteAll(own: object, name: string, keys: Set<unknown>): Method {
  const method = (own as Record<string, Method>)[name]!;
  return function* (this: unknown, ...args): Generator<unknown, void> {
    for (const pair of method.apply(this, args) as Iterable<[unknown, unknown]>) {
      keys.add(pair[0]);
      yield pair;
    }
  };
}

function noteValues(own: Table, keys: Set<unknown>): Method {
  return function* (this: unknown): Generator<unknown, void> {
    for (const [key, value] of (own.entries as Method).call(this) as Iterable<[unknown, unknown]>) {
      keys.add(key);
      yield value;
    }
  };
}

function noteEach(own: Table, keys: Set<unknown>): Method {
  return function (this: unknown, callback, thisArg) {
    const note = (value: unknown, key: unknown, map: unknown): void => {
      keys.add(key);
      (callback as Method).call(thisArg, value, key, map);
    };
    return (own.forEach as Method).call(this, note);
  };
}

function define(table: object, name: PropertyKey, value: Method): void {
  Object.defineProperty(table, name, { value, configurable: true });
}
