/**
 * Calls the functions of a view, and believes nothing that they give: levels are sorted and finite, lists are lists, numbers are
 * numbers, and nothing is without a bound. What is wrong becomes a problem that a page can show.
 */
import { readableError } from '../../guests/readable-error.ts';
import type { RecordedEvent } from '../../index.ts';
import type { RestingSide, TapeRow, ViewProblem } from '../wire.ts';
import { DECIMALS_IN_WORDS, isDecimals, isKnown, KNOWN_IN_WORDS } from './define-view.ts';
import type { About, LevelsOf, PrintOf, View, ViewLevel } from './view.ts';

/** A function of a view failed, or gave what cannot be used. */
export class ViewFailure extends Error {
  readonly problem: ViewProblem;

  constructor(message: string, hint?: string, sequence?: number) {
    super(message);
    this.problem = { code: 'VIEW_FAILED', message, hint, sequence };
  }
}

/** Calls a function of a view. @param what it is called, such as `levels of Ladder` @throws ViewFailure */
export function call<T>(what: string, run: () => T, sequence?: number): T {
  let given: T;
  try {
    given = run();
  } catch (thrown) {
    throw new ViewFailure(`${what} threw: ${clipped(readableError(thrown).message)}`, undefined, sequence);
  }
  if (isPromise(given)) {
    given.then(undefined, () => {}); // its failure must not end the thread
    throw new ViewFailure(`${what} is asynchronous`, HINT_ASYNCHRONOUS, sequence);
  }
  return given;
}

const HINT_ASYNCHRONOUS = 'Give the value itself: the state changes with the next event';

/** Both sides, as a view gave them. */
export interface Sides {
  /** Best first: the highest bid, the lowest ask. */
  readonly bids: readonly ViewLevel[];
  readonly asks: readonly ViewLevel[];
}

/** A price is a whole number within this: twice of it, and one more, is still exact. */
const LARGEST_PRICE = 2 ** 51;

/** @param count levels of each side at most @throws ViewFailure */
export function readSides(
  what: string,
  levels: LevelsOf<any, any>,
  state: unknown,
  count: number,
  about: About,
  sequence?: number,
): Sides {
  const given = call(what, () => levels(state, count, about), sequence);
  if (!Array.isArray(given)) throw new ViewFailure(`${what} gave no array`, 'Give an array of levels', sequence);
  const bids: ViewLevel[] = [];
  const asks: ViewLevel[] = [];
  for (let at = 0; at < given.length; at++) {
    const level = given[at] as ViewLevel;
    const side = level?.side === 'buy' ? bids : level?.side === 'sell' ? asks : undefined;
    const problem = side === undefined ? 'has no side' : problemOfLevel(level, side, count);
    if (problem !== undefined) throw new ViewFailure(`${what}: level ${at} ${problem}`, HINT_LEVELS, sequence);
    side!.push(level);
  }
  return { bids, asks };
}

const HINT_LEVELS =
  "Give at most as many { side: 'buy' or 'sell', price, quantity } of each side as asked for, best first";

function problemOfLevel({ side, price, quantity }: ViewLevel, before: ViewLevel[], count: number): string | undefined {
  if (!Number.isSafeInteger(price) || Math.abs(price) > LARGEST_PRICE) return 'has a price that is not a whole number';
  if (typeof quantity !== 'bigint' && !(typeof quantity === 'number' && Number.isFinite(quantity)))
    return 'has a quantity that is not a number';
  if (quantity < 0) return 'has a quantity below 0';
  const { length } = before;
  if (length >= count) return `is beyond the ${count} levels that were asked for`;
  if (length === 0) return undefined;
  const last = before[length - 1]!.price;
  return (side === 'buy' ? price < last : price > last) ? undefined : 'is not worse than the one before it';
}

/** What an event puts on the tape. @throws ViewFailure */
export function readPrint(
  what: string,
  print: PrintOf<any>,
  event: RecordedEvent,
  time: number,
  about: About,
): TapeRow | undefined {
  const { sequence } = event;
  const given = call(what, () => print(event, about), sequence);
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'object') throw new ViewFailure(`${what} gave no object`, HINT_PRINT, sequence);
  if ('mark' in given) {
    const { mark, price = null } = given;
    if (typeof mark !== 'string' || !(price === null || Number.isFinite(price)))
      throw new ViewFailure(
        `${what} gave a mark without a text, or with a price that is not a number`,
        HINT_PRINT,
        sequence,
      );
    return { sequence, time, price, quantity: 0, side: null, mark: clipped(mark) };
  }
  const { price, side = null, hidden } = given;
  const quantity = Number(given.quantity);
  if (!Number.isFinite(price) || !Number.isFinite(quantity) || quantity < 0)
    throw new ViewFailure(`${what} gave a price or a quantity that is not a number`, HINT_PRINT, sequence);
  if (!SIDES.includes(side)) throw new ViewFailure(`${what} gave a side that is not known`, HINT_PRINT, sequence);
  return { sequence, time, price, quantity, side, ...(hidden === true && { hidden }) };
}

const SIDES: readonly (RestingSide | null)[] = ['buy', 'sell', null];
const HINT_PRINT = "Give { price, quantity, side: 'buy', 'sell' or null, hidden }, or { mark, price }, or nothing";

/** @throws ViewFailure */
export function readNumber(what: string, run: () => unknown, sequence?: number): number | null {
  const given = call(what, run, sequence);
  if (given === undefined || given === null) return null;
  if (typeof given !== 'number' || !Number.isFinite(given))
    throw new ViewFailure(`${what} gave ${shown(given)}`, 'Give a number, or null', sequence);
  return given;
}

/** A part that is a value or a function of state and log. @throws ViewFailure */
export function readTold<T>(
  view: View,
  part: 'title' | 'zone' | 'priceDecimals' | 'quantityDecimals',
  state: unknown,
  about: About,
): T | undefined {
  const told: unknown = view[part];
  const given: unknown = typeof told === 'function' ? call(part, () => told(state, about)) : told;
  if (given === undefined || given === null) return undefined;
  const isText = part === 'title' || part === 'zone';
  if (isText ? typeof given !== 'string' : !isDecimals(given))
    throw new ViewFailure(`${part} gave ${shown(given)}`, `Give ${isText ? 'a text' : DECIMALS_IN_WORDS}`);
  return (isText ? clipped(given as string) : given) as T;
}

/** How many levels of each side the log knows. @throws ViewFailure */
export function readKnown({ known }: View, first: RecordedEvent | undefined): number | 'all' {
  const told = typeof known === 'function' ? call('known', () => known({ first })) : known;
  if (told === undefined) return isKnown(first?.meta?.levels) ? first.meta.levels : 'all';
  if (!isKnown(told)) throw new ViewFailure(`known gave ${shown(told)}`, `Give ${KNOWN_IN_WORDS}`);
  return told;
}

const MOST_SUBJECTS = 1_000;

/** @throws ViewFailure */
export function readSubjects({ subjects }: View, state: unknown, about: About): readonly string[] | undefined {
  if (subjects === undefined) return undefined;
  const given = call('subjects', () => subjects(state, about));
  if (!Array.isArray(given)) throw new ViewFailure('subjects gave no array', 'Give an array of texts');
  const first = given.slice(0, MOST_SUBJECTS);
  if (!first.every((one) => typeof one === 'string'))
    throw new ViewFailure('subjects gave what is not text', 'Give an array of texts');
  return first.map(clipped);
}

/** Nanoseconds of a millisecond. */
const MILLISECOND_NS = 1_000_000;

/** When an event was, within the millisecond of its `recordedAt`: the log is searched by that. @throws ViewFailure */
export function readTime({ time }: View, event: RecordedEvent): number {
  const { recordedAt, meta, sequence } = event;
  const given =
    time === undefined
      ? recordedAt + nanosecondsIn(meta?.ns) / MILLISECOND_NS
      : call('time', () => time(event), sequence);
  if (typeof given !== 'number' || !Number.isFinite(given))
    throw new ViewFailure(`time gave ${shown(given)}`, 'Give ms since the epoch', sequence);
  return Math.min(Math.max(given, recordedAt), recordedAt + LAST_OF_MILLISECOND);
}

/** The largest share of a millisecond that is less than all of it, at times of this century. */
const LAST_OF_MILLISECOND = 1 - 2 ** -10;

function nanosecondsIn(ns: unknown): number {
  return typeof ns === 'number' && ns >= 0 && ns < MILLISECOND_NS ? ns : 0;
}

const LONGEST_VIEW_TEXT = 500;

export function clipped(text: string): string {
  return text.length > LONGEST_VIEW_TEXT ? `${text.slice(0, LONGEST_VIEW_TEXT)}…` : text;
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a ${value === null ? 'null' : typeof value}`;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
