/**
 * Cells to pixels, and back: what is drawn, and what is under the pointer, follow from the same two mappings. Pure.
 *
 * A cell is drawn from half a tick below its price to half a tick above, so that its price is in its middle. Where several cells
 * share a pixel, the largest quantity is shown.
 */
import { INK_SHIFT, type Inks } from './colours/colours.ts';
import type { Span } from './framing.ts';
import { priceOf, type Tile } from './tiles/decode.ts';

/** What part of time and price a picture shows. */
export interface Frame {
  /** ms since the epoch, at the left and the right edge. */
  readonly from: number;
  readonly to: number;
  /** Prices at the lower and the upper edge. */
  readonly low: number;
  readonly high: number;
}

/** How large a picture is in pixels, and what it shows. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly frame: Frame;
  /** How high a cell is, in prices. */
  readonly tick: number;
}

/** A picture in pixels, row by row from above. */
export interface Raster extends Plot {
  readonly pixels: Uint32Array;
}

/** What stands in a pixel. */
export interface Cell {
  readonly price: number;
  /** How far the cell reaches: more than a tick where the server put prices together. */
  readonly priceStep: number;
  readonly from: number;
  readonly to: number;
  readonly quantity: number;
  readonly side: 'buy' | 'sell';
}

/** The first pixel of a column that begins at a time: the first one whose middle is not before it, as `columnAt` finds it. */
export function xOf({ frame: { from, to }, width }: Plot, time: number): number {
  return Math.ceil(((time - from) / (to - from)) * width - 0.5) + 0; // never -0
}

/** The first pixel below a price. */
export function yOf({ frame: { low, high }, height }: Plot, price: number): number {
  return Math.round(((high - price) / (high - low)) * height);
}

let strongest: Float32Array = new Float32Array(0);
const keptBits = new WeakMap<Float32Array, Uint32Array>();

/** Draws what a tile says of the time from `from` to `to`. Columns of less than a pixel are left out. */
export function paintTile(raster: Raster, tile: Tile, inks: Inks, from: number, to: number): void {
  if (strongest.length < raster.height) strongest = new Float32Array(raster.height);
  for (const [column, left, right] of columnsInSight(tile, { from, to }, raster))
    paintColumn(raster, tile, inks, column, left, right);
}

/** Columns that are drawn, with their first pixel and the one after their last. */
export function* columnsInSight(
  tile: Tile,
  span: Span,
  plot: Plot,
): Generator<readonly [column: number, left: number, right: number]> {
  const [from, to] = [Math.max(span.from, plot.frame.from), Math.min(span.to, plot.frame.to)];
  const [leftmost, rightmost] = [xOf(plot, from), xOf(plot, to)];
  for (const column of columnsBetween(tile, from, to)) {
    const left = Math.max(leftmost, xOf(plot, tile.from + column * tile.step));
    const right = Math.min(rightmost, xOf(plot, tile.from + (column + 1) * tile.step));
    if (left < right) yield [column, left, right];
  }
}

/** The columns that have a part between two times. */
export function* columnsBetween({ from: start, step, columns }: Tile, from: number, to: number): Generator<number> {
  const end = Math.min(columns, Math.ceil((to - start) / step));
  for (let column = Math.max(0, Math.floor((from - start) / step)); column < end; column++) yield column;
}

function paintColumn(raster: Raster, tile: Tile, inks: Inks, column: number, left: number, right: number): void {
  const { pixels, width, height, frame, tick } = raster;
  const { place, quantity, priceBase, priceStep } = tile;
  const bits = bitsOf(quantity);
  const [scale, above, tall] = [height / (frame.high - frame.low), tick / 2, Math.max(tick, priceStep)];
  strongest.fill(0, 0, height);
  const end = tile.end[column]!;
  for (let cell = column === 0 ? 0 : tile.end[column - 1]!; cell < end; cell++) {
    const lower = priceBase + (place[cell]! >>> 1) * priceStep - above;
    let row = Math.round((frame.high - lower - tall) * scale);
    const below = Math.min(height, Math.max(row + 1, Math.round((frame.high - lower) * scale)));
    const amount = quantity[cell]!;
    const ink = inks[bits[cell]! >>> INK_SHIFT]!;
    for (row = Math.max(0, row); row < below; row++) {
      if (amount <= strongest[row]!) continue;
      strongest[row] = amount;
      // A column is a few pixels wide: a loop is several times faster than `fill`.
      const after = row * width + right;
      for (let pixel = row * width + left; pixel < after; pixel++) pixels[pixel] = ink;
    }
  }
}

/** The quantities as the bits that the table of colours is read by. */
function bitsOf(quantity: Float32Array): Uint32Array {
  let bits = keptBits.get(quantity);
  if (bits === undefined) {
    bits = new Uint32Array(quantity.buffer, quantity.byteOffset, quantity.length);
    keptBits.set(quantity, bits);
  }
  return bits;
}

/** The time in the middle of a pixel. */
export function timeAt({ frame: { from, to }, width }: Plot, x: number): number {
  return from + ((Math.floor(x) + 0.5) / width) * (to - from);
}

/** The price in the middle of a pixel. */
export function priceAt({ frame: { low, high }, height }: Plot, y: number): number {
  return high - ((Math.floor(y) + 0.5) / height) * (high - low);
}

/** The column of a tile at a time; undefined outside of it. */
export function columnAt({ from, step, columns }: Tile, time: number): number | undefined {
  const column = Math.floor((time - from) / step);
  return column >= 0 && column < columns ? column : undefined;
}

/** What is drawn at a pixel; undefined where nothing is. */
export function cellAt(raster: Plot, tile: Tile, x: number, y: number): Cell | undefined {
  const column = columnAt(tile, timeAt(raster, x));
  if (column === undefined) return undefined;
  const { frame, height, tick } = raster;
  const [scale, tall, line] = [height / (frame.high - frame.low), Math.max(tick, tile.priceStep), Math.floor(y)];
  let found: number | undefined;
  for (let cell = column === 0 ? 0 : tile.end[column - 1]!; cell < tile.end[column]!; cell++) {
    const lower = priceOf(tile, tile.place[cell]!) - tick / 2;
    const row = Math.round((frame.high - lower - tall) * scale);
    const isThere = row <= line && line < Math.max(row + 1, Math.round((frame.high - lower) * scale));
    if (isThere && tile.quantity[cell]! > (found === undefined ? 0 : tile.quantity[found]!)) found = cell;
  }
  if (found === undefined) return undefined;
  return {
    ...{ price: priceOf(tile, tile.place[found]!), priceStep: tile.priceStep, quantity: tile.quantity[found]! },
    ...{ from: tile.from + column * tile.step, to: tile.from + (column + 1) * tile.step },
    side: tile.place[found]! % 2 === 0 ? 'buy' : 'sell',
  };
}
