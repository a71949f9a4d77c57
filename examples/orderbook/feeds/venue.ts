/**
 * One market, with the commands of a feed: enter, take, cancel, reduce, print, halt, resume.
 *
 * A feed says what has happened at a real venue, and the engine must be able to follow. Venues take quotes before
 * trading resumes. So an order that entered during a halt, according to the feed, lifts the halt for this one command.
 */
import type { Gateway } from '../gateway.ts';
import { type Order, queueAt, type ReadonlyBook, type Side } from '../model/index.ts';

/**
 * Aggressors count down from here. A feed names the orders that were hit, not those that hit them, and feeds have no
 * ids so far below zero.
 */
const FIRST_TAKER_ID = -1_000_000_000_000;

export class Venue {
  readonly symbol: string;
  readonly #gateway: Gateway;
  #takers = 0;

  constructor(gateway: Gateway, symbol: string) {
    this.symbol = symbol;
    this.#gateway = gateway;
    gateway.send({ name: 'listSymbol', input: { symbol, tick: 1, lot: 1 } });
  }

  get book(): ReadonlyBook {
    return this.#gateway.store.state;
  }

  get isHalted(): boolean {
    return this.book.symbols.get(this.symbol)?.halted ?? false;
  }

  order(orderId: number): Readonly<Order> | undefined {
    return this.book.orders.get(orderId);
  }

  /** Ids of the orders at a price, first come first. */
  queue(side: Side, price: number): readonly number[] {
    return queueAt(this.book, this.symbol, side, price);
  }

  /** A limit order that stays until it is filled or cancelled. */
  enter(orderId: number, side: Side, price: number, quantity: number): void {
    this.#duringTrading(() => this.#place({ orderId, side, price, quantity, timeInForce: 'GTC' }));
  }

  /** An immediate-or-cancel order without an owner. */
  take(side: Side, price: number, quantity: number): void {
    const orderId = FIRST_TAKER_ID - this.#takers++;
    this.#duringTrading(() => this.#place({ orderId, side, price, quantity, timeInForce: 'IOC' }));
  }

  cancel(orderId: number): void {
    this.#gateway.send({ name: 'cancelOrder', input: { orderId } });
  }

  /** Takes `quantity` off an order; all of it, or more, is a cancel. */
  reduce(orderId: number, quantity: number): void {
    const open = this.order(orderId)?.quantity;
    if (open !== undefined && quantity >= open) this.cancel(orderId);
    else this.#gateway.send({ name: 'reduceOrder', input: { orderId, quantity } });
  }

  /** An execution against a hidden order that rested on `side`. */
  print(side: Side, price: number, quantity: number): void {
    this.#duringTrading(() => {
      this.#gateway.send({ name: 'printHidden', input: { symbol: this.symbol, price, quantity, side } });
    });
  }

  halt(): void {
    if (!this.isHalted) this.#gateway.send({ name: 'haltMarket', input: { symbol: this.symbol } });
  }

  resume(): void {
    if (this.isHalted) this.#gateway.send({ name: 'resumeMarket', input: { symbol: this.symbol } });
  }

  #duringTrading(act: () => void): void {
    const halted = this.isHalted;
    if (halted) this.resume();
    act();
    if (halted) this.halt();
  }

  #place(terms: { orderId: number; side: Side; price: number; quantity: number; timeInForce: 'GTC' | 'IOC' }): void {
    this.#gateway.send({ name: 'placeOrder', input: { ...terms, symbol: this.symbol, type: 'limit' } });
  }
}
