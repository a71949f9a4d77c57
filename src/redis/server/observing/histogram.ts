/** A histogram of durations with about 1.6 % of error, in a fixed space. */

/** Each doubling of the time has so many steps. */
const STEPS = 64;
const FIRST_EXPONENT = 6;
const EXPONENTS = 34;
/** The steps of LATENCY HISTOGRAM begin here, in ns, and double. */
const FIRST_BOUND_NS = 1024;

export class DurationHistogram {
  /** How many durations fell into each step: those below 64 ns one by one, then 64 for each doubling. */
  readonly #counts = new Uint32Array(STEPS * (EXPONENTS - FIRST_EXPONENT + 1));
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(micros: number): void {
    const ns = Math.max(0, Math.round(micros * 1000));
    this.#counts[Math.min(indexOf(ns), this.#counts.length - 1)]!++;
    this.#total++;
  }

  /** The time in microseconds that `share` percent of the durations did not exceed. */
  percentile(share: number): number {
    const wanted = Math.max(1, Math.ceil((this.#total * share) / 100));
    let seen = 0;
    for (let index = 0; index < this.#counts.length; index++) {
      seen += this.#counts[index]!;
      if (seen >= wanted) return highestOf(index) / 1000;
    }
    return 0;
  }

  /** For each doubling the upper end in microseconds, and how many durations did not exceed it. Steps without growth are left out. */
  doublings(): readonly (readonly [micros: number, count: number])[] {
    const steps: [number, number][] = [];
    let seen = 0;
    let index = 0;
    for (let bound = FIRST_BOUND_NS; seen < this.#total; bound *= 2) {
      const before = seen;
      const end = bound + bound / STEPS / 2;
      for (; index < this.#counts.length && lowestOf(index) < end; index++) seen += this.#counts[index]!;
      if (seen > before) steps.push([Math.floor((end - 1) / 1000), seen]);
      if (index >= this.#counts.length) break;
    }
    return steps;
  }
}

function indexOf(ns: number): number {
  if (ns < STEPS) return ns;
  const exponent = Math.floor(Math.log2(ns));
  return STEPS * (exponent - FIRST_EXPONENT + 1) + Math.floor((ns / 2 ** exponent - 1) * STEPS);
}

function lowestOf(index: number): number {
  if (index < STEPS) return index;
  const exponent = Math.floor(index / STEPS) - 1 + FIRST_EXPONENT;
  return 2 ** exponent * (1 + (index % STEPS) / STEPS);
}

function highestOf(index: number): number {
  return lowestOf(index + 1) - 1;
}
