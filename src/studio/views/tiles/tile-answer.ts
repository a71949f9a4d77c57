/** Turns a tile into an answer: JSON, or bytes as `TileBytesHead` describes them. Pure. */
import type { TapeRow, TileAnswer, TileBytesHead, TileHead } from '../../wire.ts';
import { type Column, keyOf, largest, placeOf, quantitiesOf } from './column.ts';
import type { Tile } from './tiles.ts';

/** Trades and marks of one tile. */
const MOST_TILE_TRADES = 4_096;
/** Cells that fit into an answer: as bytes, and as JSON. */
export const MOST_CELLS = { bytes: 98_304, json: 24_576 };

/** What a tile knows of its view. */
export interface TileView {
  readonly known: number | 'all';
  readonly depth: number;
  /** Names of the lines, in the order of the columns' numbers. */
  readonly lines: readonly string[];
}

export function tileAsJson(tile: Tile, view: TileView): TileAnswer {
  const { cells, priceStep } = fitting(tile.columns, MOST_CELLS.json);
  return {
    ...headOf(tile, view, priceStep),
    levels: cells.map(({ keys, quantities }) => {
      return keys.map((key, at) => {
        const { price, side } = placeOf(key);
        return [price, quantities[at]!, side] as const;
      });
    }),
    bid: tile.columns.map(({ bid }) => orNull(bid)),
    ask: tile.columns.map(({ ask }) => orNull(ask)),
    trades: tradesOf(tile.columns),
    lines: Object.fromEntries(
      view.lines.map((name, line) => [name, tile.columns.map(({ lines }) => orNull(lines[line]))]),
    ),
  };
}

export function tileAsBytes(tile: Tile, view: TileView): Uint8Array<ArrayBuffer> {
  const { columns } = tile;
  const { cells, priceStep, priceBase } = fitting(columns, MOST_CELLS.bytes);
  const trades = tradesOf(columns);
  const count = countOf(cells);
  const head: TileBytesHead = {
    ...headOf(tile, view, priceStep),
    ...{ cells: count, trades: trades.length, priceBase, lines: view.lines },
    marks: trades.flatMap(({ mark }) => (mark === undefined ? [] : [mark])),
  };
  const json = paddedJson(head);
  const numbers = 8 * (2 + view.lines.length) * columns.length + 32 * trades.length;
  const writer = new Writer(8 + json.length + numbers + 4 * columns.length + 8 * count + trades.length);
  writer.u32([TILE_MAGIC, json.length]);
  writer.bytes(json);
  writer.f64(columns.map(({ bid }) => bid));
  writer.f64(columns.map(({ ask }) => ask));
  for (const line of view.lines.keys()) writer.f64(columns.map(({ lines }) => lines[line] ?? Number.NaN));
  writer.f64(trades.map(({ time }) => time));
  writer.f64(trades.map(({ price }) => price ?? Number.NaN));
  writer.f64(trades.map(({ quantity }) => quantity));
  writer.f64(trades.map(({ sequence }) => sequence));
  writer.u32(endsOf(cells));
  for (const { keys } of cells) writer.u32(keys.map((key) => placeIn(key, priceBase, priceStep)));
  for (const { quantities } of cells) writer.f32(quantities);
  writer.bytes(trades.map(kindOf));
  return writer.written;
}

/** "RFT1", as the first four bytes. */
const TILE_MAGIC = 0x31_54_46_52;

function headOf(
  { stretch, sampled, complete, generation, problem, columns }: Tile,
  view: TileView,
  priceStep: number,
): TileHead {
  const { known, depth } = view;
  const tradesInAll = columns.reduce((sum, { printsInAll }) => sum + printsInAll, 0);
  return {
    ...stretch,
    ...{ priceStep, known, depth, tradesInAll, sampled, complete, generation },
    ...(problem !== undefined && { problem }),
  };
}

function tradesOf(columns: readonly Column[]): readonly TapeRow[] {
  return largest(
    columns.flatMap(({ prints }) => prints),
    MOST_TILE_TRADES,
  );
}

/** The cells of a column: `keys` as in a column, and their quantities. */
interface Cells {
  readonly keys: readonly number[];
  readonly quantities: readonly number[];
}

interface Fitting {
  readonly cells: readonly Cells[];
  readonly priceStep: number;
  /** The lowest price: the price of each cell is `priceStep` times a whole number above it. */
  readonly priceBase: number;
}

/** All cells, or cells that stand for several prices where there are too many. */
function fitting(columns: readonly Column[], most: number): Fitting {
  const exact = columns.map((column): Cells => ({ keys: column.keys, quantities: quantitiesOf(column) }));
  const { lowest, highest, tick } = pricesOf(exact);
  if (lowest > highest) return { cells: exact, priceStep: 1, priceBase: 0 };
  const places = (step: number): number => (highest - lowest) / step;
  if (countOf(exact) <= most && places(tick) < MOST_CELL_PLACES)
    return { cells: exact, priceStep: tick, priceBase: lowest };
  for (const times of roundNumbers()) {
    const priceStep = tick * times;
    if (places(priceStep) >= MOST_CELL_PLACES) continue;
    const cells = exact.map((column) => coarser(column, priceStep, tick));
    if (countOf(cells) <= most) return { cells, priceStep, priceBase: lowerEdge(lowest, priceStep, tick) };
  }
  throw new RangeError('round numbers have no end');
}

/** The lowest and the highest price, and the largest step that all of them are apart; 1 for a single one. */
function pricesOf(columns: readonly Cells[]): {
  readonly lowest: number;
  readonly highest: number;
  readonly tick: number;
} {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let tick = 0;
  for (const { keys } of columns) {
    for (const key of keys) {
      const price = Math.floor(key / 2);
      if (highest !== Number.NEGATIVE_INFINITY) tick = commonDivisor(tick, Math.abs(price - highest));
      lowest = Math.min(lowest, price);
      highest = Math.max(highest, price);
    }
  }
  return { lowest, highest, tick: tick || 1 };
}

function countOf(cells: readonly Cells[]): number {
  return cells.reduce((sum, { keys }) => sum + keys.length, 0);
}

/** A place is twice this and one more, and fits into four bytes. */
const MOST_CELL_PLACES = 2 ** 31;

function* roundNumbers(): Generator<number, void> {
  for (let power = 1; ; power *= 10) for (const digit of [1, 2, 5]) yield digit * power;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** The lowest price of the cell that holds a price: a whole number of steps away from where all prices meet. */
function lowerEdge(price: number, priceStep: number, tick: number): number {
  const rest = ((price % tick) + tick) % tick;
  return Math.floor((price - rest) / priceStep) * priceStep + rest;
}

/** Keys rise, and the cells that they fall into rise as well: one pass is enough. */
function coarser({ keys, quantities }: Cells, priceStep: number, tick: number): Cells {
  const coarse = { keys: [] as number[], quantities: [] as number[] };
  let edge = Number.NaN;
  let sums: [buy: number, sell: number] = [0, 0];
  const flush = (): void => {
    for (const [side, quantity] of sums.entries()) {
      if (quantity === 0) continue;
      coarse.keys.push(2 * edge + side);
      coarse.quantities.push(quantity);
    }
  };
  for (const [at, key] of keys.entries()) {
    const price = Math.floor(key / 2);
    const next = lowerEdge(price, priceStep, tick);
    if (next !== edge) {
      flush();
      edge = next;
      sums = [0, 0];
    }
    sums[key === 2 * price ? 0 : 1] += quantities[at]!;
  }
  flush();
  return coarse;
}

function placeIn(key: number, priceBase: number, priceStep: number): number {
  const { price, side } = placeOf(key);
  return keyOf((price - priceBase) / priceStep, side);
}

function endsOf(cells: readonly Cells[]): number[] {
  let end = 0;
  return cells.map(({ keys }) => (end += keys.length));
}

function kindOf({ side, hidden, mark }: TapeRow): number {
  return (side === 'buy' ? 1 : side === 'sell' ? 2 : 0) + (hidden === true ? 4 : 0) + (mark === undefined ? 0 : 8);
}

function orNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** With spaces at the end: numbers of eight bytes stand at multiples of eight behind it. */
function paddedJson(head: object): Uint8Array {
  const json = Buffer.from(JSON.stringify(head));
  return Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
}

/** Writes numbers one after the other. */
class Writer {
  readonly written: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: number) {
    this.written = new Uint8Array(bytes);
    this.#view = new DataView(this.written.buffer);
  }

  bytes(bytes: ArrayLike<number>): void {
    this.written.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  u32(numbers: readonly number[]): void {
    for (const number of numbers) this.#view.setUint32(this.#next(4), number, true);
  }

  f32(numbers: readonly number[]): void {
    for (const number of numbers) this.#view.setFloat32(this.#next(4), number, true);
  }

  f64(numbers: readonly number[]): void {
    for (const number of numbers) this.#view.setFloat64(this.#next(8), number, true);
  }

  #next(bytes: number): number {
    this.#at += bytes;
    return this.#at - bytes;
  }
}
