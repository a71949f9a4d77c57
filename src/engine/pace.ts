/** How long work may keep the event loop to itself before it lets others have their turn. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

export class Pace {
  readonly #sliceMs: number;
  readonly #restMs: number;
  #sliceEnd: number;

  /**
   * @param sliceMs the longest that one slice of the work should take
   * @param restMs the pause between two slices; 0 for a turn of the event loop and no longer
   */
  constructor(sliceMs: number, restMs = 0) {
    this.#sliceMs = sliceMs;
    this.#restMs = restMs;
    this.#sliceEnd = performance.now() + sliceMs;
  }

  /** True when it is time to `rest`. */
  get isOver(): boolean {
    return performance.now() > this.#sliceEnd;
  }

  /** Lets others have their turn. */
  async rest(): Promise<void> {
    if (this.#restMs > 0) await pause(this.#restMs);
    else await nextTurn();
    this.#sliceEnd = performance.now() + this.#sliceMs;
  }
}
