/** Which colour is which quantity. Two handles set where the colours begin and where they end: drag them, or use the arrow keys. */
import { useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { ViewScale } from '../../../../wire.ts';
import { fitCanvas } from '../../../base/frames.ts';
import { settings, theme } from '../../../base/settings.ts';
import { quantityText } from '../../scaled.ts';
import type { HeatmapModel } from '../heatmap-model.ts';
import { canvasInks } from '../look.ts';
import { type ColourRange, colourOf } from './colours.ts';
import { domainOf, moved, shareOf } from './legend-scale.ts';

const LEGEND_WIDTH = 128;
const LEGEND_HEIGHT = 10;
/** How far an arrow key moves a handle. */
const KEY_STEP = 1 / 64;

export function Legend({ model, scale }: { readonly model: HeatmapModel; readonly scale: ViewScale }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  // The ends of the legend stay where they are while a handle moves.
  const domain = useRef<ColourRange>({ floor: 1, ceiling: 10 });
  const range = model.range.value;
  if (range !== undefined && !model.isRangeHeld) domain.current = domainOf(range);
  useSignalEffect(() => {
    void [theme.value, settings.value.eyes];
    if (model.range.value !== undefined) draw(canvas.current!, model.range.value, domain.current);
  });
  const set = (end: keyof ColourRange, share: number): void => {
    if (range !== undefined) model.setRange(moved(range, end, share, domain.current));
  };
  const handle = (end: keyof ColourRange, label: string): JSX.Element | undefined =>
    range && (
      <span
        class="bk-handle"
        role="slider"
        tabIndex={0}
        title={`${label}: ${quantityText(range[end], scale)}`}
        aria-label={label}
        aria-valuemin={domain.current.floor}
        aria-valuemax={domain.current.ceiling}
        aria-valuenow={range[end]}
        aria-valuetext={quantityText(range[end], scale)}
        style={{ left: `${shareOf(range[end], domain.current) * LEGEND_WIDTH}px` }}
        onPointerDown={(event) => drag(event, (share) => set(end, share))}
        onKeyDown={(event) => press(event, (by) => set(end, shareOf(range[end], domain.current) + by))}
      />
    );
  return (
    <div class="bk-legend mono" data-testid="legend" data-floor={range?.floor} data-ceiling={range?.ceiling}>
      <span>{range && quantityText(range.floor, scale)}</span>
      <span class="bk-colours" style={{ width: `${LEGEND_WIDTH}px` }}>
        <canvas ref={canvas} />
        {handle('floor', 'Quantity where the colours begin')}
        {handle('ceiling', 'Quantity where the colours end')}
      </span>
      <span>{range && quantityText(range.ceiling, scale)}</span>
      {model.isRangeHeld && (
        <button type="button" title="Choose the colours by what is in sight" onClick={() => model.setRange(undefined)}>
          Reset
        </button>
      )}
    </div>
  );
}

/** Each pixel is the colour of its quantity, as in the heatmap. */
function draw(canvas: HTMLCanvasElement, range: ColourRange, domain: ColourRange): void {
  fitCanvas(canvas, LEGEND_WIDTH, LEGEND_HEIGHT);
  const { width, height } = canvas;
  const context = canvas.getContext('2d')!;
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const inks = canvasInks(range);
  for (let x = 0; x < width; x++) {
    const quantity = domain.floor * (domain.ceiling / domain.floor) ** ((x + 0.5) / width);
    const ink = colourOf(quantity, inks);
    for (let y = 0; y < height; y++) pixels[y * width + x] = ink;
  }
  context.putImageData(image, 0, 0);
}

function drag(down: PointerEvent, set: (share: number) => void): void {
  const handle = down.currentTarget as HTMLElement;
  const box = handle.parentElement!.getBoundingClientRect();
  const move = (event: PointerEvent): void => set((event.clientX - box.left) / box.width);
  handle.setPointerCapture(down.pointerId);
  handle.addEventListener('pointermove', move);
  handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), { once: true });
}

function press(event: KeyboardEvent, moveBy: (share: number) => void): void {
  const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  moveBy(by * KEY_STEP);
}
