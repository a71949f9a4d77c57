/**
 * Answers what a page has in sight: places of a state, and windows of their rows. It never gives more than was asked for, and
 * never a whole table.
 */
import { formatPath, type Path, parsePath, RefoldError, toTaggedJson, valueAt } from '../../index.ts';
import { ANSWER_BYTES, tooLarge } from '../server/answering.ts';
import { readCount, readSequence, readText } from '../server/query.ts';
import type { Look, Looked, Member, Row, Shown, TablePage } from '../wire.ts';
import { BEGINNING, entriesFrom, kindOf, LONGEST_VALUE, showValue } from './show-value.ts';

/** Places in sight at once. */
export const MOST_LOOKS = 64;
/** Rows of all places in sight. */
export const MOST_ROWS = 2_000;
/** Members that each row shows beside itself. */
export const MOST_MEMBERS = 32;
/** A key with more characters is shown by its beginning, and its entry cannot be opened. */
const LONGEST_SHOWN_KEY = 1_024;

/**
 * Reads what a page says is in sight: JSON of `[{ path, from?, count? }]`. The path of the state itself is empty.
 *
 * @throws RefoldError `INVALID_OPTION`
 */
export function readLooks(text: string | null): readonly Look[] {
  if (text === null || text === '') return [];
  const given = parseJson(text);
  if (!Array.isArray(given)) throw badLook('it is not a list');
  if (given.length > MOST_LOOKS) throw badLook(`it has ${given.length} places, and ${MOST_LOOKS} are the most`);
  const looks = given.map(readLook);
  const rows = looks.reduce((sum, { count }) => sum + count, 0);
  if (rows > MOST_ROWS) throw badLook(`it asks for ${rows} rows, and ${MOST_ROWS} are the most`);
  return looks;
}

function readLook(given: unknown): Look {
  if (typeof given !== 'object' || given === null) throw badLook('a place is not an object');
  const { path, from = 0, count = 0, members } = given as { readonly [name: string]: unknown };
  if (typeof path !== 'string') throw badLook('a place has no path');
  if (!isCount(from) || !isCount(count)) throw badLook(`the rows of ${path} are not whole numbers from 0`);
  if (members !== undefined && (!isCount(members) || members > MOST_MEMBERS))
    throw badLook(`the members of ${path} are not a whole number from 0 to ${MOST_MEMBERS}`);
  if (path !== '') parsePath(path);
  return { path, from, count, ...(members !== undefined && { members }) };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badLook('it is not JSON');
  }
}

function badLook(problem: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot look at the state: ${problem}`, {
    type: 'look',
    hint: 'Give a JSON list of { "path", "from", "count" }',
  });
}

/** Reads which page of a table is asked for: `after` is how many rows come before it. @throws RefoldError `INVALID_OPTION` */
export function readTable(query: URLSearchParams): Look {
  const path = readText(query, 'path') ?? '';
  if (path !== '') parsePath(path);
  return { path, from: readSequence(query, 'after', 0), count: readCount(query, 'count', 100, MOST_ROWS) };
}

/** A page of a table. `next` is the `after` of the page behind it, if there is one. Where nothing stands there are no rows. */
export function tablePage({ from, count }: Look, { path, shown, rows = [] }: Looked): TablePage {
  const { total = 0 } = shown ?? {};
  const next = from + count;
  return { path, total, rows, ...(count > 0 && next < total && { next }) };
}

/**
 * What stands at each place, and the rows that were asked for.
 *
 * @throws RefoldError `INVALID_OPTION` when it is more than an answer may hold: before all of it is put together
 */
export function lookAt(state: unknown, looks: readonly Look[]): Looked[] {
  const room = new Room();
  return looks.map((look) => lookAtPlace(state, look, room));
}

/** The room of an answer: the less is left, the less of each text is shown. */
class Room {
  #left = ANSWER_BYTES;

  /** @throws RefoldError `INVALID_OPTION` if nothing is left */
  show(value: unknown, most: number = LONGEST_VALUE): Shown {
    const longest = Math.min(most, this.#longest());
    const shown = showValue(value, longest, Math.min(BEGINNING, longest));
    this.take(BESIDE_VALUE + lengthOf(shown.value));
    return shown;
  }

  take(characters: number): void {
    this.#left -= characters;
    if (this.#left < 0) throw tooLarge();
  }

  #longest(): number {
    if (this.#left > ANSWER_BYTES / 2) return LONGEST_VALUE;
    return this.#left > ANSWER_BYTES / 4 ? SHORTENED_TEXT : SHORTEST_TEXT;
  }
}

/** What a value takes beside its characters, about. */
const BESIDE_VALUE = 32;
const SHORTENED_TEXT = 256;
const SHORTEST_TEXT = 32;

/** About how long a value is in the answer: only texts and bytes are long. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return typeof value === 'object' && value !== null ? JSON.stringify(value).length : 0;
}

function lookAtPlace(state: unknown, { path, from, count, members = 0 }: Look, room: Room): Looked {
  const parts = path === '' ? [] : parsePath(path);
  const value = valueAt(state, parts);
  if (value === undefined) return isUndefinedThere(state, parts) ? { path, shown: showValue(value) } : { path };
  const shown = room.show(value);
  if (count === 0 || shown.total === undefined) return { path, shown };
  const rows = Array.from(entriesFrom(value as object, from, count), (entry) =>
    rowOf(value as object, entry, parts, members, room),
  );
  return { path, shown, from, rows };
}

/** An entry that holds undefined is not one that is missing. A member of a Set has no key to look for. */
function isUndefinedThere(state: unknown, parts: Path): boolean {
  const container = valueAt(state, parts.slice(0, -1));
  if (parts.length === 0 || typeof container !== 'object' || container === null) return false;
  const last = formatPath(parts.slice(-1));
  for (const [key, entry] of entriesFrom(container, 0, MOST_ROWS)) {
    if (entry === undefined && formatPath([key]) === last) return true;
  }
  return false;
}

function rowOf(container: object, [key, entry]: readonly [unknown, unknown], parts: Path, members: number, room: Room) {
  const text = keyOf(key);
  const path = formatPath([...parts, typeof text === 'string' ? text : key] as Path);
  const shown = room.show(entry);
  room.take(path.length + lengthOf(text));
  const row: Row = { path, key: text, shown };
  return {
    ...row,
    ...(members > 0 && shown.total !== undefined && { members: membersOf(entry as object, members, room) }),
    ...(!leadsBack(container, key, entry) && { isClosed: true as const }),
  };
}

function membersOf(value: object, count: number, room: Room): Member[] {
  return Array.from(entriesFrom(value, 0, count), ([key, entry]) => ({
    key: keyOf(key),
    shown: room.show(entry, SHORTENED_TEXT),
  }));
}

/** A key as tagged JSON: the beginning of a long one. */
function keyOf(key: unknown): unknown {
  if (typeof key === 'string') return key.length > LONGEST_SHOWN_KEY ? `${key.slice(0, LONGEST_SHOWN_KEY)}…` : key;
  if (kindOf(key) === 'value') return toTaggedJson(key);
  const json = JSON.stringify(toTaggedJson(key));
  return json.length > LONGEST_SHOWN_KEY ? `${json.slice(0, LONGEST_SHOWN_KEY)}…` : toTaggedJson(key);
}

/** Whether the path of an entry leads to it. A number and a bigint may read alike, and objects have no text. */
function leadsBack(container: object, key: unknown, entry: unknown): boolean {
  if (typeof key === 'number') return !Number.isNaN(key);
  if (typeof key === 'string') return key.length <= LONGEST_SHOWN_KEY && key.isWellFormed();
  return typeof key === 'bigint' && Object.is(valueAt(container, parsePath(formatPath([key]))), entry);
}
