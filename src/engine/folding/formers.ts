/**
 * Which recorded events become events of other types, by the `from` of a model's event types.
 *
 * A recorded event keeps its place in the log. What it becomes shares its sequence, in the order of the catalog: one event,
 * several, or none.
 */
import type { EventType, Former } from '../../core/catalog.ts';
import type { Model } from '../../core/model.ts';

/** One way in which an event becomes an event of another type. */
export interface Turn {
  readonly into: EventType;
  readonly turn: Former;
}

/** For each type that becomes others: how, in the order of the catalog. */
export type Formers = ReadonlyMap<string, readonly Turn[]>;

const known = new WeakMap<Model['types'], Formers | undefined>();

/** Undefined for a model in which no type is from another. */
export function formersOf({ types }: Pick<Model, 'types'>): Formers | undefined {
  if (known.has(types)) return known.get(types);
  const formers = new Map<string, Turn[]>();
  for (const into of types.values()) {
    for (const [former, turn] of into.from ?? []) {
      const turns = formers.get(former);
      if (turns === undefined) formers.set(former, [{ into, turn }]);
      else turns.push({ into, turn });
    }
  }
  const found = formers.size === 0 ? undefined : formers;
  known.set(types, found);
  return found;
}

/** The types under which the log may hold what are events of these types now. The set itself if no type is from another. */
export function recordedTypesOf(model: Pick<Model, 'types'>, types: ReadonlySet<string>): ReadonlySet<string> {
  if (formersOf(model) === undefined) return types;
  const recorded = new Set<string>();
  const add = (type: string): void => {
    if (recorded.has(type)) return;
    recorded.add(type);
    for (const former of model.types.get(type)?.from?.keys() ?? []) add(former);
  };
  for (const type of types) add(type);
  return recorded;
}
