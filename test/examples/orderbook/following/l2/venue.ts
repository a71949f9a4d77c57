/**
 * A venue made up for the tests: a random book, and what each venue would send of it, with checksums computed here from
 * the numbers. After each line the book that a reader must have is known.
 */
import { crc32 } from 'node:zlib';
import { formatDecimal } from '../../../../../examples/orderbook/decimals.ts';
import type { Random } from '../../../../../examples/orderbook/demo/random.ts';

type Side = 'bids' | 'asks';
/** Whole numbers: price and size. */
type Level = readonly [price: number, size: number];
interface Book {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

export interface Recording {
  readonly lines: string[];
  /** The book after each line, as `shownBook` shows it; undefined where it is not known yet. */
  readonly books: (string | undefined)[];
}

/** Those whose messages have a checksum. */
export const CHECKED_NAMES = ['kraken', 'krakenWithoutZeros', 'krakenV1', 'okx'] as const;
/** Those with a line for each level: the book is whole after the last line of a message. */
export const ROW_NAMES = ['csv', 'tardis'] as const;
export const WIRE_NAMES = [...CHECKED_NAMES, 'coinbase', 'coinbaseAdvanced', 'plain', ...ROW_NAMES] as const;
export type WireName = (typeof WIRE_NAMES)[number];

const SYMBOL = 'BTC/USD';
const PRICE_DECIMALS = 1;
const SIZE_DECIMALS = 8;
const START_MS = Date.parse('2026-07-19T17:54:39.000Z');

/** How a venue writes what its clients see. */
interface Wire {
  /** Levels beyond are not shown. */
  readonly depth?: number;
  /** Lines before the first one of the book. */
  readonly head?: readonly string[];
  /** Lines of a snapshot, or of changes. */
  write(message: Message): readonly string[];
}

interface Message {
  readonly isSnapshot: boolean;
  /** From 1. */
  readonly number: number;
  readonly changes: Book;
  /** What clients see after it. */
  readonly book: Book;
}

/**
 * A recording of so many messages.
 *
 * @param start changes before the first one
 */
export function record(name: WireName, random: Random, count: number, start = 60): Recording {
  const wire = WIRES[name]();
  const { depth = 1_000, head = [] } = wire;
  const full: Record<Side, Map<number, number>> = { bids: new Map(), asks: new Map() };
  for (let index = 0; index < start; index++) change(full, random);
  const lines = [...head];
  const books: (string | undefined)[] = head.map(() => undefined);
  let seen = bestOf(full, depth);
  const add = (message: Message): void => {
    for (const line of wire.write(message)) {
      lines.push(line);
      books.push(shown(message.book));
    }
  };
  add({ isSnapshot: true, number: 1, changes: seen, book: seen });
  for (let number = 2; number <= count; number++) {
    for (let changes = 1 + random.below(4); changes > 0; changes--) change(full, random);
    const book = bestOf(full, depth);
    // Now and then a client connects again.
    const isSnapshot = random.below(40) === 0;
    const changes = isSnapshot ? book : changesOf(full, seen, book);
    if (changes.bids.length + changes.asks.length > 0) add({ isSnapshot, number, changes, book });
    seen = book;
  }
  return { lines, books };
}

/** A level is set, changed or removed. Bids stay below asks. */
function change(full: Record<Side, Map<number, number>>, random: Random): void {
  const side: Side = random.below(2) === 0 ? 'bids' : 'asks';
  const away = random.below(40);
  const price = side === 'bids' ? 645_250 - away : 645_251 + away;
  if (random.below(3) === 0) full[side].delete(price);
  else full[side].set(price, random.below(3) === 0 ? 10 ** (1 + random.below(9)) : 1 + random.below(300_000_000));
}

function bestOf(full: Record<Side, Map<number, number>>, depth: number): Book {
  const bids = [...full.bids].sort(([one], [other]) => other - one);
  const asks = [...full.asks].sort(([one], [other]) => one - other);
  return { bids: bids.slice(0, depth), asks: asks.slice(0, depth) };
}

/** What a client must hear: new sizes, levels that come into sight, and removals; not what drops out of sight. */
function changesOf(full: Record<Side, Map<number, number>>, before: Book, after: Book): Book {
  const of = (side: Side): Level[] => {
    const old = new Map(before[side]);
    const now = new Map(after[side]);
    const removed = before[side].filter(([price]) => !full[side].has(price)).map(([price]) => [price, 0] as const);
    return [...removed, ...[...now].filter(([price, size]) => old.get(price) !== size)];
  };
  return { bids: of('bids'), asks: of('asks') };
}

function fixed(value: number, decimals: number): string {
  const digits = String(value).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
const price = (value: number): string => fixed(value, PRICE_DECIMALS);
const size = (value: number): string => fixed(value, SIZE_DECIMALS);
const short = ([one, other]: Level): [string, string] => [
  formatDecimal(one, PRICE_DECIMALS),
  formatDecimal(other, SIZE_DECIMALS),
];
const long = ([one, other]: Level): [string, string] => [price(one), size(other)];

function shown({ bids, asks }: Book): string {
  return shownBook(bids.map(short), asks.map(short));
}

/** The best levels of a side of such a text. */
export function bestShown(book: string, levels: number): string {
  return book
    .split('|')
    .map((side) => side.trim().split(' ').slice(0, levels).join(' '))
    .join(' | ');
}

/** A line in which the first digit of a size that is not 0 is another. */
export function changeSize(line: string): string {
  return line.replace(
    /("qty":[\d.]*?|\["[\d.]+","[0.]*)([1-9])/,
    (_, before: string, digit: string) => `${before}${(Number(digit) % 9) + 1}`,
  );
}

/** A book as text: best first, without zeros at the end of decimals. */
export function shownBook(bids: readonly (readonly [string, string])[], asks: readonly (readonly [string, string])[]) {
  const of = (levels: readonly (readonly [string, string])[]): string =>
    levels.map((level) => level.join('x')).join(' ');
  return `${of(bids)} | ${of(asks)}`;
}

function krakenChecksum({ bids, asks }: Book): number {
  // Scaled by the decimals of the venue, a number is its digits without point and leading zeros.
  return crc32([...asks.slice(0, 10), ...bids.slice(0, 10)].map(([one, other]) => `${one}${other}`).join(''));
}

function okxChecksum({ bids, asks }: Book): number {
  const parts: string[] = [];
  for (let index = 0; index < 25; index++) {
    for (const level of [bids[index], asks[index]]) if (level !== undefined) parts.push(short(level).join(':'));
  }
  return crc32(parts.join(':')) | 0;
}

const msOf = (number: number): number => START_MS + 7 * number;
const isoOf = (number: number): string => `${new Date(msOf(number)).toISOString().slice(0, -1)}123Z`;

function kraken(numbers: (level: Level) => [string, string]): Wire {
  return {
    depth: 10,
    head: [
      '{"channel":"status","type":"update","data":[{"api_version":"v2","connection_id":1,"system":"online"}]}',
      `{"method":"subscribe","result":{"channel":"book","depth":10,"snapshot":true,"symbol":"${SYMBOL}"},"success":true}`,
    ],
    write: ({ isSnapshot, number, changes, book }) => {
      const of = (levels: readonly Level[]): string =>
        levels
          .map(numbers)
          .map(([one, other]) => `{"price":${one},"qty":${other}}`)
          .join(',');
      const line = `{"channel":"book","type":"${isSnapshot ? 'snapshot' : 'update'}","data":[{"symbol":"${SYMBOL}","bids":[${of(changes.bids)}],"asks":[${of(changes.asks)}],"checksum":${krakenChecksum(book)},"timestamp":"${isoOf(number)}"}]}`;
      return number % 5 === 0 ? [line, '{"channel":"heartbeat"}'] : [line];
    },
  };
}

const WIRES: Readonly<Record<WireName, () => Wire>> = {
  kraken: () => kraken(long),
  /** A recorder read numbers and wrote numbers. */
  krakenWithoutZeros: () => {
    const { head = [], ...wire } = kraken(short);
    const pair = { symbol: SYMBOL, price_precision: PRICE_DECIMALS, qty_precision: SIZE_DECIMALS };
    return {
      ...wire,
      head: [JSON.stringify({ channel: 'instrument', type: 'snapshot', data: { pairs: [pair] } }), ...head],
    };
  },
  krakenV1: () => ({
    depth: 25,
    write: ({ isSnapshot, number, changes, book }) => {
      const seconds = (msOf(number) / 1_000).toFixed(6);
      const of = (levels: readonly Level[]): string[][] => levels.map((level) => [...long(level), seconds]);
      if (isSnapshot) {
        return [JSON.stringify([0, { as: of(changes.asks), bs: of(changes.bids) }, 'book-25', SYMBOL])];
      }
      const sides = [
        ...(changes.asks.length > 0 ? [{ a: of(changes.asks) }] : []),
        ...(changes.bids.length > 0 ? [{ b: of(changes.bids) }] : []),
      ];
      Object.assign(sides.at(-1)!, { c: String(krakenChecksum(book)) });
      return [JSON.stringify([0, ...sides, 'book-25', SYMBOL])];
    },
  }),
  okx: () => ({
    head: [JSON.stringify({ event: 'subscribe', arg: { channel: 'books', instId: SYMBOL } }), 'pong'],
    write: ({ isSnapshot, number, changes, book }) => {
      const of = (levels: readonly Level[]): string[][] => levels.map((level) => [...short(level), '0', '3']);
      const data = {
        asks: of(changes.asks),
        bids: of(changes.bids),
        ts: String(msOf(number)),
        checksum: okxChecksum(book),
        prevSeqId: isSnapshot ? -1 : okxSequence,
        seqId: 13 * number,
      };
      okxSequence = 13 * number;
      return [
        JSON.stringify({
          arg: { channel: 'books', instId: SYMBOL },
          action: isSnapshot ? 'snapshot' : 'update',
          data: [data],
        }),
      ];
    },
  }),
  coinbase: () => ({
    write: ({ isSnapshot, number, changes }) => {
      const named = { product_id: SYMBOL, time: isoOf(number) };
      const all = [
        ...changes.bids.map((level) => ['buy', ...long(level)]),
        ...changes.asks.map((level) => ['sell', ...long(level)]),
      ];
      const books = { bids: changes.bids.map(long), asks: changes.asks.map(long) };
      return [
        JSON.stringify(
          isSnapshot ? { type: 'snapshot', ...named, ...books } : { type: 'l2update', ...named, changes: all },
        ),
      ];
    },
  }),
  coinbaseAdvanced: () => ({
    write: ({ isSnapshot, number, changes }) => {
      const of = (side: string, levels: readonly Level[]): unknown[] =>
        levels
          .map(short)
          .map(([one, other]) => ({ side, price_level: one, new_quantity: other, event_time: isoOf(number) }));
      const updates = [...of('bid', changes.bids), ...of('offer', changes.asks)];
      const event = { type: isSnapshot ? 'snapshot' : 'update', product_id: SYMBOL, updates };
      return [
        JSON.stringify({
          channel: 'l2_data',
          timestamp: isoOf(number),
          sequence_num: coinbaseNumber++,
          events: [event],
        }),
      ];
    },
  }),
  plain: () => ({
    write: ({ isSnapshot, number, changes }) => [
      JSON.stringify({
        type: isSnapshot ? 'snapshot' : 'update',
        symbol: SYMBOL,
        time: msOf(number),
        bids: changes.bids.map(short),
        asks: changes.asks.map(short),
      }),
    ],
  }),
  csv: () => ({
    head: ['time,symbol,side,price,size,type'],
    write: ({ isSnapshot, number, changes }) =>
      rowsOf(
        changes,
        (side, [one, other]) =>
          `${isoOf(number)},${SYMBOL},${side},${one},${other},${isSnapshot ? 'snapshot' : 'update'}`,
      ),
  }),
  tardis: () => ({
    head: ['exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount'],
    write: ({ isSnapshot, number, changes }) =>
      rowsOf(
        changes,
        (side, [one, other]) =>
          `okex,${SYMBOL},${msOf(number)}000,${msOf(number)}042,${isSnapshot},${side},${one},${other}`,
      ),
  }),
};

let okxSequence = 0;
let coinbaseNumber = 0;

function rowsOf({ bids, asks }: Book, write: (side: string, texts: [string, string]) => string): string[] {
  return [...bids.map((level) => write('bid', short(level))), ...asks.map((level) => write('ask', short(level)))];
}
