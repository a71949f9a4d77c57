/**
 * Bounds how many readers have an open connection: with hundreds of logs in one process, most of them rest.
 *
 * A connection for reading takes two descriptors and some memory, and opens in under a millisecond. So a reader that was
 * not used for a moment closes its connection, and opens it again when it is used.
 */
import { later, performance } from '../../../threads/timers.ts';

/** What can close its connection and open it again. */
export interface Resting {
  rest(): void;
}

/** At most this many connections are open at a time. */
const MOST_OPEN = 8;
/** A connection that was not used for this long is closed, in ms. */
const REST_AFTER_MS = 250;

export class OpenReaders {
  /** When each was used last, in ms, oldest first. */
  readonly #used = new Map<Resting, number>();
  #stopTimer: (() => void) | undefined;

  /** To be called before each use. */
  used(reader: Resting): void {
    this.#used.delete(reader);
    this.#used.set(reader, performance.now());
    if (this.#used.size > MOST_OPEN) this.#rest(this.#used.keys().next().value!);
    this.#stopTimer ??= later(REST_AFTER_MS, () => this.#restIdle());
  }

  /** To be called when it was closed for good. */
  forget(reader: Resting): void {
    this.#used.delete(reader);
  }

  end(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #restIdle(): void {
    this.#stopTimer = undefined;
    const now = performance.now();
    for (const [reader, at] of this.#used) {
      if (now - at < REST_AFTER_MS) break;
      this.#rest(reader);
    }
    if (this.#used.size > 0) this.#stopTimer = later(REST_AFTER_MS, () => this.#restIdle());
  }

  #rest(reader: Resting): void {
    this.#used.delete(reader);
    reader.rest();
  }
}
