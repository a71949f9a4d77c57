/**
 * Reads Databento's schema `mbo` (market by order), as CSV or as JSON lines.
 *
 * What its documentation says about each action, and what is made of it:
 *
 *     A  add      a new order
 *     C  cancel   smaller by `size`; an order without rest leaves
 *     M  modify   new price and size; loses its place for another price or a larger size. One that is not open enters
 *     R  clear    the book is empty
 *     T  trade    what the aggressor did: a print. It changes no order
 *     F  fill     changes nothing: a C or an M of the same order follows
 *     N  none     changes nothing
 *
 * And about each flag:
 *
 *     128 F_LAST            the last record of a change of the venue: the book counts
 *      64 F_TOB             the best level, not an order: it replaces its side, and without a price empties it
 *      32 F_SNAPSHOT        from a snapshot, which begins with R: like any other
 *      16 F_MBP             a level, not an order
 *       8 F_BAD_TS_RECV     `ts_recv` is inexact: it is the best time there is, and is taken
 *       4 F_MAYBE_BAD_BOOK  a gap in the feed: counted as the mismatch `maybeBadBook`
 *
 * Records are ordered by `ts_recv`, so that is the time. `ts_event` may go back, in a snapshot by days.
 *
 * Ids are unique for a publisher (a venue) and an instrument. So a symbol of two publishers is refused, unless one of them
 * is asked for, or a book of each. Where a symbol names another instrument from here on (the front contract, after a
 * roll), its book is emptied.
 */
import type { RefoldError } from 'refold';
import type { Change, FeedMessage, FeedOrderId } from '../../../follow/messages.ts';
import type { Side } from '../../../model/events.ts';
import { parseInteger, type TextSource } from '../../reading/csv.ts';
import { EpochReader } from '../../reading/epoch.ts';
import { unendedLine } from '../../reading/header.ts';
import { MBO_PRICE_DECIMALS, MboPrices } from './prices.ts';
import { type MboField, type MboLayout, type MboRow, type MboTime, readMboBlocks } from './rows.ts';
import {
  forgetTops,
  LEVEL,
  type MboSymbol,
  MboSymbols,
  type RowPlace,
  replaceTop,
  rollTo,
  TOP_OF_BOOK,
} from './symbols.ts';

export interface MboOptions {
  /** The scale of the prices, 0 to 18; default 9, which holds prices up to 9,007,199. */
  readonly priceDecimals?: number | undefined;
  /** Which time counts; default `ts_recv`, or the one that the file has. */
  readonly time?: MboTime | undefined;
  /** The publisher to read, by its id; `each` makes a book of each, named `SYMBOL@ID`. */
  readonly publisher?: string | undefined;
}

const LAST = 128;
const MAYBE_BAD_BOOK = 4;

/** The record type of the schema. */
const MBO = '160';
/** Records that live streams have between: status, definitions, imbalances, errors, mappings, system, statistics. */
const BESIDE: ReadonlySet<string> = new Set(['18', '19', '20', '21', '22', '23', '24']);
/** What stands for a time that is not known. */
const NO_TIME = '18446744073709551615';

const TIME_HINT = 'Give nanoseconds since 1970, or a date such as 2024-06-17T00:00:00.000000001Z';

const SIDES: Readonly<Record<string, Side | 'none'>> = { B: 'buy', A: 'sell', N: 'none', '': 'none' };

/**
 * The messages of a file, in blocks.
 *
 * @param symbols those of the files before, if there are any
 * @throws RefoldError `INVALID_OPTION` with path, line and hint, after the messages before
 */
export async function* readMbo(
  source: TextSource,
  options: MboOptions = {},
  symbols: MboSymbols = new MboSymbols(),
): AsyncGenerator<readonly FeedMessage[], void, void> {
  let reader: MboReader | undefined;
  for await (const { lines, unended, layout, firstLine, ahead = [] } of readMboBlocks(source, options.time)) {
    // What comes before the first order is passed over, unless that order is near: so a file that was cut before it
    // gives the same beginning as the whole file.
    symbols.lookAhead(layout, ahead);
    reader ??= new MboReader(source.path, layout, options, symbols);
    const { messages, failure } = reader.read(lines, firstLine, unended === true);
    if (messages.length > 0) yield messages;
    if (failure !== undefined) throw failure;
  }
}

class MboReader {
  readonly #path: string;
  readonly #layout: MboLayout;
  readonly #symbols: MboSymbols;
  readonly #publisher: string | undefined;
  readonly #decimals: number;
  readonly #prices: MboPrices;
  readonly #times = new EpochReader('ns');
  #messages: FeedMessage[] = [];

  constructor(path: string, layout: MboLayout, options: MboOptions, symbols: MboSymbols) {
    this.#path = path;
    this.#layout = layout;
    this.#symbols = symbols;
    this.#publisher = options.publisher;
    this.#decimals = options.priceDecimals ?? MBO_PRICE_DECIMALS;
    this.#prices = new MboPrices(this.#decimals);
  }

  /** What lines say, up to the first that cannot be read. */
  read(
    lines: readonly string[],
    firstLine: number,
    mayBeCut: boolean,
  ): { readonly messages: readonly FeedMessage[]; readonly failure?: unknown } {
    const messages: FeedMessage[] = [];
    this.#messages = messages;
    try {
      let line = firstLine;
      for (const text of lines) this.#readLine(text, line++, mayBeCut);
      return { messages };
    } catch (failure) {
      return { messages, failure };
    }
  }

  #readLine(text: string, line: number, mayBeCut: boolean): void {
    const row = this.#layout.rowOf(text, line);
    if (row === undefined) return;
    if (mayBeCut) this.#requireWhole(row, line);
    if (row.rtype !== MBO && row.rtype !== '') this.#passOver(row, line);
    else if (this.#isWanted(row, line)) this.#readRow(row, line);
  }

  #readRow(row: MboRow, line: number): void {
    const flags = parseInteger(row.flags);
    if (flags === undefined || flags < 0 || flags > 255) throw this.#bad(row, line, 'flags', 'Give a number up to 255');
    const time = this.#times.read(row.time);
    if (time === undefined && row.time !== '' && row.time !== NO_TIME) throw this.#bad(row, line, 'time', TIME_HINT);
    const change = this.#changeOf(row, line, flags);
    if (this.#symbols.tells(row) === undefined) {
      this.#messages.push({
        symbol: '',
        time,
        line,
        change: { kind: 'ignored', name: `${row.action} before any order` },
      });
      return;
    }
    const listed = this.#symbolOf(row, { line, time });
    const { symbol } = listed;
    if ((flags & MAYBE_BAD_BOOK) !== 0) {
      this.#messages.push({ symbol, time, line, more: true, change: { kind: 'mismatch', mismatch: 'maybeBadBook' } });
    }
    if (change.kind === 'clear') forgetTops(listed, change.side);
    if (change.kind === 'level' && (flags & TOP_OF_BOOK) !== 0) this.#push(replaceTop(listed, change, { line, time }));
    const last = (flags & LAST) !== 0;
    this.#messages.push(last ? { symbol, time, line, change } : { symbol, time, line, more: true, change });
  }

  #push(message: FeedMessage | undefined): void {
    if (message !== undefined) this.#messages.push(message);
  }

  #changeOf(row: MboRow, line: number, flags: number): Change {
    const { action } = row;
    const price = this.#prices.read(row.price);
    if (typeof price === 'object') throw this.#layout.error(line, 'price', price.problem, price.hint);
    const size = parseInteger(row.size);
    if (size === undefined || size < 0) throw this.#bad(row, line, 'size', 'Give a whole number from 0 to 2^53-1');
    if (!Object.hasOwn(SIDES, row.side)) throw this.#bad(row, line, 'side', 'Use one of A, B, N');
    const side = SIDES[row.side]!;
    const id = idOf(row.id);
    if (id === undefined) throw this.#bad(row, line, 'id', 'Give a whole number of at most 20 digits');
    switch (action) {
      case 'A':
      case 'M':
      case 'C':
        if (side === 'none' && action !== 'C') return { kind: 'mismatch', mismatch: 'withoutSide' };
        if ((flags & (TOP_OF_BOOK | LEVEL)) !== 0 && side !== 'none') return levelOf(action, side, price, size);
        if (size === 0) return { kind: 'mismatch', mismatch: 'withoutSize' };
        if (action === 'C') return { kind: 'reduce', id, size };
        if (price === undefined) return { kind: 'mismatch', mismatch: 'withoutPrice' };
        if (action === 'A') return { kind: 'add', id, side: side as Side, price, size };
        return { kind: 'change', id, side: side as Side, price, size, enters: true };
      case 'T':
        if (price === undefined || size === 0) return { kind: 'ignored', name: 'T without price or size' };
        return side === 'none' ? { kind: 'trade', price, size } : { kind: 'trade', price, size, side };
      case 'R':
        return { kind: 'clear' };
      case 'F':
      case 'N':
        return { kind: 'ignored', name: action };
      default:
        throw this.#bad(row, line, 'action', 'Use one of A, C, M, R, T, F, N');
    }
  }

  /** The symbol of a row. Its first row announces it. */
  #symbolOf(row: MboRow, place: RowPlace): MboSymbol {
    const { symbol, instrument, publisher } = row;
    const { line } = place;
    const plain = symbol === '' ? instrument : symbol;
    if (plain === '') throw this.#bad(row, line, 'symbol', 'Give a symbol or an instrument_id');
    const key = this.#publisher === 'each' ? `${plain}@${publisher}` : plain;
    const known = this.#symbols.get(key);
    if (known === undefined) {
      const added = this.#symbols.add(key, row);
      this.#messages.push({ symbol: added.symbol, ...place, more: true, change: this.#listing(row) });
      return added;
    }
    if (known.publisher !== publisher) {
      const problem = `${known.symbol} comes from publisher ${known.publisher} and from publisher ${publisher}`;
      const hint = `Give --set publisher=${known.publisher} for one of them, or --set publisher=each for a book of each`;
      throw this.#layout.error(line, 'publisher', problem, hint);
    }
    if (known.instrument !== instrument) {
      if (known.earlier.has(instrument)) {
        const problem = `${known.symbol} names instrument ${instrument} again, after instrument ${known.instrument}`;
        const hint = 'Give a file in which a symbol names one instrument at a time, or without symbols';
        throw this.#layout.error(line, 'instrument', problem, hint);
      }
      this.#messages.push(rollTo(known, instrument, place));
    }
    return known;
  }

  #listing(row: MboRow): Change {
    const scale = { kind: 'list', priceDecimals: this.#decimals, sizeDecimals: 0 } as const;
    return this.#symbols.tells(row) === 'levels' ? { ...scale, levelsOnly: true } : scale;
  }

  #isWanted(row: MboRow, line: number): boolean {
    if (this.#publisher === undefined) return true;
    if (row.publisher === '')
      throw this.#bad(row, line, 'publisher', 'Leave the setting publisher out: the file does not name it');
    return this.#publisher === 'each' || row.publisher === this.#publisher;
  }

  #passOver({ rtype }: MboRow, line: number): void {
    if (BESIDE.has(rtype)) {
      this.#messages.push({ symbol: '', time: undefined, line, change: { kind: 'ignored', name: `rtype ${rtype}` } });
      return;
    }
    const problem = `rtype is ${JSON.stringify(rtype)}, which is not that of the schema mbo, 160`;
    throw this.#layout.error(line, 'rtype', problem, 'Give a file of the schema mbo');
  }

  /** A text that ends without a line end may be cut within its last field. */
  #requireWhole(row: MboRow, line: number): void {
    const { lastField } = this.#layout;
    if (lastField === undefined) return;
    if (lastField === 'symbol' && this.#symbols.isWhole(row.symbol)) return;
    throw unendedLine(this.#path, line);
  }

  #bad(row: MboRow, line: number, field: MboField, hint: string): RefoldError {
    return this.#layout.error(line, field, `${titleOf(field)} is ${JSON.stringify(row[field])}`, hint);
  }
}

function titleOf(field: MboField): string {
  if (field === 'id') return 'order_id';
  return field === 'publisher' || field === 'instrument' ? `${field}_id` : field;
}

/** A level: the best one of its side, or any. Without a price its side is empty. A cancelled level leaves. */
function levelOf(action: string, side: Side, price: number | undefined, size: number): Change {
  if (price === undefined) return { kind: 'clear', side };
  return { kind: 'level', side, price, size: action === 'C' ? 0 : size };
}

function idOf(text: string): FeedOrderId | undefined {
  const id = parseInteger(text);
  if (id !== undefined && id >= 0) return id;
  if (text === '') return 0;
  return /^\d{16,20}$/.test(text) ? text : undefined;
}
