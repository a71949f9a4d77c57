/**
 * Where writes wait that cannot be decided yet: the queue is full, or the log is still looking up a commandId.
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
  /** Begins. Must not throw. */
  readonly enter: () => void;
}

export class WaitingRoom {
  readonly #hasRoom: () => boolean;
  #guests: (Guest | undefined)[] = [];
  /** Index of the first who still waits. */
  #first = 0;
  #bytes = 0;
  #admitting = false;

  /** @param hasRoom whether another write may begin */
  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom;
  }

  get isEmpty(): boolean {
    return this.#first === this.#guests.length;
  }

  /** Of all who wait. */
  get bytes(): number {
    return this.#bytes;
  }

  join(guest: Guest): void {
    this.#guests.push(guest);
    this.#bytes += guest.bytes;
  }

  /** Resolves when everybody who waits now has begun; at once when nobody waits. */
  turn(): Promise<void> {
    if (this.isEmpty) return Promise.resolve();
    return new Promise((enter) => this.join({ bytes: 0, isReady: true, enter }));
  }

  /** Lets in whoever may begin, in order. To be called whenever there may be room, or a guest has become ready. */
  admit(): void {
    if (this.#admitting) return;
    this.#admitting = true;
    try {
      for (let guest = this.#next(); guest !== undefined; guest = this.#next()) {
        this.#leave(guest);
        guest.enter();
      }
    } finally {
      this.#admitting = false;
    }
  }

  /** The first in line, if it may begin. */
  #next(): Guest | undefined {
    const guest = this.#guests[this.#first];
    return guest?.isReady && this.#hasRoom() ? guest : undefined;
  }

  #leave(guest: Guest): void {
    this.#guests[this.#first] = undefined;
    this.#first += 1;
    this.#bytes -= guest.bytes;
    // Not at each: to move all who wait up by one would cost as much as there are.
    if (this.#first * 2 < this.#guests.length) return;
    this.#guests = this.#guests.slice(this.#first);
    this.#first = 0;
  }
}
