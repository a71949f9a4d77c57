/**
 * What a strict engine makes of a feed: the matching book, driven by the feed's messages as if they were commands.
 *
 *     add       a limit order that stays
 *     execute   an incoming order of the other side at the order's price: it meets the first in line
 *     reduce    the same order, smaller
 *     change    a replacement, by the engine's rules of priority
 *     replace   a cancel, and a new order
 *     delete    a cancel
 *     clear     a cancel of the whole symbol
 *     trade     a print: it changes no order
 *     status    a halt at `halted`, the end of one at `trading`
 *
 * The feed's ids become numbers, since ids of the engine are unique over all symbols.
 */
import { RefoldError } from 'refold';
import type { Change, FeedMessage, FeedOrderId, ReadonlyFeedOrder } from '../follow/index.ts';
import type { CommandOutcome, Gateway } from '../gateway.ts';
import { type BookCommand, opposite, queueAt, type ReadonlyBook, type Side, topLevels } from '../model/index.ts';

/** Aggressors count down from here. */
const FIRST_TAKER = -1;

/** What the incoming order of an execution meets. */
export type Meeting = 'ofNamedOrder' | 'ofOtherOrder' | 'ofNone';

export interface StrictOutcome {
  /** An execution, and whether all of its size was there. */
  readonly met?: Meeting;
  readonly isShort?: boolean;
  /** An order that trades where it enters. */
  readonly tradesOnEntry?: true;
}

const NOTHING: StrictOutcome = {};

export class StrictBook {
  readonly #gateway: Gateway;
  readonly #onRefusal: RefusalListener;
  /** The engine's ids of the feed's orders, by symbol. */
  readonly #ids = new Map<string, Map<FeedOrderId, number>>();
  #orders = 0;
  #takers = 0;

  /** @param onRefusal is told each command that the engine refuses, and the message that it came from */
  constructor(gateway: Gateway, onRefusal: RefusalListener) {
    this.#gateway = gateway;
    this.#onRefusal = onRefusal;
  }

  get book(): ReadonlyBook {
    return this.#gateway.store.state;
  }

  /**
   * @param named the order that an execution names, as the feed's own book has it: the engine may have lost it before
   * @throws RefoldError `INVALID_OPTION` for a feed that tells levels and no orders
   */
  apply(message: FeedMessage, named?: ReadonlyFeedOrder): StrictOutcome {
    const { symbol, change } = message;
    switch (change.kind) {
      case 'add':
        return this.#enter(message, change.id, change);
      case 'execute':
        return this.#execute(message, change, named);
      case 'reduce':
        this.#reduce(message, change.id, change.size);
        return NOTHING;
      case 'change':
        return this.#change(message, change);
      case 'replace': {
        const { side } = this.#orderOf(symbol, change.id) ?? {};
        this.#cancel(message, change.id);
        return side === undefined ? NOTHING : this.#enter(message, change.newId, { ...change, side });
      }
      case 'delete':
        this.#cancel(message, change.id);
        return NOTHING;
      case 'clear':
        this.#clear(message, change.side);
        return NOTHING;
      case 'trade': {
        // The engine wants the side that rested. Where the feed does not say, it makes no difference to the book.
        const side = opposite(change.side ?? 'sell');
        const { price, size: quantity } = change;
        this.#send(message, { name: 'printHidden', input: { symbol, price, quantity, side } });
        return NOTHING;
      }
      case 'status':
        this.#setStatus(message, change.status);
        return NOTHING;
      case 'list':
        // A symbol that is listed again is a mismatch, which the other book counts.
        if (this.book.symbols.has(symbol)) return NOTHING;
        if (change.levelsOnly === true) throw levelsOnly(symbol);
        this.#send(message, { name: 'listSymbol', input: { symbol } });
        return NOTHING;
      case 'level':
      case 'mismatch':
      case 'ignored':
        return NOTHING;
    }
  }

  #enter(
    message: FeedMessage,
    id: FeedOrderId,
    { side, price, size: quantity }: { readonly side: Side; readonly price: number; readonly size: number },
  ): StrictOutcome {
    const { symbol } = message;
    // An id that enters again takes the place of the order before, as in the book that follows.
    if (this.#orderOf(symbol, id) !== undefined) this.#cancel(message, id);
    const orderId = ++this.#orders;
    this.#idsOf(symbol).set(id, orderId);
    const [best] = topLevels(this.book, symbol, opposite(side), 1);
    const crosses = best !== undefined && (side === 'buy' ? best.price <= price : best.price >= price);
    const isHalted = this.book.symbols.get(symbol)?.halted === true;
    this.#send(message, { name: 'placeOrder', input: { orderId, symbol, side, type: 'limit', price, quantity } });
    return crosses && !isHalted ? { tradesOnEntry: true } : NOTHING;
  }

  #execute(
    message: FeedMessage,
    { id, size }: Extract<Change, { kind: 'execute' }>,
    named: ReadonlyFeedOrder | undefined,
  ): StrictOutcome {
    const { symbol } = message;
    if (named === undefined) return { met: 'ofNone', isShort: true };
    const { side, price } = named;
    if (this.book.symbols.get(symbol)?.halted === true) {
      // Nothing can be matched in a halt: the volume leaves the order that is named.
      const open = this.#orderOf(symbol, id)?.quantity ?? 0;
      this.#reduce(message, id, size);
      return { met: open === 0 ? 'ofNone' : 'ofNamedOrder', isShort: size > open };
    }
    const makers = this.#makers(symbol, side, price, size);
    const orderId = FIRST_TAKER - this.#takers++;
    const input = { orderId, symbol, side: opposite(side), price, quantity: size, timeInForce: 'IOC' } as const;
    this.#send(message, { name: 'placeOrder', input: { ...input, type: 'limit' } });
    const rest = makers.reduce((left, { quantity }) => left - quantity, size);
    const isNamed = makers.every((maker) => maker.id === this.#idOf(symbol, id));
    return { met: makers.length === 0 ? 'ofNone' : isNamed ? 'ofNamedOrder' : 'ofOtherOrder', isShort: rest > 0 };
  }

  /** The orders that an incoming order meets, from the best price on, and how much of each. */
  #makers(symbol: string, side: Side, limit: number, size: number): { id: number; quantity: number }[] {
    const met: { id: number; quantity: number }[] = [];
    let rest = size;
    for (let depth = 1; rest > 0; depth++) {
      const level = topLevels(this.book, symbol, side, depth)[depth - 1];
      if (level === undefined || (side === 'buy' ? level.price < limit : level.price > limit)) break;
      for (const id of queueAt(this.book, symbol, side, level.price)) {
        if (rest === 0) break;
        const quantity = Math.min(rest, this.book.orders.get(id)!.quantity);
        met.push({ id, quantity });
        rest -= quantity;
      }
    }
    return met;
  }

  #change(message: FeedMessage, change: Extract<Change, { kind: 'change' }>): StrictOutcome {
    const { id, price, size: quantity } = change;
    const order = this.#orderOf(message.symbol, id);
    const { side = order?.side } = change;
    if (order !== undefined && side !== undefined && side !== order.side) {
      this.#cancel(message, id);
      return this.#enter(message, id, { side, price, size: quantity });
    }
    this.#send(message, {
      name: 'replaceOrder',
      input: { orderId: this.#idOf(message.symbol, id), price, quantity },
    });
    return NOTHING;
  }

  #reduce(message: FeedMessage, id: FeedOrderId, quantity: number): void {
    const open = this.#orderOf(message.symbol, id)?.quantity ?? 0;
    if (quantity >= open) this.#cancel(message, id);
    else this.#send(message, { name: 'reduceOrder', input: { orderId: this.#idOf(message.symbol, id), quantity } });
  }

  #cancel(message: FeedMessage, id: FeedOrderId): void {
    this.#send(message, { name: 'cancelOrder', input: { orderId: this.#idOf(message.symbol, id) } });
    this.#idsOf(message.symbol).delete(id);
  }

  #clear(message: FeedMessage, side: Side | undefined): void {
    const { symbol } = message;
    const ids = this.#idsOf(symbol);
    if (side === undefined) {
      this.#send(message, { name: 'massCancel', input: { symbol } });
      ids.clear();
      return;
    }
    for (const [id, orderId] of [...ids]) {
      if (this.book.orders.get(orderId)?.side === side) this.#cancel(message, id);
    }
  }

  #setStatus(message: FeedMessage, status: string): void {
    const { symbol } = message;
    const isHalted = this.book.symbols.get(symbol)?.halted === true;
    if (status === 'halted' && !isHalted) {
      this.#send(message, { name: 'haltMarket', input: { symbol, entries: 'queue' } });
    }
    if (status === 'trading' && isHalted) this.#send(message, { name: 'resumeMarket', input: { symbol } });
  }

  #send(message: FeedMessage, command: BookCommand): void {
    this.#gateway.send(command, {
      onOutcome: (outcome) => {
        if (outcome.status === 'rejected') this.#onRefusal(outcome, message);
      },
    });
  }

  #idsOf(symbol: string): Map<FeedOrderId, number> {
    let ids = this.#ids.get(symbol);
    if (ids === undefined) {
      ids = new Map();
      this.#ids.set(symbol, ids);
    }
    return ids;
  }

  /** The engine's id; one that no order has for an order that never entered. */
  #idOf(symbol: string, id: FeedOrderId): number {
    return this.#ids.get(symbol)?.get(id) ?? 0;
  }

  #orderOf(symbol: string, id: FeedOrderId) {
    return this.book.orders.get(this.#idOf(symbol, id));
  }
}

/** Is told each command that the engine refuses, and the message that it came from. */
export type RefusalListener = (outcome: CommandOutcome & { readonly status: 'rejected' }, message: FeedMessage) => void;

function levelsOnly(symbol: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot match ${symbol}: its feed tells levels, and no orders`, {
    type: 'KIND',
    hint: 'Compare a feed of single orders',
  });
}
