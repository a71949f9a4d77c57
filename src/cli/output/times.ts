/** How times are shown: `--time` and `--zone` choose it once for the process, before a command runs. */
import prettyMilliseconds from 'pretty-ms';
import { isoTime, LARGEST_TIME, machineZone, wallAt } from '../../guests/zones.ts';

/**
 * - `iso`: `2012-06-21T10:31:07.123-04:00`, in the zone, else in UTC
 * - `local`: `2012-06-21 10:31:07.123`, in the zone, else in that of this machine
 * - `relative`: `2h 5m ago`
 * - `raw`: ms since the epoch
 */
export type TimeStyle = 'iso' | 'local' | 'relative' | 'raw';

export const TIME_STYLES: readonly TimeStyle[] = ['iso', 'local', 'relative', 'raw'];

export interface TimeChoice {
  readonly style?: TimeStyle | undefined;
  /** A name that `isZone` accepts. */
  readonly zone?: string | undefined;
}

let chosen: TimeChoice = {};

export function chooseTimes(choice: TimeChoice): void {
  chosen = choice;
}

/** The zone of times that a user wrote without one. */
export function chosenZone(): string {
  return chosen.zone ?? 'UTC';
}

/** A time as `--time` and `--zone` say, from ms since the epoch. Without them it is ISO, in UTC. */
export function shownTime(time: number): string {
  return formatTime(time, chosen, Date.now());
}

/** Times in a column of a table. */
export interface TimeColumn {
  readonly header: string;
  readonly show: (milliseconds: number) => string;
}

/**
 * As `--time` says. Unless it is given, the zone stands in the header, and times have no day if all of the log is on one: they can be
 * given as a position as they are.
 *
 * @param range when the first and the last event of the log were recorded, in ms since the epoch
 */
export function timeColumn(range: readonly [first: number, last: number]): TimeColumn {
  if (chosen.style !== undefined) return { header: 'time', show: shownTime };
  const zone = chosenZone();
  const [first, last] = range.map((time) => localTime(zone, time).slice(0, DAY_LENGTH));
  const start = first === last ? DAY_LENGTH + 1 : 0;
  return { header: `time (${zone})`, show: (milliseconds) => localTime(zone, milliseconds).slice(start) };
}

const DAY_LENGTH = 'yyyy-mm-dd'.length;

function localTime(zone: string, time: number): string {
  return formatTime(time, { style: 'local', zone }, 0);
}

/** Pure. @param time ms since the epoch; beyond the range of a `Date` it is shown as a number */
export function formatTime(time: number, { style = 'iso', zone }: TimeChoice, now: number): string {
  if (style === 'raw') return String(time);
  if (!(Math.abs(time) <= LARGEST_TIME)) return `${time} ms`;
  if (style === 'relative') return relative(time - now);
  const place = zone ?? (style === 'local' ? machineZone() : 'UTC');
  if (style === 'iso') return isoTime(place, time);
  return new Date(wallAt(place, time)).toISOString().slice(0, -1).replace('T', ' ');
}

function relative(difference: number): string {
  const amount = prettyMilliseconds(Math.abs(difference), { unitCount: 2, secondsDecimalDigits: 0 });
  if (Math.abs(difference) < 1_000) return 'now';
  return difference < 0 ? `${amount} ago` : `in ${amount}`;
}
