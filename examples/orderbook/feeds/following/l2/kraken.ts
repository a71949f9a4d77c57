/**
 * Kraken's messages, version 2 and version 1 of its websocket interface.
 *
 * Version 2 writes prices and sizes as numbers with all their zeros. The checksum comes with each book message, except for
 * the snapshots of version 1. Levels beyond the subscribed depth drop out of the book without a message.
 *
 * Source: https://docs.kraken.com/exchange/guides/websockets/book-checksum-v2 and book-checksum-v1.
 */
import type { Moment } from '../../../market-time.ts';
import type { Side } from '../../../model/events.ts';
import type { Json, JsonObject } from '../../reading/json.ts';
import {
  Fields,
  type Habits,
  type Level,
  listOf,
  MessageProblem,
  rowOf,
  timeOf,
  type VenueMessage,
  wrong,
} from './messages.ts';

export const KRAKEN: Habits = { checksum: 'kraken', writesZeros: true, depths: [10, 25, 100, 500, 1_000] };

const SIDES: Readonly<Record<string, Side>> = { buy: 'buy', sell: 'sell', b: 'buy', s: 'sell' };

/** The messages of a line of version 2; undefined if it is of another venue. */
export function decodeKraken(message: Fields): VenueMessage[] | undefined {
  if (message.has('method')) return decodeAcknowledgement(message);
  const channel = message.raw('channel');
  if (typeof channel !== 'string' || message.has('events')) return undefined;
  if (channel === 'book') return decodeBook(message);
  if (channel === 'trade') return decodeTrades(message);
  return channel === 'instrument' ? decodeInstruments(message) : [{ kind: 'ignored', name: channel }];
}

function decodeBook(message: Fields): VenueMessage[] {
  const isSnapshot = message.word('type', { snapshot: true, update: false });
  return message.objects('data').map((data) => ({
    kind: 'book',
    symbol: data.text('symbol'),
    time: data.time('timestamp'),
    channel: 'book',
    isSnapshot,
    levels: [...levelsOf(data, 'bids', 'buy'), ...levelsOf(data, 'asks', 'sell')],
    checksum: { rule: 'kraken', value: unsigned(data) },
    habits: KRAKEN,
  }));
}

function levelsOf(data: Fields, name: string, side: Side): Level[] {
  const list = `${data.at}.${name}`;
  return data.list(name).map((value, index) => {
    const level = new Fields(value, `${list}[${index}]`);
    return { side, price: level.text('price'), size: level.text('qty'), list, index };
  });
}

function unsigned(data: Fields, name = 'checksum'): number {
  const value = data.integer(name);
  if (value >= 0 && value <= 0xffff_ffff) return value;
  throw wrong(`${data.at}.${name}`, String(value), 'an unsigned number of 32 bits');
}

/** Trades before the subscription come as a snapshot. They are older than the book, and are not put on its tape. */
function decodeTrades(message: Fields): VenueMessage[] {
  const isSnapshot = message.word('type', { snapshot: true, update: false });
  if (isSnapshot) return [{ kind: 'ignored', name: 'trade snapshot' }];
  return message.objects('data').map((data) => ({
    kind: 'trade',
    symbol: data.text('symbol'),
    time: data.time('timestamp'),
    channel: 'trade',
    price: data.text('price'),
    size: data.text('qty'),
    side: data.word('side', SIDES),
    at: data.at,
  }));
}

function decodeInstruments(message: Fields): VenueMessage[] {
  const scales = message
    .object('data')
    .objects('pairs')
    .filter((pair) => pair.has('price_precision') && pair.has('qty_precision'))
    .map((pair) => {
      const symbol = pair.text('symbol');
      return { kind: 'scale', symbol, price: precision(pair, 'price'), size: precision(pair, 'qty') } as const;
    });
  return [...scales, { kind: 'ignored', name: 'instrument' }];
}

function precision(pair: Fields, name: 'price' | 'qty'): number {
  const decimals = pair.integer(`${name}_precision`);
  if (decimals >= 0 && decimals <= 18) return decimals;
  throw wrong(`${pair.at}.${name}_precision`, String(decimals), 'a number of decimals');
}

/** The answer to a subscription says how deep the book is. */
function decodeAcknowledgement(message: Fields): VenueMessage[] {
  const ignored: VenueMessage = { kind: 'ignored', name: message.text('method') };
  const result = message.raw('result');
  if (result === null || typeof result !== 'object' || Array.isArray(result)) return [ignored];
  const { channel, depth, symbol } = result as JsonObject;
  if (channel !== 'book' || typeof depth !== 'string' || typeof symbol !== 'string') return [ignored];
  const levels = message.object('result').integer('depth');
  return levels > 0 ? [{ kind: 'depth', symbol, depth: levels }, ignored] : [ignored];
}

/** The messages of a line of version 1: a list of channel id, one or two objects, channel name and pair. */
export function decodeKrakenList(list: readonly Json[]): VenueMessage[] {
  const name = list.at(-2);
  const symbol = list.at(-1);
  if (typeof name !== 'string' || typeof symbol !== 'string' || list.length < 4) {
    throw new MessageProblem('', 'is a list that is not a message of Kraken', 'Give a recording of a book channel');
  }
  if (name === 'trade') return decodeTradeList(list[1], symbol);
  const depth = /^book-(\d{1,4})$/.exec(name)?.[1];
  if (depth === undefined) return [{ kind: 'ignored', name }];
  const parts = list.slice(1, -2).map((part, index) => new Fields(part, `[${index + 1}]`));
  const isSnapshot = parts.some((part) => part.has('as') || part.has('bs'));
  const [bids, asks] = isSnapshot ? (['bs', 'as'] as const) : (['b', 'a'] as const);
  const levels = parts.flatMap((part) => [
    ...(part.has(bids) ? part.rows(bids, 'buy') : []),
    ...(part.has(asks) ? part.rows(asks, 'sell') : []),
  ]);
  if (levels.length === 0 && !isSnapshot) throw new MessageProblem('[1]', 'has neither bids nor asks');
  const checked = parts.find((part) => part.has('c'));
  // An update whose end is missing would otherwise pass without a check.
  if (checked === undefined && !isSnapshot) throw new MessageProblem('[1].c', 'is missing');
  return [
    {
      kind: 'book',
      symbol,
      time: latestTime(parts, [bids, asks]),
      channel: name,
      isSnapshot,
      levels,
      checksum: checked === undefined ? undefined : { rule: 'kraken', value: unsigned(checked, 'c') },
      depth: Number(depth),
      habits: KRAKEN,
    },
  ];
}

/** Each level has its time. The message is as late as the latest of them. */
function latestTime(parts: readonly Fields[], names: readonly string[]): Moment | undefined {
  let latest: Moment | undefined;
  for (const part of parts) {
    for (const name of names) {
      if (!part.has(name)) continue;
      for (const [index, row] of part.list(name).entries()) {
        const at = `${part.at}.${name}[${index}][2]`;
        const text = listOf(row, at)[2];
        if (typeof text !== 'string') throw wrong(at, text, 'a time');
        const time = timeOf(text, at);
        if (latest === undefined || time.ms > latest.ms || (time.ms === latest.ms && time.ns > latest.ns))
          latest = time;
      }
    }
  }
  return latest;
}

function decodeTradeList(trades: Json | undefined, symbol: string): VenueMessage[] {
  return listOf(trades, '[1]').map((trade, index) => {
    const at = `[1][${index}]`;
    const { price, size } = rowOf(trade, at);
    const [, , time, side] = listOf(trade, at);
    if (typeof time !== 'string') throw wrong(`${at}[2]`, time, 'a time');
    if (typeof side !== 'string' || !Object.hasOwn(SIDES, side)) throw wrong(`${at}[3]`, side, 'b or s');
    return {
      kind: 'trade',
      symbol,
      time: timeOf(time, `${at}[2]`),
      channel: 'trade',
      price,
      size,
      side: SIDES[side],
      at,
    };
  });
}
