/** Whether values hold Maps, which change in place wherever they are, or tables of any kind. */
import { OrderedMap } from '../../collections/ordered-map.ts';
import type { PlainObject } from '../../members.ts';
import { kindOf } from '../../plain.ts';

/** Whether a value is a Map or holds one at any depth. */
export function holdsMaps(value: unknown): boolean {
  return holds(value, false);
}

/** The same for Maps and OrderedMaps. */
export function holdsTables(value: unknown): boolean {
  return holds(value, true);
}

/** Whether a state has Maps anywhere but in its properties. Looks at all of it. */
export function nestsMaps(root: object): boolean {
  return Object.values(root).some((value) => {
    if (!(value instanceof Map || value instanceof OrderedMap)) return holdsMaps(value);
    for (const entry of value.values()) if (holdsMaps(entry)) return true;
    return false;
  });
}

function holds(value: unknown, countsOrdered: boolean): boolean {
  if (typeof value !== 'object' || value === null) return false;
  switch (kindOf(value)) {
    case 'map':
      return true;
    case 'ordered-map':
      return countsOrdered || holdsIn((value as OrderedMap<unknown, unknown>).values(), countsOrdered);
    case 'array':
    case 'set':
    case 'deque':
      return holdsIn(value as Iterable<unknown>, countsOrdered);
    case 'object':
      for (const key in value) {
        const member = (value as PlainObject)[key];
        if (typeof member === 'object' && member !== null && holds(member, countsOrdered)) return true;
      }
      return false;
    default:
      return false;
  }
}

function holdsIn(items: Iterable<unknown>, countsOrdered: boolean): boolean {
  for (const item of items) if (holds(item, countsOrdered)) return true;
  return false;
}
