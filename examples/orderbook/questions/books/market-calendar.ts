/**
 * Times as questions ask for them and print them: on the wall clock of the market, and exact to the nanosecond.
 *
 * `--from` and `--to` are sequences or times. A time of day is one of the book's own day. `--from 10:31:07` begins with
 * that millisecond, `--to 10:31:07` ends with it; with more than three decimals both are exact to the nanosecond.
 */
import type { RecordedEvent } from 'refold';
import { RefoldError } from 'refold';
import { parseInteger } from '../../feeds/reading/csv.ts';
import { Calendar, type Moment, parseNanoseconds, parseTimeOfDay } from '../../market-time.ts';

/** A place in a log: after an event, or a time. */
export type Place = { readonly sequence: number } | { readonly moment: Moment };

/** Which end of a millisecond a time means. */
export type End = 'from' | 'to';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const NANOSECONDS = 1_000_000;
const LAST_NS = NANOSECONDS - 1;
/** Whole numbers from here on are times in ms: this one was in March 1973, and logs do not have so many events. */
export const FIRST_TIME = 100_000_000_000;
/** Clocks change at quarters of an hour. */
const QUARTER_MS = 900_000;

/** How times are printed: on the market's wall clock with its offset, or as nanoseconds since the epoch. */
export type TimeFormat = 'iso' | 'ns';

/** The wall clock of a book. Without a zone it is UTC. */
export class MarketCalendar {
  readonly zone: string;
  /** The book's own day; undefined where the book does not say. */
  readonly date: string | undefined;
  readonly #day: Calendar;
  readonly #offsets = new Map<number, number>();

  constructor(date: string | undefined, zone: string | undefined) {
    this.date = date;
    this.zone = zone ?? 'UTC';
    this.#day = new Calendar(date ?? '1970-01-02', this.zone);
  }

  /** What the first event of a book says about its times. */
  static of(first: Pick<RecordedEvent, 'meta'> | undefined): MarketCalendar {
    const { date, zone } = first?.meta ?? {};
    const isKnown = typeof date === 'string' && typeof zone === 'string';
    return isKnown ? new MarketCalendar(date, zone) : new MarketCalendar(undefined, undefined);
  }

  /** How far the wall clock is ahead of UTC, in ms. */
  offsetAt(instant: number): number {
    const quarter = Math.floor(instant / QUARTER_MS);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    // Within a quarter it does not change. A day of an hour each, at most, is worth remembering.
    if (this.#offsets.size > 1_000) this.#offsets.clear();
    const start = quarter * QUARTER_MS;
    const offset = Date.parse(`${this.#day.wallTime(start).replace(' ', 'T')}Z`) - start;
    this.#offsets.set(quarter, offset);
    return offset;
  }

  /** The wall clock at a moment: `2012-06-21 10:31:07.123`. */
  wallTime(instant: number): string {
    return this.#day.wallTime(instant);
  }

  /** `2012-06-21T10:31:07.123456789-04:00`, or the nanoseconds since the epoch. */
  format({ ms, ns }: Moment, format: TimeFormat): string {
    if (format === 'ns') return String(nanosecondsOf({ ms, ns }));
    const offset = this.offsetAt(ms);
    const wall = new Date(ms + offset).toISOString().replace('Z', '');
    return `${wall}${String(ns).padStart(6, '0')}${offsetText(offset)}`;
  }

  /**
   * The interval of so many ms that a time lies in. Intervals begin at midnight, by the wall clock. Where the clock changes, one
   * of up to an hour ends and another begins; a longer one is longer or shorter by the change.
   */
  intervalAt(instant: number, lengthMs: number): Interval {
    const offset = this.offsetAt(instant);
    const wall = instant + offset;
    const midnight = Math.floor(wall / DAY_MS) * DAY_MS;
    const lastOfDay = midnight + DAY_MS;
    if (lengthMs <= HOUR_MS) {
      const start = midnight + Math.floor((wall - midnight) / lengthMs) * lengthMs;
      return this.#cut({ start: start - offset, end: Math.min(start + lengthMs, lastOfDay) - offset }, instant);
    }
    for (let start = midnight; ; start += lengthMs) {
      const end = this.#instantOf(Math.min(start + lengthMs, lastOfDay), offset);
      if (instant < end) return { start: this.#instantOf(start, offset), end };
    }
  }

  /** @throws RefoldError `INVALID_OPTION` for a text that is neither a sequence nor a time */
  parse(option: string, text: string, end: End): Place {
    const whole = parseInteger(text);
    if (whole !== undefined && whole >= 0) {
      return whole < FIRST_TIME ? { sequence: whole } : { moment: { ms: whole, ns: end === 'from' ? 0 : LAST_NS } };
    }
    return { moment: this.parseDateTime(option, text, end) };
  }

  /** Reads a time of the book's day, or a date, with or without a time and a zone. @throws RefoldError `INVALID_OPTION` */
  parseDateTime(option: string, text: string, end: End): Moment {
    const [, day, time = '00:00', zone] =
      /^(\d{4}-\d{2}-\d{2})(?:[T ]([\d:.]+)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text) ?? [];
    const ofDay = parseTimeOfDay(day === undefined ? text : time);
    if (ofDay === undefined || (day !== undefined && Number.isNaN(Date.parse(day)))) throw notAPlace(option, text);
    const ns = end === 'from' && !/\.\d{4,}/.test(text) ? 0 : ofDay.ns;
    if (day === undefined && this.date === undefined) throw withoutDay(option);
    if (zone !== undefined) return { ms: Date.parse(`${day}T00:00:00${withColon(zone)}`) + ofDay.ms, ns };
    const calendar = day === undefined ? this.#day : new Calendar(day, this.zone);
    return { ms: calendar.instant(ofDay.ms), ns };
  }

  /** What of an interval lies on the same side of a change of the clock as a time in it. */
  #cut({ start, end }: Interval, instant: number): Interval {
    const offset = this.offsetAt(instant);
    const quarter = Math.floor(instant / QUARTER_MS) * QUARTER_MS;
    let [first, last] = [quarter, quarter + QUARTER_MS];
    while (first > start && this.offsetAt(first - 1) === offset) first -= QUARTER_MS;
    while (last < end && this.offsetAt(last) === offset) last += QUARTER_MS;
    return { start: Math.max(start, first), end: Math.min(end, last) };
  }

  /** When the wall clock shows a time: the first time that it does, or the moment at which it jumps past it. */
  #instantOf(wall: number, near: number): number {
    const other = this.offsetAt(wall - near);
    const candidates = [wall - near, wall - this.offsetAt(wall - DAY_MS / 2 - near), wall - other];
    const shown = candidates.filter((instant) => instant + this.offsetAt(instant) === wall);
    return shown.length > 0 ? Math.min(...shown) : Math.max(...candidates);
  }
}

/** From `start` on and before `end`, in ms since the epoch. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS };

/** Reads `100ms`, `1s`, `5m`, `1h` or `1d` as ms; undefined for another text, and for nothing at all. */
export function parseLength(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  return Number(count) * (UNITS[unit] ?? 0) || undefined;
}

/** Reads `--every`: a length up to `1d`. @throws RefoldError `INVALID_OPTION` */
export function parseEvery(text: string): number {
  const length = parseLength(text);
  if (length !== undefined && length <= DAY_MS) return length;
  throw new RefoldError('INVALID_OPTION', `Cannot divide the day by ${JSON.stringify(text)}`, {
    type: '--every',
    hint: 'Give a length from 1ms to 1d, such as 500ms, 1s, 5m or 1h',
  });
}

/** When an event was recorded, by the log: this never goes back, except within one millisecond. */
export function recordedMoment({ recordedAt, meta }: Pick<RecordedEvent, 'recordedAt' | 'meta'>): Moment {
  return { ms: recordedAt, ns: typeof meta?.ns === 'number' ? meta.ns : 0 };
}

/** The feed's own time of an event: it differs from the log's where the feed went back in time. */
export function marketMoment(event: Pick<RecordedEvent, 'recordedAt' | 'meta'>): Moment {
  const { time } = event.meta ?? {};
  return (typeof time === 'string' ? parseNanoseconds(time) : undefined) ?? recordedMoment(event);
}

export function nanosecondsOf({ ms, ns }: Moment): bigint {
  return BigInt(ms) * BigInt(NANOSECONDS) + BigInt(ns);
}

/** Negative when `a` is before `b`. */
export function compareMoments(a: Moment, b: Moment): number {
  return a.ms - b.ms || a.ns - b.ns;
}

function offsetText(offset: number): string {
  if (offset === 0) return 'Z';
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

function withColon(zone: string): string {
  return zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
}

/** A text that does not tell a position. */
export function notAPlace(option: string, text: string): RefoldError {
  return new RefoldError(
    'INVALID_OPTION',
    `Cannot go to ${JSON.stringify(text)}: it is neither a sequence nor a time`,
    { type: option, hint: 'Give a sequence such as 42, or a time such as 10:31:07.123 or 2012-06-21T10:31:07-04:00' },
  );
}

/** A time of day, asked of a book without a day. */
export function withoutDay(option: string): RefoldError {
  return new RefoldError('INVALID_OPTION', 'Cannot go to a time of day: the book does not say which day it is of', {
    type: option,
    hint: 'Give a sequence such as 42, or a whole time such as 2026-01-05T14:30:00Z',
  });
}
