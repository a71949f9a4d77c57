/**
 * What each LOBSTER message asks of the engine.
 *
 * The file names resting orders; some of them entered before the day's first message, or outside the window, and are
 * unknown here. Those that the file names later are seeded under their own ids. Anonymous orders carry the rest of the
 * volume, and lose it first when an unknown order leaves.
 */
import { bestPrice, minus, opposite, type Side, type Sum } from '../../model/index.ts';
import type { Message } from '../reading/lobster-messages.ts';
import { Tally } from '../reading/tally.ts';
import { Ledger } from './lobster-ledger.ts';
import type { Outlook } from './lobster-outlook.ts';
import { HALTS } from './tape.ts';
import type { Venue } from './venue.ts';

/** Ids of anonymous orders count down from here, beyond those of any file. */
const FIRST_SEED_ID = -2_000_000_000_000;

const EXECUTIONS = [
  /** Executions of visible orders in the file. Each is of exactly one kind below. */
  'inFile',
  /** All of it traded with the order that the file names. */
  'ofNamedOrder',
  /** It traded with anonymous volume, and with the order that the file names if that was not enough. */
  'ofSeed',
  /** Some of it traded with another order that the file knows: this engine's queue has them in another order. */
  'ofOtherOrder',
  /** It was not at the best price, where alone this engine can execute. */
  'behindBest',
  /** It was in a halt. */
  'whileHalted',
] as const;

export class LobsterFeed {
  readonly executions: Tally<(typeof EXECUTIONS)[number]> = new Tally(EXECUTIONS);
  readonly ledger: Ledger = new Ledger();
  readonly #venue: Venue;
  readonly #outlook: Outlook;
  /** Orders without a name of the file's. */
  readonly #seeds = new Set<number>();
  /** Orders whose owner left before the engine's queue served them: they stand for volume of others. */
  readonly #orphans = new Set<number>();
  #seeded = 0;
  #seededByName = 0;
  #nextSeed = 0;

  constructor(venue: Venue, outlook: Outlook) {
    this.#venue = venue;
    this.#outlook = outlook;
  }

  /** How often volume was seeded, and how many orders thereby got the ids that the file names later. */
  get seeds(): { readonly seeded: number; readonly seededByName: number } {
    return { seeded: this.#seeded, seededByName: this.#seededByName };
  }

  apply(message: Message, row: number): void {
    const { type, side, price, quantity } = message;
    this.ledger.note(message, row);
    if (type === 1) this.#enter(message);
    else if (type === 2 || type === 3) this.#leave(message);
    else if (type === 4) this.#execute(message, row);
    else if (type === 7) HALTS[price]!(this.#venue);
    else {
      if (type === 5 && !this.#isInsideSpread(side, price)) this.ledger.tally.count('hiddenOutsideSpread', row);
      this.#venue.print(side, price, quantity);
    }
  }

  /** Enters the volume that is missing at a price: orders that the file names later, and an anonymous one for the rest. */
  seed(side: Side, price: number, missing: number): void {
    this.#seeded++;
    let rest = missing;
    for (const { orderId, quantity } of this.#outlook.settle(side, price, missing, this.ledger.largestId)) {
      if (this.#venue.order(orderId) !== undefined) continue;
      this.#seededByName++;
      this.ledger.seed(orderId, side, price, quantity);
      this.#venue.enter(orderId, side, price, quantity);
      rest -= quantity;
    }
    if (rest === 0) return;
    const orderId = FIRST_SEED_ID - this.#nextSeed++;
    this.#seeds.add(orderId);
    this.#venue.enter(orderId, side, price, rest);
  }

  /**
   * Takes volume out of a level: anonymous orders first, then those that the file never ends, then the youngest. Volume
   * that is not there cannot leave.
   */
  remove(side: Side, price: number, quantity: Sum): void {
    const queue = this.#venue.queue(side, price);
    const anonymous = queue.filter((id) => this.#isAnonymous(id));
    const named = queue.filter((id) => !this.#isAnonymous(id)).toReversed();
    const unfinished = named.filter((id) => this.#outlook.isUnfinished(id));
    const others = named.filter((id) => !this.#outlook.isUnfinished(id));
    let rest = quantity;
    for (const id of [...anonymous, ...unfinished, ...others]) {
      if (rest === 0) return;
      rest = minus(rest, this.#removeFrom(id, rest));
    }
  }

  #enter({ orderId, side, price, quantity }: Message): void {
    // An order that enters once more has left in between, where the file does not look.
    if (this.#venue.order(orderId) !== undefined) this.#venue.cancel(orderId);
    this.#orphans.delete(orderId);
    this.#venue.enter(orderId, side, price, quantity);
  }

  /** A cancel, whole or in part. */
  #leave(message: Message): void {
    const { type, orderId, side, price } = message;
    const rest = this.#leaveByName(message);
    // Its owner has left. The rest is volume of another order, which was executed in its place.
    if (type === 3 && this.#venue.order(orderId) !== undefined) this.#orphans.add(orderId);
    if (rest !== 0) this.remove(side, price, rest);
  }

  /** Takes volume from the order that a message names, if it is there, and returns what is left to take. */
  #leaveByName(message: Message): number {
    const { orderId, side, price, quantity } = message;
    const order = this.#venue.order(orderId);
    if (order?.side === side && order.price === price) return quantity - this.#removeFrom(orderId, quantity);
    this.#outlook.pass(message);
    return quantity;
  }

  /** An execution is an incoming order of the other side. Price priority says that it can only meet the best price. */
  #execute(message: Message, row: number): void {
    const { orderId, side, price, quantity } = message;
    const { book, symbol } = this.#venue;
    this.executions.count('inFile', row);
    if (bestPrice(book, symbol, side) !== price) {
      // This engine cannot execute behind the best price: the volume leaves, and the tape shows the trade.
      this.executions.count('behindBest', row);
      const rest = this.#leaveByName(message);
      if (rest > 0) this.remove(side, price, rest);
      this.#venue.print(side, price, quantity);
      return;
    }
    const makers = this.#venue.makers(side, price, quantity);
    const kind = this.#venue.isHalted ? 'whileHalted' : this.#kindOf(makers, orderId);
    this.executions.count(kind, row);
    if (this.#venue.order(orderId) === undefined) this.#outlook.pass(message);
    this.#venue.take(opposite(side), price, quantity);
  }

  #kindOf(makers: readonly number[], orderId: number): 'ofNamedOrder' | 'ofSeed' | 'ofOtherOrder' {
    if (makers.every((id) => id === orderId)) return 'ofNamedOrder';
    return makers.every((id) => id === orderId || this.#seeds.has(id)) ? 'ofSeed' : 'ofOtherOrder';
  }

  #isInsideSpread(side: Side, price: number): boolean {
    const { book, symbol } = this.#venue;
    const own = bestPrice(book, symbol, side);
    const other = bestPrice(book, symbol, opposite(side));
    const sign = side === 'buy' ? 1 : -1;
    return (own === null || (price - own) * sign >= 0) && (other === null || (other - price) * sign > 0);
  }

  #isAnonymous(orderId: number): boolean {
    return this.#seeds.has(orderId) || this.#orphans.has(orderId);
  }

  /** Returns how much volume has left. */
  #removeFrom(orderId: number, quantity: Sum): number {
    const open = this.#venue.order(orderId)?.quantity ?? 0;
    const leaving = open < quantity ? open : Number(quantity);
    if (leaving === 0) return 0;
    this.#venue.reduce(orderId, leaving);
    if (leaving === open) {
      this.#orphans.delete(orderId);
      this.#seeds.delete(orderId);
    }
    return leaving;
  }
}
