/**
 * Replays a command tape through the engine, and checks the book against an order-book file row by row.
 *
 * A tape line is `row,ts_ns,cmd,id,side,price,qty`: S seed, N new, R reduce by, C cancel, X incoming IOC (side = the
 * aggressor's), H hidden print, P halt (price -1) and resume (0, 1). Commands of one row belong together: after the
 * last of them the book is what row `row` of the order-book file says. A row without commands leaves the book as it
 * was.
 */

import { type BookStore, Gateway } from '../gateway.ts';
import type { ProgressBar } from '../progress.ts';
import { type BookRow, findDifference, readBookRows, SIDE_BY_DIRECTION } from './book-rows.ts';
import { type CsvRow, readRows, type TextSource, unreadable } from './csv.ts';
import { Venue } from './venue.ts';

export const TAPE_HEADER = 'row,ts_ns,cmd,id,side,price,qty';

export interface TapeOptions {
  readonly symbol: string;
  /** The order-book file to check against. */
  readonly check?: TextSource | undefined;
  /** How many levels to compare; all that the file has if absent. */
  readonly levels?: number | undefined;
  readonly progress?: ProgressBar | undefined;
}

export interface RowCheck {
  readonly rowsChecked: number;
  readonly rowsWrong: number;
  /** Index of the first wrong row, from 0; null if every row is right. */
  readonly firstWrongRow: number | null;
}

export interface TapeReport extends RowCheck {
  readonly commands: number;
  readonly events: number;
  readonly trades: number;
  readonly hiddenPrints: number;
  /** Commands that the engine refused. */
  readonly rejected: number;
  readonly stateHash: string;
  readonly seconds: number;
  /** What is wrong in the first wrong row, in words. */
  readonly difference: string | null;
}

/**
 * Runs the tape to its end.
 *
 * @throws RefoldError `INVALID_OPTION` for a line that is not a command, and for an order-book file that ends before the tape
 */
export async function runTape(store: BookStore, tape: TextSource, options: TapeOptions): Promise<TapeReport> {
  const start = performance.now();
  const gateway = new Gateway(store);
  const venue = new Venue(gateway, options.symbol);
  const checker = options.check && new RowChecker(venue, options.check, options.levels);
  let commands = 0;
  let current = 0;
  for await (const line of readRows(tape, { header: TAPE_HEADER })) {
    const row = line.integer(0, 'row');
    if (row < current) throw line.error(`row ${row} after row ${current}`, 'Sort the tape by row');
    for (; current < row; current++) await checker?.check(current);
    runLine(venue, line);
    commands++;
    options.progress?.update(commands);
    await gateway.room();
  }
  if (commands > 0) await checker?.check(current);
  await checker?.checkRest(current + 1);
  await gateway.drain();
  return {
    commands,
    events: store.sequence,
    ...countTrades(venue),
    rejected: gateway.rejected,
    ...(checker?.report ?? { rowsChecked: 0, rowsWrong: 0, firstWrongRow: null, difference: null }),
    stateHash: await store.stateHash(),
    seconds: (performance.now() - start) / 1_000,
  };
}

/** Trades, and prints against hidden orders. */
export function countTrades(venue: Venue): { readonly trades: number; readonly hiddenPrints: number } {
  const { trades = 0, prints = 0 } = venue.book.symbols.get(venue.symbol) ?? {};
  return { trades, hiddenPrints: prints - trades };
}

const enter = (venue: Venue, line: CsvRow): void => venue.enter(id(line), side(line), price(line), quantity(line));

/** What each tape command asks of the venue. */
const COMMANDS: Readonly<Record<string, (venue: Venue, line: CsvRow) => void>> = {
  S: enter,
  N: enter,
  R: (venue, line) => venue.reduce(id(line), quantity(line)),
  C: (venue, line) => venue.cancel(id(line)),
  X: (venue, line) => venue.take(side(line), price(line), quantity(line)),
  H: (venue, line) => venue.print(side(line), price(line), quantity(line)),
  P: (venue, line) => line.word(5, 'price', HALTS)(venue),
};

/** What the price of a halt message says: -1 halt, 0 quotes again, 1 trades again. */
export const HALTS: Readonly<Record<string, (venue: Venue) => void>> = {
  '-1': (venue) => venue.halt(),
  0: (venue) => venue.resume(),
  1: (venue) => venue.resume(),
};

function runLine(venue: Venue, line: CsvRow): void {
  line.integer(1, 'ts_ns');
  line.word(2, 'cmd', COMMANDS)(venue, line);
}

function id(line: CsvRow): number {
  return line.integer(3, 'id');
}

function side(line: CsvRow) {
  return line.word(4, 'side', SIDE_BY_DIRECTION);
}

function price(line: CsvRow): number {
  return line.positive(5, 'price');
}

function quantity(line: CsvRow): number {
  return line.positive(6, 'qty');
}

/** Reads an order-book file in step with the tape. */
class RowChecker {
  readonly #venue: Venue;
  readonly #path: string;
  readonly #rows: AsyncGenerator<BookRow, void, void>;
  readonly #levels: number | undefined;
  #checked = 0;
  #wrong = 0;
  #firstWrong: number | null = null;
  #difference: string | null = null;

  constructor(venue: Venue, source: TextSource, levels: number | undefined) {
    this.#venue = venue;
    this.#path = source.path;
    this.#rows = readBookRows(source);
    this.#levels = levels;
  }

  get report(): RowCheck & { readonly difference: string | null } {
    return {
      rowsChecked: this.#checked,
      rowsWrong: this.#wrong,
      firstWrongRow: this.#firstWrong,
      difference: this.#difference,
    };
  }

  /** Compares the book as it is now with the file's next row, which must be row `index`. */
  async check(index: number): Promise<void> {
    const { value: row } = await this.#rows.next();
    if (row !== undefined) return this.#compare(row);
    throw unreadable(this.#path, `it ends after row ${index - 1}, and the tape continues with row ${index}`, {
      line: index,
      hint: 'Give the complete order-book file of this tape',
    });
  }

  /** Compares the book with the rows after the tape's end. */
  async checkRest(from: number): Promise<void> {
    for await (const row of this.#rows) if (row.index >= from) this.#compare(row);
  }

  #compare(row: BookRow): void {
    const levels = this.#levels ?? row.levels;
    if (levels > row.levels) {
      throw unreadable(this.#path, `it has ${row.levels} levels, but ${levels} are to be compared`, {
        line: row.index + 1,
        hint: `Say --levels ${row.levels}, or less`,
      });
    }
    const difference = findDifference(this.#venue.book, this.#venue.symbol, row, levels);
    this.#checked++;
    if (difference === undefined) return;
    this.#wrong++;
    this.#firstWrong ??= row.index;
    this.#difference ??= difference;
  }
}
