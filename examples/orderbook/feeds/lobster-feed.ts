/**
 * What each LOBSTER message asks of the engine.
 *
 * The file names resting orders; some of them entered before the day's first message, or outside the window, and are
 * unknown here. Anonymous orders carry their volume, and lose it first when an unknown order leaves.
 */

import { bestPrice, opposite, type Side } from '../model/index.ts';
import type { Message } from './lobster-messages.ts';
import { HALTS } from './tape.ts';
import type { Venue } from './venue.ts';

/** Ids of anonymous orders count down from here, beyond those of any file. */
const FIRST_SEED_ID = -2_000_000_000_000;

export class LobsterFeed {
  readonly #venue: Venue;
  /**
   * Orders that stand for volume of others: seeds, and orders whose owner left before the engine's queue served them.
   */
  readonly #anonymous = new Set<number>();
  #seeded = 0;

  constructor(venue: Venue) {
    this.#venue = venue;
  }

  /** Anonymous orders entered so far. */
  get seeded(): number {
    return this.#seeded;
  }

  apply(message: Message): void {
    const { type, side, price, quantity } = message;
    if (type === 1) this.#enter(message);
    else if (type === 2 || type === 3) this.#leave(message);
    else if (type === 4) this.#execute(message);
    else if (type === 7) HALTS[price]!(this.#venue);
    else this.#venue.print(side, price, quantity);
  }

  /** Enters an anonymous order. */
  seed(side: Side, price: number, quantity: number): void {
    const orderId = FIRST_SEED_ID - this.#seeded++;
    this.#anonymous.add(orderId);
    this.#venue.enter(orderId, side, price, quantity);
  }

  /** Takes volume out of a level: anonymous orders first, then the youngest. Volume that is not there cannot leave. */
  remove(side: Side, price: number, quantity: number): void {
    const youngestFirst = this.#venue.queue(side, price).toReversed();
    const anonymous = youngestFirst.filter((id) => this.#anonymous.has(id));
    const named = youngestFirst.filter((id) => !this.#anonymous.has(id));
    for (const id of [...anonymous.toReversed(), ...named]) {
      if (quantity === 0) return;
      quantity -= this.#removeFrom(id, quantity);
    }
  }

  #enter({ orderId, side, price, quantity }: Message): void {
    // An order that enters once more has left in between, where the file does not look.
    if (this.#venue.order(orderId) !== undefined) this.#venue.cancel(orderId);
    this.#anonymous.delete(orderId);
    this.#venue.enter(orderId, side, price, quantity);
  }

  /** A cancel, whole or in part. */
  #leave({ type, orderId, side, price, quantity }: Message): void {
    const order = this.#venue.order(orderId);
    const isHere = order !== undefined && order.side === side && order.price === price;
    const rest = isHere ? quantity - this.#removeFrom(orderId, quantity) : quantity;
    // Its owner has left. The rest is volume of another order, which was executed in its place.
    if (type === 3 && this.#venue.order(orderId) !== undefined) this.#anonymous.add(orderId);
    if (rest > 0) this.remove(side, price, rest);
  }

  /** An execution is an incoming order of the other side. Price priority says that it can only meet the best price. */
  #execute({ side, price, quantity }: Message): void {
    const { book, symbol } = this.#venue;
    if (bestPrice(book, symbol, side) === price) {
      this.#venue.take(opposite(side), price, quantity);
      return;
    }
    // This engine cannot execute behind the best price: the volume leaves, and the tape shows the trade.
    this.remove(side, price, quantity);
    this.#venue.print(side, price, quantity);
  }

  /** Returns how much volume has left. */
  #removeFrom(orderId: number, quantity: number): number {
    const open = this.#venue.order(orderId)?.quantity ?? 0;
    const leaving = Math.min(open, quantity);
    if (leaving === 0) return 0;
    this.#venue.reduce(orderId, leaving);
    if (leaving === open) this.#anonymous.delete(orderId);
    return leaving;
  }
}
