/**
 * The levels of a symbol with the texts that the venue sent, as far as its own rules need them: the checksum over the
 * best levels, and the depth beyond which a level drops out without a message.
 *
 * The feed book keeps the levels that people ask for. This one dies with the reader.
 */
import { crc32 } from 'node:zlib';
import type { Side } from '../../../model/events.ts';

/** Whose rule a checksum follows. */
export type ChecksumRule = 'kraken' | 'okx';

/** How many levels of each side the checksum is over. */
const CHECKSUM_LEVELS: Readonly<Record<ChecksumRule, number>> = { kraken: 10, okx: 25 };

/** One side: prices in order, the best one last, because most changes are near it. */
export class L2Side {
  /** The price, or its negative for the asks, so that the best is the largest. */
  readonly #keys: number[] = [];
  /** What the checksum says of each level. */
  readonly #tokens: string[] = [];
  readonly #sign: 1 | -1;
  /** The checksum's text of this side, until one of its levels changes. */
  #text: string | undefined;

  constructor(side: Side) {
    this.#sign = side === 'buy' ? 1 : -1;
  }

  get size(): number {
    return this.#keys.length;
  }

  /** Sets a level. `token` is what the checksum's text has for it. */
  set(price: number, token: string): void {
    const index = this.#find(price * this.#sign);
    if (this.#isAt(index, price)) {
      this.#tokens[index] = token;
    } else {
      this.#keys.splice(index, 0, price * this.#sign);
      this.#tokens.splice(index, 0, token);
    }
    this.#text = undefined;
  }

  /** Whether there was such a level. */
  remove(price: number): boolean {
    const index = this.#find(price * this.#sign);
    if (!this.#isAt(index, price)) return false;
    this.#keys.splice(index, 1);
    this.#tokens.splice(index, 1);
    this.#text = undefined;
    return true;
  }

  /** Removes the worst level and tells its price. */
  removeWorst(): number {
    this.#tokens.shift();
    this.#text = undefined;
    return this.#keys.shift()! * this.#sign;
  }

  clear(): void {
    this.#keys.length = 0;
    this.#tokens.length = 0;
    this.#text = undefined;
  }

  /** The token of a level, counted from the best; undefined beyond the worst. */
  tokenAt(rank: number): string | undefined {
    return this.#tokens[this.#tokens.length - 1 - rank];
  }

  /** The tokens of the best levels, one after the other. */
  textOf(levels: number): string {
    if (this.#text !== undefined) return this.#text;
    let text = '';
    for (let rank = 0; rank < levels; rank++) text += this.tokenAt(rank) ?? '';
    this.#text = text;
    return text;
  }

  #isAt(index: number, price: number): boolean {
    return this.#keys[index] === price * this.#sign;
  }

  /** The first index whose key is not below this one. */
  #find(key: number): number {
    const keys = this.#keys;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * The checksum of a book, as an unsigned number of 32 bits.
 *
 * Kraken: the best 10 asks from low to high, then the best 10 bids from high to low. A level is the digits of its price,
 * then those of its size, without point and leading zeros.
 * OKX: `price:size` of the best 25 levels of each side with colons between them, bid and ask in turn; what one side has
 * more than the other follows.
 */
export function checksumOf(rule: ChecksumRule, bids: L2Side, asks: L2Side): number {
  const levels = CHECKSUM_LEVELS[rule];
  if (rule === 'kraken') return crc32(asks.textOf(levels) + bids.textOf(levels));
  let text = '';
  for (let rank = 0; rank < levels; rank++) {
    const bid = bids.tokenAt(rank);
    const ask = asks.tokenAt(rank);
    if (bid === undefined && ask === undefined) break;
    if (bid !== undefined) text += text === '' ? bid : `:${bid}`;
    if (ask !== undefined) text += text === '' ? ask : `:${ask}`;
  }
  return crc32(text);
}

/**
 * What a checksum's text has for a level.
 *
 * @param decimals of the venue's texts: a recorder that read and wrote numbers has dropped zeros, which come back here
 */
export function tokenOf(
  rule: ChecksumRule | undefined,
  price: string,
  size: string,
  decimals: { readonly price: number; readonly size: number },
): string {
  if (rule === undefined) return '';
  if (rule === 'okx') return `${price}:${size}`;
  return digitsOf(price, decimals.price) + digitsOf(size, decimals.size);
}

/** The digits of a decimal without point and leading zeros, with at least so many decimals. */
function digitsOf(text: string, decimals: number): string {
  const point = text.indexOf('.');
  const given = point === -1 ? 0 : text.length - point - 1;
  const digits = point === -1 ? text : text.slice(0, point) + text.slice(point + 1);
  let from = 0;
  while (digits.charCodeAt(from) === 0x30) from++;
  const significant = from === 0 ? digits : digits.slice(from);
  return given < decimals ? significant + '0'.repeat(decimals - given) : significant;
}
