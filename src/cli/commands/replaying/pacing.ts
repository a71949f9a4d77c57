/**
 * Plays events in their own time: each one waits as long as it came after the one before, divided by the speed. Idle time is cut.
 *
 * When the next event is due is decided by pure functions. `paced` alone waits.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { InvalidArgumentError } from 'commander';

/** The longest wait for an event, in ms: idle time is cut to this. */
export const LONGEST_IDLE_MS = 2_000;

/** An event that was played. Times are in ms: `recordedAt` of the log's clock, `dueAt` of the clock that plays. */
export interface Played {
  readonly recordedAt: number;
  readonly dueAt: number;
}

/**
 * When the next event is due.
 *
 * Each time is counted from when the event before was due, and not from when it was printed, so that small delays do not add up.
 * A player that has fallen behind by more than the longest wait, because its output was blocked, goes on from now.
 *
 * @param before undefined for the first event, which is due at once
 * @param speed how many times as fast as it was; Infinity waits for nothing
 */
export function dueAfter(before: Played | undefined, recordedAt: number, now: number, speed: number): number {
  if (before === undefined) return now;
  const gap = Math.max(0, recordedAt - before.recordedAt) / speed;
  const due = before.dueAt + Math.min(gap, LONGEST_IDLE_MS);
  return now - due > LONGEST_IDLE_MS ? now : due;
}

/** The clock that plays. */
export interface PlayingClock {
  /** ms. */
  now(): number;
  /** @throws the signal's reason */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const REAL_CLOCK: PlayingClock = {
  now: () => performance.now(),
  async wait(milliseconds, signal) {
    try {
      await pause(milliseconds, undefined, { signal });
    } catch {
      throw signal.reason;
    }
  },
};

/** A timer cannot wait for less. */
const SHORTEST_WAIT_MS = 1;

/** The events, each when it is due. @throws the signal's reason, also while it waits; as `events` does */
export async function* paced<Event extends { readonly recordedAt: number }>(
  events: AsyncIterable<Event>,
  speed: number,
  signal: AbortSignal,
  clock: PlayingClock = REAL_CLOCK,
): AsyncGenerator<Event, void> {
  let before: Played | undefined;
  for await (const event of events) {
    const now = clock.now();
    const dueAt = dueAfter(before, event.recordedAt, now, speed);
    if (dueAt - now >= SHORTEST_WAIT_MS) await clock.wait(dueAt - now, signal);
    signal.throwIfAborted();
    before = { recordedAt: event.recordedAt, dueAt };
    yield event;
  }
}

/** Parses `10x`, `0.5x`, `10` or `max`, which is Infinity. */
export function parseSpeed(text: string): number {
  if (text.toLowerCase() === 'max') return Number.POSITIVE_INFINITY;
  const speed = /^\d[\d,_]*(?:\.\d+)?x?$/i.test(text) ? Number(text.replace(/[,_x]/gi, '')) : Number.NaN;
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new InvalidArgumentError('Give a speed such as 10x, 1x, 0.5x or max.');
}
