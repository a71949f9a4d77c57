/** The methods of a Map that look for a key and insert it, for drafts of a Map. Older releases of Node lack them. */

interface Inserting {
  get(key: unknown): unknown;
  has(key: unknown): boolean;
  set(key: unknown, value: unknown): unknown;
}

const INSERT_METHODS = {
  getOrInsert(this: Inserting, key: unknown, value: unknown): unknown {
    if (this.has(key)) return this.get(key);
    this.set(key, value);
    return value;
  },
  getOrInsertComputed(this: Inserting, key: unknown, make: (key: unknown) => unknown): unknown {
    if (typeof make !== 'function') throw new TypeError('getOrInsertComputed needs a function that makes the value');
    if (this.has(key)) return this.get(key);
    const value = make(key === 0 ? 0 : key); // a Map keeps -0 as 0
    this.set(key, value);
    return value;
  },
};

/** Those of them that a Map has in this release of Node. */
export const INSERTING: readonly (keyof typeof INSERT_METHODS)[] = (
  Object.keys(INSERT_METHODS) as (keyof typeof INSERT_METHODS)[]
).filter((name) => name in Map.prototype);

/** Gives a class those methods, as far as the language has them: a reducer must not need more than a replay has. */
export function insertAsMap(prototype: Inserting): void {
  for (const name of INSERTING) Object.defineProperty(prototype, name, { value: INSERT_METHODS[name] });
}
