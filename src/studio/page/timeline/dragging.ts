/** What a pointer and a wheel do on the timeline. */
import { batch, type Signal } from '@preact/signals';
import { go, wanted } from '../moment/place.ts';
import { sequenceAt, valueAt } from './scale.ts';
import { panBy, scale, showAll, showSpan, zoomBy } from './view.ts';
import { wheelFactor } from './zoom.ts';

/** Where the pointer is, and what is being selected. In CSS pixels from the left, and from the top. */
export interface Pointed {
  readonly x?: number;
  readonly y?: number;
  readonly selection?: readonly [number, number] | undefined;
}

/** A drag begins after so many pixels; before it is a click. */
const DRAG_FROM = 4;
/** Two clicks within so many ms show all. */
const DOUBLE_CLICK = 400;

let clicked: { readonly when: number; readonly before: number | string } | undefined;

/** Follows the pointer until it is released. Escape ends it without effect. */
export function drag(down: PointerEvent, pointed: Signal<Pointed>): void {
  if (down.button !== 0) return;
  const element = down.currentTarget as HTMLElement;
  const { left } = element.getBoundingClientRect();
  const xOfPointer = (event: PointerEvent): number => Math.min(scale.value.width, Math.max(0, event.clientX - left));
  const start = xOfPointer(down);
  const ending = new AbortController();
  const { signal } = ending;
  let last = start;
  let hasMoved = false;
  const isPanning = down.shiftKey;
  element.setPointerCapture(down.pointerId);
  element.addEventListener(
    'pointermove',
    (event) => {
      const x = xOfPointer(event);
      hasMoved ||= Math.abs(x - start) >= DRAG_FROM;
      if (!hasMoved) return;
      if (isPanning) panPixels(last - x);
      else pointed.value = { ...pointed.value, selection: [start, x] };
      last = x;
    },
    { signal },
  );
  const end = (): void => {
    ending.abort();
    pointed.value = { ...pointed.value, selection: undefined };
  };
  addEventListener('keydown', (event) => event.key === 'Escape' && end(), { signal });
  element.addEventListener('pointercancel', end, { signal });
  element.addEventListener(
    'pointerup',
    (event) => {
      end();
      if (!hasMoved) click(start);
      else if (!isPanning) select(start, xOfPointer(event));
    },
    { signal },
  );
}

/** The second click of two shows all, and takes back what the first one did. */
function click(x: number): void {
  const now = performance.now();
  if (clicked !== undefined && now - clicked.when < DOUBLE_CLICK) {
    const { before } = clicked;
    clicked = undefined;
    batch(() => {
      go(before);
      showAll();
    });
    return;
  }
  clicked = { when: now, before: wanted.value };
  go(sequenceAt(scale.value, x));
}

function select(one: number, other: number): void {
  const [lo, hi] = [Math.min(one, other), Math.max(one, other)];
  showSpan({ lo: valueAt(scale.value, lo), hi: valueAt(scale.value, hi) });
}

function panPixels(pixels: number): void {
  const { span, width } = scale.value;
  panBy((pixels / width) * (span.hi - span.lo));
}

/** Zooms around the pointer; to the side, or with Shift, it pans. A pinch comes as a wheel with Ctrl. */
export function turnWheel(event: WheelEvent): void {
  event.preventDefault();
  const { deltaX, deltaY, deltaMode, ctrlKey, shiftKey } = event;
  const { left } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  if (!ctrlKey && (shiftKey || Math.abs(deltaX) > Math.abs(deltaY))) panPixels(deltaX === 0 ? deltaY : deltaX);
  else zoomBy(wheelFactor(deltaY, deltaMode, ctrlKey), valueAt(scale.value, event.clientX - left));
}
