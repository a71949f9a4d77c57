/** Suggests known names in messages about an unknown name. */

/** The most names that a message lists. */
const LISTED = 10;

/** Longer names are compared by their beginnings, so that a message stays cheap. */
const COMPARED_CHARACTERS = 64;

/**
 * The known names as a list for a message: at most ten, nearest first, then the number of the others.
 *
 * @example `ItemAdded, ItemRemoved, CartOpened and 12 more`
 */
export function listNearest(wanted: string, known: Iterable<string>): string {
  const sorted = nearestFirst(wanted, known);
  if (sorted.length === 0) return 'none';
  const shown = sorted.slice(0, LISTED).join(', ');
  return sorted.length > LISTED ? `${shown} and ${sorted.length - LISTED} more` : shown;
}

/** Sorts by edit distance and ignores case. Names at the same distance keep their order. */
export function nearestFirst(wanted: string, known: Iterable<string>): string[] {
  const target = comparable(wanted);
  const distances = Array.from(known, (name) => ({ name, distance: editDistance(target, comparable(name)) }));
  return distances.sort((a, b) => a.distance - b.distance).map(({ name }) => name);
}

/** A name from outside, shortened and made well-formed for a message. */
export function shortened(name: string): string {
  const text = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  return text.toWellFormed();
}

function comparable(name: string): string {
  return name.slice(0, COMPARED_CHARACTERS).toLowerCase();
}

/** The Levenshtein distance, computed row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
