/**
 * Parses an event's `recordedAt` in an input: ms since the epoch, or an ISO time with its zone.
 *
 * It refuses a time without a zone, because another machine could read another time from it.
 */
import { LARGEST_TIME } from '../../guests/zones.ts';

const ISO_TIME = /^(\d{4})-(\d{2})-(\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)$/i;

/** ms since the epoch, rounded down. Undefined for an invalid time. */
export function recordedTime(value: unknown): number | undefined {
  const time = typeof value === 'string' ? isoTime(value) : value;
  return Number.isSafeInteger(time) && (time as number) >= 0 && (time as number) <= LARGEST_TIME
    ? (time as number)
    : undefined;
}

function isoTime(text: string): number {
  const [, year, month, day] = ISO_TIME.exec(text) ?? [];
  // Date.parse reads 30 February as 2 March.
  if (new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)) return Number.NaN;
  return Math.floor(Date.parse(standardForm(text)));
}

/**
 * The form that every JavaScript engine reads: `T`, at most three digits of a second's fraction, a colon in the offset.
 */
function standardForm(text: string): string {
  return text
    .toUpperCase()
    .replace(' ', 'T')
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/([+-]\d{2})$/, '$1:00')
    .replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
}
