/** Made-up trading days in ITCH, from a seed: what the exchange would say of a few stocks that trade at random. */
import { Random } from '../../../../../examples/orderbook/demo/random.ts';
import { directory, encode } from './encoder.ts';

interface OpenOrder {
  readonly id: bigint;
  readonly locate: number;
  readonly side: string;
  shares: number;
}

export interface DayOptions {
  readonly seed: number;
  /** How many things happen between the directory and the end of the day. */
  readonly happenings: number;
  readonly stocks?: readonly string[];
}

const HOUR_NS = 3_600_000_000_000;
/** Two order references of a day stand on both sides of 2^53, as later ones may. */
const FIRST_ID = 2n ** 53n - 40n;

/** The messages of a day, without lengths. */
export function randomDay({ seed, happenings, stocks = ['AAPL', 'BRK.A', 'ZVZZT', 'LONGNAME'] }: DayOptions): Buffer[] {
  const day = new Day(new Random(seed), stocks);
  day.open();
  for (let left = happenings; left > 0; left--) day.happen();
  day.close();
  return day.messages;
}

class Day {
  readonly messages: Buffer[] = [];
  readonly #random: Random;
  readonly #stocks: readonly string[];
  readonly #open: OpenOrder[] = [];
  #ns = 4 * HOUR_NS;
  #id = FIRST_ID;
  #match = 0;

  constructor(random: Random, stocks: readonly string[]) {
    this.#random = random;
    this.#stocks = stocks;
  }

  open(): void {
    this.messages.push(encode('S', 0, this.#later(), 'O'));
    for (const [index, stock] of this.#stocks.entries()) {
      this.messages.push(directory(this.#locate(index), this.#later(), stock));
      this.messages.push(encode('H', this.#locate(index), this.#later(), stock, 'T'));
    }
    this.messages.push(encode('V', 0, this.#later(), 1n, 2n, 3n));
    for (const event of ['S', 'Q']) this.messages.push(encode('S', 0, this.#later(), event));
  }

  close(): void {
    for (const event of ['M', 'E', 'C']) this.messages.push(encode('S', 0, this.#later(), event));
  }

  happen(): void {
    const random = this.#random;
    const share = random.below(100);
    if (share < 42 || this.#open.length === 0) this.#add();
    else if (share < 57) this.#execute();
    else if (share < 66) this.#reduce();
    else if (share < 78) this.#delete();
    else if (share < 88) this.#replace();
    else this.#elsewhere();
  }

  #add(): void {
    const random = this.#random;
    const [locate, stock] = this.#anyStock();
    const side = random.pick(['B', 'S']);
    const order = { id: this.#newId(), locate, side, shares: 1 + random.below(900) };
    const attributed = random.below(4) === 0;
    const terms = [order.id, side, order.shares, stock, this.#price()] as const;
    const ns = this.#later();
    this.messages.push(attributed ? encode('F', locate, ns, ...terms, 'GSCO') : encode('A', locate, ns, ...terms));
    this.#open.push(order);
  }

  #execute(): void {
    const [order, shares] = this.#partOfAny();
    const ns = this.#later();
    const match = ++this.#match;
    const { id, locate } = order;
    if (this.#random.below(3) > 0) this.messages.push(encode('E', locate, ns, id, shares, match));
    else {
      const printable = this.#random.pick(['Y', 'N']);
      this.messages.push(encode('C', locate, ns, id, shares, match, printable, this.#price()));
    }
  }

  #reduce(): void {
    const [{ id, locate }, shares] = this.#partOfAny();
    this.messages.push(encode('X', locate, this.#later(), id, shares));
  }

  #delete(): void {
    const [{ id, locate }] = this.#open.splice(this.#random.below(this.#open.length), 1) as [OpenOrder];
    this.messages.push(encode('D', locate, this.#later(), id));
  }

  #replace(): void {
    const [old] = this.#open.splice(this.#random.below(this.#open.length), 1) as [OpenOrder];
    const order = { ...old, id: this.#newId(), shares: 1 + this.#random.below(900) };
    this.messages.push(encode('U', old.locate, this.#later(), old.id, order.id, order.shares, this.#price()));
    this.#open.push(order);
  }

  /** What changes no order. */
  #elsewhere(): void {
    const random = this.#random;
    const [locate, stock] = this.#anyStock();
    const ns = this.#later();
    const price = this.#price();
    const match = ++this.#match;
    this.messages.push(
      random.pick([
        () => encode('P', locate, ns, 0, 'B', 1 + random.below(500), stock, price, match),
        () => encode('Q', locate, ns, random.below(3) * 12_345, stock, price, match, 'O'),
        () => encode('H', locate, ns, stock, random.pick(['H', 'P', 'Q', 'T']), '', random.pick(['', 'T1', 'LUDP'])),
        () => encode('B', locate, ns, 1 + random.below(match)),
        () => encode('I', locate, ns, 100, 200, 'B', stock, price, price, price, 'C', 'L'),
        () => encode('L', locate, ns, 'GSCO', stock, 'Y', 'N', 'A'),
        () => encode('Y', locate, ns, stock, '0'),
        () => encode('J', locate, ns, stock, price, price + 1, price - 1, 0),
        () => encode('h', locate, ns, stock, 'Q', 'H'),
        () => encode('N', locate, ns, stock, 'A'),
        () => encode('K', locate, ns, stock, 34_200, 'A', price),
        () => encode('O', locate, ns, stock, 'Y', 1, 2, 3, 4, 5, 6),
        () => encode('W', 0, ns, '1'),
        () => directory(locate, ns, stock),
      ])(),
    );
  }

  #partOfAny(): [OpenOrder, number] {
    const at = this.#random.below(this.#open.length);
    const order = this.#open[at]!;
    const shares = this.#random.below(2) === 0 ? order.shares : 1 + this.#random.below(order.shares);
    order.shares -= shares;
    if (order.shares === 0) this.#open.splice(at, 1);
    return [order, shares];
  }

  #anyStock(): readonly [number, string] {
    const index = this.#random.below(this.#stocks.length);
    return [this.#locate(index), this.#stocks[index]!];
  }

  /** The first stock does not have the first number. */
  #locate(index: number): number {
    return 7 + index * 8_000;
  }

  #price(): number {
    return 1_000_000 + this.#random.below(12) * 100;
  }

  #newId(): bigint {
    return ++this.#id;
  }

  /** Time stands still or goes on. */
  #later(): number {
    this.#ns += this.#random.below(4) * 777_777_777;
    return this.#ns;
  }
}
