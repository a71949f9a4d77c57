/**
 * Which stock a message is about: messages give a number, the stock locate, and the stock directory (R) says whose it
 * is on this day.
 */

/** What an entry says to what is known: a new stock, one of an earlier day, or the same as before. */
export type Listing = 'new' | 'laterDay' | 'again' | 'contradicts';

/** The stock of a locate. */
export interface Stock {
  readonly symbol: string;
  /** Whether its messages are read. */
  readonly wanted: boolean;
  /** The eight bytes of its name as two numbers: they are compared with each message that has the name. */
  readonly high: number;
  readonly low: number;
}

export class StockDirectory {
  readonly #wanted: ReadonlySet<string> | undefined;
  /** The stocks of the day by their locate, and the locate of each. */
  readonly #stocks = new Map<number, Stock>();
  readonly #locates = new Map<string, number>();
  /** Symbols of this day and the days before it. */
  readonly #known = new Set<string>();

  /** @param wanted the stocks that are read; all of them if undefined */
  constructor(wanted: ReadonlySet<string> | undefined) {
    this.#wanted = wanted;
  }

  /** A new day begins: its directory may number the stocks in another way. */
  startDay(): void {
    this.#stocks.clear();
    this.#locates.clear();
  }

  /** Enters the stock whose name is at `at`. The first entry of a day counts. */
  list(locate: number, symbol: string, view: DataView, at: number): Listing {
    if (this.#stocks.get(locate)?.symbol === symbol) return 'again';
    if (this.#stocks.has(locate) || this.#locates.has(symbol)) return 'contradicts';
    const name = { high: view.getUint32(at), low: view.getUint32(at + 4) };
    this.#stocks.set(locate, { symbol, wanted: this.wants(symbol), ...name });
    this.#locates.set(symbol, locate);
    if (this.#known.has(symbol)) return 'laterDay';
    this.#known.add(symbol);
    return 'new';
  }

  get(locate: number): Stock | undefined {
    return this.#stocks.get(locate);
  }

  wants(symbol: string): boolean {
    return this.#wanted?.has(symbol) ?? true;
  }

  get wantsAll(): boolean {
    return this.#wanted === undefined;
  }
}

/** Whether the name at `at` is that of the stock. */
export function isNameOf({ high, low }: Stock, view: DataView, at: number): boolean {
  return view.getUint32(at) === high && view.getUint32(at + 4) === low;
}
