/**
 * One market, with the commands of a feed: enter, take, cancel, reduce, print, halt, resume.
 *
 * A feed says what has happened at a real venue, and the engine must be able to follow. Venues take quotes before trading
 * resumes, so a halt here takes orders that do not trade. A trade in a halt cannot be matched: its volume leaves the book,
 * and the tape shows it.
 */
import type { EventMeta } from 'refold';
import type { Gateway } from '../../gateway.ts';
import { MarketClock, type Moment } from '../../market-time.ts';
import { type Order, opposite, queueAt, type ReadonlyBook, type Side } from '../../model/index.ts';
import { Tally } from '../reading/tally.ts';

/**
 * Aggressors count down from here. A feed names the orders that were hit, not those that hit them, and feeds have no
 * ids so far below zero.
 */
const FIRST_TAKER_ID = -1_000_000_000_000;

/** What is odd about a feed, whatever its format. */
export type FeedOddity = 'timeStepsBack' | 'tradesWhileHalted';

export class Venue {
  readonly symbol: string;
  readonly oddities: Tally<FeedOddity> = new Tally(['timeStepsBack', 'tradesWhileHalted']);
  readonly #gateway: Gateway;
  readonly #clock: MarketClock;
  #row = 0;
  #takers = 0;

  /** @param clock the one that the store reads, so that its log has the market's time */
  constructor(gateway: Gateway, symbol: string, clock: MarketClock = new MarketClock()) {
    this.symbol = symbol;
    this.#gateway = gateway;
    this.#clock = clock;
  }

  get book(): ReadonlyBook {
    return this.#gateway.store.state;
  }

  get isHalted(): boolean {
    return this.book.symbols.get(this.symbol)?.halted ?? false;
  }

  /** How many events could not be recorded at their own time, because a later one was before them. */
  get clamped(): number {
    return this.#clock.clamped;
  }

  /** Says where the feed is: the row that the next commands come from, and its time. */
  moveTo(row: number, now: Moment): void {
    this.#row = row;
    this.#gateway.row = row;
    if (this.#clock.set(now)) this.oddities.count('timeStepsBack', row);
  }

  /** Opens the market. The first event of a book tells where it comes from. */
  list(origin: EventMeta): void {
    this.#gateway.send(
      { name: 'listSymbol', input: { symbol: this.symbol, tick: 1, lot: 1 } },
      { meta: { ...origin, ...this.#clock.meta } },
    );
  }

  order(orderId: number): Readonly<Order> | undefined {
    return this.book.orders.get(orderId);
  }

  /** Ids of the orders at a price, first come first. */
  queue(side: Side, price: number): readonly number[] {
    return queueAt(this.book, this.symbol, side, price);
  }

  /** The orders at a price that an aggressor of this size would meet. */
  makers(side: Side, price: number, quantity: number): readonly number[] {
    const met: number[] = [];
    for (const id of this.queue(side, price)) {
      if (quantity <= 0) break;
      met.push(id);
      quantity -= this.order(id)!.quantity;
    }
    return met;
  }

  /** A limit order that stays until it is filled or cancelled. */
  enter(orderId: number, side: Side, price: number, quantity: number): void {
    this.#place({ orderId, side, price, quantity, timeInForce: 'GTC' });
  }

  /** An immediate-or-cancel order without an owner. */
  take(side: Side, price: number, quantity: number): void {
    if (this.isHalted) {
      this.#takeWhileHalted(opposite(side), price, quantity);
      return;
    }
    const orderId = FIRST_TAKER_ID - this.#takers++;
    this.#place({ orderId, side, price, quantity, timeInForce: 'IOC' });
  }

  cancel(orderId: number): void {
    this.#send({ name: 'cancelOrder', input: { orderId } });
  }

  /** Takes `quantity` off an order; all of it, or more, is a cancel. */
  reduce(orderId: number, quantity: number): void {
    const open = this.order(orderId)?.quantity;
    if (open !== undefined && quantity >= open) this.cancel(orderId);
    else this.#send({ name: 'reduceOrder', input: { orderId, quantity } });
  }

  /** An execution against a hidden order that rested on `side`. */
  print(side: Side, price: number, quantity: number): void {
    this.#send({ name: 'printHidden', input: { symbol: this.symbol, price, quantity, side } });
  }

  halt(): void {
    if (!this.isHalted) this.#send({ name: 'haltMarket', input: { symbol: this.symbol, entries: 'queue' } });
  }

  resume(): void {
    if (this.isHalted) this.#send({ name: 'resumeMarket', input: { symbol: this.symbol } });
  }

  #takeWhileHalted(side: Side, price: number, quantity: number): void {
    this.oddities.count('tradesWhileHalted', this.#row);
    let rest = quantity;
    for (const id of this.makers(side, price, quantity)) {
      const leaving = Math.min(rest, this.order(id)!.quantity);
      this.reduce(id, leaving);
      rest -= leaving;
    }
    this.print(side, price, quantity);
  }

  #place(terms: { orderId: number; side: Side; price: number; quantity: number; timeInForce: 'GTC' | 'IOC' }): void {
    this.#send({ name: 'placeOrder', input: { ...terms, symbol: this.symbol, type: 'limit' } });
  }

  #send(command: Parameters<Gateway['send']>[0]): void {
    this.#gateway.send(command, { meta: this.#clock.meta });
  }
}
