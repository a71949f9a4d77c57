/**
 * Reads levels (L2): recordings of venues' websockets with a message on each line, or CSV with a level on each line.
 *
 * What the lines of a recording may be: `venues.ts`. A time and a space may stand before the message, as recorders write
 * them; it is the time of messages without one. The columns of CSV: `csv.ts`. Gzip is unpacked.
 *
 * The books are kept with the texts as received, so that the checksums of Kraken and OKX can be compared after each
 * message. Prices and sizes become whole numbers by the scale of their symbol: `scale.ts`.
 *
 * A line that cannot be read ends the reading with an error that names it, after the messages of the lines before.
 */
import { RefoldError } from 'refold';
import type { FeedMessage } from '../../../follow/messages.ts';
import type { Moment } from '../../../market-time.ts';
import { readLineBlocks, type TextSource, unreadable } from '../../reading/csv.ts';
import { firstLineOf } from '../../reading/header.ts';
import { JsonProblem, parseJson } from '../../reading/json.ts';
import { L2Books } from './books.ts';
import { isLevelHeader, LevelRows } from './csv.ts';
import { readKrakenUpdate } from './kraken-updates.ts';
import { MessageProblem, timeOf, type VenueMessage } from './messages.ts';
import type { ChecksumCount, L2Options } from './options.ts';
import { decode } from './venues.ts';

/** A snapshot of a whole book is one line, with about 40 characters a level. */
const LONGEST_LINE = 16 * 1024 * 1024;

const CUT = 'Complete the line; if it is the last one, the file was cut';
const GIVE_L2 =
  'Give a recording of the book channel of Kraken, OKX, Binance or Coinbase, lines such as ' +
  '{"type":"snapshot","symbol":"X","bids":[["1.5","10"]],"asks":[]}, or CSV with time, side, price and size';

/** Plain words that connections exchange. */
const KEEPALIVE: ReadonlySet<string> = new Set(['ping', 'pong']);

/** Messages at the beginning that wait for a time. */
const MAX_TIMELESS = 100_000;

export class L2Reader {
  readonly #books: L2Books;
  #path = '';
  /** Messages before the first that has a time. They get that time. */
  #timeless: FeedMessage[] | undefined = [];

  constructor(options: L2Options = {}) {
    this.#books = new L2Books(options, () => this.#path);
  }

  /** What the checksums of the messages so far said. */
  get oracle(): ChecksumCount {
    const { checked, failed, absent, first } = this.#books;
    return { checked, failed, absent, first };
  }

  /** The depth that was subscribed to, as far as the messages so far tell: the largest of all symbols. */
  get depth(): number | undefined {
    return this.#books.depth;
  }

  /** @throws RefoldError `INVALID_OPTION` for a symbol that was asked for and that no message has named */
  requireSymbols(): void {
    const [missing] = this.#books.missing;
    if (missing === undefined) return;
    const others = [...this.#books.others].slice(0, 10).join(', ');
    throw new RefoldError('INVALID_OPTION', `Cannot import --symbol ${missing}: no message names it`, {
      type: '--symbol',
      hint: `Check how the feed spells it${others === '' ? '' : `: it has ${others}`}`,
    });
  }

  /**
   * The messages of the files, in order, in blocks. A second file goes on where the one before it ends.
   *
   * @throws RefoldError `INVALID_OPTION` with path, line and hint, and the place in the line where it can be told
   */
  async *read(sources: readonly TextSource[]): AsyncGenerator<readonly FeedMessage[], void, void> {
    for (const source of sources) {
      this.#path = source.path;
      const before = this.#books.told;
      try {
        for await (const messages of this.#readFile(source)) {
          const timed = this.#withTime(messages);
          if (timed.length > 0) yield timed;
        }
      } catch (error) {
        // Lines of a venue have times. So there may be one after the line that is wrong, which the next run finds.
        if (this.#books.isPlain) yield* this.#withoutTime();
        throw error;
      }
      if (this.#books.isNameless) {
        throw unreadable(source.path, 'no message names the symbol of its book', { hint: 'Give --set symbol=NAME' });
      }
      if (this.#books.told > before) continue;
      throw unreadable(source.path, 'it has no message of a book', { hint: GIVE_L2 });
    }
    yield* this.#withoutTime();
  }

  /** The messages of a feed without times. */
  *#withoutTime(): Generator<readonly FeedMessage[], void, void> {
    const timeless = this.#timeless ?? [];
    this.#timeless = undefined;
    if (timeless.length > 0) yield timeless;
  }

  /** The messages that can be given now. The date of a feed is that of its first message, so it must have a time. */
  #withTime(messages: readonly FeedMessage[]): readonly FeedMessage[] {
    const timeless = this.#timeless;
    if (timeless === undefined) return messages;
    const first = messages.findIndex(({ time }) => time !== undefined);
    if (first === -1 && timeless.length + messages.length <= MAX_TIMELESS) {
      timeless.push(...messages);
      return [];
    }
    this.#timeless = undefined;
    const time = messages[first]?.time;
    const begun = [...timeless, ...messages.slice(0, Math.max(first, 0))].map((message) => ({ ...message, time }));
    return [...begun, ...messages.slice(Math.max(first, 0))];
  }

  async *#readFile(source: TextSource): AsyncGenerator<readonly FeedMessage[], void, void> {
    let file: LineReader | undefined;
    let line = 0;
    for await (const { lines, unended } of readLineBlocks(source, LONGEST_LINE)) {
      const out: FeedMessage[] = [];
      let failure: unknown;
      for (const text of lines) {
        line++;
        const whole = out.length;
        try {
          if (file !== undefined) {
            file.read(text, line, unended === true, out);
            continue;
          }
          const first = firstLineOf(source.path, text);
          file = this.#begin(source.path, first);
          if (!file.isHeader) file.read(first, line, unended === true, out);
        } catch (error) {
          // What a line says counts as a whole.
          out.length = whole;
          failure = error instanceof MessageProblem ? badMessage(source.path, line, error) : error;
          break;
        }
      }
      if (out.length > 0) yield out;
      if (failure !== undefined) throw failure;
    }
  }

  #begin(path: string, first: string): LineReader {
    if (isLevelHeader(first)) return csvLines(this.#books, new LevelRows(path, first));
    if (/^\s*(?:[\d.:TZ+-]+ )?\s*[[{]/.test(first) || KEEPALIVE.has(first.trim()) || first.trim() === '') {
      return jsonLines(this.#books, path);
    }
    throw unreadable(path, `line 1: it is neither JSON nor the header of levels`, { line: 1, hint: GIVE_L2 });
  }
}

/** How the lines of a file are read. */
interface LineReader {
  /** The first line is not a message. */
  readonly isHeader: boolean;
  read(text: string, line: number, mayBeCut: boolean, out: FeedMessage[]): void;
}

function csvLines(books: L2Books, rows: LevelRows): LineReader {
  return {
    isHeader: true,
    read(text, line, mayBeCut, out) {
      if (text !== '') books.apply(rows.read(text, line, mayBeCut), line, out);
    },
  };
}

function jsonLines(books: L2Books, path: string): LineReader {
  return {
    isHeader: false,
    read(text, line, _mayBeCut, out) {
      for (const message of messagesOf(text, line, path)) books.apply(message, line, out);
    },
  };
}

function messagesOf(text: string, line: number, path: string): readonly VenueMessage[] {
  const update = readKrakenUpdate(text);
  if (update !== undefined) return [update];
  const word = text.trim();
  if (word === '') return [];
  if (KEEPALIVE.has(word)) return [{ kind: 'ignored', name: word }];
  const { start, received } = receiptOf(text);
  const json = parseJson(text, start);
  if (json instanceof JsonProblem) throw notJson(path, line, json);
  return decode(json).map((message) => timed(message, received));
}

function notJson(path: string, line: number, { problem, at: character }: JsonProblem): RefoldError {
  const at = `column ${character + 1}`;
  return unreadable(path, `line ${line}: this is not JSON: ${problem} (${at})`, { line, at, hint: CUT });
}

/** The time before a message, and where the message begins. */
function receiptOf(text: string): { readonly start: number; readonly received: Moment | undefined } {
  const first = text.charCodeAt(0);
  if (first === 0x7b || first === 0x5b) return { start: 0, received: undefined };
  const space = text.indexOf(' ');
  if (space <= 0 || space > 40) return { start: 0, received: undefined };
  return { start: space + 1, received: timeOf(text.slice(0, space), 'the time before the message') };
}

function timed(message: VenueMessage, received: Moment | undefined): VenueMessage {
  if (received === undefined || (message.kind !== 'book' && message.kind !== 'trade')) return message;
  return message.time === undefined ? { ...message, time: received } : message;
}

function badMessage(path: string, line: number, { at, problem, hint }: MessageProblem): RefoldError {
  const told = `line ${line}: ${at === '' ? 'the message' : at} ${problem}`;
  return unreadable(path, told, { line, hint, ...(at !== '' && { at }) });
}
