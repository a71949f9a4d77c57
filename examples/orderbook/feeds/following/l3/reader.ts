/**
 * Reads recordings of single orders (L3), as programs write them that listen to Bitstamp, Coinbase, Independent Reserve
 * and others: CSV with a header, a row for each thing that happens to an order.
 *
 *     time,action,id,side,price,size
 *     2024-06-17T00:00:00.000123Z,add,6413364814613,buy,64934.31,0.0536205
 *
 *     add      a new order of this size
 *     change   this is what the order has now; an empty price or size stays. Size 0: it is filled
 *     delete   the order leaves, whatever the row's size
 *     trade    this much of order `id` was executed; without an id, a print, whose side is the aggressor's
 *     clear    the book of the symbol is empty
 *
 * `columns.ts` has the other names of columns and actions. Coinbase's `received` says nothing about the book, and its
 * `done` also ends orders that never were in it. The end of an order that its trades have filled is passed over.
 *
 * Times are dates, or numbers since the epoch whose size tells seconds, milli-, micro- or nanoseconds.
 */
import type { Change, FeedMessage, ReadonlyFeedBook } from '../../../follow/index.ts';
import { nameOf, readLineBlocks, type TextSource } from '../../reading/csv.ts';
import { EpochReader, type TimeUnit } from '../../reading/epoch.ts';
import { firstLineOf, unendedLine } from '../../reading/header.ts';
import type { L3Action } from './columns.ts';
import { OpenOrders } from './open-orders.ts';
import { emptyFile, L3Rows } from './rows.ts';
import { priceDecimalsFor, sizeDecimalsFor } from './scale.ts';
import { type ComparedSymbol, TopOfBook } from './top-of-book.ts';

export interface L3Options {
  /** Of all symbols, 0 to 18; otherwise each symbol's first row tells. */
  readonly priceDecimals?: number | undefined;
  readonly sizeDecimals?: number | undefined;
  /** What numbers in the time column count; otherwise their size tells. */
  readonly timeUnit?: TimeUnit | undefined;
  /** The symbol of a file without a column for it; default `BOOK`. */
  readonly symbol?: string | undefined;
  /** Only these symbols are compared with the best levels of the file: the book may lack the others. */
  readonly symbols?: ReadonlySet<string> | undefined;
}

/** The symbol of a file that names none. */
const DEFAULT_SYMBOL = 'BOOK';

const TIME_HINT = 'Give a date such as 2024-06-17T00:00:00.000123Z, or a number since 1970';

export interface L3Symbol extends ComparedSymbol {
  readonly orders: OpenOrders;
}

/** What a run knows of its symbols. */
export type L3Symbols = Map<string, L3Symbol>;

/**
 * The messages of a file, in blocks; row by row where the book is compared with the file.
 *
 * @param book as it is after all messages that were given
 * @param symbols those of the files before, and of this one afterwards
 * @param top counts how the best levels of the book and of the file compare
 * @throws RefoldError `INVALID_OPTION` with path, line and hint, after the messages before
 */
export async function* readL3(
  source: TextSource,
  book: ReadonlyFeedBook,
  options: L3Options = {},
  symbols: L3Symbols = new Map(),
  top: TopOfBook = new TopOfBook(),
): AsyncGenerator<readonly FeedMessage[], void, void> {
  let file: L3File | undefined;
  for await (const { lines, unended } of readLineBlocks(source)) {
    let at = 0;
    if (file === undefined) {
      file = new L3File(source.path, lines[0]!, options, symbols);
      if (unended === true) throw unendedLine(source.path, 1);
      at = 1;
    }
    while (at < lines.length) {
      const { messages, next, failure } = file.read(lines, at, unended === true);
      if (messages.length > 0) yield messages;
      if (failure !== undefined) throw failure;
      file.compare(book, top);
      at = next;
    }
  }
  if (file === undefined) throw emptyFile(source.path);
}

interface RowsRead {
  readonly messages: readonly FeedMessage[];
  /** The line after the last that was read. */
  readonly next: number;
  /** Why the line after that cannot be read. */
  readonly failure?: unknown;
}

class L3File {
  readonly #path: string;
  readonly #rows: L3Rows;
  readonly #options: L3Options;
  readonly #symbols: L3Symbols;
  readonly #times: EpochReader;
  readonly #isCompared: boolean;
  #messages: FeedMessage[] = [];
  #line = 1;
  /** The row that was read last. */
  #fields: readonly string[] = [];
  #symbol: L3Symbol | undefined;

  constructor(path: string, first: string, options: L3Options, symbols: L3Symbols) {
    this.#path = path;
    this.#rows = new L3Rows(path, firstLineOf(path, first));
    this.#options = options;
    this.#symbols = symbols;
    this.#times = new EpochReader(options.timeUnit);
    const { bestBid, bestAsk } = this.#rows.columns;
    this.#isCompared = bestBid.length + bestAsk.length > 0;
  }

  /** Reads to the end of the lines; one row, if the book is to be compared after each. */
  read(lines: readonly string[], from: number, mayBeCut: boolean): RowsRead {
    const messages: FeedMessage[] = [];
    this.#messages = messages;
    const end = this.#isCompared ? from + 1 : lines.length;
    try {
      for (let at = from; at < end; at++) this.#readLine(lines[at]!, mayBeCut);
      return { messages, next: end };
    } catch (failure) {
      return { messages, next: end, failure };
    }
  }

  compare(book: ReadonlyFeedBook, top: TopOfBook): void {
    const symbol = this.#symbol;
    if (!this.#isCompared || symbol === undefined) return;
    if (this.#options.symbols?.has(symbol.symbol) === false) return;
    top.compare(book, symbol, { rows: this.#rows, fields: this.#fields, path: this.#path, line: this.#line });
  }

  #readLine(text: string, mayBeCut: boolean): void {
    const line = ++this.#line;
    if (text === '') return;
    const fields = this.#rows.header.fieldsOf(text, line);
    if (mayBeCut) this.#rows.requireWhole(fields, line, (text) => this.#isWhole(text));
    const written = this.#rows.text(fields, 'time');
    const time = written === '' ? undefined : this.#times.read(written);
    if (time === undefined && written !== '') throw this.#rows.bad(fields, line, 'time', TIME_HINT);
    const action = this.#rows.action(fields, line);
    const place = { time, line };
    this.#fields = fields;
    this.#symbol = this.#symbolOf(fields, place);
    const { symbol } = this.#symbol;
    this.#messages.push({ symbol, ...place, change: this.#changeOf(fields, line, action, this.#symbol) });
  }

  /** Whether a text is a symbol that came before, and not the beginning of another one. */
  #isWhole(text: string): boolean {
    const like = [...this.#symbols.keys()].filter((key) => key.startsWith(text));
    return like.length === 1 && like[0] === text;
  }

  /** The symbol of a row. Its first row announces it, and tells its scale. */
  #symbolOf(fields: readonly string[], place: Pick<FeedMessage, 'time' | 'line'>): L3Symbol {
    const key = this.#rows.text(fields, 'symbol') || (this.#options.symbol ?? DEFAULT_SYMBOL);
    const known = this.#symbols.get(key);
    if (known !== undefined) return known;
    const symbol = nameOf(key);
    const { priceDecimals, sizeDecimals } = this.#options;
    const scale = {
      priceDecimals: priceDecimals ?? priceDecimalsFor(this.#rows.text(fields, 'price')),
      sizeDecimals: sizeDecimals ?? sizeDecimalsFor(this.#rows.text(fields, 'size')),
    };
    const listed: L3Symbol = { symbol, ...scale, orders: new OpenOrders() };
    this.#symbols.set(key, listed);
    this.#messages.push({ symbol, ...place, change: { kind: 'list', ...scale } });
    return listed;
  }

  #changeOf(fields: readonly string[], line: number, action: L3Action, symbol: L3Symbol): Change {
    const { orders, priceDecimals, sizeDecimals } = symbol;
    const rows = this.#rows;
    switch (action) {
      case 'add': {
        const id = rows.id(fields, line);
        const side = rows.side(fields, line);
        const price = rows.price(fields, line, priceDecimals);
        const size = rows.size(fields, line, sizeDecimals);
        orders.add(id, price, size);
        return { kind: 'add', id, side, price, size };
      }
      case 'change':
        return this.#change(fields, line, symbol);
      case 'trade':
        return this.#trade(fields, line, symbol);
      case 'delete':
      case 'done': {
        const id = rows.id(fields, line);
        const was = orders.end(id);
        if (was === 'filled') return { kind: 'ignored', name: `${action} of a filled order` };
        if (was === 'unknown' && action === 'done')
          return { kind: 'ignored', name: 'done of an order not in the book' };
        return { kind: 'delete', id };
      }
      case 'clear':
        orders.clear();
        return { kind: 'clear' };
      case 'pass':
        return { kind: 'ignored', name: rows.text(fields, 'action') };
    }
  }

  #change(fields: readonly string[], line: number, { orders, priceDecimals, sizeDecimals }: L3Symbol): Change {
    const rows = this.#rows;
    const id = rows.id(fields, line);
    const order = orders.get(id);
    const [priceText, sizeText] = [rows.text(fields, 'price'), rows.text(fields, 'size')];
    const price = priceText === '' ? order?.price : rows.price(fields, line, priceDecimals);
    const size = sizeText === '' ? order?.size : rows.size(fields, line, sizeDecimals);
    if (price === undefined || size === undefined) return { kind: 'mismatch', mismatch: 'unknownOrder' };
    if (size === 0) {
      if (order !== undefined) orders.fill(id);
      return { kind: 'delete', id };
    }
    orders.change(id, price, size);
    return { kind: 'change', id, price, size };
  }

  #trade(fields: readonly string[], line: number, { orders, priceDecimals, sizeDecimals }: L3Symbol): Change {
    const rows = this.#rows;
    const size = rows.size(fields, line, sizeDecimals);
    const priceText = rows.text(fields, 'price');
    if (rows.text(fields, 'id') === '') {
      const price = rows.price(fields, line, priceDecimals);
      return rows.text(fields, 'side') === ''
        ? { kind: 'trade', price, size }
        : { kind: 'trade', price, size, side: rows.side(fields, line) };
    }
    const id = rows.id(fields, line);
    const order = orders.get(id);
    orders.execute(id, size);
    const price = priceText === '' ? undefined : rows.price(fields, line, priceDecimals);
    return price === undefined || price === order?.price
      ? { kind: 'execute', id, size }
      : { kind: 'execute', id, size, price };
  }
}
