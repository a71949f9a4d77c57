/**
 * Where calls wait that cannot be decided yet: the queue is full, or the log is still looking up a commandId.
 *
 * First in, first out. As long as somebody waits, everybody who comes joins at the end, so the order of calls stays the order
 * of sequences. What waits here is bounded by the caller alone.
 */

/** Something that waits for its turn. */
export interface Guest {
  /** What it keeps in memory, roughly. */
  readonly bytes: number;
  /** False while it could not begin even if it were first. */
  isReady: boolean;
}

export class WaitingRoom<G extends Guest> {
  readonly #enter: (guest: G) => void;
  #guests: (G | undefined)[] = [];
  /** Index of the first who still waits. */
  #first = 0;
  #bytes = 0;
  #admitting = false;

  /** @param enter begins what a guest has waited for; it must not throw */
  constructor(enter: (guest: G) => void) {
    this.#enter = enter;
  }

  get isEmpty(): boolean {
    return this.#first === this.#guests.length;
  }

  /** Of all who wait. */
  get bytes(): number {
    return this.#bytes;
  }

  join(guest: G): void {
    this.#guests.push(guest);
    this.#bytes += guest.bytes;
  }

  /**
   * Lets in those who may begin, in order. To be called whenever there may be room, or a guest has become ready.
   *
   * @param queue where there has to be room; asked before each
   */
  admit(queue: { readonly isFull: boolean }): void {
    if (this.#admitting) return;
    this.#admitting = true;
    try {
      for (let guest = this.#next(); guest !== undefined && !queue.isFull; guest = this.#next()) {
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
    // Not at each: to move all who wait up by one would cost as much as there are.
    if (this.#first * 2 < this.#guests.length) return;
    this.#guests = this.#guests.slice(this.#first);
    this.#first = 0;
  }
}
