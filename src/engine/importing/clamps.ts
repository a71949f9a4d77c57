/**
 * Counts the times that an import had to change: in a log they never decrease, so an event that is earlier than the one before
 * gets the time of that event.
 */
import { grouped } from '../../core/errors.ts';

/** What an import says of times that it had to change. */
export interface ClampReport {
  /** Events whose time was earlier than that of an event before. They were recorded with the time of that event. */
  readonly clamped: number;
  /** The largest such step back, in ms; 0 when all events kept their times. */
  readonly worstMilliseconds: number;
  /** The first such event; absent when all events kept their times. */
  readonly firstClamped?: ClampedEvent;
}

/** An event whose time was changed. */
export interface ClampedEvent {
  /** Its place in what was imported, counted from 0. */
  readonly index: number;
  readonly sequence: number;
  /** The time that it had, in ms since the epoch. */
  readonly given: number;
  /** The time that it was recorded with. */
  readonly recordedAt: number;
}

export class Clamps {
  #clamped = 0;
  #worstMilliseconds = 0;
  #first: ClampedEvent | undefined;

  /** Notes an event. Does nothing when it kept its time. */
  note(event: ClampedEvent): void {
    const by = event.recordedAt - event.given;
    if (by <= 0) return;
    this.#clamped += 1;
    this.#worstMilliseconds = Math.max(this.#worstMilliseconds, by);
    this.#first ??= event;
  }

  get report(): ClampReport {
    const report = { clamped: this.#clamped, worstMilliseconds: this.#worstMilliseconds };
    return this.#first === undefined ? report : { ...report, firstClamped: this.#first };
  }
}

/** For an import that ends with an error, and so has no report. Undefined when no time was changed. */
export function clampWarning(
  path: string,
  { clamped, worstMilliseconds, firstClamped }: ClampReport,
): string | undefined {
  if (firstClamped === undefined) return undefined;
  const events = clamped === 1 ? '1 imported event was' : `${grouped(clamped)} imported events were`;
  const first = `the first is ${grouped(firstClamped.sequence)}`;
  return `${events} earlier than an event before, by up to ${worstMilliseconds} ms, and got the time of that event: ${first} of ${path}`;
}
