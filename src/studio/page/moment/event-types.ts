/** The types of the log's events, how many there are of each, and the hue that each has everywhere. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { LiveLine, TimelineAnswer } from '../../wire.ts';
import { getJson } from '../base/api.ts';
import { log } from './place.ts';

export type TypeCounts = ReadonlyMap<string, number>;

/** Empty until they were counted. */
export const typeCounts: Signal<TypeCounts> = signal(new Map());

/** Hues that types have; the rest is grey. */
const HUES = 8;

/** The most frequent first; types that are as frequent as each other by name. */
export const typesByCount: ReadonlySignal<readonly string[]> = computed(() => rankTypes(typeCounts.value));

/** Pure. */
export function rankTypes(counts: TypeCounts): readonly string[] {
  return [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1));
}

/** Types keep their hue while the log grows: the ranks are those of the first count. */
const hues: Signal<ReadonlyMap<string, number>> = signal(new Map());

/** The colour of a type, as a value for CSS. */
export function hueOf(type: string): string {
  const rank = hues.value.get(type);
  return rank === undefined || rank >= HUES ? 'var(--type-rest)' : `var(--type-${rank})`;
}

/** Counts the types whenever the log's generation changes. New events are added by `countNew`. */
export function keepTypes(): void {
  const generation = computed(() => log.value?.generation);
  effect(() => {
    if (generation.value === undefined) return;
    const controller = new AbortController();
    void count(controller.signal).catch(() => {}); // live follows the log, and tells when the server is away
    return () => controller.abort();
  });
}

async function count(signal: AbortSignal): Promise<void> {
  const { types } = await getJson<TimelineAnswer>('timeline', { buckets: 1 }, signal);
  typeCounts.value = new Map(Object.entries(types));
  hues.value = new Map(typesByCount.value.map((type, rank) => [type, rank]));
}

/** Adds new events. A type that is new takes the next hue. */
export function countNew({ types }: Pick<LiveLine, 'types'>): void {
  const sum = new Map(typeCounts.value);
  const known = new Map(hues.value);
  for (const [type, events] of Object.entries(types)) {
    sum.set(type, (sum.get(type) ?? 0) + events);
    if (!known.has(type)) known.set(type, known.size);
  }
  typeCounts.value = sum;
  if (known.size > hues.value.size) hues.value = known;
}
