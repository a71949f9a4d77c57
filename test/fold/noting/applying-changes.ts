/** Applies the changes of an event to the state before it: the naive counterpart of what a fold says that it changed. */
import { Deque } from '../../../src/fold/collections/deque.ts';
import { OrderedMap } from '../../../src/fold/collections/ordered-map.ts';
import type { StateChange } from '../../../src/fold/live-state.ts';
import { plain } from '../../../src/fold/own-copy.ts';

/** Changes the given state, which must be a copy that is not shared. */
export function applyChanges(state: object, changes: readonly StateChange[]): void {
  for (const change of changes) {
    const { parts } = change;
    const holder = parts.slice(0, -1).reduce(memberOf, state);
    if (Object.hasOwn(change, 'after')) put(holder, parts.at(-1), plain(change.after));
    else remove(holder, parts.at(-1));
  }
}

function memberOf(holder: any, part: any): any {
  if (holder instanceof Map || holder instanceof OrderedMap) return holder.get(part);
  if (holder instanceof Deque) return holder.at(part);
  return holder instanceof Set ? [...holder][part] : holder[part];
}

function put(holder: any, part: any, value: unknown): void {
  if (holder instanceof Map || holder instanceof OrderedMap) holder.set(part, value);
  else holder[part] = value;
}

function remove(holder: any, part: any): void {
  if (holder instanceof Map || holder instanceof OrderedMap) holder.delete(part);
  else delete holder[part];
}
