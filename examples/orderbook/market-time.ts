/**
 * The market's time: what a feed's times mean, and how a log records them.
 *
 * The log's `recordedAt` counts milliseconds and never goes back. Feeds count nanoseconds, and may go back. So the store
 * takes its time from a `MarketClock`, and the meta of each event says what `recordedAt` cannot hold:
 *
 *     { ns: 105074 }                     the nanoseconds below recordedAt, 0 to 999,999
 *     { time: '1340285400015105074' }    time went back: recordedAt stays where it was, and this is the time of the feed,
 *                                        in nanoseconds since the epoch
 *
 * Feeds that count from midnight need a date and a time zone: a `Calendar`.
 */
import { basename } from 'node:path';
import { type EventMeta, RefoldError } from 'refold';

/** A moment: whole milliseconds, and the nanoseconds below them, 0 to 999,999. */
export interface Moment {
  readonly ms: number;
  readonly ns: number;
}

export const EXCHANGE_ZONE = 'America/New_York';
const DEFAULT_DATE = '1970-01-01';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const NANOSECONDS = 1_000_000;

/** Where a calendar's date comes from. */
export type DateOrigin = 'option' | 'name' | 'default';

/** A day in a time zone. */
export class Calendar {
  /** `2012-06-21`. */
  readonly date: string;
  readonly zone: string;
  readonly #midnight: number;
  readonly #format: Intl.DateTimeFormat;
  /** Offsets to UTC by hour of the day, in ms: a clock change moves whole hours. */
  readonly #offsets: number[] = [];

  /** @throws RefoldError `INVALID_OPTION` for a date that does not exist, and an unknown zone */
  constructor(date: string, zone: string) {
    this.date = date;
    this.zone = zone;
    this.#midnight = midnightOf(date);
    this.#format = formatOf(zone);
  }

  /** The moment of a time of day, as ms since the epoch. */
  instant(msOfDay: number): number {
    const hour = Math.trunc(msOfDay / HOUR_MS);
    this.#offsets[hour] ??= this.#offsetAt(this.#midnight + hour * HOUR_MS);
    const instant = this.#midnight + msOfDay - this.#offsets[hour];
    if (instant >= 0) return instant;
    throw badOption('--date', `${this.date} in ${this.zone} begins before 1970-01-01 in UTC`, 'Give a later date');
  }

  /** The wall clock at a moment: `2012-06-21 10:31:07.123`. */
  wallTime(instant: number): string {
    return isoOf(instant + offsetOf(this.#format, instant));
  }

  /** The offset for a wall time that is given as if it were UTC. */
  #offsetAt(wall: number): number {
    // The first guess is wrong by an hour near a clock change; the second one is right.
    return offsetOf(this.#format, wall - offsetOf(this.#format, wall - offsetOf(this.#format, wall)));
  }
}

/** How files name the day they hold. */
const DATED_NAMES = [
  // GOOG_2012-06-21_34200000_57600000_message_10.csv
  /(?<!\d)(?<year>(?:19|20)\d{2})-(?<month>0[1-9]|1[0-2])-(?<day>0[1-9]|[12]\d|3[01])(?!\d)/,
  // NASDAQ: 01302019.NASDAQ_ITCH50.gz, 20190130.BX_ITCH_50.gz, S013019-v50.txt.gz
  /^(?<month>0[1-9]|1[0-2])(?<day>0[1-9]|[12]\d|3[01])(?<year>(?:19|20)\d{2})\.\w*ITCH/i,
  /^(?<year>(?:19|20)\d{2})(?<month>0[1-9]|1[0-2])(?<day>0[1-9]|[12]\d|3[01])\.\w*ITCH/i,
  /^S(?<month>0[1-9]|1[0-2])(?<day>0[1-9]|[12]\d|3[01])(?<year>\d{2})-v\d/i,
];

/** The date that a file's name holds. */
export function dateInName(path: string): string | undefined {
  const parts = DATED_NAMES.map((pattern) => pattern.exec(basename(path))?.groups).find((found) => found !== undefined);
  return parts && `${parts.year!.padStart(4, '20')}-${parts.month}-${parts.day}`;
}

/**
 * The date of a feed: the option's, or the one in a file's name, or 1970-01-01.
 *
 * @param paths of the files, the most telling one first
 */
export function chooseDate(
  option: string | undefined,
  paths: readonly string[],
): { readonly date: string; readonly origin: DateOrigin } {
  if (option !== undefined) return { date: option, origin: 'option' };
  const named = paths.map(dateInName).find((date) => date !== undefined);
  return named === undefined ? { date: DEFAULT_DATE, origin: 'default' } : { date: named, origin: 'name' };
}

/** The date of a moment in a zone. */
export function dateOf(instant: number, zone: string): string {
  return isoOf(instant + offsetOf(formatOf(zone), instant)).slice(0, 10);
}

/**
 * What a store asks for the time, and what goes into the meta of each event.
 *
 * Give `read` to the store as its option `clock`, and set the time before each command.
 */
export class MarketClock {
  /** The latest time so far. */
  #ms = 0;
  #previous: Moment = { ms: 0, ns: 0 };
  #meta: EventMeta = {};
  /** How often `recordedAt` could not follow, because it was later already. */
  clamped = 0;

  readonly read = (): number => this.#ms;

  /** The meta of events at the present time. */
  get meta(): EventMeta {
    return this.#meta;
  }

  /** Sets the time. Returns whether it is before the one before it. */
  set(now: Moment): boolean {
    const { ms, ns } = now;
    const before = this.#previous;
    const isBack = ms < before.ms || (ms === before.ms && ns < before.ns);
    this.#previous = now;
    if (ms < this.#ms) {
      this.clamped++;
      this.#meta = { time: String(BigInt(ms) * BigInt(NANOSECONDS) + BigInt(ns)) };
    } else {
      this.#ms = ms;
      this.#meta = { ns };
    }
    return isBack;
  }
}

/** Reads seconds with up to twelve decimals, such as `34200.015105074`; what is below a nanosecond is left out. */
export function parseSeconds(text: string): Moment | undefined {
  const parts = /^(\d{1,6})(?:\.(\d{1,12}))?$/.exec(text);
  if (parts === null) return undefined;
  const digits = (parts[2] ?? '').padEnd(9, '0');
  return { ms: Number(parts[1]) * 1_000 + Number(digits.slice(0, 3)), ns: Number(digits.slice(3, 9)) };
}

/** Reads whole nanoseconds, also those since the epoch, which are past 2^53. */
export function parseNanoseconds(text: string): Moment | undefined {
  if (!/^\d{1,19}$/.test(text)) return undefined;
  return { ms: Number(text.slice(0, -6)), ns: Number(text.slice(-6)) };
}

/** Reads a time of day: `10:31`, `10:31:07` or `10:31:07.123`, with up to nine decimals. */
export function parseTimeOfDay(text: string): Moment | undefined {
  const parts = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?$/.exec(text);
  if (parts === null) return undefined;
  const [, hours, minutes, seconds = '0', decimals = ''] = parts;
  const digits = decimals.padEnd(9, '0');
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000 + Number(digits.slice(0, 3));
  // Three decimals or fewer mean all of that millisecond.
  return { ms, ns: decimals.length > 3 ? Number(digits.slice(3)) : NANOSECONDS - 1 };
}

/** Whether a time counts from midnight: feeds that count from the epoch are past this after a day of 1970. */
export function isTimeOfDay({ ms }: Moment): boolean {
  return ms < DAY_MS;
}

function midnightOf(date: string): number {
  const midnight = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(midnight) && midnight >= 0 && isoOf(midnight).startsWith(date)) return midnight;
  throw badOption(
    '--date',
    `${JSON.stringify(date)} is not a date`,
    'Give a date from 1970-01-01 on, as in 2012-06-21',
  );
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const numeric = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit' } as const;
  try {
    const options = { timeZone: zone, hourCycle: 'h23', minute: '2-digit', second: '2-digit', ...numeric } as const;
    return new Intl.DateTimeFormat('en-US', options);
  } catch {
    throw badOption(
      '--zone',
      `${JSON.stringify(zone)} is not a time zone`,
      'Give a name such as America/New_York or UTC',
    );
  }
}

/** How far the wall clock is ahead of UTC at a moment, in ms. */
function offsetOf(format: Intl.DateTimeFormat, instant: number): number {
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const wall = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
  return wall - Math.floor(instant / 1_000) * 1_000;
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString().replace('T', ' ').replace('Z', '');
}

function badOption(type: string, problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot tell the market's time: ${problem}`, { type, hint });
}
