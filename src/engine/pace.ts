/** How long work may keep the event loop to itself before it lets others have their turn. */
import { setImmediate as nextTurn } from 'node:timers/promises';

export class Pace {
  readonly #sliceMs: number;
  #sliceEnd: number;

  /** @param sliceMs the longest that one slice of the work should take */
  constructor(sliceMs: number) {
    this.#sliceMs = sliceMs;
    this.#sliceEnd = performance.now() + sliceMs;
  }

  /** True when it is time to `rest`. */
  get isOver(): boolean {
    return performance.now() > this.#sliceEnd;
  }

  /** Lets the event loop have a turn. */
  async rest(): Promise<void> {
    await nextTurn();
    this.#sliceEnd = performance.now() + this.#sliceMs;
  }
}
