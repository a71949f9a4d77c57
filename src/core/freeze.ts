/** Freezing of plain JSON, which has no cycles and whose depth the guard bounds. */

/** Freezes a value at every level, and gives it back. */
export function freezeJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const key in value) freezeJson(value[key]);
  return Object.freeze(value);
}

/** A frozen copy of a value, at every level. */
export function frozenCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy));
  const copy: Record<string, unknown> = { ...value };
  for (const key in copy) {
    const inner = copy[key];
    if (typeof inner === 'object') copy[key] = frozenCopy(inner);
  }
  return Object.freeze(copy);
}
