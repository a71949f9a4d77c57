/**
 * Prices in a sorted array, the next one to be served last, and at each price the orders in an array: the textbook way.
 *
 * It is slower than the model's tables and different from them in every way, so that the audit does not share the
 * model's mistakes. An order that leaves from the middle is only marked. When half of an array is marked, those are
 * removed.
 */
import type { SelfTradePrevention, Side, TimeInForce } from '../model/events.ts';

export interface AuditOrder {
  readonly orderId: number;
  readonly symbol: string;
  readonly side: Side;
  readonly price: number | null;
  /** 0 once it is over, or stands elsewhere under a new object. */
  open: number;
  readonly stamp: number;
  readonly account: string | undefined;
  readonly timeInForce: TimeInForce;
  readonly expiresAt: number | undefined;
  readonly postOnly: boolean;
  readonly prevention: SelfTradePrevention;
  readonly stopPrice: number | undefined;
  level?: LadderLevel;
}

export interface LadderLevel {
  readonly ladder: Ladder;
  readonly price: number;
  orders: AuditOrder[];
  /** Orders that are not over. */
  live: number;
  /** Where in `orders` the first live one may be. */
  start: number;
}

export class Ladder {
  readonly #highestFirst: boolean;
  readonly #levels: LadderLevel[] = [];

  constructor(first: 'highest' | 'lowest') {
    this.#highestFirst = first === 'highest';
  }

  /** The order to be served first. */
  first(): AuditOrder | undefined {
    const level = this.#levels.at(-1);
    if (level === undefined) return undefined;
    while (level.orders[level.start]!.open === 0) level.start += 1;
    return level.orders[level.start];
  }

  /** Live orders in the order of service. */
  *inOrder(): Generator<AuditOrder> {
    for (let at = this.#levels.length - 1; at >= 0; at--) {
      for (const order of this.#levels[at]!.orders) if (order.open > 0) yield order;
    }
  }

  add(price: number, order: AuditOrder): void {
    const at = this.#placeOf(price);
    let level = this.#levels[at];
    if (level?.price !== price) {
      level = { ladder: this, price, orders: [], live: 0, start: 0 };
      this.#levels.splice(at, 0, level);
    }
    level.orders.push(order);
    level.live += 1;
    order.level = level;
  }

  /** Takes an order out of its level and marks it as over. */
  static leave(order: AuditOrder): void {
    const { level } = order;
    order.open = 0;
    if (level === undefined) return;
    level.live -= 1;
    if (level.live === 0) level.ladder.#levels.splice(level.ladder.#placeOf(level.price), 1);
    else if (level.orders.length > 64 && level.live * 2 < level.orders.length) sweep(level);
  }

  /** The first index whose price is served no earlier than this one. */
  #placeOf(price: number): number {
    let low = 0;
    let high = this.#levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#levels[middle]!.price;
      if (this.#highestFirst ? other < price : other > price) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function sweep(level: LadderLevel): void {
  level.orders = level.orders.filter((order) => order.open > 0);
  level.start = 0;
}
