/**
 * Reads the application's clock safely. The clock says when events were recorded, and it is application code.
 *
 * A commit reads it once, before anything else, and is refused when the reading is not a time. Upkeep only needs to know
 * whether something is due: it gets the last good reading when the clock fails.
 */
import { types } from 'node:util';
import { messageOf, RefoldError } from '../../core/errors.ts';
import type { Reentrancy } from '../calls/reentrancy.ts';
import { warnThat } from '../calls/warn.ts';

/** The latest time that a Date can hold, in ms since the epoch. */
export const LAST_TIME = 8.64e15;
/** A hundred years. A first reading further ahead than this is most likely not in milliseconds. */
const FAR_AHEAD_MS = 100 * 365.25 * 24 * 3_600_000;

export class StoreClock {
  readonly #clock: () => number;
  readonly #guard: Reentrancy;
  readonly #owner: object;
  #last: number;
  #isFirst = true;

  /**
   * @param last what upkeep gets until there has been a good reading
   * @param owner whose warning it is if the clock is far ahead
   */
  constructor(clock: () => number, guard: Reentrancy, last: number, owner: object) {
    this.#owner = owner;
    this.#clock = clock;
    this.#guard = guard;
    this.#last = last;
  }

  /**
   * Whole milliseconds since the epoch, for a commit.
   *
   * @throws RefoldError `INVALID_OPTION` when the clock throws, or gives something that is not a time
   */
  read(): number {
    let reading: unknown;
    this.#guard.enter();
    try {
      reading = this.#clock();
    } catch (cause) {
      throw badClock(`the clock threw: ${messageOf(cause)}`, cause);
    } finally {
      this.#guard.leave();
    }
    if (typeof reading !== 'number') throw badClock(`the clock gave ${describeReading(reading)}`);
    const time = Math.floor(reading);
    // NaN fails both comparisons.
    if (!(time >= 0 && time <= LAST_TIME)) throw badClock(`the clock gave ${reading}`);
    if (this.#isFirst) this.#lookAtFirst(time);
    this.#last = time;
    return time;
  }

  /** The last good reading if the clock fails; for upkeep. Never throws. */
  glance(): number {
    try {
      return this.read();
    } catch {
      return this.#last;
    }
  }

  #lookAtFirst(time: number): void {
    this.#isFirst = false;
    if (time <= Date.now() + FAR_AHEAD_MS) return;
    const message = `The clock gave ${time}, more than 100 years ahead of Date.now(): is it in milliseconds?`;
    const detail = 'The option clock gives milliseconds since the epoch; recorded times are never set back';
    warnThat(this.#owner, 'RefoldClockWarning', message, detail);
  }
}

/** Describes a reading that is not a number. The rejection of a promise is handled: it must not end the process. */
function describeReading(reading: unknown): string {
  if (typeof reading === 'bigint') return `the bigint ${reading}`;
  if (typeof reading === 'string') return `the string ${JSON.stringify(reading.slice(0, 40))}`;
  if (typeof reading !== 'object' || reading === null) return reading === null ? 'null' : typeof reading;
  if (!types.isPromise(reading)) return 'an object';
  reading.catch(() => {});
  return 'a promise';
}

function badClock(problem: string, cause?: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot say when this was recorded: ${problem}`, {
    type: 'clock',
    cause,
    hint: 'Give a function that returns milliseconds since the epoch, as Date.now does',
  });
}
