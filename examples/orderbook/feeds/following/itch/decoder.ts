/**
 * Turns the bytes of TotalView-ITCH 5.0 into messages of a feed.
 *
 * What each type becomes:
 *
 *     R       the stock is listed; on a later day its book is emptied; ignored if it says the same again
 *     H       the status of the stock: halted, paused, quotation only, trading
 *     A F     an order
 *     E C     an execution of it; C at another price, and off the tape if it is not printed, because it is part of a cross
 *     X D U   an order that is smaller, deleted, replaced
 *     P       a trade against a hidden order
 *     Q       the trade of a cross; ignored if it has no shares
 *     S       ignored: it speaks of the market as a whole, and changes no book
 *     B …     ignored
 *
 * What is ignored has its name, so that reports count it: `S start of market hours`, `B broken trade`.
 *
 * Two kinds of fault are told apart. Bytes that cannot be read (an unknown type, a length that is not the type's, a
 * field with a value that it cannot have) end the reading with an error, because nothing after them can be trusted. A
 * message that contradicts the feed is a mismatch, which is counted:
 *
 *     unknownStock     no message before named the stock of this stock locate
 *     otherStock       the message names another stock than the directory does
 *     stockDirectory   a second directory message gives a stock another locate, or a locate another stock
 *     zeroSize         an order, a change or an execution of no shares
 *     sizeTooLarge     a cross of more shares than a safe integer
 */
import type { RefoldError } from 'refold';
import type { Change, FeedMessage } from '../../../follow/messages.ts';
import type { Moment } from '../../../market-time.ts';
import { unreadable } from '../../reading/csv.ts';
import {
  byCode,
  changeAt,
  codeOf,
  describeByte,
  FieldProblem,
  LISTED,
  LISTED_AGAIN,
  symbolAt,
  timeOfDayAt,
} from './fields.ts';
import { BODY_AT, LAYOUTS, LOCATE_AT, MARKET_WIDE_TYPES, TIME_AT } from './layout.ts';
import { isNameOf, type Listing, type StockDirectory } from './stocks.ts';

const BYTES = Uint8Array.from(
  byCode(LAYOUTS, ({ bytes }) => bytes),
  (bytes) => bytes ?? 0,
);
/** 0 where the type does not name a stock. */
const STOCK_AT = Uint8Array.from(
  byCode(LAYOUTS, ({ stockAt }) => stockAt),
  (at) => at ?? 0,
);
const IS_MARKET_WIDE = Uint8Array.from(
  byCode(LAYOUTS, (_, type) => MARKET_WIDE_TYPES.has(type)),
  Number,
);
const DIRECTORY = codeOf('R');
const SYSTEM_EVENT = codeOf('S');
const START_OF_MESSAGES = codeOf('O');

const UNKNOWN_STOCK: Change = { kind: 'mismatch', mismatch: 'unknownStock' };
const OTHER_STOCK: Change = { kind: 'mismatch', mismatch: 'otherStock' };
const LISTINGS: Readonly<Record<Listing, Change>> = {
  new: LISTED,
  laterDay: { kind: 'clear' },
  again: LISTED_AGAIN,
  contradicts: { kind: 'mismatch', mismatch: 'stockDirectory' },
};

/** What to do about a file that is not one of these. */
export const GIVE_ITCH =
  'Give a file of NASDAQ TotalView-ITCH 5.0, plain or gzip: messages, each with its length in two bytes before it';
const FETCH_AGAIN = 'The file is damaged here: fetch it again';

export interface DecoderOptions {
  readonly stocks: StockDirectory;
  /** From a time of day to the moment since the epoch. */
  readonly momentOf: (time: Moment) => Moment;
  /** Whether each message has its length before it. */
  readonly framed: boolean;
  readonly tally: ItchTally;
}

/** What is counted while reading. */
export interface ItchTally {
  /** Messages by the code of their type. */
  readonly types: Float64Array;
  /** Messages of stocks that are not wanted. */
  passedOver: number;
}

/** Decodes one file. It knows the number and the offset of the next message, for `line` and for errors. */
export class ItchDecoder {
  readonly #path: string;
  readonly #stocks: StockDirectory;
  readonly #momentOf: (time: Moment) => Moment;
  /** Bytes of the length before each message. */
  readonly #prefix: 0 | 2;
  readonly #tally: ItchTally;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #into: FeedMessage[] = [];
  /** The number of the next message, from 1. */
  #number = 1;
  /** The place of its first byte, from 0. */
  #offset = 0;
  /** Whether the system event was read that starts a day. */
  #started = false;

  constructor(path: string, { stocks, momentOf, framed, tally }: DecoderOptions) {
    this.#path = path;
    this.#stocks = stocks;
    this.#momentOf = momentOf;
    this.#prefix = framed ? 2 : 0;
    this.#tally = tally;
  }

  /**
   * Reads the messages that are whole.
   *
   * @param bytes those that the last call left, and the next ones
   * @param into gets the messages, also those before an error
   * @returns how many bytes it read
   * @throws RefoldError `INVALID_OPTION` with the message's number and offset
   */
  decode(bytes: Uint8Array, into: FeedMessage[]): number {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#into = into;
    try {
      return this.#readAll(bytes);
    } catch (error) {
      throw error instanceof FieldProblem ? this.error(error.message) : error;
    }
  }

  /**
   * The file ends. Nothing may be left of it but the mark of the session's end: a length of 0.
   *
   * @throws RefoldError `INVALID_OPTION`
   */
  end(rest: Uint8Array): void {
    if (rest.length === 0 || (this.#prefix === 2 && rest.length === 2 && rest[0] === 0 && rest[1] === 0)) return;
    throw this.error('the file ends within it', 'The file was cut: fetch it again');
  }

  /** An error about the next message. The offset is that of its length, if it has one before it. */
  error(problem: string, hint: string = this.#number === 1 ? GIVE_ITCH : FETCH_AGAIN, cause?: unknown): RefoldError {
    const line = this.#number;
    const at = `byte ${this.#offset}`;
    const details = { line, at, hint, ...(cause === undefined ? {} : { cause }) };
    return unreadable(this.#path, `message ${line}: ${problem} (${at})`, details);
  }

  #readAll(bytes: Uint8Array): number {
    let at = 0;
    // With the type known, a wrong length is noticed before the message is whole.
    while (at + this.#prefix < bytes.length) {
      const start = at + this.#prefix;
      const type = bytes[start]!;
      const length = this.#lengthOf(type, at);
      if (start + length > bytes.length) break;
      this.#read(type, start);
      at = start + length;
      this.#offset += this.#prefix + length;
      this.#number++;
      this.#tally.types[type]!++;
    }
    return at;
  }

  #lengthOf(type: number, at: number): number {
    const length = BYTES[type]!;
    const given = this.#prefix === 0 ? length : this.#view.getUint16(at);
    if (given === length && length !== 0) return length;
    if (given === 0 && this.#prefix === 2)
      throw this.error('its length is 0, which ends the session, and bytes follow');
    if (length === 0) throw this.error(`its type is ${describeByte(type)}, which TotalView-ITCH 5.0 does not have`);
    throw this.error(`its length is ${given}, and a message of type ${describeByte(type)} has ${length} bytes`);
  }

  #read(type: number, start: number): void {
    const locate = this.#view.getUint16(start + LOCATE_AT);
    if (type === DIRECTORY) this.#list(locate, start);
    else if (IS_MARKET_WIDE[type] === 1) this.#readOfMarket(type, start);
    else this.#readOfStock(type, locate, start);
  }

  #list(locate: number, start: number): void {
    const at = start + BODY_AT;
    const symbol = symbolAt(this.#view, at);
    const listing = this.#stocks.list(locate, symbol, this.#view, at);
    if (this.#stocks.wants(symbol)) this.#push(symbol, start, LISTINGS[listing]);
    else this.#tally.passedOver++;
  }

  #readOfMarket(type: number, start: number): void {
    const at = start + BODY_AT;
    const change = changeAt(type, this.#view, at);
    if (type === SYSTEM_EVENT && this.#view.getUint8(at) === START_OF_MESSAGES) this.#startDay();
    this.#push('', start, change);
  }

  #startDay(): void {
    if (this.#started)
      throw this.error('the messages of another day start here', 'Give each day as a file, one by one');
    this.#started = true;
    if (this.#number === 1) this.#stocks.startDay();
  }

  #readOfStock(type: number, locate: number, start: number): void {
    const stock = this.#stocks.get(locate);
    if (stock === undefined) return void this.#readOfUnlisted(type, locate, start);
    if (!stock.wanted) return void this.#tally.passedOver++;
    const namesOther = STOCK_AT[type] !== 0 && !isNameOf(stock, this.#view, start + STOCK_AT[type]!);
    this.#push(stock.symbol, start, namesOther ? OTHER_STOCK : changeAt(type, this.#view, start + BODY_AT));
  }

  /** A file that is cut out of a day lacks the directory: a message that names its stock takes the place of its entry. */
  #readOfUnlisted(type: number, locate: number, start: number): void {
    if (STOCK_AT[type] === 0) {
      if (this.#stocks.wantsAll) this.#push(`locate ${locate}`, start, UNKNOWN_STOCK);
      else this.#tally.passedOver++;
      return;
    }
    const at = start + STOCK_AT[type]!;
    const symbol = symbolAt(this.#view, at);
    const listing = this.#stocks.list(locate, symbol, this.#view, at);
    if (!this.#stocks.wants(symbol)) return void this.#tally.passedOver++;
    if (listing === 'contradicts') return void this.#push(symbol, start, OTHER_STOCK);
    // All of the message is read before any of it is given.
    const change = changeAt(type, this.#view, start + BODY_AT);
    this.#push(symbol, start, LISTINGS[listing]);
    this.#push(symbol, start, change);
  }

  #push(symbol: string, start: number, change: Change): void {
    const time = this.#momentOf(timeOfDayAt(this.#view, start + TIME_AT));
    this.#into.push({ symbol, time, line: this.#number, change });
  }
}
