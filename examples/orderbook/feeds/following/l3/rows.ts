/** Rows of a recording of single orders: what stands in which column, and errors that name the column. */
import type { RefoldError } from 'refold';
import { parseDecimal } from '../../../decimals.ts';
import type { Side } from '../../../model/events.ts';
import { parseInteger, unreadable } from '../../reading/csv.ts';
import { Header, unendedLine } from '../../reading/header.ts';
import { moreDecimalsHint } from '../settings.ts';
import {
  ACTIONS,
  columnsOf,
  L3_HINT,
  type L3Action,
  type L3Column,
  type L3Columns,
  plainWord,
  SIDES,
  SIDES_BY_NUMBER,
} from './columns.ts';

export class L3Rows {
  readonly header: Header;
  readonly columns: L3Columns;
  readonly #numbers: Readonly<Record<string, Side>>;
  /** Words as the file writes them. */
  readonly #actions = new Map<string, L3Action>();
  readonly #sides = new Map<string, Side>();

  constructor(path: string, first: string) {
    this.header = new Header(path, first);
    this.columns = columnsOf(this.header);
    this.#numbers = SIDES_BY_NUMBER[plainWord(this.header.title(this.columns.side[0]!))] ?? {};
  }

  /** The text of a column. Where it is empty, the next column that may hold it counts. */
  text(fields: readonly string[], column: L3Column): string {
    for (const at of this.columns[column]) if (fields[at] !== '') return fields[at]!;
    return '';
  }

  action(fields: readonly string[], line: number): L3Action {
    const text = this.text(fields, 'action');
    const known = this.#actions.get(text);
    if (known !== undefined) return known;
    const action = ACTIONS.get(plainWord(text));
    if (action === undefined) throw this.bad(fields, line, 'action', 'Use one of add, change, delete, trade, clear');
    this.#actions.set(text, action);
    return action;
  }

  side(fields: readonly string[], line: number): Side {
    const text = this.text(fields, 'side');
    const known = this.#sides.get(text);
    if (known !== undefined) return known;
    const side = this.#numbers[text] ?? SIDES.get(plainWord(text));
    if (side === undefined) throw this.bad(fields, line, 'side', 'Use one of buy, sell, bid, ask');
    this.#sides.set(text, side);
    return side;
  }

  id(fields: readonly string[], line: number): number | string {
    const text = this.text(fields, 'id');
    if (text === '') throw this.bad(fields, line, 'id', 'Give the id of the order');
    return parseInteger(text) ?? text;
  }

  price(fields: readonly string[], line: number, decimals: number): number {
    return this.#decimal(fields, line, 'price', decimals);
  }

  /** From 0. */
  size(fields: readonly string[], line: number, decimals: number): number {
    const size = this.#decimal(fields, line, 'size', decimals);
    if (size >= 0) return size;
    throw this.bad(fields, line, 'size', 'Give a decimal of 0 or more');
  }

  #decimal(fields: readonly string[], line: number, column: 'price' | 'size', decimals: number): number {
    const text = this.text(fields, column);
    const value = parseDecimal(text, decimals);
    if (typeof value === 'number') return value;
    if (value === 'noDecimal') throw this.bad(fields, line, column, 'Give a decimal, such as 579.85');
    if (value === 'tooLarge') {
      const hint = `Give fewer decimals, as in --set ${column}-decimals=${Math.max(decimals - 3, 0)}`;
      throw this.bad(fields, line, column, hint, `, which with ${decimals} decimals is past 2^53`);
    }
    const why = `, which has more than the ${decimals} decimals of the book`;
    throw this.bad(fields, line, column, moreDecimalsHint(column, text), why);
  }

  /** An error about a column: what it holds, and what is wrong with it. */
  bad(fields: readonly string[], line: number, column: L3Column, hint: string, why = ''): RefoldError {
    const at = this.columns[column].find((place) => fields[place] !== '') ?? this.columns[column][0]!;
    return this.header.error(line, `${column} is ${JSON.stringify(fields[at])}${why}`, hint, at);
  }

  /** Refuses a last line that lacks its end, and so may be cut within a field that counts. */
  requireWhole(fields: readonly string[], line: number, isKnownSymbol: (symbol: string) => boolean): void {
    const last = fields.length - 1;
    const column = (Object.keys(this.columns) as L3Column[]).find((name) => this.columns[name].includes(last));
    if (column === undefined || (column === 'symbol' && isKnownSymbol(fields[last]!))) return;
    throw unendedLine(this.header.path, line);
  }
}

/** A file without any line. */
export function emptyFile(path: string): RefoldError {
  return unreadable(path, 'it is empty', { hint: L3_HINT });
}
