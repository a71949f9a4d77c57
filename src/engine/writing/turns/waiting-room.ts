/**
 * Where calls wait that cannot be decided yet: the queue is full, the log is still looking up a commandId, or a
 * redaction is about to take effect.
 *
 * First in, first out. While one call waits, every later call joins at the end, so the order of calls stays the order of
 * sequences. Only the caller limits how many calls wait here.
 */

/** Something that waits for its turn. */
export interface Guest {
  /** How many bytes it keeps in memory, roughly. */
  readonly bytes: number;
  /** False while it could not begin even as the first in line. */
  isReady: boolean;
}

export class WaitingRoom<G extends Guest> {
  readonly #enter: (guest: G) => void;
  #guests: (G | undefined)[] = [];
  /** Index of the first guest that still waits. */
  #first = 0;
  #bytes = 0;
  #admitting = false;

  /** @param enter begins the work of a guest; it must not throw */
  constructor(enter: (guest: G) => void) {
    this.#enter = enter;
  }

  get isEmpty(): boolean {
    return this.#first === this.#guests.length;
  }

  /** The bytes of all guests together. */
  get bytes(): number {
    return this.#bytes;
  }

  join(guest: G): void {
    this.#guests.push(guest);
    this.#bytes += guest.bytes;
  }

  /**
   * Lets in the guests that may begin, in order. Call it when there may be room, or when a guest has become ready.
   *
   * @param mayEnter whether there is room; asked before each guest
   */
  admit(mayEnter: () => boolean): void {
    if (this.#admitting) return;
    this.#admitting = true;
    try {
      for (let guest = this.#next(); guest !== undefined && mayEnter(); guest = this.#next()) {
        this.#leave(guest);
        this.#enter(guest);
      }
    } finally {
      this.#admitting = false;
    }
  }

  /** The first in line, if it is ready. */
  #next(): G | undefined {
    const guest = this.#guests[this.#first];
    return guest?.isReady ? guest : undefined;
  }

  #leave(guest: G): void {
    this.#guests[this.#first] = undefined;
    this.#first += 1;
    this.#bytes -= guest.bytes;
    // Not at each guest: moving all others up by one costs time in proportion to their number.
    if (this.#first * 2 < this.#guests.length) return;
    this.#guests = this.#guests.slice(this.#first);
    this.#first = 0;
  }
}
