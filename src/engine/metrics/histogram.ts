/** Counts of durations in fixed buckets: cheap enough for every append, and in the form that Prometheus expects. */

/** Upper bounds of the buckets, in ms. Longer durations count only in `count` and `sum`. */
export const BUCKETS_MS: readonly number[] = [
  0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000,
];

/** Durations since the store was opened, in ms. Nothing in it ever decreases. */
export interface DurationHistogram {
  readonly count: number;
  /** All durations together, in ms. */
  readonly sum: number;
  /** How many durations were at most `le` ms: each bucket includes those before it. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
}

export class Histogram {
  readonly #counts = new Float64Array(BUCKETS_MS.length + 1);
  #sum = 0;

  /** Notes a duration, or several of the same length. */
  add(ms: number, times = 1): void {
    let index = 0;
    while (index < BUCKETS_MS.length && ms > BUCKETS_MS[index]!) index++;
    this.#counts[index]! += times;
    this.#sum += ms * times;
  }

  report(): DurationHistogram {
    let count = 0;
    const buckets = BUCKETS_MS.map((le, index) => {
      count += this.#counts[index]!;
      return { le, count };
    });
    return { count: count + this.#counts.at(-1)!, sum: this.#sum, buckets };
  }
}
