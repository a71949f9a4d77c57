/** Rows of a table, as `--rows` takes them. Pure. */
import { RefoldError } from '../../index.ts';

/** Entries by their place in a table, counted from 1. Both ends belong to it. */
export interface Rows {
  readonly from: number;
  /** Infinity for the last one. */
  readonly to: number;
}

const RANGE = /^(\d[\d,_]*)?(?:(\.\.)(\d[\d,_]*)?)?$/;

/** Reads `100..200`, `100..`, `..200` or `100`. @throws RefoldError `INVALID_OPTION` for any other text */
export function parseRows(text: string): Rows {
  const [, from, dots, to] = RANGE.exec(text) ?? [];
  if (from === undefined && to === undefined) throw invalid('Give rows such as 100..200, 100.., ..200 or 100.');
  const first = from === undefined ? 1 : wholeNumber(from);
  const last = to === undefined ? (dots === undefined ? first : Number.POSITIVE_INFINITY) : wholeNumber(to);
  if (first < 1 || last < 1) throw invalid('Give rows from 1 on.');
  if (first > last) throw invalid('Give the smaller number first, such as 100..200.');
  return { from: first, to: last };
}

function wholeNumber(text: string): number {
  const value = Number(text.replace(/[,_]/g, ''));
  if (Number.isSafeInteger(value)) return value;
  throw invalid('Give smaller numbers.');
}

function invalid(hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', 'Cannot read the rows', { type: 'rows', hint });
}
