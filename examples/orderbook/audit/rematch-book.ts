/**
 * A second, plain matching engine for the audit. It gets what was asked for, and says what must have followed.
 *
 * It shares no code with the model but the types of the events. Each method takes an event that began something (an
 * order, a cancel, the clock) and returns the events that must come next, or a sentence that says why a sound book
 * would not have recorded that event.
 */
import type { BookEvent, EventData } from '../model/events.ts';
import { type AuditOrder, Ladder } from './rematch-ladder.ts';
import { type AuditMarket, canFill, isOpen, meets, mustTake, other, problemOf, suits, wake } from './rematch-rules.ts';

export type Consequences = readonly BookEvent[] | string;

export class RematchBook {
  readonly #markets: Map<string, AuditMarket> = new Map();
  readonly #orders: Map<number, AuditOrder> = new Map();
  /** Good-till-time orders, the next to expire last. An order that is over is skipped when its turn comes. */
  readonly #expiring: AuditOrder[] = [];
  #stamps = 0;
  #lastTradeId = 0;
  #clock = 0;

  list({ symbol, tick, lot, maxQuantity }: EventData<'SymbolListed'>): Consequences {
    if (this.#markets.has(symbol)) return `${symbol} is listed already`;
    this.#markets.set(symbol, {
      tick,
      lot,
      maxQuantity: maxQuantity ?? Number.MAX_SAFE_INTEGER,
      halted: false,
      quoting: false,
      lastPrice: null,
      resting: { buy: new Ladder('highest'), sell: new Ladder('lowest') },
      waiting: { buy: new Ladder('lowest'), sell: new Ladder('highest') },
    });
    return [];
  }

  halt({ symbol, entries }: EventData<'MarketHalted'>): Consequences {
    const market = this.#markets.get(symbol);
    if (market === undefined || market.halted) return `${symbol} cannot be halted`;
    market.halted = true;
    market.quoting = entries === 'queue';
    return [];
  }

  resume({ symbol }: EventData<'MarketResumed'>): Consequences {
    const market = this.#markets.get(symbol);
    if (market === undefined || !market.halted) return `${symbol} cannot be resumed`;
    market.halted = false;
    return [];
  }

  printHidden({ symbol }: EventData<'HiddenTradePrinted'>): Consequences {
    const market = this.#markets.get(symbol);
    return market !== undefined && isOpen(market) ? [] : `${symbol} is not trading`;
  }

  accept(data: EventData<'OrderAccepted'>): Consequences {
    const market = this.#markets.get(data.symbol);
    if (market === undefined || !isOpen(market)) return `${data.symbol} takes no orders`;
    if (market.halted && data.taker === true) return `${data.symbol} is halted, and nothing may trade`;
    if (this.#orders.has(data.orderId)) return `order ${data.orderId} is open already`;
    const order = this.#newOrder(data);
    const problem = problemOf(market, order) ?? (this.#isOverdue(order) ? 'it has expired already' : undefined);
    if (problem !== undefined) return `order ${data.orderId}: ${problem}`;
    this.#keep(order);
    if (order.stopPrice !== undefined) {
      market.waiting[order.side].add(order.stopPrice, order);
      return [];
    }
    return this.#run(market, order, data.taker === true);
  }

  replace(data: EventData<'OrderReplaced'>): Consequences {
    const { orderId, price, quantity } = data;
    const old = this.#orders.get(orderId);
    if (old === undefined || old.stopPrice !== undefined) return `order ${orderId} is not on the book`;
    const market = this.#markets.get(old.symbol)!;
    if (!isOpen(market)) return `${old.symbol} takes no replacements`;
    if (market.halted && data.taker === true) return `${old.symbol} is halted, and nothing may trade`;
    if (quantity > market.maxQuantity) return `order ${orderId} is too large`;
    if (data.side !== old.side) return `order ${orderId} is on the other side`;
    if (price % market.tick !== 0 || quantity % market.lot !== 0) return `order ${orderId} is off tick or lot`;
    if (data.kept === true) {
      if (price !== old.price || quantity > old.open) return `order ${orderId} cannot keep its place`;
      old.open = quantity;
      return [];
    }
    const order = { ...old, price, open: quantity, stamp: this.#nextStamp() };
    delete order.level;
    if (order.postOnly && meets(market, order)) return `order ${orderId} is post-only and would trade`;
    Ladder.leave(old);
    this.#keep(order);
    return this.#run(market, order, data.taker === true);
  }

  reduce({ orderId, quantity }: EventData<'OrderReduced'>): Consequences {
    const order = this.#orders.get(orderId);
    if (order === undefined || order.open <= quantity)
      return `order ${orderId} does not have more than ${quantity} open`;
    if (quantity % this.#markets.get(order.symbol)!.lot !== 0) return `order ${orderId} is reduced by part of a lot`;
    order.open -= quantity;
    return [];
  }

  cancel({ orderId, side, price, quantity }: EventData<'OrderCancelled'>): Consequences {
    const order = this.#orders.get(orderId);
    if (order === undefined) return `order ${orderId} is not open`;
    if (order.side !== side || order.price !== (price ?? null) || order.open !== quantity) {
      return `order ${orderId} is ${order.side} ${order.open} at ${order.price}`;
    }
    this.#close(order);
    return [];
  }

  advanceClock({ now }: EventData<'ClockAdvanced'>): Consequences {
    if (now <= this.#clock) return `the clock stands at ${this.#clock}`;
    this.#clock = now;
    const expected: BookEvent[] = [];
    let next = this.#expiring.at(-1);
    while (next !== undefined && (next.open === 0 || next.expiresAt! <= now)) {
      this.#expiring.pop();
      if (next.open > 0) expected.push(this.#cancelled(next, 'expired'));
      next = this.#expiring.at(-1);
    }
    return expected;
  }

  /** Matches an order, then the stops that its trades wake, then those that theirs wake. */
  #run(market: AuditMarket, order: AuditOrder, saidToTake: boolean): Consequences {
    if (mustTake(market, order) !== saidToTake) return `order ${order.orderId} should ${saidToTake ? 'rest' : 'take'}`;
    const expected: BookEvent[] = [];
    const awake: AuditOrder[] = [];
    if (saidToTake) this.#take(market, order, expected, awake);
    else market.resting[order.side].add(order.price!, order);
    for (const stop of awake) this.#trigger(market, stop, expected, awake);
    return expected;
  }

  #trigger(market: AuditMarket, stop: AuditOrder, expected: BookEvent[], awake: AuditOrder[]): void {
    const order = { ...stop, stopPrice: undefined, stamp: this.#nextStamp() };
    delete order.level;
    this.#keep(order);
    const { orderId, side, open } = order;
    const reason =
      order.timeInForce === 'FOK' && !canFill(market, order)
        ? ('fokUnfillable' as const)
        : order.postOnly && meets(market, order)
          ? ('postOnlyWouldTake' as const)
          : undefined;
    const taker = reason !== undefined || mustTake(market, order);
    expected.push({ type: 'StopTriggered', data: taker ? { orderId, taker } : { orderId } });
    if (reason !== undefined) {
      this.#close(order);
      expected.push({ type: 'OrderRejected', data: { orderId, side, quantity: open, reason } });
    } else if (taker) {
      this.#take(market, order, expected, awake);
    } else {
      market.resting[side].add(order.price!, order);
    }
  }

  #take(market: AuditMarket, taker: AuditOrder, expected: BookEvent[], awake: AuditOrder[]): void {
    const opponents = market.resting[other(taker.side)];
    for (let maker = opponents.first(); maker !== undefined && suits(taker, maker.price!); maker = opponents.first()) {
      if (taker.prevention !== 'none' && taker.account === maker.account) {
        if (taker.prevention !== 'taker') expected.push(this.#cancelled(maker, 'selfTrade'));
        if (taker.prevention === 'maker') continue;
        expected.push(this.#cancelled(taker, 'selfTrade'));
        return;
      }
      expected.push(this.#trade(market, maker, taker, awake));
      if (taker.open === 0) return;
    }
    if (taker.price === null) expected.push(this.#cancelled(taker, 'marketRest'));
    else if (taker.timeInForce === 'IOC' || taker.timeInForce === 'FOK')
      expected.push(this.#cancelled(taker, 'iocRest'));
    else {
      market.resting[taker.side].add(taker.price, taker);
      expected.push({ type: 'OrderRested', data: { orderId: taker.orderId } });
    }
  }

  #trade(market: AuditMarket, maker: AuditOrder, taker: AuditOrder, awake: AuditOrder[]): BookEvent {
    const price = maker.price!;
    const quantity = Math.min(maker.open, taker.open);
    this.#lastTradeId += 1;
    market.lastPrice = price;
    for (const order of [maker, taker]) {
      if (order.open === quantity) this.#close(order);
      else order.open -= quantity;
    }
    for (const side of ['buy', 'sell'] as const) wake(market.waiting[side], side, price, awake);
    const { orderId: makerId, symbol } = maker;
    const { orderId: takerId, side: takerSide } = taker;
    return {
      type: 'TradeExecuted',
      data: { tradeId: this.#lastTradeId, symbol, price, quantity, makerId, takerId, takerSide },
    };
  }

  #newOrder(data: EventData<'OrderAccepted'>): AuditOrder {
    return {
      orderId: data.orderId,
      symbol: data.symbol,
      side: data.side,
      price: data.price ?? null,
      open: data.quantity,
      stamp: this.#nextStamp(),
      account: data.account,
      timeInForce: data.timeInForce ?? 'GTC',
      expiresAt: data.expiresAt,
      postOnly: data.postOnly === true,
      prevention: data.selfTradePrevention ?? 'none',
      stopPrice: data.stopPrice,
    };
  }

  #nextStamp(): number {
    return ++this.#stamps;
  }

  #isOverdue(order: AuditOrder): boolean {
    return order.expiresAt !== undefined && order.expiresAt <= this.#clock;
  }

  #keep(order: AuditOrder): void {
    this.#orders.set(order.orderId, order);
    if (order.expiresAt === undefined) return;
    const isLater = (one: AuditOrder) => one.expiresAt! > order.expiresAt!;
    this.#expiring.splice(
      firstIndex(this.#expiring, (one) => !isLater(one)),
      0,
      order,
    );
  }

  #close(order: AuditOrder): void {
    Ladder.leave(order);
    this.#orders.delete(order.orderId);
  }

  #cancelled(order: AuditOrder, reason: EventData<'OrderCancelled'>['reason']): BookEvent {
    const { orderId, side, price, open: quantity } = order;
    this.#close(order);
    return {
      type: 'OrderCancelled',
      data: { orderId, side, ...(price === null ? {} : { price }), quantity, reason },
    };
  }
}

/** In an array whose later elements all pass once one does: the first that passes, or its length. */
function firstIndex<T>(array: readonly T[], test: (element: T) => boolean): number {
  let low = 0;
  let high = array.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(array[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
