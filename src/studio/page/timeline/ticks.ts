/** Round places on the axis, and their labels. Pure. */
import { count, date, timeOfDay } from '../base/format.ts';
import { roundStep, roundTime } from '../base/round-steps.ts';
import type { Span, TimelineBy } from './scale.ts';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

const DAY_OF_MS = 86_400_000;

/** @param most labels */
export function ticksOf(by: TimelineBy, { lo, hi }: Span, most: number, zone: string): readonly Tick[] {
  const least = (hi - lo) / Math.max(1, most);
  const step = by === 'sequence' ? roundStep(least) : roundTime(least);
  const ticks: Tick[] = [];
  for (let value = Math.ceil(lo / step) * step; value < hi; value += step) {
    ticks.push({ value, label: by === 'sequence' ? count(value) : timeLabel(value, step, zone) });
  }
  return ticks;
}

/** As short as the step allows. Midnight is shown as its date. */
function timeLabel(value: number, step: number, zone: string): string {
  const time = timeOfDay(value, zone);
  if (step >= DAY_OF_MS || time === '00:00:00.000') return date(value, zone);
  if (step >= 60_000) return time.slice(0, 5);
  return step >= 1_000 ? time.slice(0, 8) : time;
}
