/** Compares the best levels of the book with those that a recording has beside each row. */
import { basename } from 'node:path';
import { formatDecimal, parseDecimal } from '../../../decimals.ts';
import { type ReadonlyFeedBook, topLevels } from '../../../follow/index.ts';
import type { Side } from '../../../model/events.ts';
import type { OracleReport } from '../feed-kind.ts';
import type { L3Column } from './columns.ts';
import type { L3Rows } from './rows.ts';

const COLUMNS: readonly (readonly [side: Side, name: string, price: L3Column, size: L3Column])[] = [
  ['buy', 'best bid', 'bestBid', 'bestBidSize'],
  ['sell', 'best ask', 'bestAsk', 'bestAskSize'],
];

/** How a recording writes that a side is empty. */
const NOTHING: ReadonlySet<string> = new Set(['', '0', '0.0', 'nan', 'NaN', 'null', 'None', 'NA']);

export interface ComparedSymbol {
  readonly symbol: string;
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
}

/** The comparison of one feed, which may have several files. */
export class TopOfBook {
  #checked = 0;
  #wrong = 0;
  #first: OracleReport['first'] = null;

  /** Undefined if no row had a best level beside it. */
  get report(): OracleReport | undefined {
    const [checked, wrong, first] = [this.#checked, this.#wrong, this.#first];
    return checked === 0 ? undefined : { of: 'best levels', checked, wrong, first };
  }

  /** Compares the book after a row with what the row says. A row without best levels is passed over. */
  compare(book: ReadonlyFeedBook, symbol: ComparedSymbol, row: ComparedRow): void {
    const { rows, fields, path, line } = row;
    const sides = COLUMNS.filter(([, , price]) => rows.columns[price].length > 0);
    if (sides.every(([, , price]) => rows.text(fields, price) === '')) return;
    this.#checked++;
    const difference = sides
      .map(([side, name, price, size]) => {
        const told = [rows.text(fields, price), rows.columns[size].length === 0 ? undefined : rows.text(fields, size)];
        return differenceOf(book, symbol, side, name, told);
      })
      .find((found) => found !== undefined);
    if (difference === undefined) return;
    this.#wrong++;
    this.#first ??= { file: basename(path), line, difference };
  }
}

export interface ComparedRow {
  readonly rows: L3Rows;
  readonly fields: readonly string[];
  readonly path: string;
  readonly line: number;
}

function differenceOf(
  book: ReadonlyFeedBook,
  { symbol, priceDecimals, sizeDecimals }: ComparedSymbol,
  side: Side,
  name: string,
  [price = '', size]: readonly (string | undefined)[],
): string | undefined {
  const best = topLevels(book, symbol, side, 1)[0];
  if (NOTHING.has(price)) return best === undefined ? undefined : `${name} is ${shown()}, and the file shows no level`;
  const isSame =
    best !== undefined &&
    parseDecimal(price, priceDecimals) === best.price &&
    (size === undefined || size === '' || parseDecimal(size, sizeDecimals) === best.quantity);
  if (isSame) return undefined;
  return `${name} is ${shown()}, and the file has ${price}${size === undefined || size === '' ? '' : ` × ${size}`}`;

  function shown(): string {
    if (best === undefined) return 'not there';
    return `${formatDecimal(best.price, priceDecimals)} × ${formatDecimal(best.quantity, sizeDecimals)}`;
  }
}
