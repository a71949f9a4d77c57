/** Shows a book as it is now, or as it was in the past. */
import { type EventMeta, openStore, RefoldError, type Store } from 'refold';
import { paint } from '../telling/paint.ts';
import { parseInteger } from './feeds/reading/csv.ts';
import { LOBSTER_PRICE_DECIMALS } from './feeds/reading/lobster-messages.ts';
import { feedBook } from './follow/index.ts';
import { decimalView, renderLadder, renderTape, type SymbolView, viewOf, viewOfFeed } from './ladder.ts';
import { Calendar, type Moment, parseTimeOfDay } from './market-time.ts';
import {
  FIRST_TIME,
  MarketCalendar,
  notAPlace,
  recordedMoment,
  withoutDay,
} from './questions/books/market-calendar.ts';
import { listedSymbols, noSymbol } from './questions/books/symbols.ts';
import { clock, jsonOf, number } from './text.ts';
import { modelIn, openBook } from './workspace.ts';

/** A position in the log. A time of day is one of the book's own day. A text that is a date and a time is in its zone. */
export type BookPosition = LogPosition | { readonly timeOfDay: Moment } | { readonly dateTime: string };

type LogPosition = { readonly sequence: number } | { readonly time: number };

export interface BookView {
  /** The matching book, or the book of a feed. */
  readonly book: 'matching' | 'feed';
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

/** What it takes to look at a past state: a store of either book. */
type PastOf<State> = Pick<Store<any, any, any>, 'sequence' | 'events' | 'locate'> & {
  at(position: LogPosition): Promise<{ readonly sequence: number; readonly recordedAt: number; readonly state: State }>;
};

/** A date and a time without a zone, or with nanoseconds. */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ](?:[\d:.]+|[\d:]+\.\d{4,}(?:Z|[+-]\d{2}:?\d{2}))$/;

/**
 * Reads `--at`: a whole number is a sequence, or ms since the epoch if it is that large. `10:31:07.123` is a time of the
 * book's own day. Anything else is an ISO time; without a zone it is one of the book's zone.
 *
 * @throws RefoldError `INVALID_OPTION`
 */
export function parsePosition(text: string, option = '--at'): BookPosition {
  const whole = parseInteger(text);
  if (whole !== undefined && whole >= 0) return whole < FIRST_TIME ? { sequence: whole } : { time: whole };
  const timeOfDay = parseTimeOfDay(text);
  if (timeOfDay !== undefined) return { timeOfDay };
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return DATE_TIME.test(text) ? { dateTime: text } : { time };
  throw notAPlace(option, text);
}

/** Prints ladder and recent trades of every symbol, or of one. */
export async function showBook(
  path: string,
  { at, symbol, json }: { at?: BookPosition; symbol?: string; json?: boolean },
): Promise<void> {
  const view = await lookAt(path, at, symbol);
  const text = json === true ? jsonOf(inJson(view)) : render(path, view);
  process.stdout.write(`${text}\n`);
}

/**
 * Looks at a book without disturbing its writer. The file's model says which book it is.
 *
 * @throws RefoldError `INVALID_OPTION` for a symbol that the book does not have
 */
export async function lookAt(path: string, at: BookPosition | undefined, symbol?: string): Promise<BookView> {
  return (await modelIn(path)) === feedBook.name ? lookAtFeed(path, at, symbol) : lookAtMatching(path, at, symbol);
}

async function lookAtMatching(path: string, at: BookPosition | undefined, only: string | undefined): Promise<BookView> {
  await using store = await openBook(path, { readOnly: true });
  const { state, origin, ...when } = await stateAt(store, at);
  // The matching book has whole numbers. What they are in a feed, its kind says.
  const scale = origin.feed === 'lobster' ? { priceDecimals: LOBSTER_PRICE_DECIMALS } : {};
  const symbols = namesIn(path, state.symbols, only).map((symbol) => ({ ...viewOf(state, symbol), ...scale }));
  return { book: 'matching', ...when, symbols };
}

async function lookAtFeed(path: string, at: BookPosition | undefined, only: string | undefined): Promise<BookView> {
  await using store = await openStore(feedBook, { path, readOnly: true });
  const { state, origin: _, ...when } = await stateAt(store, at);
  const symbols = namesIn(path, state.symbols, only).map((symbol) => viewOfFeed(state, symbol));
  return { book: 'feed', ...when, symbols };
}

async function stateAt<State>(store: PastOf<State>, at: BookPosition | undefined) {
  const origin = await originOf(store);
  const calendar = calendarOf(origin);
  const { sequence, recordedAt, state } = await store.at(await positionOf(store, at, origin));
  const wall = calendar && { wallTime: calendar.wallTime(recordedAt), zone: calendar.zone };
  return { sequence, recordedAt, ...wall, state, origin };
}

function namesIn(path: string, symbols: ReadonlyMap<string, unknown>, only: string | undefined): readonly string[] {
  if (only === undefined) return [...symbols.keys()];
  if (symbols.has(only)) return [only];
  throw new RefoldError('INVALID_OPTION', `Cannot show ${path}: ${noSymbol(only)} there`, {
    path,
    type: '--symbol',
    hint: listedSymbols([...symbols.keys()]),
  });
}

/** The prices of a feed are decimals, as the feed has them; those of the matching book whole numbers. */
function inJson({ book, ...view }: BookView): object {
  return book === 'matching' ? view : { book, ...view, symbols: view.symbols.map((symbol) => decimalView(symbol)) };
}

/**
 * The sequence of a position: the last event until then, or the first one from then on.
 *
 * @throws RefoldError `INVALID_OPTION` for a time of day in a book that does not know its day
 */
export async function sequenceOf(
  store: PastOf<unknown>,
  at: BookPosition,
  edge: 'first' | 'last',
  option: string,
): Promise<number> {
  if ('sequence' in at) return at.sequence;
  const moment = momentOf(at, await originOf(store), option);
  const found = await lastUntil(store, edge === 'last' ? moment : momentBefore(moment));
  const last = 'sequence' in found ? found.sequence : await store.locate(found);
  return edge === 'last' ? last : last + 1;
}

/** The last moment before a time. A time without nanoseconds is a whole millisecond. */
function momentBefore({ ms, ns }: Moment): Moment {
  return ns > 0 && ns < LAST_NS ? { ms, ns: ns - 1 } : { ms: ms - 1, ns: LAST_NS };
}

async function positionOf(
  store: PastOf<unknown>,
  at: BookPosition | undefined,
  origin: EventMeta,
): Promise<LogPosition> {
  if (at === undefined) return { sequence: store.sequence };
  return 'sequence' in at || 'time' in at ? at : lastUntil(store, momentOf(at, origin, '--at'));
}

/** The moment of a time. Without nanoseconds it is the last one of the millisecond. */
function momentOf(at: Exclude<BookPosition, { sequence: number }>, origin: EventMeta, option: string): Moment {
  if ('time' in at) return { ms: at.time, ns: LAST_NS };
  if ('dateTime' in at) return MarketCalendar.of({ meta: origin }).parseDateTime(option, at.dateTime, 'to');
  const calendar = calendarOf(origin);
  if (calendar === undefined) throw withoutDay(option);
  const { ms, ns } = at.timeOfDay;
  return { ms: calendar.instant(ms), ns };
}

/** The last event until a moment. Of events in the same millisecond, the meta says how far they are into it. */
async function lastUntil(store: PastOf<unknown>, { ms, ns }: Moment): Promise<LogPosition> {
  const bounds = { from: { time: ms }, to: { time: ms } } as const;
  for await (const event of store.events(bounds)) {
    if (recordedMoment(event).ns > ns) return { sequence: event.sequence - 1 };
  }
  return { time: ms };
}

/** What the first event of a book says of its feed. */
async function originOf(store: PastOf<unknown>): Promise<EventMeta> {
  for await (const { meta } of store.events({ limit: 1 })) return meta ?? {};
  return {};
}

/** The day and the zone of a book, which its first event tells. */
function calendarOf({ date, zone }: EventMeta): Calendar | undefined {
  return typeof date === 'string' && typeof zone === 'string' ? new Calendar(date, zone) : undefined;
}

/** More symbols than these are not drawn unless one is asked for. */
const DRAWN = 10;

function render(path: string, { sequence, recordedAt, wallTime, zone, symbols }: BookView): string {
  const time = wallTime === undefined ? clock(recordedAt) : `${wallTime} ${zone}`;
  const when = sequence === 0 ? 'before the first event' : `after event ${number(sequence)} of ${time}`;
  const others = symbols.length - DRAWN;
  const parts = symbols
    .slice(0, DRAWN)
    .flatMap((view) => [renderLadder(view), paint('dim', '  last trades'), renderTape(view)]);
  if (others > 0) parts.push('', `  ${number(others)} more symbols: see one with --symbol, or all with --json`);
  return [`${path} ${when}`, '', ...(symbols.length === 0 ? ['  no symbols'] : parts)].join('\n');
}
