/** Shows a book as it is now, or as it was in the past. */
import { RefoldError } from 'refold';
import { paint } from '../telling/paint.ts';
import { parseInteger } from './feeds/reading/csv.ts';
import { renderLadder, renderTape, type SymbolView, viewOf } from './ladder.ts';
import { Calendar, type Moment, parseTimeOfDay } from './market-time.ts';
import { clock, jsonOf, number } from './text.ts';
import { type OpenBook, openBook } from './workspace.ts';

/** A position in the log. A time of day is one of the book's own day, in its zone. */
export type BookPosition = LogPosition | { readonly timeOfDay: Moment };

type LogPosition = { readonly sequence: number } | { readonly time: number };

export interface BookView {
  readonly sequence: number;
  /** When that event was recorded, ms since the epoch; 0 before the first event. */
  readonly recordedAt: number;
  /** The same on the wall clock of the feed's zone, if the book knows it: `2012-06-21 10:31:07.123`. */
  readonly wallTime?: string;
  readonly zone?: string;
  readonly symbols: readonly SymbolView[];
}

/** The last nanosecond of a millisecond. */
const LAST_NS = 999_999;

/** Whole numbers from here on are times in ms: this one was in March 1973, and logs do not have so many events. */
const FIRST_TIME = 100_000_000_000;

/**
 * Reads `--at`: a whole number is a sequence, or ms since the epoch if it is that large. `10:31:07.123` is a time of the
 * book's own day. Anything else is an ISO time.
 *
 * @throws RefoldError `INVALID_OPTION`
 */
export function parsePosition(text: string): BookPosition {
  const whole = parseInteger(text);
  if (whole !== undefined && whole >= 0) return whole < FIRST_TIME ? { sequence: whole } : { time: whole };
  const timeOfDay = parseTimeOfDay(text);
  if (timeOfDay !== undefined) return { timeOfDay };
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return { time };
  throw new RefoldError('INVALID_OPTION', `Cannot go to ${JSON.stringify(text)}: it is neither a sequence nor a time`, {
    type: '--at',
    hint: 'Give a sequence such as 42, or a time such as 10:31:07.123 or 2026-01-05T14:30:00Z',
  });
}

/** Prints ladder and recent trades of every symbol. */
export async function showBook(path: string, { at, json }: { at?: BookPosition; json?: boolean }): Promise<void> {
  const view = await lookAt(path, at);
  const text = json === true ? jsonOf(view) : render(path, view);
  process.stdout.write(`${text}\n`);
}

/** Looks at a book without disturbing its writer. */
export async function lookAt(path: string, at: BookPosition | undefined): Promise<BookView> {
  await using store = await openBook(path, { readOnly: true });
  const calendar = await calendarOf(store);
  const { sequence, recordedAt, state } = await store.at(await positionOf(store, at, calendar));
  const wall = calendar && { wallTime: calendar.wallTime(recordedAt), zone: calendar.zone };
  const symbols = [...state.symbols.keys()].map((symbol) => viewOf(state, symbol));
  return { sequence, recordedAt, ...wall, symbols };
}

/**
 * The sequence of a position: the last event until then, or the first one from then on.
 *
 * @throws RefoldError `INVALID_OPTION` for a time of day in a book that does not know its day
 */
export async function sequenceOf(store: OpenBook, at: BookPosition, edge: 'first' | 'last'): Promise<number> {
  if ('sequence' in at) return at.sequence;
  const before = edge === 'last' ? at : momentBefore(at);
  const found = await positionOf(store, before, await calendarOf(store));
  const last = 'sequence' in found ? found.sequence : await store.locate(found);
  return edge === 'last' ? last : last + 1;
}

/** The last moment before a time. A time of day without nanoseconds is a whole millisecond. */
function momentBefore(at: Exclude<BookPosition, { readonly sequence: number }>): BookPosition {
  if ('time' in at) return { time: at.time - 1 };
  const { ms, ns } = at.timeOfDay;
  if (ns > 0 && ns < LAST_NS) return { timeOfDay: { ms, ns: ns - 1 } };
  return { timeOfDay: { ms: ms - 1, ns: LAST_NS } };
}

async function positionOf(
  store: OpenBook,
  at: BookPosition | undefined,
  calendar: Calendar | undefined,
): Promise<LogPosition> {
  if (at === undefined) return { sequence: store.sequence };
  if (!('timeOfDay' in at)) return at;
  if (calendar === undefined) {
    throw new RefoldError('INVALID_OPTION', 'Cannot go to a time of day: the book does not say which day it is of', {
      type: '--at',
      hint: 'Give a sequence such as 42, or a whole time such as 2026-01-05T14:30:00Z',
    });
  }
  const { ms, ns } = at.timeOfDay;
  return lastUntil(store, { ms: calendar.instant(ms), ns });
}

/** The last event until a moment. Of events in the same millisecond, the meta says how far they are into it. */
async function lastUntil(store: OpenBook, { ms, ns }: Moment): Promise<LogPosition> {
  const bounds = { from: { time: ms }, to: { time: ms } } as const;
  for await (const { sequence, meta } of store.events(bounds)) {
    if (typeof meta?.ns === 'number' && meta.ns > ns) return { sequence: sequence - 1 };
  }
  return { time: ms };
}

/** The day and the zone of a book, which its first event tells. */
async function calendarOf(store: OpenBook): Promise<Calendar | undefined> {
  for await (const { meta } of store.events({ limit: 1 })) {
    const { date, zone } = meta ?? {};
    if (typeof date === 'string' && typeof zone === 'string') return new Calendar(date, zone);
  }
  return undefined;
}

function render(path: string, { sequence, recordedAt, wallTime, zone, symbols }: BookView): string {
  const time = wallTime === undefined ? clock(recordedAt) : `${wallTime} ${zone}`;
  const when = sequence === 0 ? 'before the first event' : `after event ${number(sequence)} of ${time}`;
  const parts = symbols.flatMap((view) => [renderLadder(view), paint('dim', '  last trades'), renderTape(view)]);
  return [`${path} ${when}`, '', ...(symbols.length === 0 ? ['  no symbols'] : parts)].join('\n');
}
