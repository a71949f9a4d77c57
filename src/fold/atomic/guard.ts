/** Collections and containers that refuse changes: the fold changes a table through its prototype. */
import { Deque } from '../collections/deque.ts';
import { INSERTING } from '../collections/map-methods.ts';

/**
 * Makes a collection refuse changes. `Object.freeze` does not freeze its content, so own methods that throw hide the
 * mutators of the prototype. They are not enumerable, so that the collection still equals one without them.
 */
export function guard(collection: object): object {
  return Object.freeze(Object.defineProperties(collection, collection instanceof Deque ? DEQUE_MUTATORS : MUTATORS));
}

/** Freezes a container that a draft has made and kept open. */
export function close(container: object): void {
  if (container instanceof Set) guard(container);
  else Object.freeze(container);
}

function refuseChange(): never {
  throw new TypeError('Cannot change the state outside a reducer: append an event instead');
}

const refusing = (names: readonly string[]): PropertyDescriptorMap =>
  Object.fromEntries(names.map((name) => [name, { value: refuseChange }]));

const MUTATORS = refusing(['set', 'add', 'delete', 'clear', ...INSERTING]);
const DEQUE_MUTATORS = refusing([
  ...['set', 'push', 'pop', 'unshift', 'shift'],
  ...['insert', 'delete', 'truncate', 'clear'],
]);
