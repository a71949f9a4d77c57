/** The book as a picture in text: the ladder of prices, and the tape of the last trades. */

import { paint } from '../telling/paint.ts';
import { type LevelView, type Print, type ReadonlyBook, recentTrades, topLevels } from './model/index.ts';
import { number } from './text.ts';

/** What a ladder shows of a symbol. Prices are in the symbol's smallest unit, as everywhere in the book. */
export interface SymbolView {
  readonly symbol: string;
  readonly halted: boolean;
  readonly lastPrice: number | null;
  /** Best first. */
  readonly bids: readonly LevelView[];
  readonly asks: readonly LevelView[];
  /** Newest first. */
  readonly trades: readonly Readonly<Print>[];
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

/** Asks above, bids below, the best prices in the middle. */
export function renderLadder({ symbol, halted, bids, asks }: SymbolView): string {
  const largest = Math.max(1, ...[...bids, ...asks].map(({ quantity }) => Number(quantity)));
  const line = (level: LevelView): string => renderLevel(level, largest);
  return [
    `  ${paint('bold', symbol)}${halted ? paint('yellow', '  halted') : ''}`,
    paint('dim', '        price        size  orders'),
    ...asks.map((level) => paint('red', line(level))).reverse(),
    paint('dim', `  ${spread(bids[0], asks[0])}`),
    ...bids.map((level) => paint('green', line(level))),
  ].join('\n');
}

/** One line for each of the last trades. */
export function renderTape({ trades }: SymbolView): string {
  if (trades.length === 0) return '  no trades';
  return trades.map(renderPrint).join('\n');
}

function renderLevel({ price, quantity, count }: LevelView, largest: number): string {
  const bar = '█'.repeat(Math.max(1, Math.round((Number(quantity) / largest) * BAR)));
  return `  ${String(price).padStart(11)}  ${number(quantity).padStart(10)}  ${number(count).padStart(6)}  ${bar}`;
}

function spread(bid: LevelView | undefined, ask: LevelView | undefined): string {
  if (bid === undefined && ask === undefined) return '──── the book is empty ────';
  if (bid === undefined || ask === undefined) return `──── no ${bid === undefined ? 'bids' : 'asks'} ────`;
  return `──── spread ${ask.price - bid.price} ────`;
}

function renderPrint({ tradeId, price, quantity, takerSide, sequence }: Readonly<Print>): string {
  const what = tradeId === null ? 'hidden' : takerSide === 'buy' ? 'bought' : 'sold';
  const where = paint('dim', `event ${number(sequence)}${tradeId === null ? '' : `, trade ${number(tradeId)}`}`);
  return `  ${String(price).padStart(11)}  ${number(quantity).padStart(10)}  ${what.padEnd(6)}  ${where}`;
}
