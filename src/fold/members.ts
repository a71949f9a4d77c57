/** Copies, assigns and compares the members of plain objects. Any name works, `__proto__` included. */

export type PlainObject = Record<string, unknown>;

/** A copy of an object's own enumerable members, with its prototype. */
export function shallowCopy(value: object): PlainObject {
  return Object.getPrototypeOf(value) === null ? Object.assign(Object.create(null), value) : { ...value };
}

/** Assigns a member. A plain assignment to `__proto__` would set the prototype instead. */
export function setMember(object: PlainObject, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Whether two objects have the same keys in the same order. */
export function sameKeys(object: object, base: object): boolean {
  const keys = Object.keys(object);
  const baseKeys = Object.keys(base);
  if (keys.length !== baseKeys.length) return false;
  for (let index = 0; index < keys.length; index++) if (keys[index] !== baseKeys[index]) return false;
  return true;
}
