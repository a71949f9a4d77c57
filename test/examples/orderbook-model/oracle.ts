/**
 * A book so plain that one can see it is right: one array of orders, and a sort wherever an order of things matters.
 *
 * It answers commands in the harness's lines. It takes the shape of an input as valid, and judges what depends on the
 * state.
 */
import type { BookCommand, Side } from '../../../examples/orderbook/model/index.ts';

export interface OracleOrder {
  id: number;
  symbol: string;
  side: Side;
  price: number | null;
  open: number;
  stamp: number;
  born: number;
  account: string | undefined;
  tif: string;
  expiresAt: number | undefined;
  postOnly: boolean;
  stp: string;
  stopPrice: number | undefined;
  state: 'resting' | 'waiting' | 'taking';
}

export class Oracle {
  orders: OracleOrder[] = [];
  readonly lastPrice: Record<string, number> = {};
  readonly halted: Set<string> = new Set();
  /** Halted symbols that take orders which do not trade. */
  readonly quoting: Set<string> = new Set();
  clock = 0;
  #stamp = 0;
  #lines: string[] = [];
  #awake: OracleOrder[] = [];

  /** The lines that the command leads to, or the code of its rejection. */
  run(command: BookCommand): string[] | string {
    this.#lines = [];
    this.#awake = [];
    return this.#judge(command) ?? this.#lines;
  }

  /** Resting orders of one side in the order in which they are served. */
  served(symbol: string, side: Side): OracleOrder[] {
    const sign = side === 'buy' ? -1 : 1;
    return this.orders
      .filter((one) => one.symbol === symbol && one.side === side && one.state === 'resting')
      .sort((a, b) => sign * (a.price! - b.price!) || a.stamp - b.stamp);
  }

  #judge({ name, input }: BookCommand): string | undefined {
    switch (name) {
      case 'placeOrder':
        return this.#place(input);
      case 'cancelOrder': {
        const order = this.orders.find((one) => one.id === input.orderId);
        if (order === undefined) return 'UNKNOWN_ORDER';
        if (input.account !== undefined && input.account !== order.account) return 'NOT_OWNER';
        this.#cancel(order, 'user');
        return undefined;
      }
      case 'reduceOrder': {
        const order = this.orders.find((one) => one.id === input.orderId);
        if (order === undefined) return 'UNKNOWN_ORDER';
        if (input.quantity > order.open) return 'QUANTITY_TOO_LARGE';
        if (input.quantity === order.open) this.#cancel(order, 'user');
        else {
          order.open -= input.quantity;
          this.#lines.push(`reduced ${order.id} by ${input.quantity}`);
        }
        return undefined;
      }
      case 'replaceOrder':
        return this.#replace(input);
      case 'massCancel': {
        const mine = this.orders.filter(
          (one) =>
            (input.account === undefined || one.account === input.account) &&
            (input.symbol === undefined || one.symbol === input.symbol),
        );
        for (const order of mine.sort((a, b) => a.born - b.born)) this.#cancel(order, 'massCancel');
        return undefined;
      }
      case 'haltMarket':
        if (this.halted.has(input.symbol)) return 'MARKET_HALTED';
        this.halted.add(input.symbol);
        if (input.entries === 'queue') this.quoting.add(input.symbol);
        this.#lines.push('MarketHalted');
        return undefined;
      case 'resumeMarket':
        if (!this.halted.delete(input.symbol)) return 'MARKET_NOT_HALTED';
        this.quoting.delete(input.symbol);
        this.#lines.push('MarketResumed');
        return undefined;
      case 'advanceClock': {
        if (input.now < this.clock) return 'CLOCK_BACKWARDS';
        if (input.now === this.clock) return undefined;
        this.clock = input.now;
        this.#lines.push('ClockAdvanced');
        const over = this.orders.filter((one) => (one.expiresAt ?? Number.POSITIVE_INFINITY) <= this.clock);
        over.sort((a, b) => a.expiresAt! - b.expiresAt! || a.stamp - b.stamp);
        for (const order of over) this.#cancel(order, 'expired');
        return undefined;
      }
      case 'printHidden':
        if (this.#isClosed(input.symbol)) return 'MARKET_HALTED';
        this.#lines.push('HiddenTradePrinted');
        return undefined;
      default:
        throw new Error(`The oracle does not know ${name}`);
    }
  }

  #place(input: Extract<BookCommand, { name: 'placeOrder' }>['input']): string | undefined {
    const { orderId: id, symbol, side, price = null, stopPrice, expiresAt } = input;
    if (this.#isClosed(symbol)) return 'MARKET_HALTED';
    if (this.orders.some((one) => one.id === id)) return 'DUPLICATE_ORDER_ID';
    if (expiresAt !== undefined && expiresAt <= this.clock) return 'EXPIRED_ON_ARRIVAL';
    const order: OracleOrder = {
      id,
      symbol,
      side,
      price,
      open: input.quantity,
      stamp: ++this.#stamp,
      born: this.#stamp,
      account: input.account,
      tif: input.timeInForce ?? 'GTC',
      expiresAt,
      postOnly: input.postOnly ?? false,
      stp: input.selfTradePrevention ?? 'none',
      stopPrice,
      state: stopPrice === undefined ? 'taking' : 'waiting',
    };
    if (stopPrice !== undefined) {
      if (this.#isReached(order)) return 'STOP_WOULD_TRIGGER';
      this.#lines.push(`accepted ${id}`);
      this.orders.push(order);
      return undefined;
    }
    if (this.halted.has(symbol) && (neverRests(order) || this.#opponent(order) !== undefined)) return 'MARKET_HALTED';
    if (order.tif === 'FOK' && !this.#fillable(order)) return 'FOK_UNFILLABLE';
    if (order.postOnly && this.#opponent(order) !== undefined) return 'POST_ONLY_WOULD_TAKE';
    this.#enter(order, `accepted ${id}`);
    return undefined;
  }

  #replace(input: Extract<BookCommand, { name: 'replaceOrder' }>['input']): string | undefined {
    const order = this.orders.find((one) => one.id === input.orderId);
    if (order === undefined) return 'UNKNOWN_ORDER';
    if (this.#isClosed(order.symbol)) return 'MARKET_HALTED';
    if (order.state === 'waiting') return 'STOP_WAITING';
    const line = `replaced ${order.id} ${input.quantity}@${input.price}`;
    if (input.price === order.price && input.quantity <= order.open && (input.keepPriority ?? true)) {
      order.open = input.quantity;
      this.#lines.push(`${line} kept`);
      return undefined;
    }
    const moved: OracleOrder = { ...order, price: input.price, open: input.quantity, state: 'taking' };
    if (this.halted.has(order.symbol) && this.#opponent(moved) !== undefined) return 'MARKET_HALTED';
    if (moved.postOnly && this.#opponent(moved) !== undefined) return 'POST_ONLY_WOULD_TAKE';
    this.#forget(order);
    moved.stamp = ++this.#stamp;
    this.#enter(moved, line);
    return undefined;
  }

  /** Records how an order comes in, lets it trade, and then the stops its trades wake. */
  #enter(order: OracleOrder, line: string): void {
    this.orders.push(order);
    this.#act(order, line);
    for (const stop of this.#awake) {
      stop.stopPrice = undefined;
      stop.stamp = ++this.#stamp;
      const fok = stop.tif === 'FOK' && !this.#fillable(stop);
      const post = stop.postOnly && this.#opponent(stop) !== undefined;
      if (fok || post) {
        this.#forget(stop);
        this.#lines.push(`triggered ${stop.id} taker`);
        this.#lines.push(`rejected ${stop.id} ${stop.open} ${fok ? 'fokUnfillable' : 'postOnlyWouldTake'}`);
      } else this.#act(stop, `triggered ${stop.id}`);
    }
  }

  #act(order: OracleOrder, line: string): void {
    const takes = neverRests(order) || this.#opponent(order) !== undefined;
    this.#lines.push(takes ? `${line} taker` : line);
    order.state = 'taking';
    for (let maker = this.#opponent(order); maker !== undefined; maker = this.#opponent(order)) {
      if (order.stp !== 'none' && maker.account === order.account) {
        if (order.stp !== 'taker') this.#cancel(maker, 'selfTrade');
        if (order.stp === 'maker') continue;
        this.#cancel(order, 'selfTrade');
        return;
      }
      this.#trade(maker, order);
      if (order.open === 0) {
        this.#forget(order);
        return;
      }
    }
    if (neverRests(order)) {
      this.#cancel(order, order.price === null ? 'marketRest' : 'iocRest');
      return;
    }
    order.state = 'resting';
    if (takes) this.#lines.push(`rested ${order.id}`);
  }

  #trade(maker: OracleOrder, taker: OracleOrder): void {
    const quantity = Math.min(maker.open, taker.open);
    maker.open -= quantity;
    taker.open -= quantity;
    this.lastPrice[maker.symbol] = maker.price!;
    this.#lines.push(`trade ${quantity}@${maker.price} ${maker.id}×${taker.id}`);
    if (maker.open === 0) this.#forget(maker);
    for (const side of ['buy', 'sell'] as const) {
      const sign = side === 'buy' ? 1 : -1;
      const woken = this.orders
        .filter((one) => one.state === 'waiting' && one.symbol === maker.symbol && one.side === side)
        .filter((one) => !this.#awake.includes(one) && this.#isReached(one))
        .sort((a, b) => sign * (a.stopPrice! - b.stopPrice!) || a.stamp - b.stamp);
      this.#awake.push(...woken);
    }
  }

  #opponent(order: OracleOrder): OracleOrder | undefined {
    const best = this.served(order.symbol, order.side === 'buy' ? 'sell' : 'buy')[0];
    return best !== undefined && this.#suits(order, best.price!) ? best : undefined;
  }

  #fillable(order: OracleOrder): boolean {
    let found = 0;
    for (const maker of this.served(order.symbol, order.side === 'buy' ? 'sell' : 'buy')) {
      if (!this.#suits(order, maker.price!)) break;
      const own = order.stp !== 'none' && maker.account === order.account;
      if (own && order.stp !== 'maker') break;
      if (!own) found += maker.open;
    }
    return found >= order.open;
  }

  #suits(order: OracleOrder, price: number): boolean {
    if (order.price === null) return true;
    return order.side === 'buy' ? price <= order.price : price >= order.price;
  }

  #isReached(order: OracleOrder): boolean {
    const last = this.lastPrice[order.symbol];
    if (last === undefined) return false;
    return order.side === 'buy' ? last >= order.stopPrice! : last <= order.stopPrice!;
  }

  #isClosed(symbol: string): boolean {
    return this.halted.has(symbol) && !this.quoting.has(symbol);
  }

  #cancel(order: OracleOrder, reason: string): void {
    this.#forget(order);
    this.#lines.push(`cancelled ${order.id} ${order.open} ${reason}`);
  }

  #forget(order: OracleOrder): void {
    this.orders = this.orders.filter((one) => one !== order);
  }
}

function neverRests(order: OracleOrder): boolean {
  return order.price === null || ['IOC', 'FOK'].includes(order.tif);
}
