/**
 * Draws a heatmap on a canvas: cells, best prices, trades and axes. What is drawn over it while a pointer or the moment moves has a
 * canvas above this one, so that the picture is painted only when it changes.
 */
import type { Inks } from './colours/colours.ts';
import { pixelOf } from './colours/colours.ts';
import { rgbOf } from './colours/palette.ts';
import type { DrawnTile } from './heatmap-model.ts';
import type { CanvasLook } from './look.ts';
import { columnsInSight, type Plot, paintTile, xOf, yOf } from './pixels.ts';
import type { Sights } from './sights.ts';
import type { Tick } from './ticks.ts';
import { HIDDEN_BIT, MARK_BIT, SIDE_BITS, type Tile } from './tiles/decode.ts';

/** Room for the times below, in CSS pixels. */
export const TIME_AXIS = 20;

export interface Picture extends Sights {
  readonly inks: Inks;
  readonly look: CanvasLook;
  /** The size of the canvas, in its own pixels. */
  readonly width: number;
  readonly height: number;
  readonly priceTicks: readonly Tick[];
  readonly timeTicks: readonly Tick[];
}

/** One picture's pixels, used again and again. */
let image: ImageData | undefined;

export function drawPicture(context: CanvasRenderingContext2D, picture: Picture): void {
  const { plot, look, width, height, drawn } = picture;
  context.fillStyle = look.ground;
  context.fillRect(0, 0, width, height);
  if (image?.width !== plot.width || image.height !== plot.height) image = new ImageData(plot.width, plot.height);
  const pixels = new Uint32Array(image.data.buffer);
  pixels.fill(pixelOf(rgbOf(look.ground)));
  for (const { tile, span } of drawn) paintTile({ ...plot, pixels }, tile, picture.inks, span.from, span.to);
  context.putImageData(image, 0, 0);
  context.save();
  context.beginPath();
  context.rect(0, 0, plot.width, plot.height);
  context.clip();
  drawBests(context, picture);
  drawTrades(context, picture);
  context.restore();
  drawAxes(context, picture);
}

/** Best prices as steps. Each has a casing in the colour of the ground, so that it is seen on every colour of a cell. */
function drawBests(context: CanvasRenderingContext2D, { plot, drawn, look, scale }: Picture): void {
  const bids = stepPath(drawn, plot, ({ bid }) => bid);
  const asks = stepPath(drawn, plot, ({ ask }) => ask);
  for (const path of [bids, asks]) stroke(context, path, look.ground, 3 * scale);
  stroke(context, bids, look.bid, 1.25 * scale);
  stroke(context, asks, look.ask, 1.25 * scale);
}

function stroke(context: CanvasRenderingContext2D, path: Path2D, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}

/** A number of each column as steps, with gaps where it is NaN. A tile without such numbers is left out. */
export function stepPath(
  drawn: readonly DrawnTile[],
  plot: Plot,
  pick: (tile: Tile) => Float64Array | undefined,
): Path2D {
  const path = new Path2D();
  let isDown = false;
  for (const { tile, span } of drawn) {
    const values = pick(tile);
    if (values === undefined) continue;
    for (const [column, left, right] of columnsInSight(tile, span, plot)) {
      const value = values[column]!;
      if (Number.isNaN(value)) isDown = false;
      else {
        const y = yOf(plot, value) + 0.5;
        if (isDown) path.lineTo(left, y);
        else path.moveTo(left, y);
        path.lineTo(right, y);
        isDown = true;
      }
    }
  }
  return path;
}

/**
 * Trades as circles: the taker's side is told by the colour and by the shape too: bought is filled, sold is a ring. Prints against
 * hidden orders are diamonds. A mark is a cross at its price, or at the lower edge without a price.
 */
function drawTrades(context: CanvasRenderingContext2D, { trades, look, scale }: Picture): void {
  const [bought, sold, other, hidden, marks] = Array.from({ length: 5 }, () => new Path2D()) as [
    Path2D,
    Path2D,
    Path2D,
    Path2D,
    Path2D,
  ];
  for (const { x, y, kind, radius } of trades) {
    if (kind & MARK_BIT) addCross(marks, x, y, 4 * scale);
    else if (kind & HIDDEN_BIT) addDiamond(hidden, x, y, radius);
    else addCircle([other, bought, sold][kind & SIDE_BITS]!, x, y, radius);
  }
  context.fillStyle = look.bid;
  stroke(context, bought, look.ground, 2 * scale);
  context.fill(bought);
  for (const [path, colour] of [
    [hidden, look.muted],
    [sold, look.ask],
    [other, look.text],
    [marks, look.text],
  ] as const) {
    stroke(context, path, look.ground, 2.5 * scale);
    stroke(context, path, colour, 1.25 * scale);
  }
}

function addCircle(path: Path2D, x: number, y: number, radius: number): void {
  path.moveTo(x + radius, y);
  path.arc(x, y, radius, 0, 2 * Math.PI);
}

function addDiamond(path: Path2D, x: number, y: number, radius: number): void {
  path.moveTo(x, y - radius);
  path.lineTo(x + radius, y);
  path.lineTo(x, y + radius);
  path.lineTo(x - radius, y);
  path.closePath();
}

function addCross(path: Path2D, x: number, y: number, size: number): void {
  path.moveTo(x - size, y - size);
  path.lineTo(x + size, y + size);
  path.moveTo(x - size, y + size);
  path.lineTo(x + size, y - size);
}

function drawAxes(context: CanvasRenderingContext2D, picture: Picture): void {
  const { plot, look, scale, width, height } = picture;
  context.fillStyle = look.line;
  context.fillRect(plot.width, 0, Math.max(1, scale), height);
  context.fillRect(0, plot.height, width, Math.max(1, scale));
  context.fillStyle = look.muted;
  writeWith(context, look.font, scale);
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const { at, label } of picture.priceTicks) {
    const y = yOf(plot, at);
    context.fillRect(plot.width, y, 4 * scale, Math.max(1, scale));
    if (y > 6 * scale && y < plot.height - 6 * scale) context.fillText(label, plot.width + 7 * scale, y + scale);
  }
  context.textAlign = 'center';
  for (const { at, label } of picture.timeTicks) {
    const x = xOf(plot, at);
    context.fillRect(x, plot.height, Math.max(1, scale), 4 * scale);
    const half = context.measureText(label).width / 2;
    if (x > half && x < plot.width - half) context.fillText(label, x, plot.height + 12 * scale);
  }
}

/** `12px "Plex Mono"` in pixels of the canvas. */
export function writeWith(context: CanvasRenderingContext2D, font: string, scale: number): void {
  context.font = font.replace(/^[\d.]+/, (size) => String(Number(size) * scale));
}
