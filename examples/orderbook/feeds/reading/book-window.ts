/**
 * What a LOBSTER file with few levels shows, and what it cannot show.
 *
 * A level that is in the window is known. One that slides into it is not: what it holds must be taken from the row.
 */
import type { RefoldError } from 'refold';
import { minus, type Side, type Sum } from '../../model/index.ts';
import type { BookRow, BookTop, Level, Levels } from './book-rows.ts';
import { type TextSource, unreadable } from './csv.ts';
import type { Message } from './lobster-messages.ts';

/** A level whose volume in the book is not what the row says. */
export interface Correction {
  readonly side: Side;
  readonly price: number;
  /** What has to be added; negative when there is too much. */
  readonly missing: Sum;
}

/**
 * The worst price of each side that the last row showed. Everything up to it is known, whether there is a level or not.
 */
export type Window = { readonly [side in Side]: number };

/** The top of the book before the first message: its own effect on the first row, undone. */
export function beforeMessage(row: BookRow, { type, side, price, quantity }: Message): BookTop {
  const effect = type === 1 ? quantity : type === 2 || type === 3 || type === 4 ? -quantity : 0;
  const before = new Map(row[side].map((level) => [level.price, level.quantity]));
  // A new order beyond the window left no trace in the row.
  if (effect !== 0 && (effect < 0 || before.has(price))) before.set(price, (before.get(price) ?? 0) - effect);
  const levels = [...before].filter(([, open]) => open > 0).map(([at, open]) => ({ price: at, quantity: open }));
  levels.sort((a, b) => (side === 'buy' ? b.price - a.price : a.price - b.price));
  return { buy: row.buy, sell: row.sell, [side]: levels };
}

/** Every level of the book and of the row, down to the window's end, whose volumes differ. */
export function findCorrections(top: Levels, side: Side, shown: readonly Level[], windowEnd: number): Correction[] {
  const missing = new Map<number, Sum>(shown.map(({ price, quantity }) => [price, quantity]));
  for (const { price, quantity } of levelsWithin(top, side, windowEnd, shown.length)) {
    missing.set(price, minus(missing.get(price) ?? 0, quantity));
  }
  return [...missing].filter(([, amount]) => amount !== 0).map(([price, amount]) => ({ side, price, missing: amount }));
}

/** A side with fewer levels than the file has columns is shown completely: its window has no end. */
export function windowOf({ buy, sell, levels }: Shown): Window {
  return {
    buy: buy.length < levels ? Number.NEGATIVE_INFINITY : buy.at(-1)!.price,
    sell: sell.length < levels ? Number.POSITIVE_INFINITY : sell.at(-1)!.price,
  };
}

/** The best levels of both sides, of which the file has so many at most. */
interface Shown {
  readonly buy: readonly { readonly price: number }[];
  readonly sell: readonly { readonly price: number }[];
  readonly levels: number;
}

export function isWithin(side: Side, price: number, end: number): boolean {
  return side === 'buy' ? price >= end : price <= end;
}

export function unequalLength(shorter: TextSource, longer: TextSource, line: number): RefoldError {
  return unreadable(shorter.path, `it ends before line ${line}, and ${longer.path} continues`, {
    line,
    hint: 'Give the complete message and order-book files of one day and symbol',
  });
}

/** The levels of the book within the window. There are rarely more than the row has. */
function levelsWithin(top: Levels, side: Side, end: number, expected: number) {
  for (let depth = expected + 2; ; depth *= 2) {
    const levels = top(side, depth);
    const within = levels.filter(({ price }) => isWithin(side, price, end));
    if (within.length < levels.length || levels.length < depth) return within;
  }
}
