/** Small helpers that several rows share. */

/** Runs `work` this many times in parallel, and waits for all. */
export async function inParallel(places: number, work: (place: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: places }, (_, place) => work(place)));
}

/** Adds up counts. */
export function tally(counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const [name, count] of counts.flatMap((each) => [...each])) sum.set(name, (sum.get(name) ?? 0) + count);
  return sum;
}

/** `append 12, commit 7`: lists the most frequent first. */
export function describeCounts(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}
