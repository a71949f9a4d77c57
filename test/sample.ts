/**
 * How much of the long tests `npm test` does: a sixth of the runs, at random. `REFOLD_RUNS=all` makes everything; only then the sizes of
 * `RUNS_ALL` are the large ones.
 */

/** Whether the long tests do everything. */
export const RUNS_ALL: boolean = process.env.REFOLD_RUNS === 'all';

const SHARE = RUNS_ALL ? 1 : 6;

/** How many runs of a property to make. */
export function sample(runs: number): number {
  return Math.ceil(runs / SHARE);
}

/** Which of the cases of a long test to run, in their order. */
export function sampleOf<Case>(cases: readonly Case[]): Case[] {
  const drawn = new Set<number>();
  while (drawn.size < sample(cases.length)) drawn.add(Math.floor(Math.random() * cases.length));
  return cases.filter((_, index) => drawn.has(index));
}

/** Which steps of a long story to stop at: `first`, and then every `by`. */
export function sampleOfSteps(): { readonly first: number; readonly by: number } {
  return { first: Math.floor(Math.random() * SHARE), by: SHARE };
}
