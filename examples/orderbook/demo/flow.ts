/**
 * Makes up a day of order flow: seeded, integers only, with the statistics of real flow.
 *
 * The figures are those of GOOG on 2012-06-21 (NASDAQ, the LOBSTER sample): 45 in a hundred messages are new orders, 44
 * deletions, 5 executions, 2.5 prints against hidden orders. Half of all cancelled orders live under two seconds, a
 * tenth under two milliseconds. Messages come in bursts, and about 600 orders rest near the best prices. The rest is
 * what a real gateway also sees: partial cancels, replacements, cancels that come too late, a clock, mass cancels.
 *
 * The generator is a discrete-event simulation: entries arrive in bursts, and every entry that rests schedules its own
 * deletion. Deletions are not drawn, so their share is a result and not a setting.
 */

import type { EventMeta } from 'refold';
import TinyQueue from 'tinyqueue';
import { EXCHANGE_ZONE, type Moment } from '../market-time.ts';
import { type BookCommand, opposite, type Side } from '../model/index.ts';
import { FlowBook, type FlowOrder, isBetter } from './flow-book.ts';
import { type Deciles, Random } from './random.ts';

export interface FlowOptions {
  readonly seed: number;
  /** How many commands, the listing of the symbol included. */
  readonly commands: number;
  readonly symbol?: string;
}

/** What a command is in the statistics. */
export type FlowKind =
  | 'listing'
  | 'new'
  | 'delete'
  | 'execution'
  | 'hidden'
  | 'reduce'
  | 'replace'
  | 'late'
  | 'clock'
  | 'mass';

/** A command with its place in the story. */
export interface FlowCommand {
  readonly kind: FlowKind;
  /** Microseconds since the opening. */
  readonly at: number;
  readonly command: BookCommand;
}

/** The opening of the made-up day, ms since the epoch: 9:30 in New York. */
export const OPENING: number = Date.UTC(2026, 0, 5, 14, 30);

/** What the first event of a made-up day says: where it comes from, and which day it is. */
export const ORIGIN: EventMeta = { feed: 'demo', source: 'made up', date: '2026-01-05', zone: EXCHANGE_ZONE };

/** The day that is made up unless another one is asked for. */
export const MADE_UP_DAY = { commands: 200_000, seed: 20_260_105 };

/** When a command of the flow comes, by the market's time. */
export function momentOf({ at }: FlowCommand): Moment {
  return { ms: OPENING + Math.trunc(at / 1_000), ns: (at % 1_000) * 1_000 };
}

/** Five cents, in ten-thousandths of a dollar. */
const TICK = 500;
/** The opening price in ticks: 580 dollars. */
const OPENING_PRICE = 11_600;
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

const MAKERS = ['aspen', 'birch', 'cedar', 'elm', 'fir', 'hazel', 'larch', 'maple'] as const;
const TAKERS = ['alice', 'bob', 'carol', 'dave'] as const;

/** Microseconds until a cancelled order is cancelled. */
const LIFETIME: Deciles = [
  50, 2_000, 25_000, 200_000, 900_000, 2_000_000, 4_000_000, 6_000_000, 9_000_000, 15_000_000, 60_000_000,
];
/** So many in a thousand new orders are patient. They are most of what rests. */
const PATIENT = 48;
/** Seconds until a patient order is cancelled. */
const PATIENCE: Deciles = [300, 900, 1_500, 2_400, 3_600, 4_800, 6_000, 7_200, 8_400, 9_600, 10_800];
/** Ticks behind the best price of its side; a negative number is ahead of it. */
const DEPTH: Deciles = [-2, 0, 0, 0, 1, 1, 2, 3, 4, 6, 12];
const PATIENT_DEPTH: Deciles = [1, 2, 3, 3, 4, 4, 5, 6, 7, 8, 11];
const QUANTITY: Deciles = [1, 10, 40, 100, 100, 100, 100, 100, 100, 200, 600];
const TAKEN: Deciles = [1, 1, 2, 4, 6, 10, 15, 25, 40, 60, 100];

/** Microseconds between bursts, and between the entries of one. */
const PAUSE: Deciles = [
  1_000, 40_000, 90_000, 150_000, 220_000, 310_000, 420_000, 560_000, 750_000, 1_050_000, 3_000_000,
];
const GAP: Deciles = [0, 1, 5, 30, 200, 1_000, 4_000, 15_000, 40_000, 90_000, 250_000];
const BURST: Deciles = [1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 12];

/** When an order is to be deleted. Of equal times the smaller turn is first. */
interface Deletion {
  readonly at: number;
  readonly turn: number;
  readonly order: FlowOrder;
}

function compareDeletions(a: Deletion, b: Deletion): number {
  return a.at - b.at || a.turn - b.turn;
}

/** The flow, from the listing of its symbol on. The same options give the same commands. */
export function* generateFlow(options: FlowOptions): Generator<FlowCommand, void, void> {
  const flow = new Flow(options);
  yield flow.listing();
  for (let count = 1; count < options.commands; count++) yield flow.next();
}

class Flow {
  readonly #random: Random;
  readonly #symbol: string;
  readonly #book = new FlowBook(OPENING_PRICE);
  readonly #deletions = new TinyQueue<Deletion>([], compareDeletions);
  #turn = 0;
  #nextId = 1;
  #now = 0;
  #nextEntry = 0;
  #nextClock = MINUTE;
  /** Orders that build the book at the opening, before the day's rhythm begins. */
  #opening = 500;
  #burst = 0;
  #isFast = false;

  constructor({ seed, symbol = 'GOOG' }: FlowOptions) {
    this.#random = new Random(seed);
    this.#symbol = symbol;
  }

  listing(): FlowCommand {
    return this.#command('listing', { name: 'listSymbol', input: { symbol: this.#symbol, tick: TICK, lot: 1 } });
  }

  next(): FlowCommand {
    const deletion = this.#deletions.peek()?.at;
    this.#now = Math.min(deletion ?? this.#nextEntry, this.#nextEntry, this.#nextClock);
    if (this.#now === this.#nextClock) return this.#advanceClock();
    if (this.#now !== deletion) return this.#enter();
    const { order } = this.#deletions.pop()!;
    // The owner of an order that was filled in the meantime knows it, and sends nothing.
    return this.#book.get(order.id) === order ? this.#delete(order) : this.next();
  }

  #enter(): FlowCommand {
    this.#nextEntry = this.#now + this.#untilNextEntry();
    if (this.#opening > 0) {
      this.#opening--;
      return this.#placePatiently();
    }
    // In a thousand entries. With the deletions added, 806 new orders are about 45 in a hundred commands.
    const draw = this.#random.below(1_000);
    if (draw < 88) return this.#execute();
    if (draw < 133) return this.#printHidden();
    if (draw < 151) return this.#reduce();
    if (draw < 169) return this.#replace();
    if (draw < 173) return this.#cancelTooLate();
    if (draw === 173 && this.#random.perMille(20)) return this.#massCancel();
    return this.#random.perMille(PATIENT) ? this.#placePatiently() : this.#place();
  }

  #untilNextEntry(): number {
    if (this.#opening > 0) return 7_000;
    if (this.#burst > 0) {
      this.#burst--;
      return this.#isFast ? this.#random.below(50) : this.#random.from(GAP);
    }
    // One burst in two hundred is a machine gun.
    this.#isFast = this.#random.perMille(5);
    this.#burst = this.#isFast ? 20 + this.#random.below(200) : this.#random.from(BURST) - 1;
    return this.#random.from(PAUSE);
  }

  #placePatiently(): FlowCommand {
    return this.#place(this.#random.from(PATIENCE) * SECOND, PATIENT_DEPTH);
  }

  #place(lifetime: number = this.#random.from(LIFETIME), depth: Deciles = DEPTH): FlowCommand {
    const side = this.#side();
    const order = { ...this.#newOrder(side, this.#passivePrice(side, depth)), quantity: this.#random.from(QUANTITY) };
    this.#book.rest(order);
    this.#deleteAfter(lifetime, order);
    const postOnly = this.#random.perMille(100);
    return this.#command('new', {
      name: 'placeOrder',
      input: { ...this.#terms(order), type: 'limit', ...(postOnly ? { postOnly } : {}) },
    });
  }

  #deleteAfter(lifetime: number, order: FlowOrder): void {
    this.#deletions.push({ at: this.#now + lifetime, turn: this.#turn++, order });
  }

  #delete(order: FlowOrder): FlowCommand {
    this.#book.remove(order);
    return this.#command('delete', { name: 'cancelOrder', input: { orderId: order.id, account: order.account } });
  }

  /** Takes liquidity: mostly IOC, some market orders, some FOK for what is certainly there. */
  #execute(): FlowCommand {
    const side = this.#side();
    const maker = opposite(side);
    const best = this.#book.best(maker);
    const sweeps = this.#random.perMille(10);
    // A sweep may walk 20 ticks into the book.
    const limit = sweeps ? best + (side === 'buy' ? 20 : -20) : best;
    const wanted = sweeps ? 300 + this.#random.below(900) : this.#random.from(TAKEN);
    const quantity = Math.max(1, sweeps ? wanted : Math.min(wanted, this.#book.bestQuantity(maker)));
    const order = { ...this.#newOrder(side, limit), account: this.#random.pick(TAKERS), quantity };
    this.#book.take(maker, quantity, limit);
    const market = !sweeps && this.#random.perMille(200);
    const { price, ...terms } = this.#terms(order);
    if (market) return this.#command('execution', { name: 'placeOrder', input: { ...terms, type: 'market' } });
    const timeInForce = !sweeps && this.#random.perMille(50) ? 'FOK' : 'IOC';
    return this.#command('execution', { name: 'placeOrder', input: { ...terms, type: 'limit', price, timeInForce } });
  }

  #printHidden(): FlowCommand {
    const side = this.#side();
    const price = this.#book.best(side) + (side === 'buy' ? 1 : -1) * this.#random.below(2);
    const quantity = this.#random.from(TAKEN);
    return this.#command('hidden', {
      name: 'printHidden',
      input: { symbol: this.#symbol, price: price * TICK, quantity, side },
    });
  }

  #reduce(): FlowCommand {
    const order = this.#someOrder();
    if (order === undefined || order.quantity < 2) return this.#place();
    const quantity = 1 + this.#random.below(order.quantity - 1);
    order.quantity -= quantity;
    return this.#command('reduce', {
      name: 'reduceOrder',
      input: { orderId: order.id, quantity, account: order.account },
    });
  }

  #replace(): FlowCommand {
    const order = this.#someOrder();
    if (order === undefined) return this.#place();
    this.#book.remove(order);
    const moved = { ...order, price: this.#passivePrice(order.side, DEPTH), quantity: this.#random.from(QUANTITY) };
    this.#book.rest(moved);
    this.#deleteAfter(this.#random.from(LIFETIME), moved);
    const { id, account, price, quantity } = moved;
    return this.#command('replace', {
      name: 'replaceOrder',
      input: { orderId: id, price: price * TICK, quantity, account, keepPriority: false },
    });
  }

  /** A cancel that crossed its own fill on the wire: the engine refuses it. */
  #cancelTooLate(): FlowCommand {
    const id = this.#nextId - 1 - this.#random.below(Math.min(this.#nextId - 1, 200));
    if (this.#book.get(id) !== undefined) return this.#place();
    return this.#command('late', { name: 'cancelOrder', input: { orderId: id } });
  }

  #massCancel(): FlowCommand {
    const account = this.#random.pick(MAKERS);
    for (const order of [...this.#book.values()]) if (order.account === account) this.#book.remove(order);
    return this.#command('mass', { name: 'massCancel', input: { account } });
  }

  #advanceClock(): FlowCommand {
    this.#nextClock += MINUTE;
    return this.#command('clock', { name: 'advanceClock', input: { now: OPENING + Math.trunc(this.#now / 1_000) } });
  }

  #side(): Side {
    return this.#random.perMille(500) ? 'buy' : 'sell';
  }

  /** Near the best price of its side, and never as far as the best price of the other side. */
  #passivePrice(side: Side, depth: Deciles): number {
    const sign = side === 'buy' ? -1 : 1;
    const price = this.#book.best(side) + sign * this.#random.from(depth);
    const bound = this.#book.best(opposite(side)) + sign;
    return isBetter(side, price, bound) ? bound : price;
  }

  #newOrder(side: Side, price: number): Omit<FlowOrder, 'quantity'> {
    return { id: this.#nextId++, side, price, account: this.#random.pick(MAKERS) };
  }

  /** One of the younger open orders. */
  #someOrder(): FlowOrder | undefined {
    for (let attempt = 0; attempt < 20; attempt++) {
      const order = this.#book.get(this.#nextId - 1 - this.#random.below(Math.min(this.#nextId, 400)));
      if (order !== undefined) return order;
    }
    return undefined;
  }

  #terms({ id, side, price, account, quantity }: FlowOrder) {
    return { orderId: id, symbol: this.#symbol, account, side, price: price * TICK, quantity };
  }

  #command(kind: FlowKind, command: BookCommand): FlowCommand {
    return { kind, at: this.#now, command };
  }
}
