/**
 * How long commands took: counts in buckets whose width grows with the value.
 *
 * A value is off by at most 1/64 of itself. Memory is bounded, whatever was recorded.
 */

/** Buckets per power of two. */
const STEPS = 64;
/** The highest power of two, in nanoseconds: some 18 minutes. */
const POWERS = 40;

export class Histogram {
  readonly #counts = new Uint32Array(STEPS * POWERS);
  total = 0;

  record(nanoseconds: number): void {
    this.#counts[bucketOf(nanoseconds)]!++;
    this.total++;
  }

  /** The value, in nanoseconds, that this percentage of all values does not pass. 0 without values. */
  percentile(percent: number): number {
    if (this.total === 0) return 0;
    let left = Math.max(1, Math.ceil((percent / 100) * this.total));
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      left -= this.#counts[bucket]!;
      if (left <= 0) return highestOf(bucket);
    }
    return highestOf(this.#counts.length - 1);
  }

  /** How many values are at most so many nanoseconds. */
  countUpTo(nanoseconds: number): number {
    let count = 0;
    for (let bucket = 0; bucket < this.#counts.length && highestOf(bucket) <= nanoseconds; bucket++) {
      count += this.#counts[bucket]!;
    }
    return count;
  }
}

function bucketOf(value: number): number {
  if (value < STEPS) return Math.max(0, Math.floor(value));
  const power = Math.min(Math.floor(Math.log2(value)), POWERS + LOWEST_POWER - 2);
  const step = Math.min(STEPS - 1, Math.floor((value / 2 ** power - 1) * STEPS));
  return (power - LOWEST_POWER + 1) * STEPS + step;
}

/** log2 of STEPS: below it each value has a bucket. */
const LOWEST_POWER = 6;

function highestOf(bucket: number): number {
  if (bucket < STEPS) return bucket;
  const power = Math.floor(bucket / STEPS) - 1 + LOWEST_POWER;
  return 2 ** power * (1 + ((bucket % STEPS) + 1) / STEPS) - 1;
}
