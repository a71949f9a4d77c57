/** What the palette offers, and which of it a text means. Pure. */

/** Something that can be done or gone to. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  /** What kind of thing it is: under which word it is found too. */
  readonly kind: string;
  /** Its key, if it has one. */
  readonly label?: string | undefined;
  readonly run: () => void;
}

/** Entries that have every word of the text, the best first. All of them, in their order, for an empty text. */
export function matching(entries: readonly Entry[], text: string, most: number): readonly Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return entries
    .map((entry, order) => ({ entry, order, rank: rankOf(entry, words) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => a.rank! - b.rank! || a.order - b.order)
    .slice(0, most)
    .map(({ entry }) => entry);
}

/** How well an entry fits: 0 for words that begin words, more for words within; undefined if one is missing. */
function rankOf({ title, kind, label }: Entry, words: readonly string[]): number | undefined {
  const all = `${title} ${kind}`.toLowerCase();
  const starts = all.split(/[\s,./:[\]"]+/);
  let rank = 0;
  for (const word of words) {
    if (word === label?.toLowerCase() || starts.some((start) => start.startsWith(word))) continue;
    if (!all.includes(word)) return undefined;
    rank++;
  }
  return rank;
}

/** The place that a text names, as the field for places takes it: `1,015` is a sequence, `10:31:07` a time. */
export function placeIn(text: string): string | undefined {
  const trimmed = text.trim();
  const digits = trimmed.replaceAll(',', '');
  if (/^\d{1,15}$/.test(digits)) return digits;
  return /^(?:end|start|last(?:-\w+)?|-\d+\w*|\d+%|\d{1,2}:\d{2}\S*|\d{4}-\d{2}-\d{2}\S*)$/.test(trimmed)
    ? trimmed
    : undefined;
}

/** Whether a text looks like a condition on the state, such as `size(orders) > 700`. */
export function isCondition(text: string): boolean {
  return /^\S.*(?:[=<>]\s*\S|\s(?:exists|missing)$|\scontains\s+\S)/.test(text);
}

/** A text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
