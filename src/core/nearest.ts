/** Which of the known names somebody may have meant, for messages about a name that is not known. */

/** The most names that a message lists. */
const LISTED = 10;

/** Longer texts are compared by their beginnings: this is for a message, and must stay cheap. */
const COMPARED_CHARACTERS = 64;

/**
 * The known names as a list for a message: at most ten, nearest first, and how many more there are.
 *
 * @example `ItemAdded, ItemRemoved, CartOpened and 12 more`
 */
export function listNearest(wanted: string, known: Iterable<string>): string {
  const sorted = nearestFirst(wanted, known);
  if (sorted.length === 0) return 'none';
  const shown = sorted.slice(0, LISTED).join(', ');
  return sorted.length > LISTED ? `${shown} and ${sorted.length - LISTED} more` : shown;
}

/** Sorted by edit distance, upper and lower case being the same; names equally far keep their order. */
export function nearestFirst(wanted: string, known: Iterable<string>): string[] {
  const target = comparable(wanted);
  const distances = Array.from(known, (name) => ({ name, distance: editDistance(target, comparable(name)) }));
  return distances.sort((a, b) => a.distance - b.distance).map(({ name }) => name);
}

/** A name that somebody gave, fit for a message. */
export function shortened(name: string): string {
  const text = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  return text.toWellFormed();
}

function comparable(name: string): string {
  return name.slice(0, COMPARED_CHARACTERS).toLowerCase();
}

/** Levenshtein's, one row at a time. */
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
