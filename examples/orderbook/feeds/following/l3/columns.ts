/**
 * The columns and words of recordings of single orders, which every program calls otherwise.
 *
 * Names are compared without case and punctuation: `Order ID`, `order_id` and `orderId` are one. Where a file has several
 * columns of a list, the first of the list counts; where that one is empty, the next.
 */
import type { Side } from '../../../model/events.ts';
import type { Header } from '../../reading/header.ts';

/** What each column may be called. */
const NAMES = {
  time: [
    ...['time', 'timestamp', 'microtimestamp', 'datetime', 'ts', 'eventtime', 'exchangetime', 'exchangetimestamp'],
    ...['receivedtime', 'localtimestamp', 'date'],
  ],
  action: ['action', 'event', 'eventtype', 'type', 'messagetype', 'msgtype', 'change', 'update'],
  id: ['id', 'orderid', 'orderguid', 'oid', 'idstr', 'makerorderid'],
  side: ['side', 'direction', 'buysell', 'ordertype'],
  price: ['price', 'limitprice', 'px', 'rate'],
  size: ['size', 'amount', 'quantity', 'qty', 'volume', 'newsize', 'remainingsize', 'remaining'],
  symbol: ['symbol', 'product', 'productid', 'instrument', 'market', 'pair', 'currencypair', 'ticker'],
  bestBid: ['bestbid', 'bestbidprice', 'bid', 'bidprice'],
  bestBidSize: ['bestbidsize', 'bidsize', 'bestbidamount', 'bidamount', 'bestbidvolume', 'bidvolume', 'bidqty'],
  bestAsk: ['bestask', 'bestaskprice', 'ask', 'askprice', 'bestoffer'],
  bestAskSize: ['bestasksize', 'asksize', 'bestaskamount', 'askamount', 'bestaskvolume', 'askvolume', 'askqty'],
} as const;

export type L3Column = keyof typeof NAMES;

/** Where each column is; those that count next are after it. Empty for one that the file does not have. */
export type L3Columns = Readonly<Record<L3Column, readonly number[]>>;

export const L3_HINT = 'Give CSV with a header, such as time,action,id,side,price,size';

/** @throws RefoldError `INVALID_OPTION` for a file that lacks a column that every file needs */
export function columnsOf(header: Header): L3Columns {
  const columns = Object.fromEntries(
    Object.entries(NAMES).map(([column, names]) => [
      column,
      names.map((name) => header.find(name)).filter((at) => at !== -1),
    ]),
  ) as unknown as L3Columns;
  const needed = ['time', 'action', 'id', 'side', 'price', 'size'] as const;
  header.require(Object.fromEntries(needed.map((column) => [column, columns[column][0] ?? -1])), L3_HINT);
  return columns;
}

/** What a row does. `done` ends an order that may never have been in the book; `pass` says nothing about the book. */
export type L3Action = 'add' | 'change' | 'delete' | 'done' | 'trade' | 'clear' | 'pass';

export const ACTIONS: ReadonlyMap<string, L3Action> = wordsOf({
  add: [
    'add',
    'added',
    'new',
    'neworder',
    'create',
    'created',
    'ordercreated',
    'open',
    'opened',
    'insert',
    'inserted',
    'snapshot',
  ],
  change: ['change', 'changed', 'orderchanged', 'update', 'updated', 'modify', 'modified', 'amend', 'amended'],
  delete: [
    ...['delete', 'deleted', 'orderdeleted', 'remove', 'removed'],
    ...['cancel', 'canceled', 'cancelled', 'ordercanceled', 'ordercancelled'],
  ],
  done: ['done'],
  trade: ['trade', 'traded', 'match', 'matched', 'lastmatch', 'execute', 'executed', 'execution', 'fill', 'filled'],
  clear: ['clear', 'cleared', 'reset'],
  pass: ['received', 'activate', 'heartbeat', 'subscriptions', 'status'],
});

export const SIDES: ReadonlyMap<string, Side> = wordsOf({
  buy: ['buy', 'bid', 'bids', 'b', 'limitbid'],
  sell: ['sell', 'ask', 'asks', 's', 'a', 'offer', 'limitoffer'],
});

/** In a column that is called `order_type`, as Bitstamp does, and in one that is called `direction`. */
export const SIDES_BY_NUMBER: Readonly<Record<string, Readonly<Record<string, Side>>>> = {
  ordertype: { 0: 'buy', 1: 'sell' },
  direction: { 1: 'buy', '-1': 'sell' },
};

/** A word as the tables have it. */
export function plainWord(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z]/g, '');
}

function wordsOf<Meaning extends string>(words: Readonly<Record<Meaning, readonly string[]>>): Map<string, Meaning> {
  return new Map(
    (Object.keys(words) as Meaning[]).flatMap((meaning) => words[meaning].map((word) => [word, meaning] as const)),
  );
}
