/**
 * What the flow generator knows about the market it trades in: which of its orders are open, and where.
 *
 * A trader knows the same from execution reports. The generator cannot wait for reports, because its flow must not
 * depend on the engine that runs it. So it keeps this small book. It is enough to cancel only what is open, and to
 * price orders near the best price. Prices are in ticks.
 */
import type { Side } from '../model/index.ts';

export interface FlowOrder {
  readonly id: number;
  readonly side: Side;
  readonly price: number;
  readonly account: string;
  quantity: number;
}

/** Levels further than this from the last best price are not looked for. */
const REACH = 5_000;

export class FlowBook {
  /** Where the market is when a side is empty. */
  readonly #middle: number;
  readonly #orders = new Map<number, FlowOrder>();
  readonly #levels = { buy: new Map<number, Set<FlowOrder>>(), sell: new Map<number, Set<FlowOrder>>() };
  readonly #best: { buy: number; sell: number };

  constructor(middle: number) {
    this.#middle = middle;
    this.#best = { buy: middle - 1, sell: middle + 1 };
  }

  get size(): number {
    return this.#orders.size;
  }

  get(id: number): FlowOrder | undefined {
    return this.#orders.get(id);
  }

  values(): IterableIterator<FlowOrder> {
    return this.#orders.values();
  }

  /** The best price of a side, or where it would be if the side is empty. */
  best(side: Side): number {
    return this.#best[side];
  }

  rest(order: FlowOrder): void {
    const levels = this.#levels[order.side];
    const level = levels.get(order.price) ?? new Set();
    levels.set(order.price, level.add(order));
    this.#orders.set(order.id, order);
    if (levels.size === 1 || isBetter(order.side, order.price, this.#best[order.side])) {
      this.#best[order.side] = order.price;
    }
  }

  remove(order: FlowOrder): void {
    const level = this.#levels[order.side].get(order.price);
    this.#orders.delete(order.id);
    level?.delete(order);
    if (level?.size !== 0) return;
    this.#levels[order.side].delete(order.price);
    if (order.price === this.#best[order.side]) this.#best[order.side] = this.#nextBest(order.side);
  }

  /** What is offered at the best price of a side. */
  bestQuantity(side: Side): number {
    let quantity = 0;
    for (const order of this.#levels[side].get(this.#best[side]) ?? []) quantity += order.quantity;
    return quantity;
  }

  /** Takes from the orders of a side, best price first and oldest first, no further than `limit`. */
  take(side: Side, quantity: number, limit: number): void {
    while (quantity > 0 && this.#levels[side].size > 0 && !isBetter(side, limit, this.#best[side])) {
      const [order] = this.#levels[side].get(this.#best[side]) ?? [];
      if (order === undefined) return;
      const traded = Math.min(quantity, order.quantity);
      quantity -= traded;
      order.quantity -= traded;
      if (order.quantity === 0) this.remove(order);
    }
  }

  #nextBest(side: Side): number {
    const levels = this.#levels[side];
    const step = side === 'buy' ? -1 : 1;
    const from = this.#best[side];
    for (let distance = 1; distance < REACH; distance++) {
      if (levels.has(from + distance * step)) return from + distance * step;
    }
    return this.#middle + step;
  }
}

/** Whether price `a` comes before price `b` on a side. */
export function isBetter(side: Side, a: number, b: number): boolean {
  return side === 'buy' ? a > b : a < b;
}
