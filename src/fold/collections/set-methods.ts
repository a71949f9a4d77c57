/** The methods that compare or combine sets, for values that are not a Set underneath. Older releases of Node lack them. */
const METHODS = [
  'union',
  'intersection',
  'difference',
  'symmetricDifference',
  'isSubsetOf',
  'isSupersetOf',
  'isDisjointFrom',
];

/**
 * Gives a class those methods, as far as the language has them. None of them changes a set.
 *
 * @param membersOf the members that an instance shows now
 */
export function combineAsSet<T extends object>(prototype: T, membersOf: (instance: T) => Set<unknown>): void {
  for (const name of METHODS) {
    const method = (Set.prototype as unknown as Record<string, ((other: unknown) => unknown) | undefined>)[name];
    if (method === undefined) continue;
    Object.defineProperty(prototype, name, {
      value(this: T, other: unknown) {
        return method.call(membersOf(this), other);
      },
    });
  }
}
