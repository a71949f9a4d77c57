/** Counts of things that happened, each with the row at which it first did. */
export class Tally<Name extends string> {
  readonly #counts = new Map<Name, { count: number; first: number | null }>();

  /** @param names all there are, in the order of the report */
  constructor(names: readonly Name[]) {
    for (const name of names) this.#counts.set(name, { count: 0, first: null });
  }

  /** @param row counted from 0 */
  count(name: Name, row: number): void {
    const entry = this.#counts.get(name)!;
    entry.count++;
    entry.first ??= row;
  }

  get counts(): Record<Name, number> {
    return this.#report(({ count }) => count);
  }

  /** The row of the first of each; null for what never happened. */
  get firsts(): Record<Name, number | null> {
    return this.#report(({ first }) => first);
  }

  #report<Value>(pick: (entry: { readonly count: number; readonly first: number | null }) => Value) {
    const members = [...this.#counts].map(([name, entry]) => [name, pick(entry)] as const);
    return Object.fromEntries(members) as Record<Name, Value>;
  }
}
