/** Warns of a large part of the state that is not a table: each commit that changes something in it copies it. */
import { grouped } from '../../core/errors.ts';
import type { Unwieldy } from '../../fold/live-state.ts';
import type { LogStore } from '../../log/log-store.ts';
import { warnOf } from './warn.ts';

/** A callback that warns once for each path. A replica may open its state again, and find the same. */
export function warnOfShapes(log: LogStore): (found: Unwieldy) => void {
  const known = new Set<string>();
  return (found) => {
    if (known.has(found.path)) return;
    known.add(found.path);
    warnOf(log, 'RefoldShapeWarning', describe(found, log.path));
  };
}

function describe({ path, kind, members }: Unwieldy, log: string): string {
  const { what, remedy } = SHAPE_WORDS[kind];
  const count = grouped(members);
  return `In the state of ${log}, ${path} is ${what} ${count} ${kind === 'array' ? 'items' : 'members'}. Each commit that changes one of them copies them all. ${remedy}: then a commit costs what it touches`;
}

const SHAPE_WORDS = {
  object: { what: 'an object with', remedy: 'Keep them in a Map' },
  array: { what: 'an array of', remedy: 'Keep them in a Map by id, or in a Deque' },
  set: { what: 'a Set of', remedy: 'Keep them as the keys of a Map' },
} as const;
