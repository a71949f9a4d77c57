/**
 * The names of comparators. An encoded state holds the name of a comparator in place of the function.
 *
 * A model names its comparators. A name means that model's function, and a function has at most one name in a model.
 */

/** The comparators that a model names. Each is a total order of the keys of its OrderedMaps. */
export type Comparators = { readonly [name: string]: (a: any, b: any) => number };

export type AnyComparator = Comparators[string];

/** The first name that any model of this process gave to a comparator. For callers that have a state and no model. */
const FIRST_NAMES = new WeakMap<AnyComparator, string>();

/** Notes the names that a model gives. */
export function noteComparators(comparators: Comparators): void {
  for (const [name, compare] of Object.entries(comparators)) {
    if (!FIRST_NAMES.has(compare)) FIRST_NAMES.set(compare, name);
  }
}

/**
 * The name of a comparator, undefined if it was not given one.
 *
 * @param comparators those of the model in question. Default: those of all models of this process
 */
export function givenName(compare: AnyComparator, comparators: Comparators | undefined): string | undefined {
  if (comparators === undefined) return FIRST_NAMES.get(compare);
  for (const name in comparators) if (comparators[name] === compare) return name;
  return undefined;
}
