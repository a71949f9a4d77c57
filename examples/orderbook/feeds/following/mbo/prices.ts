/**
 * Prices of Databento's files as whole numbers.
 *
 *     3675750000000   a whole number counts 1e-9: 3675.75
 *     3675.750000000  a decimal says the price itself
 *     9223372036854775807, an empty text, NaN: without a price
 *
 * A file has the one or the other. A file with both is refused: `5000` in a file of decimals would be 0.000005.
 */
import { type DecimalProblem, parseDecimal } from '../../../decimals.ts';
import { parseInteger } from '../../reading/csv.ts';
import { moreDecimalsHint } from '../settings.ts';

/** The decimals of a price that counts 1e-9. */
export const MBO_PRICE_DECIMALS = 9;

const WITHOUT: ReadonlySet<string> = new Set([
  '',
  '9223372036854775807',
  '9223372036.854775807',
  'nan',
  'NaN',
  'null',
  'None',
]);

/** Why a price cannot be read: what the message says, and what to do. */
export interface PriceProblem {
  readonly problem: string;
  readonly hint: string;
}

/** Reads the prices of one file. */
export class MboPrices {
  readonly #decimals: number;
  #style: 'units' | 'decimals' | undefined;

  /** @param decimals the scale of the book's prices */
  constructor(decimals: number) {
    this.#decimals = decimals;
  }

  /** The price, scaled; undefined for a message without one. */
  read(text: string): number | undefined | PriceProblem {
    if (WITHOUT.has(text)) return undefined;
    const style = isWhole(text) ? 'units' : 'decimals';
    this.#style ??= style;
    if (this.#style !== style) return mixed(text, style);
    if (style === 'units' && this.#decimals === MBO_PRICE_DECIMALS) {
      return parseInteger(text) ?? this.#problem(text, 'tooLarge');
    }
    const decimal = style === 'units' ? `${text}e-${MBO_PRICE_DECIMALS}` : text;
    const value = parseDecimal(decimal, this.#decimals);
    return typeof value === 'number' ? value : this.#problem(text, value, decimal);
  }

  #problem(text: string, why: DecimalProblem, decimal: string = text): PriceProblem {
    const problem = `price is ${JSON.stringify(text)}`;
    const decimals = this.#decimals;
    if (why === 'tooManyDecimals') {
      return {
        problem: `${problem}, which has more than ${decimals} decimals`,
        hint: moreDecimalsHint('price', decimal),
      };
    }
    if (why === 'tooLarge') {
      const told = `${problem}, which with ${decimals} decimals is past 2^53`;
      return { problem: told, hint: `Give fewer decimals, as in --set price-decimals=${Math.max(decimals - 5, 0)}` };
    }
    return { problem, hint: 'Give a whole number of 1e-9, or a decimal' };
  }
}

function isWhole(text: string): boolean {
  for (let index = text.charCodeAt(0) === 45 ? 1 : 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return text !== '-';
}

function mixed(text: string, style: 'units' | 'decimals'): PriceProblem {
  const [is, before] = style === 'units' ? ['a whole number', 'decimals'] : ['a decimal', 'whole numbers of 1e-9'];
  const problem = `price is ${JSON.stringify(text)}, ${is}, after ${before}`;
  return { problem, hint: 'Write all prices of a file in one way' };
}
