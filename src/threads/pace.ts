/** How long work may occupy the event loop before it lets other work run. */
import { nextTurn, pause, performance } from './timers.ts';

/** The longest slice, however long other work has run. */
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
   * @param rest the pause between two slices, in ms; 0 for one turn of the event loop; `nap` for a thread that serves
   * nothing else
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

  /** A clock in ms that stops while the work rests. */
  get workClock(): number {
    return performance.now() - this.#restedMs;
  }

  /** Lets other work run. */
  async rest(): Promise<void> {
    const start = performance.now();
    await this.#rest();
    const end = performance.now();
    this.#restedMs += end - start;
    this.#sliceEnd = end + sliceAfter(end - start, this.#sliceMs, this.#share);
  }
}

/**
 * How long a slice may be after a rest, in ms. When other work makes a rest last longer than planned, the slice is
 * longer too. The work keeps its share of the time, and does not come to a standstill.
 *
 * @param share ms of work for each ms of rest
 */
export function sliceAfter(restMs: number, sliceMs: number, share: number): number {
  return Math.max(sliceMs, Math.min(restMs * share, LONGEST_SLICE_MS));
}

const NAP_MS = 0.05;
const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * Leaves the processor for a moment. The system does not interrupt a running thread at once for one that wakes up, even
 * when the running thread has the lowest priority: on Linux the other waits for the next clock tick, up to 4 ms.
 */
function nap(): undefined {
  Atomics.wait(nobody, 0, 0, NAP_MS);
}
