/**
 * Reads times that count from the epoch, or are written as a date: what recordings of feeds have.
 *
 *     1718582400000000000             whole numbers: seconds, milliseconds, microseconds or nanoseconds
 *     1718582400.000123               with a point; what is below a nanosecond is left out
 *     2024-06-17T00:00:00.000000001Z  ISO 8601; a space for the T, an offset for the Z. Without an offset it is UTC.
 */
import type { Moment } from '../../market-time.ts';

/** What a number counts. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

export const TIME_UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];

/** Digits below the second. */
const DIGITS: Readonly<Record<TimeUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

/** The longest whole part of each unit: seconds to the year 5138, milliseconds, microseconds, and the rest. */
const LONGEST: readonly (readonly [number, TimeUnit])[] = [
  [11, 's'],
  [14, 'ms'],
  [17, 'us'],
  [19, 'ns'],
];

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)$/;
const ZONE = /^(?: ?(?:Z|UTC)|([+-])(\d\d):?(\d\d)?)?$/i;

/** Reads the times of one feed. It remembers the second of the one before, since most times share it. */
export class EpochReader {
  readonly #unit: TimeUnit | undefined;
  #second = '';
  #secondMs = 0;
  #zone = '';
  #zoneMs = 0;

  /** @param unit what numbers count; without it, each number's size tells */
  constructor(unit?: TimeUnit) {
    this.#unit = unit;
  }

  /** The moment that a text tells, or undefined if it tells none, or one before 1970. */
  read(text: string): Moment | undefined {
    return text.charCodeAt(4) === 45 ? this.#readIso(text) : this.#readNumber(text);
  }

  #readNumber(text: string): Moment | undefined {
    const point = text.indexOf('.');
    const whole = point === -1 ? text.length : point;
    const unit = this.#unit ?? LONGEST.find(([longest]) => whole <= longest)?.[1];
    if (unit === undefined || whole === 0 || whole > 19 || point === text.length - 1) return undefined;
    if (point === -1) return wholeMoment(text, unit);
    // Seconds are the digits before this place, nanoseconds the nine that follow.
    return momentOf(text.slice(0, point) + text.slice(point + 1), whole - DIGITS[unit]);
  }

  #readIso(text: string): Moment | undefined {
    const second = text.slice(0, 19);
    if (second !== this.#second) {
      const ms = millisecondsOf(second);
      if (ms === undefined) return undefined;
      this.#second = second;
      this.#secondMs = ms;
    }
    let end = 19;
    if (text.charCodeAt(19) === 46) for (end = 20; isDigit(text.charCodeAt(end)); ) end++;
    if (end === 20 || end > 32) return undefined;
    const zone = text.slice(end);
    if (zone !== this.#zone) {
      const offset = offsetOf(zone);
      if (offset === undefined) return undefined;
      this.#zone = zone;
      this.#zoneMs = offset;
    }
    const base = this.#secondMs - this.#zoneMs;
    if (base < 0) return undefined;
    const fraction = text.slice(20, end).padEnd(9, '0');
    return { ms: base + Number(fraction.slice(0, 3)), ns: Number(fraction.slice(3, 9)) };
  }
}

function wholeMoment(text: string, unit: TimeUnit): Moment | undefined {
  const { length } = text;
  const below = DIGITS[unit] - 3;
  const end = Math.max(length - Math.max(below, 0), 0);
  const ms = wholeOf(text, 0, end);
  const ns = wholeOf(text, end, length);
  if (ms === undefined || ns === undefined) return undefined;
  const scaled = below < 0 ? ms * 1_000 : ms;
  return Number.isSafeInteger(scaled) ? { ms: scaled, ns: below === 3 ? ns * 1_000 : ns } : undefined;
}

/** @param point where the seconds end; it may be before the first digit, or after the last one */
function momentOf(digits: string, point: number): Moment | undefined {
  const missing = Math.max(-point, 0);
  const filled = (missing > 0 ? '0'.repeat(missing) + digits : digits).padEnd(point + missing + 9, '0');
  const start = point + missing;
  const ms = wholeOf(filled, 0, start + 3);
  const ns = wholeOf(filled, start + 3, start + 9);
  if (ms === undefined || ns === undefined || wholeOf(filled, start + 9, filled.length) === undefined) return undefined;
  return Number.isSafeInteger(ms) ? { ms, ns } : undefined;
}

/** The number that the digits of a text spell, from one place to another; undefined if one is not a digit. */
function wholeOf(text: string, from: number, to: number): number | undefined {
  let value = 0;
  for (let index = from; index < to; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function millisecondsOf(second: string): number | undefined {
  const parts = ISO.exec(second);
  if (parts === null) return undefined;
  const written = `${parts[1]}T${parts[2]}`;
  const ms = Date.parse(`${written}Z`);
  // A day such as February 30 would be another one.
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(written) ? undefined : ms;
}

function offsetOf(zone: string): number | undefined {
  const parts = ZONE.exec(zone);
  if (parts === null) return undefined;
  const minutes = Number(parts[2] ?? 0) * 60 + Number(parts[3] ?? 0);
  return (parts[1] === '-' ? -minutes : minutes) * 60_000;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
