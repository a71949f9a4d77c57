/**
 * The scale of a symbol: how many decimals its prices and sizes have, for a book that counts in whole numbers.
 *
 * The first of these that is known:
 *
 *  1. what the user says (`--price-decimals`, `--size-decimals`);
 *  2. what the venue says beside its book (Kraken's channel `instrument`);
 *  3. the most decimals that the first book message of the symbol has. Where those texts do not all have the same number
 *     of decimals, the source leaves zeros out, and a later text may have more: so up to eight decimals are taken, as long
 *     as numbers a thousand times as large as those of the message fit. Nobody sees them, because a decimal is shown
 *     without zeros at its end.
 *
 * A file that was cut gives the same scale as the whole file, because nothing after that message counts.
 */
import { decimalsOf } from '../../../decimals.ts';

export interface Scale {
  readonly price: number;
  readonly size: number;
}

/** What a symbol's scale, and the digits in its checksum, are taken from. */
export interface ScaleSources {
  readonly option: Partial<Scale>;
  readonly venue: Scale | undefined;
}

/** More decimals than a text has are taken up to here. */
const ROOMY = 8;
/** How much larger than those of the first message later numbers may be. */
const GROWTH = 1_000;

/** The decimals for a set of texts, such as the prices of a book. Texts that are not decimals do not count. */
export function chooseDecimals(
  texts: readonly string[],
  option: number | undefined,
  venue: number | undefined,
): { readonly scale: number; readonly digits: number } {
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
  const isEven = least >= most && most > 0;
  const scale = option ?? venue ?? (isEven ? most : Math.max(most, roomFor(largest)));
  return { scale, digits: venue ?? (isEven ? most : (option ?? most)) };
}

/** How many decimals leave room for numbers that are much larger than this one. */
function roomFor(largest: number): number {
  let decimals = ROOMY;
  while (decimals > 0 && largest * GROWTH * 10 ** decimals > Number.MAX_SAFE_INTEGER) decimals--;
  return decimals;
}
