/**
 * Prints a state: faithful JSON for programs, a readable excerpt for people.
 */
import { inspect } from 'node:util';
import { Deque, OrderedMap, toTaggedJson } from '../../../index.ts';
import { outputWidth } from '../lines.ts';
import { counted, manyLines, safeJson } from '../text.ts';
import type { TableKind } from './entries.ts';

/**
 * The JSON text of a state, in pieces. Each entry of an object or table near the top is a piece, so that a large state
 * does not exceed the longest string.
 */
export function renderJson(value: unknown): Iterable<string> {
  return pieces(value, STREAMED_LEVELS);
}

/** The state itself, and the collections in it: `databases[0].keys["orders"]`. */
const STREAMED_LEVELS = 8;

/** A value with fewer members, none of which has members, is one piece. */
const PIECE_MEMBERS = 100;

function* pieces(value: unknown, levels: number): Generator<string> {
  if (levels === 0 || isSmall(value)) yield safeJson(toTaggedJson(value));
  else if (Array.isArray(value)) yield* listPieces('[', value.values(), ']', levels);
  else if (isTable(value)) yield* tablePieces(tableTag(value), value, levels);
  else if (value instanceof Deque) yield* listPieces('{"$deque":[', value.values(), ']}', levels);
  else if (isPlainObject(value)) yield* objectPieces(value, levels);
  else yield safeJson(toTaggedJson(value));
}

/** Entries of a table as a table of its kind. They may be some of them. */
export function* renderEntriesJson(
  kind: TableKind,
  entries: Iterable<readonly [unknown, unknown]>,
  isBare: boolean,
): Iterable<string> {
  if (kind === 'Map' || kind === 'OrderedMap') {
    yield* tablePieces(kind === 'Map' ? '$map' : '$orderedMap', entries, STREAMED_LEVELS);
  } else if (kind === 'object') {
    const members = [...entries] as [string, unknown][];
    yield* pieces(
      isBare ? Object.assign(Object.create(null), Object.fromEntries(members)) : Object.fromEntries(members),
      STREAMED_LEVELS,
    );
  } else {
    const [begin, end] = LIST_JSON[kind];
    yield* listPieces(
      begin,
      Iterator.from(entries).map(([, item]) => item),
      end,
      STREAMED_LEVELS,
    );
  }
}

const LIST_JSON = { array: ['[', ']'], Deque: ['{"$deque":[', ']}'], Set: ['{"$set":[', ']}'] } as const;

function* tablePieces(
  tag: '$map' | '$orderedMap',
  entries: Iterable<readonly [unknown, unknown]>,
  levels: number,
): Generator<string> {
  yield `{"${tag}":[`;
  let separator = '';
  for (const [key, value] of entries) {
    yield `${separator}[${safeJson(toTaggedJson(key))},`;
    yield* pieces(value, levels - 1);
    yield ']';
    separator = ',';
  }
  yield ']}';
}

function* listPieces(begin: string, items: Iterable<unknown>, end: string, levels: number): Generator<string> {
  yield begin;
  let separator = '';
  for (const item of items) {
    yield separator;
    yield* pieces(item, levels - 1);
    separator = ',';
  }
  yield end;
}

function isSmall(value: unknown): boolean {
  if (isTable(value) || value instanceof Deque) return value.size === 0;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  const members = Array.isArray(value) ? value : Object.values(value);
  return members.length < PIECE_MEMBERS && members.every((member) => typeof member !== 'object' || member === null);
}

function* objectPieces(object: object, levels: number): Generator<string> {
  yield '{';
  let separator = '';
  for (const [key, value] of Object.entries(object)) {
    yield `${separator}${safeJson(key)}:`;
    yield* pieces(value, levels - 1);
    separator = ',';
  }
  yield '}';
}

function isTable(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return value instanceof Map || value instanceof OrderedMap;
}

function tableTag(table: ReadonlyMap<unknown, unknown>): '$map' | '$orderedMap' {
  return table instanceof Map ? '$map' : '$orderedMap';
}

/** Whether the object needs no tag itself. Its values may. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype && !Object.keys(value).some((key) => key.startsWith('$'));
}

/** Enough to fill a terminal. */
const SHOWN_LINES = 200;
/** A wider line is hard to read. */
const WIDEST_LINE = 100;
/** Entries of a collection that are shown unless the user asks for others. */
export const SHOWN_ENTRIES = 50;

/** The state for people: the first entries of each collection, and a note if lines were left out. */
export function renderText(value: unknown, colors: boolean): string {
  const text = inspect(value, {
    colors,
    depth: 8,
    maxArrayLength: SHOWN_ENTRIES,
    maxStringLength: 500,
    breakLength: Math.min(WIDEST_LINE, outputWidth()),
    compact: 3,
  });
  const lines = (colors ? escapedColours(text) : manyLines(text)).split('\n');
  if (lines.length <= SHOWN_LINES) return `${lines.join('\n')}\n`;
  const more = counted(lines.length - SHOWN_LINES, 'more line');
  return `${lines.slice(0, SHOWN_LINES).join('\n')}\n… ${more}: give the path of a part (see --keys), or use --json\n`;
}

/** `inspect` escapes ESC in texts, so the ones that are left are its colours. */
function escapedColours(text: string): string {
  return text
    .split(/(\u001b\[\d+m)/)
    .map((part, index) => (index % 2 === 0 ? manyLines(part) : part))
    .join('');
}
