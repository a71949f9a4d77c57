/**
 * The scale of a symbol: how many decimals its prices and sizes have, for a book that counts in whole numbers.
 *
 * The first of these that is known:
 *
 *  1. what the user says: `--set price-decimals=N`, `--set size-decimals=N`;
 *  2. what the venue says beside its book: Kraken's channel `instrument`;
 *  3. the most decimals that the first book message of the symbol has. Most sources leave zeros at the end out, so that a
 *     later text may have more. For these, up to ten decimals are taken, as long as numbers a million times as large as
 *     those of the message fit. They are never seen, because decimals are shown without zeros at their end.
 *
 * No book has more than 18. Nothing after that message counts, so that a file which was cut, or grows, has one scale.
 */
import { decimalsOf, decimalsThatFit, MAX_DECIMALS } from '../../../decimals.ts';

export interface Scale {
  readonly price: number;
  readonly size: number;
}

/** More decimals than the texts have are taken up to here. */
const ROOMY = 10;
/** How much larger than those of the first message later numbers may be. */
const GROWTH = 1_000_000;

/** What is known of the decimals of prices, or of sizes. */
export interface DecimalSources {
  /** The texts of the first message. What is not a decimal does not count. */
  readonly texts: readonly string[];
  /** The texts have all their zeros. */
  readonly writesZeros: boolean;
  readonly option: number | undefined;
  readonly venue: number | undefined;
}

/**
 * The decimals to count in, and the decimals that the venue computes its checksum with.
 *
 * Those differ where the user gives more than the venue has. Where the texts of a venue that writes all zeros lack some,
 * a recorder has dropped them, and the checksum has at least as many as any text.
 */
export function chooseDecimals({ texts, writesZeros, option, venue }: DecimalSources): {
  readonly scale: number;
  readonly digits: number;
} {
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const text of texts) {
    const decimals = decimalsOf(text);
    if (decimals === undefined) continue;
    most = Math.max(most, decimals);
    least = Math.min(least, decimals);
    largest = Math.max(largest, Math.abs(Number(text)));
  }
  const isEven = writesZeros && least === most;
  const scale = option ?? venue ?? (isEven ? most : Math.max(most, decimalsThatFit(largest * GROWTH, ROOMY)));
  return { scale: Math.min(scale, MAX_DECIMALS), digits: venue ?? (isEven ? most : Math.max(most, option ?? 0)) };
}
