/**
 * How the studio draws the book of a feed. It may cross or lock, and a level has no orders where the feed tells none. What did not
 * fit is marked.
 */
import { defineView, type Print, type ViewLevel } from 'refold/studio';
import { bestPrice, feedBook, type ReadonlyFeedBook, type RecordedFeedEvent, topLevels } from '../follow/index.ts';
import { opposite } from '../model/index.ts';
import { DRAWN_LEVELS, factsOf, spreadOf } from './view-options.ts';

export const feedView = defineView(feedBook, {
  name: 'book',
  subjects: ({ symbols }) => [...symbols.keys()],
  ...factsOf(import.meta.url),
  priceDecimals: ({ symbols }, { of }) => symbols.get(of)?.priceDecimals ?? 0,
  quantityDecimals: ({ symbols }, { of }) => symbols.get(of)?.sizeDecimals ?? 0,
  panes: {
    Heatmap: { kind: 'heatmap', depth: DRAWN_LEVELS, levels, touches, print },
    Ladder: { kind: 'ladder', levels },
    Tape: { kind: 'tape', types: ['OrderExecuted', 'TradePrinted', 'StatusChanged', 'MessageMismatched'], print },
    Spread: { kind: 'line', value: spread },
    Mismatches: {
      kind: 'table',
      columns: ['What did not fit', 'Count', 'First in file', 'At line'],
      rows: ({ files, mismatches }) =>
        [...mismatches].map(([kind, { count, firstFile, firstLine }]) => {
          return [kind, count, files.get(firstFile)?.source ?? firstFile, firstLine];
        }),
    },
  },
});

export default feedView;

function levels(book: ReadonlyFeedBook, count: number, { of }: { readonly of: string }): ViewLevel[] {
  const hasOrders = book.symbols.get(of)?.levelsOnly !== true;
  const view = (side: 'buy' | 'sell'): ViewLevel[] =>
    topLevels(book, of, side, count).map(({ price, quantity, count: orders }) => {
      // A feed of levels may tell how many orders stand there; 0 where it does not.
      return { side, price, quantity, ...((hasOrders || orders > 0) && { orders }) };
    });
  return [...view('buy'), ...view('sell')];
}

/** A file that opens has no symbol, and no level. */
function touches({ data }: RecordedFeedEvent, { of }: { readonly of: string }): boolean {
  return 'symbol' in data && data.symbol === of;
}

function print({ type, data }: RecordedFeedEvent, { of }: { readonly of: string }): Print | undefined {
  if (!('symbol' in data) || data.symbol !== of) return undefined;
  switch (type) {
    case 'OrderExecuted': {
      const { price, size: quantity, side, hidden, unprinted } = data;
      return unprinted ? undefined : { price, quantity, side: opposite(side), hidden };
    }
    case 'TradePrinted': {
      const { price, size: quantity, side, hidden } = data;
      return { price, quantity, side, hidden };
    }
    case 'StatusChanged':
      return { mark: [data.status, data.reason].filter(Boolean).join(': ') };
    case 'MessageMismatched':
      return { mark: `does not fit: ${data.mismatch}`, price: data.price };
    default:
      return undefined;
  }
}

/** Below zero while the book is crossed. */
function spread(book: ReadonlyFeedBook, { of }: { readonly of: string }): number | null {
  return spreadOf(bestPrice(book, of, 'buy'), bestPrice(book, of, 'sell'));
}
