/** The book as a picture in text: the ladder of prices, and the tape of the last trades. */

import { paint } from '../telling/paint.ts';
import { decimalsOf, formatDecimal } from './decimals.ts';
import * as feed from './follow/index.ts';
import {
  type LevelView,
  type Print,
  type ReadonlyBook,
  recentTrades,
  type Side,
  type Sum,
  topLevels,
} from './model/index.ts';
import { number } from './text.ts';

/** What a ladder shows of a symbol. Prices are whole numbers in the symbol's smallest unit, as everywhere in the book. */
export interface SymbolView {
  readonly symbol: string;
  readonly halted: boolean;
  readonly lastPrice: number | null;
  /** Best first. */
  readonly bids: readonly LevelView[];
  readonly asks: readonly LevelView[];
  /** Newest first. */
  readonly trades: readonly PrintView[];
  /** How many decimals a price and a size have, where the book knows it: they are shown with them. */
  readonly priceDecimals?: number;
  readonly sizeDecimals?: number;
  /** In a feed's own words. */
  readonly status?: string;
  /** The book of a feed is in the middle of a change. */
  readonly unfinished?: true;
}

/** A line of the tape. */
export interface PrintView extends Pick<Print, 'price' | 'quantity' | 'sequence' | 'clock'> {
  /** Null for a hidden execution. A feed does not number its trades. */
  readonly tradeId?: number | null;
  /** Null where a feed does not say. */
  readonly takerSide: Side | null;
  readonly hidden?: boolean;
  /** The order that was hit, in a feed that names it. */
  readonly makerId?: feed.FeedOrderId | null;
}

const BAR = 24;

/** Looks at one symbol. */
export function viewOf(book: ReadonlyBook, symbol: string, depth = 10, trades = 8): SymbolView {
  const market = book.symbols.get(symbol);
  return {
    symbol,
    halted: market?.halted ?? false,
    lastPrice: market?.lastPrice ?? null,
    bids: topLevels(book, symbol, 'buy', depth),
    asks: topLevels(book, symbol, 'sell', depth),
    trades: recentTrades(book, symbol, trades),
  };
}

/** Looks at one symbol of a feed. */
export function viewOfFeed(book: feed.ReadonlyFeedBook, symbol: string, depth = 10, trades = 8): SymbolView {
  const market = book.symbols.get(symbol)!;
  const { lastPrice, priceDecimals, sizeDecimals, status, unfinished } = market;
  return {
    symbol,
    halted: status === 'halted',
    ...(status !== null && { status }),
    ...(unfinished && { unfinished }),
    lastPrice,
    priceDecimals,
    sizeDecimals,
    bids: feed.topLevels(book, symbol, 'buy', depth),
    asks: feed.topLevels(book, symbol, 'sell', depth),
    trades: feed.recentTrades(book, symbol, trades),
  };
}

/** The same with prices and sizes as decimals: texts, so that they stay exact. */
export function decimalView(view: SymbolView): object {
  const { priceDecimals = 0, sizeDecimals = 0 } = view;
  const inDecimals = <Line extends { readonly price: number; readonly quantity: Sum }>(line: Line): object => ({
    ...line,
    price: formatDecimal(line.price, priceDecimals),
    quantity: formatDecimal(line.quantity, sizeDecimals),
  });
  return {
    ...view,
    lastPrice: view.lastPrice === null ? null : formatDecimal(view.lastPrice, priceDecimals),
    bids: view.bids.map(inDecimals),
    asks: view.asks.map(inDecimals),
    trades: view.trades.map(inDecimals),
  };
}

/** Asks above, bids below, the best prices in the middle. */
export function renderLadder(view: SymbolView): string {
  const { symbol, halted, status, bids, asks } = view;
  const largest = Math.max(1, ...[...bids, ...asks].map(({ quantity }) => Number(quantity)));
  const columns = columnsOf(view, [...asks, ...bids]);
  const line = (level: LevelView): string => renderLevel(view, columns, level, largest);
  const condition = status ?? (halted ? 'halted' : '');
  return [
    `  ${paint('bold', symbol)}${condition === '' ? '' : paint('yellow', `  ${condition}`)}`,
    paint('dim', '        price        size  orders'),
    ...asks.map((level) => paint('red', line(level))).reverse(),
    paint('dim', `  ${spread(view)}`),
    ...bids.map((level) => paint('green', line(level))),
  ].join('\n');
}

/** One line for each of the last trades. */
export function renderTape(view: SymbolView): string {
  if (view.trades.length === 0) return '  no trades';
  const columns = columnsOf(view, view.trades);
  return view.trades.map((print) => renderPrint(columns, print)).join('\n');
}

function renderLevel(view: SymbolView, columns: Columns, level: LevelView, largest: number): string {
  const { quantity, count } = level;
  const bar = '█'.repeat(Math.max(1, Math.round((Number(quantity) / largest) * BAR)));
  const orders = view.sizeDecimals !== undefined && count === 0 ? '' : number(count);
  return `  ${columns(level)}  ${orders.padStart(6)}  ${bar}`;
}

function spread({ bids: [bid], asks: [ask], priceDecimals = 0 }: SymbolView): string {
  if (bid === undefined && ask === undefined) return '──── the book is empty ────';
  if (bid === undefined || ask === undefined) return `──── no ${bid === undefined ? 'bids' : 'asks'} ────`;
  const difference = BigInt(ask.price) - BigInt(bid.price);
  const word = difference < 0n ? 'crossed by' : difference === 0n ? 'locked, spread' : 'spread';
  return `──── ${word} ${formatDecimal(difference < 0n ? -difference : difference, priceDecimals)} ────`;
}

function renderPrint(columns: Columns, print: PrintView): string {
  const { tradeId, takerSide, sequence, makerId } = print;
  const isHidden = print.hidden ?? tradeId === null;
  const what = isHidden ? 'hidden' : takerSide === null ? 'traded' : takerSide === 'buy' ? 'bought' : 'sold';
  const trade = tradeId === undefined || tradeId === null ? '' : `, trade ${number(tradeId)}`;
  const order = makerId === undefined || makerId === null ? '' : `, order ${makerId}`;
  const where = paint('dim', `event ${number(sequence)}${trade}${order}`);
  return `  ${columns(print)}  ${what.padEnd(6)}  ${where}`;
}

/** What has a price and a size: a level, or a print. */
type Priced = Pick<LevelView, 'price' | 'quantity'>;

/** The price and the size of a line, as two columns. */
type Columns = (line: Priced) => string;

/** In each column the points are below each other. */
function columnsOf(view: SymbolView, lines: readonly Priced[]): Columns {
  const price = aligned(lines, (line) => shownPrice(view, line.price));
  const size = aligned(lines, (line) => shownSize(view, line.quantity));
  return (line) => `${price(line).padStart(11)}  ${size(line).padStart(10)}`;
}

/** Shows each line with as many decimals as the one that has most. */
function aligned(lines: readonly Priced[], shown: Columns): Columns {
  const most = Math.max(0, ...lines.map((line) => decimalsOf(shown(line)) ?? 0));
  return (line) => {
    const text = shown(line);
    const missing = most - (decimalsOf(text) ?? 0);
    const point = missing === most && missing > 0 ? '.' : '';
    return `${text}${point}${'0'.repeat(missing)}`;
  };
}

function shownPrice({ priceDecimals }: SymbolView, price: number): string {
  return priceDecimals === undefined ? String(price) : formatDecimal(price, priceDecimals);
}

function shownSize({ sizeDecimals = 0 }: SymbolView, size: Sum): string {
  return sizeDecimals === 0 ? number(size) : formatDecimal(size, sizeDecimals);
}
