/**
 * Positions in a log as people write them: `723`, `first`, `last-100`, `50%`, `2012-06-21T10:31:07-04:00`, `10:31:07`,
 * `last-1h`. Pure: `parsePlace` reads the text, and `positionIn` finds it in the range of a log.
 */
import { type Position, RefoldError } from '../index.ts';
import { counted } from '../terminal/amounts.ts';
import { DAY_MS, instantsOf, isoTime, LARGEST_TIME, wallAt } from './zones.ts';

/** What a text says. Some need the log before they are a position. */
export type Place =
  | { readonly is: 'sequence'; readonly sequence: number }
  | { readonly is: 'first' }
  /** So many events before the last one. */
  | { readonly is: 'last'; readonly minus: number }
  | { readonly is: 'share'; readonly percent: number }
  /** ms since the epoch. */
  | { readonly is: 'instant'; readonly time: number }
  /** What a clock shows: `day` and `clock` in ms. Without `day` it is the last day of the log. */
  | { readonly is: 'wall'; readonly day?: number; readonly clock: number; readonly text: string }
  /** So many ms before the last event was recorded. */
  | { readonly is: 'before last'; readonly milliseconds: number };

/** The part of `LogInfo` that a place is found in. The times are absent while there are no events. */
export interface LogRange {
  readonly path: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstRecordedAt?: number | undefined;
  readonly lastRecordedAt?: number | undefined;
}

export const POSITION_FORMS: string =
  'Give a sequence, first, last, last-100, 50%, last-1h, a time such as 2027-01-31T12:00Z or 10:31:07, or @ and ms since the epoch.';

/** ms, by the unit of a duration. */
export const TIME_UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1e3],
  ['m', 6e4],
  ['h', 3.6e6],
  ['d', DAY_MS],
  ['w', 7 * DAY_MS],
]);

const CLOCK_TIME = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?`;
const CLOCK_ALONE = new RegExp(`^${CLOCK_TIME}$`);
const DATE_AND_CLOCK = new RegExp(
  `^(\\d{4})-(\\d{2})-(\\d{2})(?:[T ]${CLOCK_TIME}(Z|[+-]\\d{2}(?::?\\d{2})?)?)?$`,
  'i',
);

/** @throws RefoldError `INVALID_OPTION`: it is not a position, or a time that does not exist */
export function parsePlace(text: string): Place {
  const place = readSequence(text) ?? readEnd(text) ?? readTime(text);
  if (place !== undefined) return place;
  throw invalid(POSITION_FORMS);
}

function readSequence(text: string): Place | undefined {
  const at = /^@(\d+)$/.exec(text)?.[1] ?? /^\d{13}$/.exec(text)?.[0];
  if (at !== undefined) return instant(Number(at));
  if (!/^\d[\d,_]*$/.test(text)) return undefined;
  return { is: 'sequence', sequence: whole(text) };
}

function readEnd(text: string): Place | undefined {
  if (/^first$/i.test(text)) return { is: 'first' };
  if (/^last$/i.test(text)) return { is: 'last', minus: 0 };
  const percent = /^(\d{1,3}(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined) {
    if (Number(percent) > 100) throw invalid('Give a share of the log between 0% and 100%.');
    return { is: 'share', percent: Number(percent) };
  }
  const [, amount, unit] = /^last-(\d[\d,_]*(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  if (unit === '') return { is: 'last', minus: whole(amount) };
  const factor = TIME_UNITS.get(unit.toLowerCase());
  if (factor === undefined) throw invalid('Give a time before the last event such as last-1h, in ms, s, m, h, d or w.');
  return { is: 'before last', milliseconds: Math.round(Number(amount.replace(/[,_]/g, '')) * factor) };
}

function readTime(text: string): Place | undefined {
  const alone = CLOCK_ALONE.exec(text);
  if (alone !== null) return { is: 'wall', clock: clockOf(alone.slice(1)), text };
  const parts = DATE_AND_CLOCK.exec(text);
  if (parts === null) return undefined;
  const day = dayOf(parts.slice(1, 4).map(Number) as [number, number, number]);
  const clock = parts[4] === undefined ? 0 : clockOf(parts.slice(4, 8));
  const offset = parts[8];
  return offset === undefined ? { is: 'wall', day, clock, text } : instant(day + clock - offsetOf(offset));
}

function dayOf([year, month, day]: readonly [number, number, number]): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A Date reads 30 February as 2 March.
  if (date.getUTCMonth() === month - 1 && date.getUTCDate() === day) return date.getTime();
  throw invalid(NO_SUCH_TIME);
}

/** ms since midnight. A finer fraction is cut off. `24:00` is the end of the day. */
function clockOf([hours, minutes, seconds = '0', fraction = '']: readonly (string | undefined)[]): number {
  const time = Number(hours) * 3.6e6 + Number(minutes) * 6e4 + Number(seconds) * 1e3;
  const milliseconds = time + Number(fraction.padEnd(3, '0').slice(0, 3));
  if (Number(minutes) < 60 && Number(seconds) < 60 && milliseconds <= DAY_MS) return milliseconds;
  throw invalid(NO_SUCH_TIME);
}

function offsetOf(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const [, hours = '', minutes = '0'] = /^[+-](\d{2}):?(\d{2})?$/.exec(text) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59)
    throw invalid('There is no such time zone: give one such as Z or -04:00.');
  return (text.startsWith('-') ? -1 : 1) * (Number(hours) * 3.6e6 + Number(minutes) * 6e4);
}

function whole(text: string): number {
  const value = Number(text.replace(/[,_]/g, ''));
  if (Number.isSafeInteger(value)) return value;
  throw invalid('Give a whole number from 0 to 9,007,199,254,740,991.');
}

function instant(time: number): Place {
  if (Math.abs(time) <= LARGEST_TIME) return { is: 'instant', time };
  throw invalid(NO_SUCH_TIME);
}

const NO_SUCH_TIME = 'There is no such time: give one such as 2027-01-31T12:00Z.';

/** @param hint ends with a full stop: more may follow */
function invalid(hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', 'Cannot read the position', { type: 'position', hint });
}

/** The position of a place that does not depend on the log; undefined for one that does. Without a zone it is UTC. */
export function fixedPosition(place: Place, zone: string = 'UTC'): Position | undefined {
  if (place.is === 'sequence') return { sequence: place.sequence };
  if (place.is === 'instant') return { time: place.time };
  if (place.is === 'wall' && place.day !== undefined) return { time: inZone(place, place.day, zone) };
  return undefined;
}

/**
 * Finds a place in a log.
 *
 * @param zone of times without one
 * @throws RefoldError `INVALID_OPTION`: the place is before the first event, or its time does not exist in the zone
 */
export function positionIn(log: LogRange, place: Place, zone: string): Position {
  const position = startIn(log, place, zone);
  const { firstRecordedAt, firstSequence, path } = log;
  if ('sequence' in position || firstRecordedAt === undefined || Number(position.time) >= firstRecordedAt) {
    return position;
  }
  if (firstSequence > 1) return position; // earlier events were dropped: the log knows what it still has
  const [wanted, first] = [Number(position.time), firstRecordedAt].map((time) => isoTime(zone, time));
  throw new RefoldError(
    'INVALID_OPTION',
    `Cannot go to ${wanted} in ${path}: its first event was recorded at ${first}`,
    { path, type: 'position', hint: `Give ${first} or later, or first` },
  );
}

/** The same for the beginning of a range, which may be a time before the first event. @throws as `positionIn` does */
export function startIn(log: LogRange, place: Place, zone: string): Position {
  return fixedPosition(place, zone) ?? relativePosition(log, place, zone);
}

function relativePosition(log: LogRange, place: Place, zone: string): Position {
  const { firstSequence, lastSequence, lastRecordedAt, path } = log;
  if (place.is === 'first') return { sequence: Math.min(firstSequence, lastSequence) };
  if (place.is === 'share') return { sequence: shareOf(log, place.percent) };
  if (place.is === 'last') {
    const sequence = lastSequence - place.minus;
    if (sequence >= Math.min(firstSequence, lastSequence)) return { sequence };
    const has = `it has ${counted(lastSequence - Math.min(firstSequence - 1, lastSequence), 'event')}`;
    throw new RefoldError('INVALID_OPTION', `Cannot go ${counted(place.minus, 'event')} back in ${path}: ${has}`, {
      ...{ path, type: 'position', hint: 'Give a smaller number, or first' },
    });
  }
  if (lastRecordedAt === undefined) {
    throw new RefoldError('INVALID_OPTION', `Cannot find this time in ${path}: it has no events`, {
      ...{ path, type: 'position', hint: 'Give a time with its date' },
    });
  }
  if (place.is === 'before last') return { time: lastRecordedAt - place.milliseconds };
  if (place.is !== 'wall') throw new Error(`a place that is not known: ${place.is}`);
  const last = wallAt(zone, lastRecordedAt);
  return { time: inZone(place, Math.floor(last / DAY_MS) * DAY_MS, zone) };
}

/** 0% is the first event, and 100% the last. */
function shareOf({ firstSequence, lastSequence }: LogRange, percent: number): number {
  if (lastSequence < firstSequence) return lastSequence;
  return firstSequence + Math.floor(((lastSequence - firstSequence) * percent) / 100);
}

/** Of two instants, where clocks are set back, the first. */
function inZone({ clock, text }: { readonly clock: number; readonly text: string }, day: number, zone: string): number {
  const [first] = instantsOf(zone, day + clock);
  if (first !== undefined) return first;
  throw new RefoldError('INVALID_OPTION', `${text} does not exist in ${zone}: clocks are set forward there`, {
    ...{ type: 'position', hint: 'Give a time before or after, or one with an offset such as -04:00' },
  });
}
