/** What the line of the moment says. Pure. */
import type { Moment, MomentCost } from '../../wire.ts';
import { count, counted, duration } from '../base/format.ts';

/** How a moment was come to: `keyframe 4,201,472 + 12,340 events, 21 ms`. */
export function costText({ keyframe, checkpoint, eventsFolded, ms }: MomentCost, sequence: number): string {
  const events = counted(eventsFolded, 'event');
  const start =
    keyframe !== undefined
      ? `keyframe ${count(keyframe)} + ${events}`
      : checkpoint !== undefined
        ? `checkpoint ${count(checkpoint)} + ${events}`
        : eventsFolded === sequence && sequence > 0
          ? `start + ${events}`
          : events;
  return `${start}, ${ms < 10 ? `${ms.toFixed(1)} ms` : duration(ms)}`;
}

/** The events of the commit, and which one of them this is: `1,014–1,018, 2 of 5`. */
export function commitText(sequence: number, { first, last }: NonNullable<Moment['commit']>): string {
  if (first === last) return `commit ${count(first)}`;
  return `commit ${count(first)}–${count(last)}, ${count(sequence - first + 1)} of ${count(last - first + 1)}`;
}
