/**
 * LOBSTER's order-book files: the best levels of a book, one row per message, and their comparison with the engine's.
 *
 * A row is `ask price 1, ask size 1, bid price 1, bid size 1, ask price 2, …`; row i is the book after message i. A level
 * that is not there has price 9999999999 (ask) or -9999999999 (bid) and size 0.
 */

import { type LevelView, type ReadonlyBook, type Side, topLevels } from '../../model/index.ts';
import { CsvRow, readLineBlocks, readRowBlocks, requireKind, type TextSource, wrongColumns } from './csv.ts';

/** A price level as a file or the engine has it. */
export interface Level {
  readonly price: number;
  readonly quantity: number;
}

/** The best levels of both sides, best first. */
export interface BookTop {
  readonly buy: readonly Level[];
  readonly sell: readonly Level[];
}

/** One row of an order-book file. */
export interface BookRow extends BookTop {
  /** Counted from 0. */
  readonly index: number;
  /** Levels the file shows at each side; a side with fewer is shown whole. */
  readonly levels: number;
}

export const SIDES = ['buy', 'sell'] as const;

const EMPTY_PRICE = 9_999_999_999;

/** The rows of an order-book file. How many levels it has is read from its first line. */
export async function* readBookRows(source: TextSource): AsyncGenerator<BookRow, void, void> {
  let index = 0;
  for await (const rows of readRowBlocks(source, { kind: 'orderBook' })) {
    for (const row of rows) yield parseBookRow(row, index++);
  }
}

/** The best levels of one side of a book, best first. */
export type Levels = (side: Side, depth: number) => readonly LevelView[];

/** A row that is read only if it is not, word for word, what the book says. */
export interface BookLine {
  readonly text: string;
  /** Levels the file shows at each side. */
  readonly levels: number;
  /** @throws RefoldError `INVALID_OPTION` for a line that is not a row */
  row(): BookRow;
}

/** The lines of an order-book file, in blocks. To read each would take longer than to follow a book. */
export async function* readBookLines(source: TextSource): AsyncGenerator<Iterable<BookLine>, void, void> {
  const { path } = source;
  let line = 0;
  let columns = 0;
  function* linesOf(lines: readonly string[]): Generator<BookLine, void, void> {
    for (const text of lines) {
      line++;
      if (line === 1) {
        requireKind(path, text, 'orderBook', true);
        columns = text.split(',').length;
      }
      yield new UnreadLine(new CsvRow(path, line, [text]), columns);
    }
  }
  for await (const { lines } of readLineBlocks(source)) yield linesOf(lines);
}

class UnreadLine implements BookLine {
  readonly text: string;
  readonly levels: number;
  readonly #columns: number;
  readonly #place: CsvRow;

  constructor(place: CsvRow, columns: number) {
    this.text = place.text(0);
    this.levels = columns / 4;
    this.#columns = columns;
    this.#place = place;
  }

  row(): BookRow {
    const { path, line } = this.#place;
    const row = new CsvRow(path, line, this.text.split(','));
    if (row.fields.length !== this.#columns) throw wrongColumns(row, row.fields.length, this.#columns);
    return parseBookRow(row, line - 1);
  }
}

/** The row of a book, as the file would have it. */
export function textOfTop(buy: readonly LevelView[], sell: readonly LevelView[], levels: number): string {
  let text = '';
  for (let at = 0; at < levels; at++) {
    const [ask, bid] = [sell[at], buy[at]];
    if (at > 0) text += ',';
    text += ask === undefined ? `${EMPTY_PRICE},0,` : `${ask.price},${ask.quantity},`;
    text += bid === undefined ? `${-EMPTY_PRICE},0` : `${bid.price},${bid.quantity}`;
  }
  return text;
}

/** Says how a book differs from a row in its best levels, or undefined if it does not. */
export function findDifference(book: ReadonlyBook, symbol: string, row: BookTop, levels: number): string | undefined {
  return findDifferenceOf((side, depth) => topLevels(book, symbol, side, depth), row, levels);
}

/** The same for any book. */
export function findDifferenceOf(top: Levels, row: BookTop, levels: number): string | undefined {
  for (const side of SIDES) {
    const expected = row[side];
    const actual = top(side, levels);
    for (let level = 0; level < levels; level++) {
      const [has, shall] = [actual[level], expected[level]];
      if (has?.price === shall?.price && has?.quantity === shall?.quantity) continue;
      return `${side === 'buy' ? 'bid' : 'ask'} ${level + 1} is ${describe(has)}, the file says ${describe(shall)}`;
    }
  }
  return undefined;
}

function parseBookRow(row: CsvRow, index: number): BookRow {
  const { length } = row.fields;
  if (length % 4 !== 0) {
    throw row.error(`${length} columns`, 'Give an order-book file: ask price, ask size, bid price, bid size per level');
  }
  const buy: Level[] = [];
  const sell: Level[] = [];
  for (let column = 0; column < length; column += 4) {
    addLevel(row, sell, column, 'ask');
    addLevel(row, buy, column + 2, 'bid');
  }
  return { index, levels: length / 4, buy, sell };
}

function addLevel(row: CsvRow, levels: Level[], column: number, name: 'ask' | 'bid'): void {
  const price = row.integer(column, `${name} price`);
  const quantity = row.integer(column + 1, `${name} size`);
  if (Math.abs(price) === EMPTY_PRICE && quantity === 0) return;
  const previous = levels.at(-1);
  const isBehind = previous === undefined || (name === 'ask' ? price > previous.price : price < previous.price);
  if (price < 1 || quantity < 1 || !isBehind || levels.length < Math.trunc(column / 4)) {
    throw row.error(
      `${name} level ${Math.trunc(column / 4) + 1} is ${price} × ${quantity}`,
      'Give levels from the best price on; those that are missing have price ±9999999999 and size 0',
      column,
    );
  }
  levels.push({ price, quantity });
}

function describe(level: Pick<LevelView, 'price' | 'quantity'> | undefined): string {
  return level === undefined ? 'empty' : `${level.price} × ${level.quantity}`;
}

/** Which side of the book ±1 means in these files. */
export const SIDE_BY_DIRECTION: Readonly<Record<string, Side>> = { 1: 'buy', '-1': 'sell' };
