/** What the line of the moment says. Pure. */
import type { LogAnswer, Moment, MomentCost } from '../../wire.ts';
import { bytes, count, counted, duration } from '../base/format.ts';
import { safeLine } from '../base/safe-text.ts';

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

type Known = Pick<LogAnswer, 'snapshots' | 'lastSequence'>;

/**
 * What is done until a moment is there: `Building the state at 1,500: keyframe 1,002 (5.1 MiB) + 498 events`. The server may know a
 * shorter way.
 */
export function waitingText(position: number | string, { snapshots, lastSequence }: Known): string {
  const sequence = position === 'end' ? lastSequence : position;
  if (typeof sequence === 'string') return `Building the state at ${safeLine(sequence)}`;
  const keyframe = snapshots
    .filter((one) => one.isUsable !== false && one.sequence <= sequence)
    .reduce<Known['snapshots'][number] | undefined>(
      (best, one) => (one.sequence > (best?.sequence ?? 0) ? one : best),
      undefined,
    );
  const start = keyframe === undefined ? 'start' : `keyframe ${count(keyframe.sequence)} (${bytes(keyframe.bytes)})`;
  const events = counted(sequence - (keyframe?.sequence ?? 0), 'event');
  return `Building the state at ${count(sequence)}: ${start} + ${events}`;
}

/** The events of the commit, and which one of them this is: `1,014–1,018, 2 of 5`. */
export function commitText(sequence: number, { first, last }: NonNullable<Moment['commit']>): string {
  if (first === last) return `commit ${count(first)}`;
  return `commit ${count(first)}–${count(last)}, ${count(sequence - first + 1)} of ${count(last - first + 1)}`;
}
