/** Objects that an application passes as a set of named parts: options, a definition, a catalog. */

/** An object whose members are read by name. */
export type Parts = { readonly [name: string]: unknown };

/**
 * True for a plain object, an instance of an application's class, or a module. False for an array, a Map, a
 * promise, an AbortSignal and similar objects: their members are not named parts, so the caller has probably made a
 * mistake.
 */
export function isParts(value: unknown): value is Parts {
  if (typeof value !== 'object' || value === null) return false;
  const kind = Object.prototype.toString.call(value);
  return kind === '[object Object]' || kind === '[object Module]';
}
