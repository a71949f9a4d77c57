/**
 * A seeded source of chance, in integers only: the same seed gives the same numbers on every machine.
 *
 * mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough for made-up market data and nothing else.
 */

/** Quantiles of a distribution at 0 %, 10 %, … 100 %: integers, rising. Between two of them it is flat. */
export type Deciles = readonly [number, number, number, number, number, number, number, number, number, number, number];

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 … 2^32 - 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return (bits ^ (bits >>> 14)) >>> 0;
  }

  /** 0 … `bound` - 1. */
  below(bound: number): number {
    return this.next() % bound;
  }

  /** True in `count` of a thousand cases. */
  perMille(count: number): boolean {
    return this.below(1_000) < count;
  }

  /** One of the values, all alike. */
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
