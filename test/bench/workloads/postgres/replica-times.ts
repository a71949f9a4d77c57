/** How a writer and a replica in another process note when each has an event. */

/** Which events had arrived, and when. */
export type Arrivals = readonly (readonly [sequence: number, ms: number])[];

const COUNTED_EVERY = 100;

/** Not every event is noted: noting would cost more than folding. */
export function isCounted(sequence: number): boolean {
  return sequence % COUNTED_EVERY === 0;
}

/** ms of a clock that all processes of this machine share. */
export function sharedTime(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
