/**
 * A seeded source of random numbers, integers only: the same seed gives the same numbers on every machine.
 *
 * The generator is the Mersenne twister of the library `pure-rand`.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';

/** Quantiles of a distribution at 0 %, 10 %, … 100 %: integers, rising. Between two of them it is flat. */
export type Deciles = readonly [number, number, number, number, number, number, number, number, number, number, number];

export class Random {
  readonly #generator: ReturnType<typeof mersenne>;

  constructor(seed: number) {
    this.#generator = mersenne(seed);
  }

  /** 0 … `bound` - 1, each as likely as the others. */
  below(bound: number): number {
    return uniformInt(this.#generator, 0, bound - 1);
  }

  /** True in `count` of a thousand cases. */
  perMille(count: number): boolean {
    return this.below(1_000) < count;
  }

  /** One of the values, each as likely as the others. */
  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }

  /** A value of the distribution. */
  from(deciles: Deciles): number {
    const place = this.below(10_000);
    const decile = Math.trunc(place / 1_000);
    const low = deciles[decile]!;
    return low + Math.trunc(((deciles[decile + 1]! - low) * (place % 1_000)) / 1_000);
  }
}
