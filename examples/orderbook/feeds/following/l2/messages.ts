/** What the message of any venue says: the language between `venues.ts` and `books.ts`. */
import type { Moment } from '../../../market-time.ts';
import type { Side } from '../../../model/events.ts';
import { EpochReader } from '../../reading/epoch.ts';
import type { Json, JsonObject } from '../../reading/json.ts';
import type { ChecksumRule } from './book.ts';

/** A level in the texts of the venue. */
export interface Level {
  readonly side: Side;
  readonly price: string;
  /** Zero removes the level. */
  readonly size: string;
  /** How many orders stand there. */
  readonly count?: string | undefined;
  /** Where the message has it: the path of its list, and its index there. */
  readonly list: string;
  readonly index: number | undefined;
}

/** How the messages of a book are numbered. */
export type Sequence =
  /** Each message names the one before it. */
  | { readonly rule: 'chain'; readonly previous: string; readonly current: string }
  /** Each message is one further than the one before it. */
  | { readonly rule: 'counter'; readonly current: number }
  /** Each message covers a range of numbers. It follows the one before it if the ranges touch, or if it names its end. */
  | { readonly rule: 'range'; readonly first: number; readonly last: number; readonly previous?: number | undefined };

export interface BookUpdate {
  readonly kind: 'book';
  /** Undefined where the message does not say. */
  readonly symbol: string | undefined;
  readonly time: Moment | undefined;
  /** Where several channels tell the book of a symbol, only the first one counts. */
  readonly channel: string;
  /** The levels are the whole book. */
  readonly isSnapshot: boolean;
  /** More of the same book follows in the next message of the symbol. */
  readonly goesOn?: true;
  readonly levels: readonly Level[];
  readonly checksum?: { readonly rule: ChecksumRule; readonly value: number } | undefined;
  readonly sequence?: Sequence | undefined;
  /** Levels beyond this drop out without a message. */
  readonly depth?: number | undefined;
  readonly habits: Habits;
}

/** What a reader has to know of a venue. */
export interface Habits {
  readonly checksum?: ChecksumRule;
  /** Prices and sizes have all their decimals, with the zeros at their end. */
  readonly writesZeros?: true;
  /** Updates before a snapshot are kept, and those that it does not cover are applied after it. */
  readonly keepsEarlyUpdates?: true;
  /** It removes levels that the reader was never told of. */
  readonly removesUnknown?: true;
  /** Updates make sense without a snapshot before them. */
  readonly needsNoSnapshot?: true;
  /** The depths that one can subscribe to. A snapshot with fewer levels than one of them was cut there, or is all there is. */
  readonly depths?: readonly number[];
}

export interface TradePrint {
  readonly kind: 'trade';
  readonly symbol: string;
  readonly time: Moment | undefined;
  /** Where several channels tell the trades of a symbol, only the first one counts. */
  readonly channel: string;
  readonly price: string;
  readonly size: string;
  /** The aggressor's. */
  readonly side: Side | undefined;
  readonly hidden?: true;
  readonly at: string;
}

export type VenueMessage =
  | BookUpdate
  | TradePrint
  /** The decimals of a symbol, told beside its book. */
  | { readonly kind: 'scale'; readonly symbol: string; readonly price: number; readonly size: number }
  /** The depth that was subscribed to. */
  | { readonly kind: 'depth'; readonly symbol: string; readonly depth: number }
  /** `name` is what the venue calls it. */
  | { readonly kind: 'ignored'; readonly name: string }
  /** Which message of its connection this is. */
  | { readonly kind: 'number'; readonly value: number };

/** What is wrong with a message, and where in it. */
export class MessageProblem {
  readonly problem: string;
  readonly at: string;
  readonly hint: string;

  constructor(at: string, problem: string, hint = 'Complete the line; if it is right, record the feed again') {
    this.at = at;
    this.problem = problem;
    this.hint = hint;
  }
}

/** The members of a message, with the words for what is wrong with them. They throw `MessageProblem`. */
export class Fields {
  readonly #object: JsonObject;
  readonly at: string;

  constructor(value: Json | undefined, at: string) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw wrong(at, value, 'an object');
    this.#object = value as JsonObject;
    this.at = at;
  }

  raw(name: string): Json | undefined {
    return this.#object[name];
  }

  has(name: string): boolean {
    return this.#object[name] !== undefined;
  }

  /** A text or a number, as text. */
  text(name: string): string {
    const value = this.#object[name];
    if (typeof value === 'string') return value;
    throw wrong(this.#path(name), value, 'a text');
  }

  textOrNone(name: string): string | undefined {
    const value = this.#object[name];
    return value === undefined || value === null ? undefined : this.text(name);
  }

  /** One of some words. */
  word<Meaning>(name: string, meanings: Readonly<Record<string, Meaning>>): Meaning {
    const word = this.text(name);
    if (Object.hasOwn(meanings, word)) return meanings[word] as Meaning;
    throw wrong(this.#path(name), word, `one of ${Object.keys(meanings).join(', ')}`);
  }

  integer(name: string): number {
    const value = this.text(name);
    if (/^-?\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value);
    throw wrong(this.#path(name), value, 'a whole number');
  }

  integerOrNone(name: string): number | undefined {
    return this.has(name) ? this.integer(name) : undefined;
  }

  /** A time since the epoch, or as a date; undefined if the message has no such member. */
  time(name: string): Moment | undefined {
    return this.has(name) ? timeOf(this.text(name), this.#path(name)) : undefined;
  }

  list(name: string): readonly Json[] {
    return listOf(this.#object[name], this.#path(name));
  }

  objects(name: string): Fields[] {
    return this.list(name).map((value, index) => new Fields(value, `${this.#path(name)}[${index}]`));
  }

  object(name: string): Fields {
    return new Fields(this.#object[name], this.#path(name));
  }

  /** Levels as lists of price and size, such as `["8476.98", "415", "0", "13"]`. */
  rows(name: string, side: Side, countIndex?: number): Level[] {
    const list = this.#path(name);
    return listOf(this.#object[name], list).map((row, index) => {
      const { price, size, count } = rowOf(row, `${list}[${index}]`, countIndex);
      return { side, price, size, count, list, index };
    });
  }

  #path(name: string): string {
    return this.at === '' ? name : `${this.at}.${name}`;
  }
}

/** The texts of a row. */
export function rowOf(
  row: Json | undefined,
  at: string,
  countIndex?: number,
): { readonly price: string; readonly size: string; readonly count: string | undefined } {
  const fields = listOf(row, at);
  const price = fields[0];
  const size = fields[1];
  if (typeof price !== 'string') throw wrong(`${at}[0]`, price, 'a price');
  if (typeof size !== 'string') throw wrong(`${at}[1]`, size, 'a size');
  const count = countIndex === undefined ? undefined : fields[countIndex];
  return { price, size, count: typeof count === 'string' ? count : undefined };
}

export function listOf(value: Json | undefined, at: string): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw wrong(at, value, 'a list');
}

/** It remembers the second before, and nothing else. */
const times = new EpochReader();

/** A time since the epoch in any unit, or as a date; undefined if it is neither. */
export function momentOf(text: string): Moment | undefined {
  return times.read(text);
}

/** A time that must be one. */
export function timeOf(text: string, at: string): Moment {
  const moment = momentOf(text);
  if (moment !== undefined) return moment;
  throw wrong(at, text, 'a time');
}

export function wrong(at: string, value: Json | undefined, expected: string): MessageProblem {
  if (value === undefined) return new MessageProblem(at, 'is missing');
  const shown = JSON.stringify(value);
  return new MessageProblem(at, `is ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown} instead of ${expected}`);
}
