/** Trades and marks that are in sight, with the pixels where they are drawn. Pure. */
import type { DrawnTile } from './heatmap-model.ts';
import { type Plot, xOf, yOf } from './pixels.ts';
import type { Tile } from './tiles/decode.ts';

/** What is drawn, and where. */
export interface Sights {
  readonly plot: Plot;
  readonly drawn: readonly DrawnTile[];
  readonly trades: readonly TradeInSight[];
  /** Pixels for one CSS pixel. */
  readonly scale: number;
}

export interface TradeInSight {
  readonly tile: Tile;
  /** Which of the tile's trades. */
  readonly index: number;
  readonly x: number;
  readonly y: number;
  /** The radius of its circle, in pixels of the canvas. */
  readonly radius: number;
  readonly quantity: number;
  readonly kind: number;
}

/** The trades and marks that are drawn. @param scale pixels for one CSS pixel */
export function tradesInSight(drawn: readonly DrawnTile[], plot: Plot, scale: number): readonly TradeInSight[] {
  const found = drawn.flatMap((one) => indexesInSight(one, plot).map((index) => ({ tile: one.tile, index })));
  const most = found.reduce((most, { tile, index }) => Math.max(most, tile.tradeQuantity[index]!), 1);
  const largest = largestRadius(plot.width / scale / Math.max(1, found.length));
  return found.map(({ tile, index }) => {
    const [price, quantity] = [tile.tradePrice[index]!, tile.tradeQuantity[index]!];
    const y = Number.isNaN(price) ? plot.height - 8 * scale : yOf(plot, price);
    return {
      ...{ tile, index, x: xOf(plot, tile.tradeTime[index]!), y, quantity, kind: tile.tradeKind[index]! },
      radius: scale * radiusOf(quantity, most, largest),
    };
  });
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
const LARGEST_IN_A_CROWD = 4;
/** With so much room for each trade, in CSS pixels, circles need not be smaller than usual. */
const ENOUGH_ROOM = 4;

function largestRadius(room: number): number {
  return Math.min(LARGEST_RADIUS, Math.max(LARGEST_IN_A_CROWD, (LARGEST_RADIUS * room) / ENOUGH_ROOM));
}

/** The area of a circle grows with the quantity. */
function radiusOf(quantity: number, most: number, largest: number): number {
  return SMALLEST_RADIUS + (largest - SMALLEST_RADIUS) * Math.sqrt(quantity / most);
}
