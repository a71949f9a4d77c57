/** How much of a property's runs `npm test` makes: a third, with a fresh seed each time. `REFOLD_RUNS=all` makes them all. */

const SHARE = process.env.REFOLD_RUNS === 'all' ? 1 : 3;

export function sample(runs: number): number {
  return Math.ceil(runs / SHARE);
}
