/**
 * Follows LOBSTER's files: derives the commands of a day from its messages, and checks the book after each one.
 *
 * A file with K levels holds only what touched the best K levels of a side, not everything that happened. So the book
 * is seeded from the first row (with message 0 undone). A level that *slides into* the window is resynchronised,
 * because the engine cannot know it: an anonymous order is seeded for what is missing, or orders that must have left
 * unseen are taken out. Levels inside the window are known and must never need a correction. If one does, engine and
 * file disagree: the correction is counted in `resyncsInsideWindow`, and its row is a wrong row.
 *
 *     row i-1    best … K-th price  ┆ unknown
 *     message i  deletes the best level
 *     row i           … K-th price, ┆ one more: it slid in, and may be resynchronised
 *
 * Rows that agree do not prove that the right orders traded. So the report also says how many executions met the order that
 * the file names, and where the file contradicts itself.
 */
import { basename } from 'node:path';

import { type BookStore, Gateway } from '../../gateway.ts';
import type { MarketClock } from '../../market-time.ts';
import { topLevels } from '../../model/index.ts';
import type { ProgressBar } from '../../progress.ts';
import { type BookRow, type BookTop, findDifference, type Levels, readBookRows, SIDES } from '../reading/book-rows.ts';
import {
  beforeMessage,
  findCorrections,
  isWithin,
  unequalLength,
  type Window,
  windowOf,
} from '../reading/book-window.ts';
import type { TextSource } from '../reading/csv.ts';
import { FeedTime, type TimeOptions } from '../reading/feed-time.ts';
import { emptyFile } from '../reading/lobster-files.ts';
import { type Message, readMessageBlocks, readMessages } from '../reading/lobster-messages.ts';
import { LobsterFeed } from './lobster-feed.ts';
import type { Contradiction } from './lobster-ledger.ts';
import { Outlook } from './lobster-outlook.ts';
import { countTrades, type FeedReport, reportOddities } from './tape.ts';
import { Venue } from './venue.ts';

export interface LobsterOptions extends TimeOptions {
  readonly symbol: string;
  /** The clock that the store reads, if its log shall have the market's time. */
  readonly clock?: MarketClock | undefined;
  readonly progress?: ProgressBar | undefined;
  /** Counts the messages of the look ahead. */
  readonly ahead?: ProgressBar | undefined;
}

export interface LobsterReport extends FeedReport {
  readonly levels: number;
  /** How often volume was entered whose own messages the file does not hold. */
  readonly seeded: number;
  /** Orders that were entered with that volume under the ids that the file names later. */
  readonly seededByName: number;
  /** Executions of visible orders. All kinds but `inLog` add up to `inFile`. */
  readonly executions: {
    readonly inFile: number;
    /** Trades of the engine. One execution of the file may be several of them. */
    readonly inLog: number;
    readonly ofNamedOrder: number;
    readonly ofSeed: number;
    readonly ofOtherOrder: number;
    readonly behindBest: number;
    readonly whileHalted: number;
  };
  /** Where the file contradicts itself. */
  readonly contradictions: Readonly<Record<Contradiction, number>>;
  /** Corrections of levels that were in the window already. Unless this is 0, engine and file disagree. */
  readonly resyncsInsideWindow: number;
}

/**
 * Runs a day to its end.
 *
 * The messages are read twice: first to look ahead.
 *
 * @throws RefoldError `INVALID_OPTION` for a line that is not a message, for an empty file, and for files of different length
 */
export async function runLobster(
  store: BookStore,
  messages: TextSource,
  orderBook: TextSource,
  options: LobsterOptions,
): Promise<LobsterReport> {
  const start = performance.now();
  const gateway = new Gateway(store);
  const venue = new Venue(gateway, options.symbol, options.clock);
  const follower = new Follower(
    venue,
    await Outlook.of(readMessageBlocks(messages), options.ahead, () => messages.share?.()),
  );
  let time: FeedTime | undefined;
  const rows = readBookRows(orderBook);
  let levels = 0;
  for await (const message of readMessages(messages)) {
    const { value: row } = await rows.next();
    if (row === undefined) throw unequalLength(orderBook, messages, message.line);
    if (time === undefined) {
      time = new FeedTime(options, 'midnight', [messages.path, orderBook.path]);
      venue.moveTo(row.index, time.momentOf(message.time));
      venue.list(time.originOf('lobster', basename(messages.path), row.levels));
    } else {
      venue.moveTo(row.index, time.momentOf(message.time));
    }
    follower.follow(message, row);
    levels = row.levels;
    options.progress?.update(row.index + 1, messages.share?.());
    await gateway.room();
  }
  if (time === undefined) throw emptyFile(messages.path);
  const { value: extra } = await rows.next();
  if (extra !== undefined) throw unequalLength(messages, orderBook, extra.index + 1);
  await gateway.drain();
  const { firsts, executions, ...followed } = follower.report;
  const { inFile, ...kinds } = executions;
  const { trades, hiddenPrints } = countTrades(venue);
  return {
    // The listing of the symbol is not in the file.
    commands: gateway.sent - 1,
    events: store.sequence,
    trades,
    hiddenPrints,
    ...reportOddities(gateway, venue),
    ...time.report,
    levels,
    ...followed,
    executions: { inFile, inLog: trades, ...kinds },
    first: { ...firsts, ...venue.oddities.firsts, rejected: gateway.firstRejection?.row ?? null },
    stateHash: await store.stateHash(),
    seconds: (performance.now() - start) / 1_000,
  };
}

class Follower {
  readonly #venue: Venue;
  readonly #feed: LobsterFeed;
  #window: Window = { buy: Number.POSITIVE_INFINITY, sell: Number.NEGATIVE_INFINITY };
  #rows = 0;
  #wrong = 0;
  #firstWrong: number | null = null;
  #difference: string | null = null;
  #insideWindow = 0;

  constructor(venue: Venue, outlook: Outlook) {
    this.#venue = venue;
    this.#feed = new LobsterFeed(venue, outlook);
  }

  get report() {
    return {
      rowsChecked: this.#rows,
      rowsWrong: this.#wrong,
      firstWrongRow: this.#firstWrong,
      difference: this.#difference,
      ...this.#feed.seeds,
      resyncsInsideWindow: this.#insideWindow,
      executions: this.#feed.executions.counts,
      contradictions: this.#feed.ledger.tally.counts,
      firsts: { ...this.#feed.executions.firsts, ...this.#feed.ledger.tally.firsts },
    };
  }

  /** Runs one message, and corrects the levels that the engine could not know from its row. */
  follow(message: Message, row: BookRow): void {
    const { book, symbol } = this.#venue;
    if (row.index === 0) {
      this.#seed(beforeMessage(row, message));
      this.#window = windowOf(row);
    }
    this.#feed.apply(message, row.index);
    const difference = findDifference(book, symbol, row, row.levels);
    const inside = difference === undefined ? 0 : this.#resync(row);
    this.#insideWindow += inside;
    this.#rows++;
    if (inside > 0 || (difference !== undefined && findDifference(book, symbol, row, row.levels) !== undefined)) {
      this.#wrong++;
      this.#firstWrong ??= row.index;
      this.#difference ??= difference!;
    }
    this.#window = windowOf(row);
  }

  #seed(top: BookTop): void {
    for (const side of SIDES) {
      for (const { price, quantity } of top[side]) this.#feed.seed(side, price, quantity);
    }
  }

  /** Returns how many levels had to be corrected although they were known. */
  #resync(row: BookRow): number {
    const { book, symbol } = this.#venue;
    const window = windowOf(row);
    const levels: Levels = (side, depth) => topLevels(book, symbol, side, depth);
    const corrections = SIDES.flatMap((side) => findCorrections(levels, side, row[side], window[side]));
    // Surplus volume leaves first, so that no seed trades with an order that the file no longer has. What is missing is
    // not more than the row has, and so a number.
    for (const { side, price, missing } of corrections) if (missing < 0) this.#feed.remove(side, price, -missing);
    for (const { side, price, missing } of corrections) if (missing > 0) this.#feed.seed(side, price, Number(missing));
    return corrections.filter(({ side, price }) => isWithin(side, price, this.#window[side])).length;
  }
}
