/** Reads what stands behind the question mark of a request. Everything is bounded, and every mistake names its parameter. */
import { type Place, parsePlace } from '../../guests/position.ts';
import { isZone } from '../../guests/zones.ts';
import { isRefoldError, RefoldError } from '../../index.ts';

/** A sequence: a whole number from 0. @throws RefoldError `INVALID_OPTION` if it is missing and has no default */
export function readSequence(query: URLSearchParams, name: string, usual?: number): number {
  const text = query.get(name);
  if (text === null || text === '') {
    if (usual !== undefined) return usual;
    throw badQuery(name, 'it is missing', `Add ${name}=SEQUENCE`);
  }
  const sequence = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(sequence)) {
    throw badQuery(name, `${quoted(text)} is not a sequence`, 'Give a whole number from 0');
  }
  return sequence;
}

/**
 * A place in the log, as the command line takes it; `end` and `-10` are `last` and `last-10`. Undefined if it is left out.
 *
 * @throws RefoldError `INVALID_OPTION`
 */
export function readPlace(query: URLSearchParams, name: string): Place | undefined {
  const text = readText(query, name);
  if (text === undefined) return undefined;
  try {
    return parsePlace(text.replace(/^end$/i, 'last').replace(/^-(?=\d)/, 'last-'));
  } catch (error) {
    if (!isRefoldError(error, 'INVALID_OPTION')) throw error;
    throw badQuery(name, `${quoted(text)} is not a position`, error.hint!);
  }
}

/** The zone of times that say none; default UTC. */
export function readZone(query: URLSearchParams): string {
  const zone = readText(query, 'zone') ?? 'UTC';
  if (isZone(zone)) return zone;
  throw badQuery('zone', `${quoted(zone)} is not a time zone`, 'Give one such as America/New_York, UTC or +02:00');
}

/** What a question needs. @throws RefoldError `INVALID_OPTION` */
export function required<Value>(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value;
  throw badQuery(name, 'it is missing', `Add ${name}=`);
}

/** A number of things: a whole number from 0 to `most`. */
export function readCount(query: URLSearchParams, name: string, usual: number, most: number): number {
  const count = readSequence(query, name, usual);
  if (count > most) throw badQuery(name, `${count} is too many`, `Give at most ${most}`);
  return count;
}

/** Sequences with commas between them; undefined if there is no such parameter. */
export function readSequences(query: URLSearchParams, name: string, most: number): readonly number[] | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const parts = text === '' ? [] : text.split(',', most + 1);
  if (parts.length > most) throw badQuery(name, 'it has too many sequences', `Give at most ${most}`);
  const wrong = parts.find((part) => !isSequenceText(part));
  if (wrong !== undefined) throw badQuery(name, `${quoted(wrong)} is not a sequence`, 'Give whole numbers from 1');
  return parts.map(Number);
}

function isSequenceText(text: string): boolean {
  return /^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text));
}

/** A number within bounds, which may have a fraction. It may not be left out. @throws RefoldError `INVALID_OPTION` */
export function readReal(query: URLSearchParams, name: string, least: number, most: number): number {
  const text = required(readText(query, name), name);
  const number = Number(text);
  if (/^-?[\d.]+(e[+-]?\d+)?$/i.test(text) && number >= least && number <= most) return number;
  throw badQuery(name, `${quoted(text)} is not a number within bounds`, `Give a number from ${least} to ${most}`);
}

/** One of a few words. */
export function readChoice<Word extends string>(query: URLSearchParams, name: string, words: readonly Word[]): Word {
  const text = query.get(name) ?? words[0]!;
  const word = words.find((one) => one === text);
  if (word === undefined) throw badQuery(name, `${quoted(text)} is not known`, `Give one of ${words.join(', ')}`);
  return word;
}

/** A text that may be missing or empty, which means the same. */
export function readText(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (text.length > LONGEST_PARAMETER)
    throw badQuery(name, `it has ${text.length} characters`, `Give at most ${LONGEST_PARAMETER}`);
  return text;
}

const LONGEST_PARAMETER = 10_000;
const LONGEST_QUOTED = 40;

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTED ? `${text.slice(0, LONGEST_QUOTED)}…` : text);
}

export function badQuery(name: string, problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot read ${name}: ${problem}`, { type: name, hint });
}
