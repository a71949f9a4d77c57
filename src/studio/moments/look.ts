/**
 * Answers what a page has in sight: places of a state, and windows of their rows. It never gives more than was asked for, and
 * never a whole table.
 */
import {
  Deque,
  formatPath,
  OrderedMap,
  type Path,
  parsePath,
  RefoldError,
  toTaggedJson,
  valueAt,
} from '../../index.ts';
import { ANSWER_BYTES, tooLarge } from '../server/answering.ts';
import { readCount, readSequence, readText } from '../server/query.ts';
import type { Kind, Look, Looked, Row, Shown, TablePage } from '../wire.ts';

/** Places in sight at once. */
export const MOST_LOOKS = 64;
/** Rows of all places in sight. */
export const MOST_ROWS = 2_000;
/** Only the beginning of a longer text is shown, and of more bytes. */
export const LONGEST_VALUE = 65_536;
/** How much of it is shown. */
export const BEGINNING = 1_024;

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
  const { path, from = 0, count = 0 } = given as { readonly [name: string]: unknown };
  if (typeof path !== 'string') throw badLook('a place has no path');
  if (!isCount(from) || !isCount(count)) throw badLook(`the rows of ${path} are not whole numbers from 0`);
  if (path !== '') parsePath(path);
  return { path, from, count };
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
  let left = ANSWER_BYTES;
  const show = (value: unknown): Shown => {
    const shown = showValue(value);
    left -= lengthOf(shown.value);
    if (left < 0) throw tooLarge();
    return shown;
  };
  return looks.map((look) => lookAtPlace(state, look, show));
}

/** About how long a value is in the answer: only texts and bytes are long. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return typeof value === 'object' && value !== null ? JSON.stringify(value).length : 0;
}

function lookAtPlace(state: unknown, { path, from, count }: Look, show: (value: unknown) => Shown): Looked {
  const parts = path === '' ? [] : parsePath(path);
  const value = valueAt(state, parts);
  if (value === undefined) return { path };
  const shown = show(value);
  if (count === 0 || shown.total === undefined) return { path, shown };
  const rows: Row[] = [];
  for (const [key, entry] of entriesFrom(value as object, from, count)) {
    rows.push({ path: formatPath([...parts, key] as Path), key: toTaggedJson(key), shown: show(entry) });
  }
  return { path, shown, from, rows };
}

/** A value as a page shows it. */
export function showValue(value: unknown): Shown {
  const kind = kindOf(value);
  if (kind === 'bytes') return showBytes(value as ArrayBuffer | ArrayBufferView);
  if (kind !== 'value') return { kind, total: sizeOf(value as object) };
  if (typeof value !== 'string' || value.length <= LONGEST_VALUE) return { kind, value: toTaggedJson(value) };
  return { kind, value: value.slice(0, BEGINNING), length: value.length };
}

function showBytes(value: ArrayBuffer | ArrayBufferView): Shown {
  const length = value.byteLength;
  if (length <= LONGEST_VALUE / BYTE_CHARACTERS) return { kind: 'bytes', value: toTaggedJson(value) };
  const bytes = ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset) : new Uint8Array(value);
  return { kind: 'bytes', value: toTaggedJson(bytes.slice(0, BEGINNING / BYTE_CHARACTERS)), length };
}

/** A byte as JSON has up to so many characters. */
const BYTE_CHARACTERS = 4;

export function kindOf(value: unknown): Kind {
  if (typeof value !== 'object' || value === null || value instanceof Date) return 'value';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Map) return 'map';
  if (value instanceof OrderedMap) return 'orderedMap';
  if (value instanceof Set) return 'set';
  if (value instanceof Deque) return 'deque';
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? 'bytes' : 'object';
}

function sizeOf(value: object): number {
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map || value instanceof OrderedMap || value instanceof Set || value instanceof Deque)
    return value.size;
  return Object.keys(value).length;
}

/** The entries at these places, in the order of the collection. A Map and a Set are walked to the first of them. */
function* entriesFrom(value: object, from: number, count: number): Generator<readonly [unknown, unknown], void> {
  const end = Math.min(from + count, sizeOf(value));
  if (Array.isArray(value) || value instanceof Deque) {
    for (let at = from; at < end; at++) yield [at, value.at(at)];
  } else if (value instanceof OrderedMap) {
    for (let at = from; at < end; at++) yield value.at(at)!;
  } else if (value instanceof Map) {
    yield* value.entries().drop(from).take(count);
  } else if (value instanceof Set) {
    let at = from;
    for (const item of value.values().drop(from).take(count)) yield [at++, item];
  } else {
    yield* Object.entries(value).slice(from, end);
  }
}
