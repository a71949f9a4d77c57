/** Freezing of plain JSON, which has no cycles and whose depth the guard bounds. */

/** Freezes a value at every level, and gives it back. */
export function freezeJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const key in value) freezeJson(value[key]);
  return Object.freeze(value);
}
