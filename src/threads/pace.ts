/** How long work may keep the event loop to itself before it lets others have their turn. */
import { nextTurn, pause, performance } from './timers.ts';

/** However long others have had their turn. */
const LONGEST_SLICE_MS = 10;

export class Pace {
  readonly #sliceMs: number;
  /** How long a slice may be for each ms that the rest before it took. */
  readonly #share: number;
  readonly #rest: () => Promise<unknown> | undefined;
  #sliceEnd: number;
  #restedMs = 0;

  /**
   * @param sliceMs the longest that one slice of the work should take
   * @param rest the pause between two slices, in ms; 0 for a turn of the event loop and no longer; `nap` for a thread that
   * has nobody else to serve
   */
  constructor(sliceMs: number, rest: number | 'nap' = 0) {
    this.#sliceMs = sliceMs;
    this.#share = rest === 'nap' || rest === 0 ? 0 : sliceMs / rest;
    this.#rest = rest === 'nap' ? nap : rest > 0 ? () => pause(rest) : () => nextTurn();
    this.#sliceEnd = performance.now() + sliceMs;
  }

  /** True when it is time to `rest`. */
  get isOver(): boolean {
    return performance.now() > this.#sliceEnd;
  }

  /** A clock in ms that stands still while the work rests. */
  get workClock(): number {
    return performance.now() - this.#restedMs;
  }

  /** Lets others have their turn. */
  async rest(): Promise<void> {
    const start = performance.now();
    await this.#rest();
    const end = performance.now();
    this.#restedMs += end - start;
    this.#sliceEnd = end + sliceAfter(end - start, this.#sliceMs, this.#share);
  }
}

/**
 * How long a slice may be after a rest, in ms. Where others are so busy that a rest takes longer than it should, the slice is
 * longer as well, and the work keeps its share of the time: else it would come to a standstill.
 *
 * @param share ms of work for each ms of rest
 */
export function sliceAfter(restMs: number, sliceMs: number, share: number): number {
  return Math.max(sliceMs, Math.min(restMs * share, LONGEST_SLICE_MS));
}

const NAP_MS = 0.05;
const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * Leaves the processor for a moment. Even at the lowest priority a thread that runs on is not interrupted for one that
 * wakes up: on Linux that waits for the next tick of the clock, four milliseconds.
 */
function nap(): undefined {
  Atomics.wait(nobody, 0, 0, NAP_MS);
}
