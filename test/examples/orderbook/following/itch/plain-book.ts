/** A second book, which reads the bytes of ITCH messages itself: a map of orders, in the order of arrival. */

interface PlainOrder {
  readonly stock: string;
  readonly side: 'B' | 'S';
  readonly price: number;
  shares: number;
}

/** What a plain book knows of a stock. */
export interface PlainStock {
  /** `price shares: orders`, best first. */
  readonly bids: readonly string[];
  readonly asks: readonly string[];
  readonly status: string | null;
}

export interface PlainTotals {
  /** Messages by type. */
  readonly types: Record<string, number>;
  /** Shares of orders that were executed, and those of them that are not to be printed. */
  executed: number;
  unprinted: number;
  /** Shares of crosses and of trades against hidden orders. */
  crossed: number;
  hidden: number;
  prints: number;
}

const STATES: Readonly<Record<string, string>> = { H: 'halted', P: 'paused', Q: 'quotation only', T: 'trading' };

export class PlainItchBook {
  readonly totals: PlainTotals = { types: {}, executed: 0, unprinted: 0, crossed: 0, hidden: 0, prints: 0 };
  readonly stocks = new Map<number, string>();
  readonly #orders = new Map<bigint, PlainOrder>();
  readonly #status = new Map<string, string>();

  apply(message: Buffer): void {
    const type = String.fromCharCode(message[0]!);
    this.totals.types[type] = (this.totals.types[type] ?? 0) + 1;
    if (type === 'R') this.stocks.set(message.readUInt16BE(1), message.toString('latin1', 11, 19).trim());
    if (type === 'H') {
      const stock = message.toString('latin1', 11, 19).trim();
      this.#status.set(stock, STATES[String.fromCharCode(message[19]!)]!);
    }
    if (type === 'P') this.#trade('hidden', message.readUInt32BE(20));
    if (type === 'Q') this.#trade('crossed', Number(message.readBigUInt64BE(11)));
    if ('AFECXDU'.includes(type)) this.#applyToOrder(type, message);
  }

  of(stock: string): PlainStock {
    return { bids: this.#levels(stock, 'B'), asks: this.#levels(stock, 'S'), status: this.#status.get(stock) ?? null };
  }

  #trade(kind: 'hidden' | 'crossed', shares: number): void {
    this.totals[kind] += shares;
    if (shares > 0) this.totals.prints++;
  }

  #applyToOrder(type: string, message: Buffer): void {
    const id = message.readBigUInt64BE(11);
    if (type === 'A' || type === 'F') {
      const side = message[19] === 0x42 ? 'B' : 'S';
      const stock = message.toString('latin1', 24, 32).trim();
      this.#orders.set(id, { stock, side, shares: message.readUInt32BE(20), price: message.readUInt32BE(32) });
      return;
    }
    const order = this.#orders.get(id)!;
    if (type === 'D') this.#orders.delete(id);
    if (type === 'U') {
      this.#orders.delete(id);
      const terms = { shares: message.readUInt32BE(27), price: message.readUInt32BE(31) };
      this.#orders.set(message.readBigUInt64BE(19), { ...order, ...terms });
    }
    if ('ECX'.includes(type)) {
      const shares = message.readUInt32BE(19);
      order.shares -= shares;
      if (order.shares === 0) this.#orders.delete(id);
      if (type === 'X') return;
      this.totals.executed += shares;
      if (type === 'C' && message[31] === 0x4e) this.totals.unprinted += shares;
      else this.totals.prints++;
    }
  }

  #levels(stock: string, side: 'B' | 'S'): string[] {
    const levels = new Map<number, { shares: number; ids: bigint[] }>();
    for (const [id, order] of this.#orders) {
      if (order.stock !== stock || order.side !== side) continue;
      const level = levels.get(order.price) ?? { shares: 0, ids: [] };
      levels.set(order.price, { shares: level.shares + order.shares, ids: [...level.ids, id] });
    }
    const sign = side === 'B' ? -1 : 1;
    return [...levels]
      .sort(([a], [b]) => sign * (a - b))
      .map(([price, { shares, ids }]) => `${price} ${shares}: ${ids.join(' ')}`);
  }
}
