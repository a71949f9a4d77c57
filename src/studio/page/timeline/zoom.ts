/** Zooming and panning: from the part of the axis that is shown to the next one. Pure. */
import type { Span } from './scale.ts';

/** The least that is shown: so many events, or ms. */
const LEAST_SHOWN = 10;

/** As much of the whole as was asked for, moved to where it fits. All of it is `undefined`. */
export function fitted(span: Span, whole: Span): Span | undefined {
  const most = whole.hi - whole.lo;
  const length = Math.max(Math.min(LEAST_SHOWN, most), span.hi - span.lo);
  if (length >= most) return undefined;
  const middle = (span.lo + span.hi) / 2;
  const lo = Math.min(whole.hi - length, Math.max(whole.lo, middle - length / 2));
  return { lo, hi: lo + length };
}

/** Shows more or less; what lies at `anchor` stays there. @param factor below 1 zooms in */
export function zoomed({ lo, hi }: Span, anchor: number, factor: number): Span {
  return { lo: anchor - (anchor - lo) * factor, hi: anchor + (hi - anchor) * factor };
}

export function panned({ lo, hi }: Span, by: number): Span {
  return { lo: lo + by, hi: hi + by };
}

/** Moves the span so that a value comes into sight, a tenth from its edge; the same span where it is in sight. */
export function showing(span: Span, value: number): Span {
  const { lo, hi } = span;
  const edge = (hi - lo) / 10;
  if (value < lo) return panned(span, value - edge - lo);
  if (value >= hi) return panned(span, value + edge - hi);
  return span;
}

/** How much one turn of a wheel zooms. A pinch comes as small turns. */
export function wheelFactor(deltaY: number, deltaMode: number, isPinch: boolean): number {
  const pixels = deltaMode === 1 ? deltaY * 20 : deltaMode === 2 ? deltaY * 400 : deltaY;
  const factor = Math.exp(pixels * (isPinch ? 0.01 : 0.002));
  return Math.min(4, Math.max(0.25, factor));
}
