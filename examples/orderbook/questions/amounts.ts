/** Exact amounts as texts and numbers: prices, sizes, and what is made of them. Nothing is rounded unless it says so. */
import { formatDecimal, parseDecimal } from '../decimals.ts';
import type { Sum } from '../model/index.ts';
import type { Decimals } from './books/book-kind.ts';

/** Decimals are texts, so that they stay exact; whole numbers are numbers, and bigints past 2^53. */
export type Amount = number | bigint | string;

/** So many decimals more than a price has an average price. */
const MEAN_DECIMALS = 6;

/** How the numbers of a symbol are shown: as decimals where the book knows them, otherwise as they are. */
export class Scale {
  readonly #decimals: Decimals | undefined;

  /** @param raw show whole numbers also where the decimals are known */
  constructor(decimals: Decimals | undefined, raw = false) {
    this.#decimals = raw ? undefined : decimals;
  }

  price(value: number): Amount {
    return this.#decimals === undefined ? value : formatDecimal(value, this.#decimals.price);
  }

  size(value: Sum): Amount {
    return this.#decimals === undefined ? value : formatDecimal(value, this.#decimals.size);
  }

  /** A sum of prices times sizes. */
  notional(value: bigint): Amount {
    const { price = 0, size = 0 } = this.#decimals ?? {};
    return this.#decimals === undefined ? inOneForm(value) : formatDecimal(value, price + size);
  }

  /** A sum of prices times nanoseconds, as text. */
  weighted(value: bigint): string {
    return formatDecimal(value, this.#decimals?.price ?? 0);
  }

  /** An average price with six decimals more than a price has, rounded half away from zero; null for nothing. */
  mean(sum: bigint, weight: bigint): string | null {
    if (weight === 0n) return null;
    return formatDecimal(
      divideRounded(sum * 10n ** BigInt(MEAN_DECIMALS), weight),
      (this.#decimals?.price ?? 0) + MEAN_DECIMALS,
    );
  }

  /** Reads a price as it is shown; undefined if it is not a price. */
  parsePrice(text: string): number | undefined {
    const value = parseDecimal(text, this.#decimals?.price ?? 0);
    return typeof value === 'number' ? value : undefined;
  }
}

/** The nearest whole number to a fraction; of two that are as near, the one farther from zero. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const isNegative = numerator < 0n !== denominator < 0n;
  const [top, bottom] = [absolute(numerator), absolute(denominator)];
  const rounded = (2n * top + bottom) / (2n * bottom);
  return isNegative ? -rounded : rounded;
}

/** A number where it is exact, otherwise a bigint. */
export function inOneForm(value: bigint): Sum {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
