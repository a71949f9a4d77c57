/**
 * Kraken's messages, version 2 and version 1 of its websocket interface.
 *
 * Version 2 writes prices and sizes as numbers with all their zeros. The checksum comes with each book message; in version
 * 1 snapshots have none. Levels beyond the subscribed depth drop out of the book without a message.
 *
 * Source: https://docs.kraken.com/exchange/guides/websockets/book-checksum-v2 and book-checksum-v1.
 */
import { parseSeconds } from '../../../market-time.ts';
import type { Side } from '../../../model/events.ts';
import { type Json, type JsonObject } from './json.ts';
import { Fields, type Habits, type Level, listOf, MessageProblem, type VenueMessage, wrong } from './messages.ts';
import { timeOf } from './times.ts';

const KRAKEN: Habits = { checksum: 'kraken', depths: [10, 25, 100, 500, 1_000] };

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
    time: timeOf(data, 'timestamp'),
    isSnapshot,
    levels: [...levelsOf(data, 'bids', 'buy'), ...levelsOf(data, 'asks', 'sell')],
    checksum: { rule: 'kraken', value: unsigned(data) },
    habits: KRAKEN,
  }));
}

function levelsOf(data: Fields, name: string, side: Side): Level[] {
  return data.objects(name).map((level) => ({ side, price: level.text('price'), size: level.text('qty'), at: level.at }));
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
    time: timeOf(data, 'timestamp'),
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
  const { result } = { result: message.raw('result') };
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
  const rows = parts.flatMap((part) => [
    ...(part.has(isSnapshot ? 'bs' : 'b') ? part.rows(isSnapshot ? 'bs' : 'b', 'buy') : []),
    ...(part.has(isSnapshot ? 'as' : 'a') ? part.rows(isSnapshot ? 'as' : 'a', 'sell') : []),
  ]);
  const checked = parts.find((part) => part.has('c'));
  if (rows.length === 0 && !isSnapshot) throw new MessageProblem('[1]', 'has neither bids nor asks');
  return [
    {
      kind: 'book',
      symbol,
      time: latestTime(parts),
      isSnapshot,
      levels: rows,
      checksum: checked === undefined ? undefined : { rule: 'kraken', value: unsigned(checked, 'c') },
      depth: Number(depth),
      habits: KRAKEN,
    },
  ];
}

/** Each level has its own time. The message is as late as the latest of them. */
function latestTime(parts: readonly Fields[]): ReturnType<typeof parseSeconds> {
  let latest = '';
  for (const part of parts) {
    for (const name of ['as', 'bs', 'a', 'b']) {
      if (!part.has(name)) continue;
      for (const row of part.list(name)) {
        const time = Array.isArray(row) ? row[2] : undefined;
        if (typeof time === 'string' && (time.length > latest.length || (time.length === latest.length && time > latest))) {
          latest = time;
        }
      }
    }
  }
  return latest === '' ? undefined : epochSeconds(latest, '[1]');
}

function decodeTradeList(trades: Json | undefined, symbol: string): VenueMessage[] {
  return listOf(trades, '[1]').map((trade, index) => {
    const at = `[1][${index}]`;
    const [price, size, time, side] = listOf(trade, at);
    if (typeof price !== 'string') throw wrong(`${at}[0]`, price, 'a price');
    if (typeof size !== 'string') throw wrong(`${at}[1]`, size, 'a size');
    if (typeof time !== 'string') throw wrong(`${at}[2]`, time, 'a time');
    return {
      kind: 'trade',
      symbol,
      time: epochSeconds(time, `${at}[2]`),
      price,
      size,
      side: typeof side === 'string' && Object.hasOwn(SIDES, side) ? SIDES[side] : undefined,
      at,
    };
  });
}
