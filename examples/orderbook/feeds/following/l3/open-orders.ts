/**
 * The orders that a recording has open, as far as its reader must know them.
 *
 * Some feeds tell a change without the price, and some tell the end of an order that was filled before. Neither can be
 * told from a mistake without knowing the order.
 */
import type { FeedOrderId } from '../../../follow/messages.ts';

interface OpenOrder {
  price: number;
  size: number;
}

/** Ids of filled orders that are kept: feeds tell the end of an order at once, or never. */
const FILLED = 100_000;

export class OpenOrders {
  readonly #open = new Map<FeedOrderId, OpenOrder>();
  readonly #filled = new Set<FeedOrderId>();

  get(id: FeedOrderId): Readonly<OpenOrder> | undefined {
    return this.#open.get(id);
  }

  add(id: FeedOrderId, price: number, size: number): void {
    this.#open.set(id, { price, size });
  }

  change(id: FeedOrderId, price: number, size: number): void {
    const order = this.#open.get(id);
    if (order === undefined) return;
    order.price = price;
    order.size = size;
  }

  execute(id: FeedOrderId, size: number): void {
    const order = this.#open.get(id);
    if (order === undefined) return;
    order.size -= size;
    if (order.size <= 0) this.fill(id);
  }

  /** The order is complete. */
  fill(id: FeedOrderId): void {
    this.#open.delete(id);
    this.#filled.add(id);
    if (this.#filled.size > FILLED) for (const oldest of this.#filled) return void this.#filled.delete(oldest);
  }

  /** The order leaves. Returns what it was before: filled orders are forgotten. */
  end(id: FeedOrderId): 'open' | 'filled' | 'unknown' {
    if (this.#open.delete(id)) return 'open';
    return this.#filled.delete(id) ? 'filled' : 'unknown';
  }

  clear(): void {
    this.#open.clear();
    this.#filled.clear();
  }
}
