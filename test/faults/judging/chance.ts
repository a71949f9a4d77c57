/** Seeded random numbers: the same seed gives the same faults on every machine. */

export interface Chance {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, bound). */
  below(bound: number): number;
  /** True with this probability. */
  hit(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/**
 * mulberry32: small, and good enough to choose faults. The parts of the seed are mixed, so that similar seeds differ.
 */
export function chanceOf(...seed: readonly number[]): Chance {
  let state = seed.reduce((mixed, part) => Math.imul(mixed ^ part, 0x9e3779b1) ^ (mixed >>> 15), 0x2545f491);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return { next, below, hit: (probability) => next() < probability, pick: (from) => from[below(from.length)]! };
}
