/** Draws what lies over a heatmap: the line of the moment, in amber, and the crosshair with its price and its time. */
import { TIME_AXIS, writeWith } from './drawing.ts';
import type { CanvasLook } from './look.ts';
import { type Plot, xOf } from './pixels.ts';

export interface Over {
  readonly plot: Plot;
  readonly look: CanvasLook;
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  readonly moment: number;
  /** In pixels of the canvas, with what stands on the axes there. */
  readonly cross?:
    | { readonly x: number; readonly y: number; readonly price: string; readonly time: string }
    | undefined;
}

export function drawOver(context: CanvasRenderingContext2D, over: Over): void {
  context.clearRect(0, 0, over.width, over.height);
  drawMoment(context, over);
  if (over.cross !== undefined) drawCross(context, over, over.cross);
}

/** A moment that is out of sight is an arrow at that edge. */
function drawMoment(context: CanvasRenderingContext2D, { plot, look, scale, moment }: Over): void {
  const x = xOf(plot, moment);
  if (x >= 0 && x <= plot.width) {
    drawUpright(context, look.ground, Math.min(x, plot.width - 1), 3 * Math.max(1, scale), plot.height);
    drawUpright(context, look.now, Math.min(x, plot.width - 1), Math.max(1, scale), plot.height);
    return;
  }
  context.fillStyle = look.now;
  const [edge, into] = x < 0 ? [0, 6 * scale] : [plot.width, -6 * scale];
  context.beginPath();
  context.moveTo(edge, plot.height - 8 * scale);
  context.lineTo(edge + into, plot.height - 14 * scale);
  context.lineTo(edge + into, plot.height - 2 * scale);
  context.fill();
}

/** @param x the middle */
function drawUpright(context: CanvasRenderingContext2D, colour: string, x: number, wide: number, height: number): void {
  context.fillStyle = colour;
  context.fillRect(x - Math.floor(wide / 2), 0, wide, height);
}

function drawCross(
  context: CanvasRenderingContext2D,
  over: Over,
  { x, y, price, time }: NonNullable<Over['cross']>,
): void {
  const { plot, look, scale, width } = over;
  const thin = Math.max(1, scale);
  for (const [colour, size] of [
    [look.ground, 3 * thin],
    [look.text, thin],
  ] as const) {
    context.fillStyle = colour;
    const shift = (size - thin) / 2;
    context.fillRect(x - shift, 0, size, plot.height);
    context.fillRect(0, y - shift, plot.width, size);
  }
  writeWith(context, look.font, scale);
  context.textBaseline = 'middle';
  label(
    context,
    over,
    price,
    plot.width + 4 * scale,
    Math.min(plot.height - 8 * scale, Math.max(8 * scale, y)),
    width - plot.width - 4 * scale,
  );
  const wide = context.measureText(time).width + 6 * scale;
  const left = Math.min(plot.width - wide, Math.max(0, x - wide / 2));
  label(context, over, time, left, plot.height + (TIME_AXIS / 2 + 1) * scale, wide);
}

function label(
  context: CanvasRenderingContext2D,
  { look, scale }: Over,
  text: string,
  x: number,
  y: number,
  wide: number,
): void {
  context.textAlign = 'left';
  context.fillStyle = look.text;
  context.fillRect(x, y - 8 * scale, wide, 16 * scale);
  context.fillStyle = look.ground;
  context.fillText(text, x + 3 * scale, y + scale);
}
