/** Round prices and round times for the axes. Pure. */
import { dateTime } from '../../base/format.ts';
import { roundStep, roundTime } from '../../base/round-steps.ts';

export interface Tick {
  /** A price, or ms since the epoch. */
  readonly at: number;
  readonly label: string;
}

/** @param pixels between two ticks, at least */
export function priceTicks(
  { low, high }: { readonly low: number; readonly high: number },
  height: number,
  pixels: number,
  write: (price: number) => string,
): readonly Tick[] {
  const step = roundStep(((high - low) / Math.max(1, height)) * pixels);
  const first = Math.ceil(low / step);
  const last = Math.min(Math.floor(high / step), first + 200);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => {
    const at = (first + n) * step;
    return { at, label: write(at) };
  });
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY_STEP = 24 * 60 * MINUTE;

/** @param offsetAt how much the wall clock of the zone is ahead of UTC then, in ms */
export function timeTicks(
  { from, to }: { readonly from: number; readonly to: number },
  width: number,
  pixels: number,
  offsetAt: (time: number) => number,
): readonly Tick[] {
  const least = ((to - from) / Math.max(1, width)) * pixels;
  const step = roundTime(least);
  const offset = offsetAt(from);
  const first = Math.ceil((from + offset) / step);
  const last = Math.min(Math.floor((to + offset) / step), first + 200);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => {
    const wall = (first + n) * step;
    return { at: wall - offset, label: wallLabel(wall, step) };
  });
}

/** 10:31, 10:31:07 or 10:31:07.120: as fine as the step. A day for steps of days. */
function wallLabel(wall: number, step: number): string {
  const text = new Date(wall).toISOString();
  if (step >= DAY_STEP) return text.slice(0, 10);
  return text.slice(11, step >= MINUTE ? 16 : step >= SECOND ? 19 : 23);
}

/** How much the wall clock of a zone is ahead of UTC, in ms. */
export function zoneOffset(zone: string | undefined, time: number): number {
  const whole = Math.floor(time);
  return Date.parse(`${dateTime(whole, zone).replace(' ', 'T')}Z`) - whole;
}
