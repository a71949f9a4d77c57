/**
 * What a person does on a heatmap: wheel and drag zoom and pan, a click goes, keys move the crosshair. It tells the model and the
 * crosshair; it draws nothing.
 */
import type { Signal } from '@preact/signals';
import { TIME_AXIS } from './drawing.ts';
import type { HeatmapModel } from './heatmap-model.ts';

/** Where the crosshair is, in CSS pixels of the plot. */
export interface Cross {
  readonly x: number;
  readonly y: number;
  /** Keys put it there: then a screen reader is told. */
  readonly isByKey?: boolean;
}

export interface Gestures {
  readonly host: HTMLElement;
  readonly model: HeatmapModel;
  readonly cross: Signal<Cross | undefined>;
  readonly goTo: (cross: Cross) => void;
}

/** So much of a wheel or a drag doubles or halves what is seen, in CSS pixels. */
const WHEEL_FOLD = 400;
const DRAG_FOLD = 120;
/** A press that moves less is a click. A drag moves the price only after more. */
const CLICK_REACH = 4;
const PRICE_REACH = 10;

type Part = 'plot' | 'price axis' | 'time axis';

/** Listens until the returned function is called. */
export function listenTo(gestures: Gestures): () => void {
  const { host } = gestures;
  const ending = new AbortController();
  const { signal } = ending;
  host.addEventListener('wheel', (event) => wheel(gestures, event), { signal, passive: false });
  host.addEventListener('pointerdown', (event) => press(gestures, event), { signal });
  host.addEventListener('pointermove', (event) => hover(gestures, event), { signal });
  host.addEventListener('pointerleave', () => (gestures.cross.value = undefined), { signal });
  host.addEventListener('dblclick', (event) => reset(gestures, event), { signal });
  host.addEventListener('keydown', (event) => key(gestures, event), { signal });
  return () => ending.abort();
}

/** The plot in CSS pixels. */
function plotSize({ host, model }: Gestures): { readonly width: number; readonly height: number } {
  return {
    width: Math.max(1, host.clientWidth - model.axis.peek()),
    height: Math.max(1, host.clientHeight - TIME_AXIS),
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly part: Part;
}

function placeOf(gestures: Gestures, event: MouseEvent): Place {
  const box = gestures.host.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const { width, height } = plotSize(gestures);
  return { x, y, part: x >= width ? 'price axis' : y >= height ? 'time axis' : 'plot' };
}

function timeOf(gestures: Gestures, x: number): number {
  const { from, to } = gestures.model.frame!;
  return from + (x / plotSize(gestures).width) * (to - from);
}

function priceOf(gestures: Gestures, y: number): number {
  const { low, high } = gestures.model.frame!;
  return high - (y / plotSize(gestures).height) * (high - low);
}

function wheel(gestures: Gestures, event: WheelEvent): void {
  const { model } = gestures;
  event.preventDefault();
  if (model.frame === undefined) return;
  const { x, y, part } = placeOf(gestures, event);
  const turned = event.deltaY || (event.shiftKey ? event.deltaX : 0);
  const factor = 2 ** (Math.max(-WHEEL_FOLD, Math.min(WHEEL_FOLD, turned)) / WHEEL_FOLD);
  if (event.shiftKey || part === 'price axis') model.zoomPrice(priceOf(gestures, y), factor);
  else if (event.deltaX !== 0 && event.deltaY === 0) model.pan(event.deltaX * msPerPixel(gestures), 0);
  else model.zoomTime(timeOf(gestures, x), factor);
}

function msPerPixel(gestures: Gestures): number {
  const { from, to } = gestures.model.frame!;
  return (to - from) / plotSize(gestures).width;
}

function press(gestures: Gestures, down: PointerEvent): void {
  const { host, model, cross } = gestures;
  if (down.button !== 0 || model.frame === undefined) return;
  const start = placeOf(gestures, down);
  const around = {
    time: timeOf(gestures, plotSize(gestures).width / 2),
    price: priceOf(gestures, plotSize(gestures).height / 2),
  };
  let [last, isDrag, isHigh] = [{ x: start.x, y: start.y }, false, false];
  const ending = new AbortController();
  const move = (event: PointerEvent): void => {
    const { x, y } = placeOf(gestures, event);
    isDrag ||= Math.hypot(x - start.x, y - start.y) >= CLICK_REACH;
    if (!isDrag) return;
    const wasHigh = isHigh;
    isHigh ||= Math.abs(y - start.y) >= PRICE_REACH;
    dragBy(gestures, start.part, around, x - last.x, isHigh ? y - (wasHigh ? last.y : start.y) : 0);
    last = { x, y };
  };
  const end = (event: PointerEvent): void => {
    ending.abort();
    const { x, y, part } = placeOf(gestures, event);
    if (!isDrag && event.type === 'pointerup' && part === 'plot') gestures.goTo({ x, y });
  };
  host.setPointerCapture(down.pointerId);
  for (const type of ['pointerup', 'pointercancel'] as const)
    host.addEventListener(type, end, { signal: ending.signal });
  host.addEventListener('pointermove', move, { signal: ending.signal });
  cross.value = undefined;
}

function dragBy(
  gestures: Gestures,
  part: Part,
  around: { readonly time: number; readonly price: number },
  x: number,
  y: number,
): void {
  const { model } = gestures;
  const { from, to, low, high } = model.frame!;
  const { width, height } = plotSize(gestures);
  if (part === 'price axis') model.zoomPrice(around.price, 2 ** (y / DRAG_FOLD));
  else if (part === 'time axis') model.zoomTime(around.time, 2 ** (-x / DRAG_FOLD));
  else model.pan((-x / width) * (to - from), (y / height) * (high - low));
}

function hover(gestures: Gestures, event: PointerEvent): void {
  const { x, y, part } = placeOf(gestures, event);
  gestures.cross.value = event.buttons === 0 && part === 'plot' ? { x, y } : undefined;
}

function reset(gestures: Gestures, event: MouseEvent): void {
  const { model } = gestures;
  const { part } = placeOf(gestures, event);
  if (part === 'price axis') model.follow({ price: true });
  if (part === 'time axis') model.follow({ time: true, span: true });
}

/** Shift takes ten steps at once. */
const SHIFT_STEPS = 10;
const KEY_ZOOM = Math.SQRT2;

function key(gestures: Gestures, event: KeyboardEvent): void {
  const { model } = gestures;
  if (event.ctrlKey || event.metaKey || event.altKey || model.frame === undefined) return;
  const act = keyAction(gestures, event.key, event.shiftKey ? SHIFT_STEPS : 1);
  if (act === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

function keyAction(gestures: Gestures, name: string, steps: number): (() => void) | undefined {
  const { cross, model } = gestures;
  const arrow = ARROWS[name];
  if (arrow !== undefined) return () => moveCross(gestures, arrow[0] * steps, arrow[1] * steps);
  const zoom = (factor: number) => () => model.zoomTime(timeOf(gestures, crossOf(gestures).x), factor);
  if (name === '+' || name === '=') return zoom(1 / KEY_ZOOM);
  if (name === '-') return zoom(KEY_ZOOM);
  if (name === 'Enter' && cross.value !== undefined) return () => gestures.goTo(cross.value!);
  if (name === 'Escape' && cross.value !== undefined) return () => (cross.value = undefined);
  return undefined;
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function crossOf(gestures: Gestures): Cross {
  const { width, height } = plotSize(gestures);
  return gestures.cross.value ?? { x: width / 2, y: height / 2 };
}

/** By columns and by prices, but at least by a pixel. */
function moveCross(gestures: Gestures, columns: number, prices: number): void {
  const { model, cross } = gestures;
  const { width, height } = plotSize(gestures);
  const { from, to, low, high } = model.frame!;
  const column = Math.max(1, (2 ** model.power / (to - from)) * width);
  const price = Math.max(1, (model.tick / (high - low)) * height);
  const { x, y } = crossOf(gestures);
  cross.value = {
    x: Math.min(width - 1, Math.max(0, x + columns * column)),
    y: Math.min(height - 1, Math.max(0, y + prices * price)),
    isByKey: true,
  };
}
