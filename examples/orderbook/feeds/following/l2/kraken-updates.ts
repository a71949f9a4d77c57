/**
 * Kraken's book updates in the spelling that Kraken sends, without a parse of the JSON: half of all lines have one level,
 * and would otherwise take most of the time of an import.
 *
 *     {"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":64525.0,"qty":2.27338366}],"asks":[],
 *     "checksum":4243077117,"timestamp":"2026-07-19T17:54:41.299347Z"}]}
 *
 * Whatever is spelled another way, or is wrong, is left to the parser, which says what and where.
 */
import type { Side } from '../../../model/events.ts';
import { KRAKEN } from './kraken.ts';
import { type BookUpdate, type Level, momentOf } from './messages.ts';

const HEAD = '{"channel":"book","type":"update","data":[{"symbol":"';
const BIDS = '","bids":[';
const ASKS = ',"asks":[';
const PRICE = '{"price":';
const SIZE = ',"qty":';
const CHECKSUM = ',"checksum":';
const TIME = ',"timestamp":"';
const TAIL = '"}]}';
/** Characters that JSON does not write another way. */
const SYMBOL = /^[A-Za-z0-9./_-]+$/;
/** A time to the microsecond. */
const TIME_LENGTH = 27;

/** The update of a line; undefined if it is spelled another way. */
export function readKrakenUpdate(text: string): BookUpdate | undefined {
  if (!text.startsWith(HEAD)) return undefined;
  const end = text.indexOf('"', HEAD.length);
  if (!text.startsWith(BIDS, end)) return undefined;
  const symbol = text.slice(HEAD.length, end);
  if (!SYMBOL.test(symbol)) return undefined;
  const levels: Level[] = [];
  let at = readLevels(text, end + BIDS.length, 'buy', levels);
  if (at === -1 || !text.startsWith(ASKS, at)) return undefined;
  at = readLevels(text, at + ASKS.length, 'sell', levels);
  if (at === -1 || !text.startsWith(CHECKSUM, at)) return undefined;
  const comma = text.indexOf(',', at + CHECKSUM.length);
  const value = unsignedOf(text, at + CHECKSUM.length, comma);
  const time = comma + TIME.length;
  if (value === -1 || !text.startsWith(TIME, comma) || !text.startsWith(TAIL, time + TIME_LENGTH)) return undefined;
  if (text.length !== time + TIME_LENGTH + TAIL.length) return undefined;
  const moment = momentOf(text.slice(time, time + TIME_LENGTH));
  if (moment === undefined) return undefined;
  return {
    kind: 'book',
    symbol,
    time: moment,
    channel: 'book',
    isSnapshot: false,
    levels,
    checksum: { rule: 'kraken', value },
    habits: KRAKEN,
  };
}

/** Adds the levels of a list. Returns where the text goes on after it, or -1. */
function readLevels(text: string, start: number, side: Side, levels: Level[]): number {
  let at = start;
  if (text.charCodeAt(at) === 0x5d) return at + 1;
  const list = side === 'buy' ? 'data[0].bids' : 'data[0].asks';
  for (let index = 0; ; index++) {
    if (!text.startsWith(PRICE, at)) return -1;
    const price = at + PRICE.length;
    at = endOfNumber(text, price);
    if (at === -1 || !text.startsWith(SIZE, at)) return -1;
    const size = at + SIZE.length;
    const end = endOfNumber(text, size);
    if (end === -1 || text.charCodeAt(end) !== 0x7d) return -1;
    levels.push({ side, price: text.slice(price, at), size: text.slice(size, end), count: undefined, list, index });
    const next = text.charCodeAt(end + 1);
    if (next === 0x5d) return end + 2;
    if (next !== 0x2c) return -1;
    at = end + 2;
  }
}

/** Where a number without sign and exponent ends; -1 if JSON would not take it. */
function endOfNumber(text: string, start: number): number {
  let at = digitsFrom(text, start);
  if (at === start || (text.charCodeAt(start) === 0x30 && at > start + 1)) return -1;
  if (text.charCodeAt(at) !== 0x2e) return at;
  const fraction = at + 1;
  at = digitsFrom(text, fraction);
  return at === fraction ? -1 : at;
}

function digitsFrom(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; ) code = text.charCodeAt(++at);
  return at;
}

/** An unsigned number of 32 bits; -1 for anything else. */
function unsignedOf(text: string, start: number, end: number): number {
  const first = text.charCodeAt(start);
  if (end <= start || end - start > 10 || digitsFrom(text, start) !== end) return -1;
  if (first === 0x30 && end > start + 1) return -1;
  const value = Number(text.slice(start, end));
  return value <= 0xffff_ffff ? value : -1;
}
