/**
 * The types of the events of the log, and which hue each has: eight by frequency, grey for the rest. A type keeps its hue while
 * the log grows, also when another becomes more frequent.
 */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';

/** How many events of each type the whole log has, as far as is known. */
export const typeCounts: Signal<ReadonlyMap<string, number>> = signal(new Map());

const order: Signal<readonly string[]> = signal([]);
const HUE_COUNT = 8;

const hues: ReadonlySignal<ReadonlyMap<string, string>> = computed(
  () => new Map(order.value.slice(0, HUE_COUNT).map((type, place) => [type, `--type-${place}`])),
);

/** The token of a type's colour, such as `--type-0`. */
export function hueOf(type: string): string {
  return hues.value.get(type) ?? '--type-rest';
}

/** The types in the order of their hues. */
export function typesInOrder(): readonly string[] {
  return order.value;
}

/** How many characters the longest name of a type has: columns of types are as wide. */
export const longestType: ReadonlySignal<number> = computed(() =>
  order.value.reduce((most, { length }) => Math.max(most, length), 0),
);

/** Takes counts of the whole log. @param isOtherLog whether what was known before does not hold any more */
export function takeTypeCounts(counts: ReadonlyMap<string, number>, isOtherLog = false): void {
  batch(() => {
    typeCounts.value = counts;
    order.value = orderOf(isOtherLog ? [] : order.value, counts);
  });
}

/** Known types keep their places; others follow, the most frequent first. Pure. */
export function orderOf(known: readonly string[], counts: ReadonlyMap<string, number>): readonly string[] {
  const more = [...counts].filter(([type]) => !known.includes(type));
  if (more.length === 0) return known;
  more.sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return [...known, ...more.map(([type]) => type)];
}
