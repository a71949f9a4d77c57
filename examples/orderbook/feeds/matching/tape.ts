/**
 * Replays a command tape through the engine, and checks the book against an order-book file row by row.
 *
 * A tape line is `row,ts_ns,cmd,id,side,price,qty`: S seed, N new, R reduce by, C cancel, X incoming IOC (side = the
 * aggressor's), H hidden print, P halt (price -1) and resume (0, 1). Commands of one row belong together: after the
 * last of them the book is what row `row` of the order-book file says. A row without commands leaves the book as it
 * was. `ts_ns` counts nanoseconds, from midnight (below 86,400 s) or from the epoch.
 */
import { basename } from 'node:path';

import { type BookStore, type FirstRejection, Gateway } from '../../gateway.ts';
import { type MarketClock, type Moment, parseNanoseconds } from '../../market-time.ts';
import type { ProgressBar } from '../../progress.ts';
import { type BookRow, findDifference, readBookRows, SIDE_BY_DIRECTION } from '../reading/book-rows.ts';
import { type CsvRow, readRows, type TextSource, unreadable } from '../reading/csv.ts';
import { FeedTime, type TimeOptions, type TimeReport } from '../reading/feed-time.ts';
import { TAPE_HEADER } from '../reading/recognise.ts';
import { Venue } from './venue.ts';

export { TAPE_HEADER };

export interface TapeOptions extends TimeOptions {
  readonly symbol: string;
  /** The order-book file to check against. */
  readonly check?: TextSource | undefined;
  /** How many levels to compare; all that the file has if absent. */
  readonly levels?: number | undefined;
  /** The clock that the store reads, if its log shall have the market's time. */
  readonly clock?: MarketClock | undefined;
  readonly progress?: ProgressBar | undefined;
}

export interface RowCheck {
  readonly rowsChecked: number;
  readonly rowsWrong: number;
  /** Index of the first wrong row, from 0; null if every row is right. */
  readonly firstWrongRow: number | null;
}

/** What the reports of feeds have in common. */
export interface FeedReport extends RowCheck, TimeReport {
  readonly commands: number;
  readonly events: number;
  readonly trades: number;
  readonly hiddenPrints: number;
  /** Commands that the engine refused. */
  readonly rejected: number;
  readonly rejectedByCode: Readonly<Record<string, number>>;
  /** Why the first one was refused, in words. */
  readonly rejection: string | null;
  /** How often a time was before the one before it. */
  readonly timeStepsBack: number;
  /** How many times the log could not record, because a later one was before them: `meta.time` holds them. */
  readonly timesClamped: number;
  /** Trades that the feed shows in a halt: they were not matched. */
  readonly tradesWhileHalted: number;
  /** For each count, the row at which it first rose, from 0; null if it never did. */
  readonly first: Readonly<Record<string, number | null>>;
  readonly stateHash: string;
  readonly seconds: number;
  /** What is wrong in the first wrong row, in words. */
  readonly difference: string | null;
}

export type TapeReport = FeedReport;

/**
 * Runs the tape to its end.
 *
 * @throws RefoldError `INVALID_OPTION` for a line that is not a command, and for an order-book file that ends before the tape
 */
export async function runTape(store: BookStore, tape: TextSource, options: TapeOptions): Promise<TapeReport> {
  const start = performance.now();
  const gateway = new Gateway(store);
  const venue = new Venue(gateway, options.symbol, options.clock);
  const checker = options.check && new RowChecker(venue, options.check, options.levels);
  let time: FeedTime | undefined;
  let commands = 0;
  let current = 0;
  for await (const line of readRows(tape, { header: TAPE_HEADER, kind: 'tape' })) {
    const row = line.integer(0, 'row');
    if (row < current) throw line.error(`row ${row} after row ${current}`, 'Sort the tape by row', 0);
    for (; current < row; current++) await checker?.check(current);
    const now = timeOf(line);
    if (time === undefined) {
      time = new FeedTime(options, now, [tape.path, options.check?.path ?? '']);
      venue.moveTo(row, time.momentOf(now));
      venue.list(time.originOf('tape', basename(tape.path)));
    } else {
      venue.moveTo(row, momentOf(line, now, time));
    }
    line.word(2, 'cmd', COMMANDS)(venue, line);
    commands++;
    options.progress?.update(commands, tape.share?.());
    await gateway.room();
  }
  if (commands > 0) await checker?.check(current);
  await checker?.checkRest(current + 1);
  time ??= openEmpty(venue, options, tape.path);
  await gateway.drain();
  return {
    commands,
    events: store.sequence,
    ...countTrades(venue),
    ...reportOddities(gateway, venue),
    first: { ...venue.oddities.firsts, rejected: gateway.firstRejection?.row ?? null },
    ...time.report,
    ...(checker?.report ?? { rowsChecked: 0, rowsWrong: 0, firstWrongRow: null, difference: null }),
    stateHash: await store.stateHash(),
    seconds: (performance.now() - start) / 1_000,
  };
}

/** Opens the market of a tape without commands. */
function openEmpty(venue: Venue, options: TimeOptions, path: string): FeedTime {
  const start = { ms: 0, ns: 0 };
  const time = new FeedTime(options, start, [path]);
  venue.moveTo(0, time.momentOf(start));
  venue.list(time.originOf('tape', basename(path)));
  return time;
}

/** What a feed's report says of refusals, times and halts. */
export function reportOddities(gateway: Gateway, venue: Venue) {
  const { firstRejection, rejected, rejectedByCode } = gateway;
  const { clamped: timesClamped } = venue;
  return { rejected, rejectedByCode, rejection: rejectionOf(firstRejection), timesClamped, ...venue.oddities.counts };
}

function rejectionOf(first: FirstRejection | undefined): string | null {
  return first?.message ?? null;
}

/** Trades, and prints against hidden orders. */
export function countTrades(venue: Venue): { readonly trades: number; readonly hiddenPrints: number } {
  const { trades = 0, prints = 0 } = venue.book.symbols.get(venue.symbol) ?? {};
  return { trades, hiddenPrints: prints - trades };
}

/** Sessions may pass midnight. What is later than a month is not counted from midnight. */
const LAST_TIME_OF_DAY = 31 * 86_400_000;

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

function timeOf(line: CsvRow): Moment {
  const now = parseNanoseconds(line.text(1));
  if (now !== undefined) return now;
  const problem = `ts_ns is ${JSON.stringify(line.text(1))}`;
  throw line.error(problem, 'Give whole nanoseconds since midnight, or since the epoch', 1);
}

/** The moment of a line after the first, which has decided what the tape counts from. */
function momentOf(line: CsvRow, now: Moment, time: FeedTime): Moment {
  if (!time.countsFromMidnight || now.ms < LAST_TIME_OF_DAY) return time.momentOf(now);
  const problem = `ts_ns is ${line.text(1)}, and the first one was below 86,400 s`;
  throw line.error(problem, 'Count from midnight in every line, or from the epoch in every line', 1);
}

function id(line: CsvRow): number {
  return line.integer(3, 'id');
}

function side(line: CsvRow) {
  return line.word(4, 'side', SIDE_BY_DIRECTION);
}

function price(line: CsvRow): number {
  return line.price(5, 'price');
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
