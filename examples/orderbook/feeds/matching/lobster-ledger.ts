/**
 * What a LOBSTER file itself says of each order: where it stands, and how much of it is open.
 *
 * The book cannot contradict a file whose totals add up. The file can contradict itself: a deletion that is smaller than
 * what was open, an execution of more than that, an order that it never entered. Each is counted; none ends the run, since
 * a file with few levels does not show what happened to an order while it was out of sight.
 */
import type { Side } from '../../model/index.ts';
import type { Message } from '../reading/lobster-messages.ts';
import { Tally } from '../reading/tally.ts';

const CONTRADICTIONS = [
  /** A message names an order that neither entered nor was seeded, or that is over. */
  'unknownOrder',
  /** Such an order has a larger id than any that has entered: it cannot exist yet. */
  'idAhead',
  /** An order enters while one of that id is open. */
  'enteredAgain',
  /** A message names another price or side than the order's. */
  'otherPlace',
  /** A deletion is not of all that is open. */
  'deletedInPart',
  /** A partial cancel is of all that is open, or more. */
  'cancelledInFull',
  /** An execution is of more than is open. */
  'executedBeyondOpen',
  /** A new order has a smaller id than the new order before it. Exchanges count upward. */
  'idStepsBack',
  /** A hidden order was executed behind the best price of its side, or across the other side's. */
  'hiddenOutsideSpread',
] as const;

export type Contradiction = (typeof CONTRADICTIONS)[number];

interface Entry {
  readonly side: Side;
  readonly price: number;
  open: number;
}

export class Ledger {
  readonly tally: Tally<Contradiction> = new Tally(CONTRADICTIONS);
  readonly #orders = new Map<number, Entry>();
  #lastId = Number.NEGATIVE_INFINITY;

  /** The largest id of the orders that have entered. */
  largestId: number = Number.NEGATIVE_INFINITY;

  /** An order that the file names later stands here without having entered in the file. */
  seed(orderId: number, side: Side, price: number, open: number): void {
    this.#orders.set(orderId, { side, price, open });
  }

  /** Notes what a message says of its order. */
  note(message: Message, row: number): void {
    const { type } = message;
    if (type === 1) this.#enter(message, row);
    else if (type === 2 || type === 3 || type === 4) this.#change(message, row);
  }

  #enter({ orderId, side, price, quantity }: Message, row: number): void {
    if (this.#orders.has(orderId)) this.tally.count('enteredAgain', row);
    if (orderId < this.#lastId) this.tally.count('idStepsBack', row);
    this.#lastId = orderId;
    this.largestId = Math.max(this.largestId, orderId);
    this.#orders.set(orderId, { side, price, open: quantity });
  }

  #change({ type, orderId, side, price, quantity }: Message, row: number): void {
    const order = this.#orders.get(orderId);
    if (order === undefined) {
      this.tally.count('unknownOrder', row);
      if (orderId > this.largestId && Number.isFinite(this.largestId)) this.tally.count('idAhead', row);
      return;
    }
    if (order.side !== side || order.price !== price) this.tally.count('otherPlace', row);
    if (type === 2 && quantity >= order.open) this.tally.count('cancelledInFull', row);
    if (type === 3 && quantity !== order.open) this.tally.count('deletedInPart', row);
    if (type === 4 && quantity > order.open) this.tally.count('executedBeyondOpen', row);
    order.open -= quantity;
    if (type === 3 || order.open <= 0) this.#orders.delete(orderId);
  }
}
