/** How the studio draws the matching book: heatmap, ladder, tape, spread, and the symbols. */
import type { EventMeta } from 'refold';
import { defineView, type Print, type ViewLevel } from 'refold/studio';
import {
  bestPrice,
  opposite,
  orderBook,
  type ReadonlyBook,
  type RecordedBookEvent,
  topLevels,
} from '../model/index.ts';
import { DRAWN_LEVELS, factsOf, spreadOf } from './view-options.ts';

export const bookView = defineView(orderBook, {
  name: 'book',
  subjects: ({ symbols }) => [...symbols.keys()],
  ...factsOf(import.meta.url),
  priceDecimals: (_state, about) => decimalsOf(about),
  panes: {
    Heatmap: { kind: 'heatmap', depth: DRAWN_LEVELS, levels, touches, print },
    Ladder: { kind: 'ladder', levels },
    Tape: { kind: 'tape', types: ['TradeExecuted', 'HiddenTradePrinted'], print },
    Spread: { kind: 'line', value: spread },
    Symbols: {
      kind: 'table',
      columns: ['Symbol', 'Last price', 'Trades', 'Traded', 'Open', 'Halted'],
      rows: ({ symbols }, about) =>
        [...symbols.values()].map(({ symbol, lastPrice, trades, traded, open, halted }) => {
          return [symbol, lastPrice && lastPrice / 10 ** decimalsOf(about), trades, traded, open, halted];
        }),
    },
  },
});

export default bookView;

/** LOBSTER and the demo count in hundredths of a cent. The book itself has no scale. */
function decimalsOf({ first }: { readonly first: { readonly meta?: EventMeta | undefined } | undefined }): number {
  return ['lobster', 'demo'].includes(String(first?.meta?.feed)) ? 4 : 2;
}

function levels(book: ReadonlyBook, count: number, { of }: { readonly of: string }): ViewLevel[] {
  const view = (side: 'buy' | 'sell'): ViewLevel[] =>
    topLevels(book, of, side, count).map(({ price, quantity, count: orders }) => ({ side, price, quantity, orders }));
  return [...view('buy'), ...view('sell')];
}

/** Events of another symbol leave the levels as they are. Some events name an order, and no symbol. */
function touches({ data }: RecordedBookEvent, { of }: { readonly of: string }): boolean {
  return !('symbol' in data) || data.symbol === of;
}

function print({ type, data }: RecordedBookEvent, { of }: { readonly of: string }): Print | undefined {
  if (type === 'MarketHalted' && data.symbol === of) return { mark: `halted: ${data.reason ?? 'no reason given'}` };
  if (type === 'MarketResumed' && data.symbol === of) return { mark: 'resumed' };
  if ((type !== 'TradeExecuted' && type !== 'HiddenTradePrinted') || data.symbol !== of) return undefined;
  const { price, quantity } = data;
  if (type === 'TradeExecuted') return { price, quantity, side: data.takerSide };
  return { price, quantity, side: opposite(data.side), hidden: true };
}

function spread(book: ReadonlyBook, { of }: { readonly of: string }): number | null {
  return spreadOf(bestPrice(book, of, 'buy'), bestPrice(book, of, 'sell'));
}
