/**
 * LOBSTER's files as messages of a feed, and their order-book file as the oracle.
 *
 * A file with K levels does not show what happened outside of them. As in a matching run, the volume that the messages
 * cannot know is taken from the order-book file: what stood there before the first message, and what slides into the
 * window. It enters under the ids that the file names later, and otherwise under made-up ones: `seed 1`, `seed 2`. A level
 * that was in the window already must be right; otherwise its row is wrong, and is put right.
 *
 * Without an order-book file nothing is made up: what the messages name and never entered is a mismatch.
 */
import { basename } from 'node:path';
import type { RefoldError } from 'refold';
import type { FeedMessage, ReadonlyFeedBook } from '../../follow/index.ts';
import { Outlook } from '../matching/lobster-outlook.ts';
import { type BookLine, readBookLines } from '../reading/book-rows.ts';
import { unequalLength } from '../reading/book-window.ts';
import { fileSource, type TextSource, unreadable } from '../reading/csv.ts';
import { FeedTime } from '../reading/feed-time.ts';
import { emptyFile, firstLineOf, symbolOf } from '../reading/lobster-files.ts';
import { type Message, readMessageBlocks } from '../reading/lobster-messages.ts';
import { describeKind, recognise } from '../reading/recognise.ts';
import { type Pair, sideBySide } from '../reading/side-by-side.ts';
import { openSample } from '../reading/zip.ts';
import type { FeedFile, FeedKind, OracleReport, ReadOptions } from './feed-kind.ts';
import { changeOf, Follower, LISTING } from './lobster-follower.ts';

export const lobster: FeedKind = {
  about:
    "LOBSTER's message files (.csv, .gz), each with its order-book file after it if there is one; or samples (.zip)",
  fromMidnight: true,
  async open(paths, options) {
    const days = await daysOf(paths, options);
    return {
      files: days,
      counts: () => sumOf(days.map(({ counts }) => counts)),
      oracle: () => oracleOf(days.flatMap(({ oracle }) => oracle ?? [])),
    };
  },
};

/** Groups files by days: a sample is one; otherwise a message file, and the order-book file after it. */
async function daysOf(paths: readonly string[], options: ReadOptions): Promise<LobsterDay[]> {
  const days: LobsterDay[] = [];
  for (const path of paths) {
    const kind = recognise((await firstLineOf(fileSource(path))) ?? '');
    const last = days.at(-1);
    if (kind === 'zip') days.push(new LobsterDay(path, ...(await openSample(path)), options));
    else if (kind === 'orderBook' && last?.acceptsRows === true) last.rows = fileSource(path);
    else if (kind === 'orderBook') throw misplaced(path);
    else days.push(new LobsterDay(path, fileSource(path), undefined, options));
  }
  return days;
}

class LobsterDay implements FeedFile {
  readonly path: string;
  readonly name: string;
  rows: TextSource | undefined;
  readonly #messages: TextSource;
  readonly #options: ReadOptions;
  #follower: Follower | undefined;
  #levels: number | undefined;
  #attributed = 0;

  constructor(path: string, messages: TextSource, rows: TextSource | undefined, options: ReadOptions) {
    this.path = path;
    this.name = basename(path);
    this.rows = rows;
    this.#messages = messages;
    this.#options = options;
  }

  get acceptsRows(): boolean {
    return this.rows === undefined;
  }

  get counts(): Readonly<Record<string, number>> {
    const { seeded = 0, seededByName = 0, resyncsInsideWindow = 0 } = this.#follower ?? {};
    const seeds = this.rows === undefined ? {} : { seeded, seededByName, resyncsInsideWindow };
    return this.#attributed === 0 ? seeds : { ...seeds, attributed: this.#attributed };
  }

  get oracle(): OracleReport | undefined {
    return this.#follower?.oracle;
  }

  /** The order-book file tells it. Without one, the name of the message file does. */
  levels(): number | undefined {
    return this.#levels ?? levelsInName(this.#messages.path);
  }

  /** This counts the message file. The order-book file is read beside it. */
  share(): number | undefined {
    return this.#messages.share?.();
  }

  async *read(book: ReadonlyFeedBook): AsyncGenerator<Iterable<FeedMessage>, void, void> {
    const first = await firstLineOf(this.#messages);
    if (first === undefined) throw emptyFile(this.#messages.path);
    const kind = recognise(first) === 'message7' ? 'message7' : 'message';
    const time = new FeedTime(this.#options, 'midnight', [this.#messages.path, this.path]);
    const symbol = symbolOf(this.#messages.path.split(':').at(-1)!);
    const blocks = readMessageBlocks(this.#messages, kind);
    const { rows } = this;
    if (rows === undefined) {
      for await (const messages of blocks) yield this.#readAlone(messages, symbol, time);
      return;
    }
    const outlook = await Outlook.of(readMessageBlocks(this.#messages, kind), this.#options.ahead, () => this.share());
    const follower = new Follower(book, symbol, outlook, rows.path);
    this.#follower = follower;
    for await (const pairs of sideBySide(blocks, readBookLines(rows))) {
      yield this.#readWithRows(pairs, follower, time, rows);
    }
  }

  *#readAlone(messages: Iterable<Message>, symbol: string, time: FeedTime): Generator<FeedMessage, void, void> {
    for (const message of messages) {
      this.#noteAttribution(message);
      const { line } = message;
      const moment = time.momentOf(message.time);
      if (line === 1) yield { symbol, time: moment, line, change: LISTING };
      yield { symbol, time: moment, line, change: changeOf(message) };
    }
  }

  *#readWithRows(
    pairs: Iterable<Pair<Message, BookLine>>,
    follower: Follower,
    time: FeedTime,
    rows: TextSource,
  ): Generator<FeedMessage, void, void> {
    for (const [message, row] of pairs) {
      if (message === undefined) throw unequalLength(this.#messages, rows, follower.oracle.checked + 1);
      if (row === undefined) throw unequalLength(rows, this.#messages, message.line);
      this.#noteAttribution(message);
      follower.moveTo(message, time.momentOf(message.time));
      if (message.line === 1) {
        this.#levels = row.levels;
        yield* follower.open(message, row.row());
      }
      yield* follower.changesOf(message);
      const corrections = follower.check(row);
      if (corrections.length === 0) continue;
      yield* corrections;
      follower.checkAgain(row.row());
    }
  }

  #noteAttribution({ attribution = '' }: Message): void {
    if (attribution !== '' && attribution !== 'null') this.#attributed++;
  }
}

/** LOBSTER names its files `GOOG_2012-06-21_34200000_57600000_message_10.csv`. */
function levelsInName(path: string): number | undefined {
  const levels = /_message_(\d{1,4})\.csv(\.gz)?$/.exec(path)?.[1];
  return levels === undefined ? undefined : Number(levels) || undefined;
}

function sumOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function oracleOf(reports: readonly OracleReport[]): OracleReport | undefined {
  const [one] = reports;
  if (one === undefined) return undefined;
  const checked = reports.reduce((sum, report) => sum + report.checked, 0);
  const wrong = reports.reduce((sum, report) => sum + report.wrong, 0);
  return { of: one.of, checked, wrong, first: reports.find(({ first }) => first !== null)?.first ?? null };
}

function misplaced(path: string): RefoldError {
  return unreadable(path, `it looks like ${describeKind('orderBook').what}, and no message file is before it`, {
    hint: 'Give each order-book file after its message file: import lobster MESSAGE.csv ORDERBOOK.csv',
  });
}
