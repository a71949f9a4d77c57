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
import { readBookLines } from '../reading/book-rows.ts';
import { unequalLength } from '../reading/book-window.ts';
import { fileSource, type TextSource, unreadable } from '../reading/csv.ts';
import { FeedTime } from '../reading/feed-time.ts';
import { firstLineOf, symbolOf } from '../reading/lobster-files.ts';
import { type Message, readMessageBlocks, readMessages } from '../reading/lobster-messages.ts';
import { describeKind, recognise } from '../reading/recognise.ts';
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
    const first = await firstLineOf(fileSource(path));
    const kind = recognise(first);
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
  oracle: OracleReport | undefined;
  readonly #messages: TextSource;
  readonly #options: ReadOptions;
  #follower: Follower | undefined;
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

  async *read(book: ReadonlyFeedBook): AsyncGenerator<readonly FeedMessage[], void, void> {
    const kind = recognise(await firstLineOf(this.#messages)) === 'message7' ? 'message7' : 'message';
    const time = new FeedTime(this.#options, 'midnight', [this.#messages.path, this.path]);
    const symbol = symbolOf(this.#messages.path.split(':').at(-1)!);
    if (this.rows === undefined) yield* this.#readAlone(symbol, time, kind);
    else yield* this.#readWithRows(book, symbol, time, kind, this.rows);
  }

  async *#readAlone(
    symbol: string,
    time: FeedTime,
    kind: 'message' | 'message7',
  ): AsyncGenerator<readonly FeedMessage[], void, void> {
    let block: FeedMessage[] = [];
    try {
      for await (const messages of readMessageBlocks(this.#messages, kind)) {
        for (const message of messages) {
          this.#noteAttribution(message);
          const { line } = message;
          const moment = time.momentOf(message.time);
          if (line === 1) block.push({ symbol, time: moment, line, change: LISTING });
          block.push({ symbol, time: moment, line, change: changeOf(message) });
        }
        yield block;
        block = [];
      }
    } catch (error) {
      // What came before the line that cannot be read counts.
      if (block.length > 0) yield block;
      throw error;
    }
    if (block.length > 0) yield block;
  }

  async *#readWithRows(
    book: ReadonlyFeedBook,
    symbol: string,
    time: FeedTime,
    kind: 'message' | 'message7',
    source: TextSource,
  ): AsyncGenerator<readonly FeedMessage[], void, void> {
    const outlook = await Outlook.of(readMessages(this.#messages, kind));
    const follower = new Follower(book, symbol, outlook, source.path);
    this.#follower = follower;
    const rows = readBookLines(source);
    let lines = 0;
    for await (const message of readMessages(this.#messages, kind)) {
      this.#noteAttribution(message);
      const { value: line } = await rows.next();
      if (line === undefined) throw unequalLength(source, this.#messages, message.line);
      follower.moveTo(message, time.momentOf(message.time));
      if (message.line === 1) yield follower.open(message, line.row());
      yield follower.changesOf(message);
      const corrections = follower.check(line);
      if (corrections.length > 0) {
        yield corrections;
        follower.checkAgain(line.row());
      }
      lines++;
      this.oracle = follower.oracle;
    }
    const { value: extra } = await rows.next();
    if (extra !== undefined) throw unequalLength(this.#messages, source, lines + 1);
    this.oracle = follower.oracle;
  }

  #noteAttribution({ attribution = '' }: Message): void {
    if (attribution !== '' && attribution !== 'null') this.#attributed++;
  }
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
