/** Trades and marks that are in sight, with the pixels where they are drawn. Pure. */
import type { DrawnTile } from './heatmap-model.ts';
import { type Plot, xOf, yOf } from './pixels.ts';
import { MARK_BIT, type Tile } from './tiles/decode.ts';

/** What is drawn, and where. */
export interface Sights {
  readonly plot: Plot;
  readonly drawn: readonly DrawnTile[];
  readonly trades: readonly TradeInSight[];
  /** Pixels for one CSS pixel. */
  readonly scale: number;
}

/** A trade or a mark; or trades of one kind that are near each other, where there are many. */
export interface TradeInSight {
  readonly tile: Tile;
  /** Which of the tile's trades: the largest of those that it stands for. */
  readonly index: number;
  /** How many trades it stands for. */
  readonly trades: number;
  readonly x: number;
  readonly y: number;
  /** The radius of its circle, in pixels of the canvas. */
  readonly radius: number;
  /** Of all of them. */
  readonly quantity: number;
  readonly kind: number;
}

/** The trades and marks that are drawn. @param scale pixels for one CSS pixel */
export function tradesInSight(drawn: readonly DrawnTile[], plot: Plot, scale: number): readonly TradeInSight[] {
  const found = drawn.flatMap((one) => indexesInSight(one, plot).map((index) => tradeOf(one.tile, index, plot, scale)));
  const room = plot.width / scale / Math.max(1, found.length);
  const shown =
    room < ENOUGH_ROOM ? gathered(found, plot, scale * (room < LITTLE_ROOM ? CROWD.dense : CROWD.usual)) : found;
  const most = shown.reduce((most, { quantity }) => Math.max(most, quantity), 1);
  const largest = room < ENOUGH_ROOM ? CROWD.usual / 2 : LARGEST_RADIUS;
  return shown.map((one) => ({ ...one, radius: scale * radiusOf(one.quantity, most, largest) }));
}

function tradeOf(tile: Tile, index: number, plot: Plot, scale: number): TradeInSight {
  const price = tile.tradePrice[index]!;
  const y = Number.isNaN(price) ? plot.height - LOWER_EDGE * scale : yOf(plot, price);
  const [quantity, kind] = [tile.tradeQuantity[index]!, tile.tradeKind[index]!];
  return { ...{ tile, index, trades: 1, y, quantity, kind, radius: 0 }, x: xOf(plot, tile.tradeTime[index]!) };
}

/** How far above the lower edge a mark without a price stands, in CSS pixels. */
const LOWER_EDGE = 8;

/**
 * Trades of one kind within a square become one, with the quantity of all: each by itself would hide what rests there. The squares
 * lie on a grid of time and price, so that they stay together while the picture moves.
 *
 * @param side of a square, in pixels of the canvas
 */
function gathered(all: readonly TradeInSight[], plot: Plot, side: number): readonly TradeInSight[] {
  const { frame, width, height } = plot;
  const [ms, prices] = [(frame.to - frame.from) / width, (frame.high - frame.low) / height];
  const squares = new Map<string, TradeInSight[]>();
  for (const one of all) {
    const { tile, index, kind } = one;
    const column = Math.floor(tile.tradeTime[index]! / (ms * side));
    const row = Math.floor(tile.tradePrice[index]! / (prices * side));
    const name = kind & MARK_BIT ? `mark ${tile.tradeSequence[index]}` : `${kind} ${column} ${row}`;
    const square = squares.get(name);
    if (square === undefined) squares.set(name, [one]);
    else square.push(one);
  }
  return [...squares.values()].map(together);
}

/** In the middle of their quantities. */
function together(square: readonly TradeInSight[]): TradeInSight {
  const largest = square.reduce((most, one) => (one.quantity > most.quantity ? one : most));
  if (square.length === 1) return largest;
  const quantity = square.reduce((sum, one) => sum + one.quantity, 0);
  const middle = (at: (one: TradeInSight) => number): number =>
    square.reduce((sum, one) => sum + at(one) * (quantity === 0 ? 1 / square.length : one.quantity / quantity), 0);
  return { ...largest, trades: square.length, quantity, x: middle(({ x }) => x), y: middle(({ y }) => y) };
}

function indexesInSight({ tile, span }: DrawnTile, { frame }: Plot): readonly number[] {
  const [from, to] = [Math.max(span.from, frame.from), Math.min(span.to, frame.to)];
  const indexes: number[] = [];
  for (let index = 0; index < tile.trades; index++) {
    const [time, price] = [tile.tradeTime[index]!, tile.tradePrice[index]!];
    // A mark without a price is in sight at every price.
    if (time >= from && time <= to && !(price < frame.low) && !(price > frame.high)) indexes.push(index);
  }
  return indexes;
}

/** Radius of trades in CSS pixels. */
const SMALLEST_RADIUS = 1.25;
const LARGEST_RADIUS = 7;
/** With less room for each trade, in CSS pixels, those that are near each other are gathered: within squares of this side. */
const ENOUGH_ROOM = 4;
const LITTLE_ROOM = 0.1;
const CROWD = { usual: 8, dense: 14 };

/** The area of a circle grows with the quantity. */
function radiusOf(quantity: number, most: number, largest: number): number {
  return SMALLEST_RADIUS + (largest - SMALLEST_RADIUS) * Math.sqrt(quantity / most);
}
