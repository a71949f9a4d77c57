/** Objects that an application hands over as a set of named parts: options, a definition, a catalog. */

/** An object whose members can be asked for by name. */
export type Parts = { readonly [name: string]: unknown };

/**
 * A plain object, an instance of the application's own class, or a module. An array, a Map, a promise, an AbortSignal and
 * the like were meant for another place: their members are not named parts.
 */
export function isParts(value: unknown): value is Parts {
  if (typeof value !== 'object' || value === null) return false;
  const kind = Object.prototype.toString.call(value);
  return kind === '[object Object]' || kind === '[object Module]';
}
