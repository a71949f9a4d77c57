/**
 * Changes of levels as CSV, a level on each line. Columns are found by their names, in any order, among any others:
 *
 *     time        time, timestamp, ts, date, datetime, local_timestamp: since the epoch in any unit, or ISO 8601
 *     symbol      symbol, instrument, pair, product_id; without it, see the setting `symbol`
 *     side        side: bid, ask, buy, sell, offer, b, a or s
 *     price
 *     size        size, amount, qty, quantity, volume: the new total of the level; 0 removes it
 *     is_snapshot is_snapshot, snapshot: true or false; or type, action, event: snapshot, partial, or anything else
 *     count       count, orders, order_count: how many orders stand there
 *
 * That is also Tardis.dev's `incremental_book_L2` (exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount).
 * Rows of a snapshot after rows that are not begin a new book, which counts from the first row on that is not of the
 * snapshot. Otherwise the book counts after each row: where a message of the venue ended, only the row after it would
 * tell, and a file that grows would be read in another way than before.
 */
import type { RefoldError } from 'refold';
import type { Moment } from '../../../market-time.ts';
import type { Side } from '../../../model/events.ts';
import { EpochReader } from '../../reading/epoch.ts';
import { Header, unendedLine, unquote } from '../../reading/header.ts';
import type { BookUpdate, Habits, Level } from './messages.ts';

const SIDES: Readonly<Record<string, Side>> = {
  bid: 'buy',
  buy: 'buy',
  b: 'buy',
  ask: 'sell',
  sell: 'sell',
  a: 'sell',
  s: 'sell',
  offer: 'sell',
};

const PLAIN: Habits = { needsNoSnapshot: true };
/** Tardis.dev says that removals of levels that are not there are to be expected. */
const TARDIS: Habits = { needsNoSnapshot: true, removesUnknown: true };

const GIVE = 'Give a header with time, side, price and size, and symbol if there are several';

/** Whether a first line is the header of such a file. */
export function isLevelHeader(line: string): boolean {
  const names = unquote(line).toLowerCase().split(',');
  return names.includes('side') && names.includes('price');
}

export class LevelRows {
  readonly #header: Header;
  readonly #columns: Readonly<Record<'time' | 'symbol' | 'side' | 'price' | 'size' | 'snapshot' | 'count', number>>;
  readonly #type: number;
  readonly #habits: Habits;
  readonly #times = new EpochReader();
  /** Symbols whose last row was of a snapshot. */
  readonly #inSnapshot = new Set<string | undefined>();

  constructor(path: string, header: string) {
    this.#header = new Header(path, header);
    const find = (...names: readonly string[]): number => this.#header.find(...names);
    this.#columns = {
      time: find('time', 'timestamp', 'ts', 'date', 'datetime', 'local_timestamp'),
      symbol: find('symbol', 'instrument', 'pair', 'product_id'),
      side: find('side'),
      price: find('price'),
      size: find('size', 'amount', 'qty', 'quantity', 'volume'),
      snapshot: find('is_snapshot', 'snapshot'),
      count: find('count', 'orders', 'order_count'),
    };
    this.#type = find('type', 'action', 'event');
    this.#habits = find('local_timestamp') === -1 ? PLAIN : TARDIS;
    const { time, side, price, size } = this.#columns;
    this.#header.require({ time, side, price, size }, GIVE);
  }

  /** The message of a row. */
  read(text: string, line: number, mayBeCut: boolean): BookUpdate {
    const fields = this.#header.fieldsOf(text, line);
    const { symbol: symbolColumn, side: sideColumn, price, size, count } = this.#columns;
    if (mayBeCut) this.#requireWhole(line);
    const symbol = symbolColumn === -1 ? undefined : fields[symbolColumn]!;
    const side = fields[sideColumn]!.toLowerCase();
    if (!Object.hasOwn(SIDES, side)) throw this.#bad(line, sideColumn, fields, 'Use one of bid, ask, buy, sell');
    const isSnapshot = this.#isSnapshot(fields, line);
    const time = this.#time(fields, line);
    const begins = isSnapshot && !this.#inSnapshot.has(symbol);
    if (begins) this.#inSnapshot.add(symbol);
    else if (!isSnapshot) this.#inSnapshot.delete(symbol);
    const level: Level = {
      side: SIDES[side]!,
      price: fields[price]!,
      size: fields[size]!,
      count: count === -1 ? undefined : fields[count],
      list: 'the level',
      index: undefined,
    };
    const habits = this.#habits;
    const update = { kind: 'book', symbol, time, channel: '', isSnapshot: begins, levels: [level], habits } as const;
    return isSnapshot ? { ...update, goesOn: true } : update;
  }

  #time(fields: readonly string[], line: number): Moment | undefined {
    const { time } = this.#columns;
    const moment = this.#times.read(fields[time]!);
    if (moment !== undefined) return moment;
    throw this.#bad(line, time, fields, 'Give a time since the epoch, or one such as 2024-06-17T00:00:00.000001Z');
  }

  #isSnapshot(fields: readonly string[], line: number): boolean {
    const { snapshot } = this.#columns;
    if (snapshot === -1) return this.#type !== -1 && /^(?:snapshot|partial)$/i.test(fields[this.#type]!);
    const word = fields[snapshot]!.toLowerCase();
    if (word === 'true' || word === '1' || word === 't') return true;
    if (word === 'false' || word === '0' || word === 'f') return false;
    throw this.#bad(line, snapshot, fields, 'Use true or false');
  }

  /** What stands at the end of a text may lack its last characters. */
  #requireWhole(line: number): void {
    const last = this.#header.width - 1;
    if ([...Object.values(this.#columns), this.#type].includes(last)) throw unendedLine(this.#header.path, line);
  }

  #bad(line: number, column: number, fields: readonly string[], hint: string): RefoldError {
    return this.#header.error(line, `${this.#header.title(column)} is ${JSON.stringify(fields[column])}`, hint, column);
  }
}
