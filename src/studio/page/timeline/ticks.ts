/** Round places on the axis, and their labels. Pure. */
import { count, date, timeOfDay } from '../base/format.ts';
import type { Span, TimelineBy } from './scale.ts';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

const DAY_OF_MS = 86_400_000;
/** Steps between labels of times, in ms. */
const AXIS_TIME_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600_000),
  ...[1, 2, 7, 14, 28, 91, 182, 365, 730, 1_826, 3_652].map((days) => days * DAY_OF_MS),
];

/** @param most labels */
export function ticksOf(by: TimelineBy, { lo, hi }: Span, most: number, zone: string): readonly Tick[] {
  const least = (hi - lo) / Math.max(1, most);
  const step = by === 'sequence' ? roundStep(least) : (AXIS_TIME_STEPS.find((one) => one >= least) ?? roundStep(least));
  const ticks: Tick[] = [];
  for (let value = Math.ceil(lo / step) * step; value < hi; value += step) {
    ticks.push({ value, label: by === 'sequence' ? count(value) : timeLabel(value, step, zone) });
  }
  return ticks;
}

/** 1, 2 or 5 times a power of ten, at least `least` and 1. */
export function roundStep(least: number): number {
  if (least <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/** As short as the step allows. Midnight is shown as its date. */
function timeLabel(value: number, step: number, zone: string): string {
  const time = timeOfDay(value, zone);
  if (step >= DAY_OF_MS || time === '00:00:00.000') return date(value, zone);
  if (step >= 60_000) return time.slice(0, 5);
  return step >= 1_000 ? time.slice(0, 8) : time;
}
