/**
 * Columns of a heatmap: what rested at each price, summed up over time. Pure.
 *
 * A column keeps areas (quantity × ms) and not means: so two halves are merged into a whole by adding, whatever part of each the log
 * covers.
 */
import type { RestingSide, TapeRow } from '../../wire.ts';
import type { ViewLevel } from '../view.ts';

/** What stands in a column. It is not changed after it was made. */
export interface Column {
  /** Whether the log says anything of it. */
  readonly isCovered: boolean;
  /** How many ms of it the log covers. 0 where all its events were at one moment: then areas are quantities. */
  readonly weight: number;
  /** `2 × price + side`, rising; side 0 is buy, 1 is sell. */
  readonly keys: readonly number[];
  /** Quantity × ms, for each key. */
  readonly areas: readonly number[];
  /** The best prices at its end; NaN where no order rests. */
  readonly bid: number;
  readonly ask: number;
  /** The numbers of the lines at its end; NaN for null. */
  readonly lines: readonly number[];
  /** The largest ones, in their order. */
  readonly prints: readonly TapeRow[];
  readonly printsInAll: number;
}

/** Prints that a column keeps: as many as can be told apart in a column of a few pixels. */
export const MOST_COLUMN_PRINTS = 64;

export const EMPTY_COLUMN: Column = {
  ...{ isCovered: false, weight: 0, keys: [], areas: [] },
  ...{ bid: Number.NaN, ask: Number.NaN, lines: [], prints: [], printsInAll: 0 },
};

/** The number that stands for a price and a side. They sort by price. */
export function keyOf(price: number, side: RestingSide): number {
  return 2 * price + (side === 'sell' ? 1 : 0);
}

export function placeOf(key: number): { readonly price: number; readonly side: RestingSide } {
  const price = Math.floor(key / 2);
  return { price, side: key === 2 * price ? 'buy' : 'sell' };
}

/** The mean quantities of a column, by its keys. */
export function quantitiesOf({ weight, areas }: Column): readonly number[] {
  return weight === 0 ? areas : areas.map((area) => area / weight);
}

/** What a column is made of while it is summed up. */
export interface Filling {
  readonly weight: number;
  readonly areas: ReadonlyMap<number, number>;
  readonly best: Pick<Column, 'bid' | 'ask'>;
  readonly lines: readonly number[];
  readonly prints: readonly TapeRow[];
  readonly printsInAll: number;
}

export function makeColumn({ areas, best, prints, ...rest }: Filling): Column {
  const keys = [...areas.keys()].filter((key) => areas.get(key) !== 0).sort((a, b) => a - b);
  return {
    ...{ isCovered: true, ...rest, ...best, keys },
    areas: keys.map((key) => areas.get(key)!),
    prints: largest(prints, MOST_COLUMN_PRINTS),
  };
}

/** One column that shows a single moment. */
export function momentColumn(levels: readonly ViewLevel[], best: Filling['best'], lines: readonly number[]): Column {
  const areas = new Map(levels.map(({ price, side, quantity }) => [keyOf(price, side), Number(quantity)]));
  return makeColumn({ weight: 0, areas, best, lines, prints: [], printsInAll: 0 });
}

/** The whole of two halves of the same length. */
export function mergeColumns(earlier: Column, later: Column): Column {
  if (!earlier.isCovered) return later;
  if (!later.isCovered) return earlier;
  const weight = earlier.weight + later.weight;
  // A half without duration adds nothing to one that has some.
  const summed = weight === 0 ? [later] : [earlier, later].filter((half) => half.weight > 0);
  const { bid, ask, lines } = later;
  return makeColumn({
    ...{ weight, areas: addAreas(summed), best: { bid, ask }, lines },
    prints: [...earlier.prints, ...later.prints],
    printsInAll: earlier.printsInAll + later.printsInAll,
  });
}

function addAreas(columns: readonly Column[]): Map<number, number> {
  const sum = new Map<number, number>();
  for (const { keys, areas } of columns)
    for (const [at, key] of keys.entries()) sum.set(key, (sum.get(key) ?? 0) + areas[at]!);
  return sum;
}

/** The largest prints, in their order. Marks come before trades: each of them says something else. */
export function largest(prints: readonly TapeRow[], count: number): readonly TapeRow[] {
  if (prints.length <= count) return prints;
  return prints
    .toSorted((a, b) => Number(b.mark !== undefined) - Number(a.mark !== undefined) || b.quantity - a.quantity)
    .slice(0, count)
    .sort((a, b) => a.sequence - b.sequence);
}
