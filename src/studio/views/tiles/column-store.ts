/**
 * Keeps the columns of heatmaps, within a bound of bytes: those that were not used for longest are dropped.
 *
 * Columns lie on grids: all that have the same step, and begin at a multiple of it. A column that is not there is merged from its
 * two halves, where those are.
 */
import { type Column, mergeColumns } from './column.ts';

/** Columns of the same length, whose edges are at `phase` plus multiples of it. */
export interface Grid {
  /** The view, and what it is of. */
  readonly view: string;
  readonly step: number;
  /** 0 where the edges are multiples of the step: only then a column has halves. */
  readonly phase: number;
}

/** The grid of a tile, and the number of its first column there. */
export function gridOf(view: string, from: number, step: number): { readonly grid: Grid; readonly first: number } {
  const first = Math.floor(from / step);
  return { grid: { view, step, phase: from - first * step }, first };
}

/** What the columns of all views may take, about. */
const STORE_BYTES = 32 * 2 ** 20;
/** Halves of halves of halves: a picture of a day is made from one of minutes, not from one of milliseconds. */
const MOST_HALVINGS = 8;

export class ColumnStore {
  readonly #columns = new Map<string, Column>();
  readonly #most: number;
  #bytes = 0;

  constructor(most: number = STORE_BYTES) {
    this.#most = most;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A column, also one that can be merged from finer ones; that is then kept, too. */
  get(grid: Grid, index: number, depth: number = MOST_HALVINGS): Column | undefined {
    const key = keyIn(grid, index);
    const found = this.#columns.get(key);
    if (found !== undefined) {
      this.#columns.delete(key); // to the end: used last
      this.#columns.set(key, found);
      return found;
    }
    if (grid.phase !== 0 || depth === 0) return undefined;
    const half: Grid = { ...grid, step: grid.step / 2 };
    const earlier = this.get(half, 2 * index, depth - 1);
    const later = earlier === undefined ? undefined : this.get(half, 2 * index + 1, depth - 1);
    if (earlier === undefined || later === undefined) return undefined;
    const merged = mergeColumns(earlier, later);
    this.set(grid, index, merged);
    return merged;
  }

  set(grid: Grid, index: number, column: Column): void {
    const key = keyIn(grid, index);
    const before = this.#columns.get(key);
    this.#columns.set(key, column);
    this.#bytes += bytesOf(column) - (before === undefined ? 0 : bytesOf(before));
    for (const [oldest, content] of this.#columns) {
      if (this.#bytes <= this.#most) break;
      this.#columns.delete(oldest);
      this.#bytes -= bytesOf(content);
    }
  }
}

function keyIn({ view, step, phase }: Grid, index: number): string {
  return `${step} ${phase} ${index} ${view}`;
}

/** About what a column takes in memory. */
function bytesOf({ keys, prints }: Column): number {
  return 400 + 16 * keys.length + 120 * prints.length;
}
