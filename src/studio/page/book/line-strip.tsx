/**
 * A number of the view over the time that the heatmap shows, as a thin strip below it; its value at the moment stands beside it.
 * A click goes to the time.
 */
import { useSignalEffect } from '@preact/signals';
import type { JSX, TargetedMouseEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { fitCanvas, inNextFrame, notInNextFrame } from '../base/frames.ts';
import { safeLine } from '../base/safe-text.ts';
import { settings, theme } from '../base/settings.ts';
import { goNear } from './go-near.ts';
import { stepPath, writeWith } from './heatmap/drawing.ts';
import type { DrawnTile, HeatmapModel } from './heatmap/heatmap-model.ts';
import { type CanvasLook, canvasLook } from './heatmap/look.ts';
import { type Plot, xOf } from './heatmap/pixels.ts';
import { scaled } from './scaled.ts';

interface Props {
  readonly name: string;
  readonly model: HeatmapModel;
  readonly value: number | null;
  readonly decimals: number;
  readonly moment: number;
}

/** Free pixels above and below the line. */
const STRIP_ROOM = 4;

export function LineStrip(props: Props): JSX.Element {
  const { name, model, value, decimals } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const told = useRef(props);
  told.current = props;
  const draw = useRef(() => {
    if (canvas.current !== null) drawStrip(canvas.current, told.current);
  }).current;
  useSignalEffect(() => {
    void [model.edition.value, model.time.value, model.axis.value, theme.value, settings.value.eyes];
    inNextFrame(draw);
  });
  useEffect(() => inNextFrame(draw));
  useEffect(() => {
    const watch = new ResizeObserver(() => inNextFrame(draw));
    watch.observe(canvas.current!.parentElement!);
    return () => {
      watch.disconnect();
      notInNextFrame(draw);
    };
  }, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys go to a time in the heatmap above
    // biome-ignore lint/a11y/useKeyWithClickEvents: the same
    <div
      class="bk-line"
      data-testid="line"
      data-pane={name}
      data-value={value ?? undefined}
      onClick={(event) => goToTime(event, model)}
    >
      <canvas ref={canvas} />
      <span class="bk-line-name">
        {safeLine(name)} <span class="mono">{value === null ? '–' : scaled(value, decimals)}</span>
      </span>
    </div>
  );
}

function goToTime({ currentTarget, clientX }: TargetedMouseEvent<HTMLElement>, model: HeatmapModel): void {
  const { left, width } = currentTarget.getBoundingClientRect();
  const { from, to } = model.time.value ?? { from: 0, to: 0 };
  const part = (clientX - left) / Math.max(1, width - model.axis.value);
  if (to > from && part < 1) goNear(from + part * (to - from));
}

function drawStrip(canvas: HTMLCanvasElement, { name, model, decimals, moment }: Props): void {
  const { clientWidth, clientHeight } = canvas.parentElement!;
  if (clientWidth <= model.axis.peek()) return;
  const scale = fitCanvas(canvas, clientWidth, clientHeight);
  const context = canvas.getContext('2d')!;
  const look = canvasLook();
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  const time = model.time.value;
  const drawn = model.drawn();
  const ends = endsOf(drawn, name);
  if (time === undefined || ends === undefined) return;
  const room = ((ends.high - ends.low || 1) * STRIP_ROOM) / Math.max(1, clientHeight - 2 * STRIP_ROOM);
  const plot = {
    frame: { ...time, low: ends.low - room, high: ends.high + room },
    ...{ tick: 1, width: Math.max(1, width - Math.round(model.axis.peek() * scale)), height },
  };
  drawMomentOf(context, plot, look, scale, moment);
  context.strokeStyle = look.text;
  context.lineWidth = scale;
  context.stroke(stepPath(drawn, plot, ({ lineValues }) => lineValues.get(name)));
  drawEnds(context, plot, look, scale, [scaled(ends.high, decimals), scaled(ends.low, decimals)]);
}

function endsOf(
  drawn: readonly DrawnTile[],
  name: string,
): { readonly low: number; readonly high: number } | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { tile } of drawn) {
    for (const value of tile.lineValues.get(name) ?? []) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? { low, high } : undefined;
}

function drawMomentOf(
  context: CanvasRenderingContext2D,
  plot: Plot,
  look: CanvasLook,
  scale: number,
  at: number,
): void {
  const x = xOf(plot, at);
  context.fillStyle = look.now;
  if (x >= 0 && x <= plot.width) context.fillRect(Math.min(x, plot.width - 1), 0, Math.max(1, scale), plot.height);
}

function drawEnds(
  context: CanvasRenderingContext2D,
  plot: Plot,
  look: CanvasLook,
  scale: number,
  [high, low]: readonly [string, string],
): void {
  context.fillStyle = look.line;
  context.fillRect(plot.width, 0, Math.max(1, scale), plot.height);
  context.fillStyle = look.muted;
  writeWith(context, look.font, scale);
  context.textBaseline = 'top';
  context.fillText(high, plot.width + 7 * scale, 2 * scale);
  context.textBaseline = 'bottom';
  if (low !== high) context.fillText(low, plot.width + 7 * scale, plot.height - scale);
}
