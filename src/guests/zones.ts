/** Time zones: what a clock on a wall in a zone shows at an instant, and at which instant it shows a time. Pure. */

/** The largest time that a `Date` can hold, in ms. */
export const LARGEST_TIME = 8.64e15;

export const DAY_MS = 86_400_000;

/** Whether Node knows the zone: `UTC`, `America/New_York`, or an offset such as `+02:00`. */
export function isZone(text: string): boolean {
  try {
    formatterFor(text);
    return true;
  } catch {
    return false;
  }
}

/** The zone of this machine. */
export function machineZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What the wall clock shows at an instant, as ms since the epoch of a clock that would show the same in UTC. */
export function wallAt(zone: string, instant: number): number {
  if (zone === 'UTC') return instant;
  const seconds = Math.floor(instant / 1_000) * 1_000;
  const parts = new Map(
    formatterFor(zone)
      .formatToParts(seconds)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name));
  const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year');
  const wall = new Date(0);
  wall.setUTCFullYear(year, part('month') - 1, part('day'));
  wall.setUTCHours(part('hour'), part('minute'), part('second'));
  return wall.getTime() + (instant - seconds);
}

/**
 * The instants at which the wall clock shows a time, in order. There are two where clocks are set back, and none where
 * they are set forward.
 */
export function instantsOf(zone: string, wall: number): number[] {
  // The offset changes at most once within two days.
  const around = [wall - DAY_MS, wall + DAY_MS].map((instant) => wall - (wallAt(zone, instant) - instant));
  return [...new Set(around)].filter((instant) => wallAt(zone, instant) === wall).sort((a, b) => a - b);
}

/** `Z`, or `-04:00`: how far the wall clock is from UTC at an instant. Seconds are left out. */
export function offsetText(zone: string, instant: number): string {
  const minutes = Math.round((wallAt(zone, instant) - instant) / 60_000);
  if (zone === 'UTC') return 'Z';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

/** `2012-06-21T10:31:07.123-04:00`. @param instant ms since the epoch; beyond the range of a `Date` it is shown as a number */
export function isoTime(zone: string, instant: number): string {
  if (!(Math.abs(instant) <= LARGEST_TIME)) return `${instant} ms`;
  return new Date(wallAt(zone, instant)).toISOString().slice(0, -1) + offsetText(zone, instant);
}

/** Making a formatter takes longer than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for a zone that Node does not know */
function formatterFor(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const numeric = 'numeric' as const;
  const fields = { era: 'short', year: numeric, month: numeric, day: numeric } as const;
  const clock = { hour: numeric, minute: numeric, second: numeric, hourCycle: 'h23' } as const;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', ...fields, ...clock });
  formatters.set(zone, made);
  return made;
}
