/**
 * Prints a state: faithful JSON for programs, a readable excerpt for people.
 *
 * A state may hold values that JSON lacks. These get a tag, so that the output keeps every value and every order:
 *
 * ```
 * Map         { "$map": [[key, value], …] }          in the Map's order
 * OrderedMap  { "$orderedMap": [[key, value], …] }   in the comparator's order
 * Deque       { "$deque": [value, …] }
 * Set         { "$set": [value, …] }
 * Date        { "$date": "2027-01-31T12:00:00.000Z" }, null for an invalid one
 * bigint      { "$bigint": "123" }
 * NaN, ±Infinity, -0                  { "$number": "NaN" }
 * undefined                           { "$undefined": true }
 * Uint8Array and other typed arrays   { "$typedArray": ["Uint8Array", [1, 2, 3]] }
 * ArrayBuffer { "$arrayBuffer": [1, 2, 3] }          its bytes
 * DataView    { "$dataView": [1, 2, 3] }             the bytes it shows
 * an object with a key that begins with $   { "$object": [[key, value], …] }
 * an object without a prototype             { "$nullPrototype": [[key, value], …] }
 * ```
 */
import { inspect } from 'node:util';
import { Deque, OrderedMap } from '../../index.ts';
import { counted, manyLines, safeJson } from './text.ts';

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
  if (levels === 0 || isSmall(value)) yield safeJson(tagged(value));
  else if (Array.isArray(value)) yield* listPieces('[', value.values(), ']', levels);
  else if (isTable(value)) yield* tablePieces(value, levels);
  else if (value instanceof Deque) yield* listPieces('{"$deque":[', value.values(), ']}', levels);
  else if (isPlainObject(value)) yield* objectPieces(value, levels);
  else yield safeJson(tagged(value));
}

function* tablePieces(table: ReadonlyMap<unknown, unknown>, levels: number): Generator<string> {
  yield `{"${tableTag(table)}":[`;
  let separator = '';
  for (const [key, value] of table) {
    yield `${separator}[${safeJson(tagged(key))},`;
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

/** The value as plain JSON, with tags for what JSON lacks. */
function tagged(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
      return { $undefined: true };
    case 'bigint':
      return { $bigint: String(value) };
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? '-0' : `${value}` };
    case 'object':
      return value === null ? null : taggedObject(value);
    default:
      return value;
  }
}

function taggedObject(value: object): unknown {
  if (Array.isArray(value)) return Array.from(value, tagged);
  if (isTable(value)) return { [tableTag(value)]: Array.from(value, ([key, entry]) => [tagged(key), tagged(entry)]) };
  if (value instanceof Deque) return { $deque: Array.from(value, tagged) };
  if (value instanceof Set) return { $set: Array.from(value, tagged) };
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() };
  if (value instanceof ArrayBuffer) return { $arrayBuffer: Array.from(new Uint8Array(value)) };
  if (value instanceof DataView) return { $dataView: Array.from(bytesOf(value)) };
  if (isTypedArray(value)) return { $typedArray: [value[Symbol.toStringTag], Array.from(value, tagged)] };
  const entries = Object.entries(value).map(([key, member]) => [key, tagged(member)] as const);
  if (Object.getPrototypeOf(value) === null) return { $nullPrototype: entries };
  return hasTagLikeKey(value) ? { $object: entries } : Object.fromEntries(entries);
}

function isTable(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return value instanceof Map || value instanceof OrderedMap;
}

function tableTag(table: ReadonlyMap<unknown, unknown>): '$map' | '$orderedMap' {
  return table instanceof Map ? '$map' : '$orderedMap';
}

function bytesOf({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function isTypedArray(
  value: object,
): value is ArrayBufferView & Iterable<unknown> & { readonly [Symbol.toStringTag]: string } {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Whether the object needs no tag itself. Its values may. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype && !hasTagLikeKey(value);
}

function hasTagLikeKey(object: object): boolean {
  return Object.keys(object).some((key) => key.startsWith('$'));
}

/** Enough to fill a terminal. */
const SHOWN_LINES = 200;
const SHOWN_ENTRIES = 50;

/** The state for people: the first entries of each collection, and a note if lines were left out. */
export function renderText(value: unknown, colors: boolean): string {
  const text = inspect(value, {
    colors,
    depth: 8,
    maxArrayLength: SHOWN_ENTRIES,
    maxStringLength: 500,
    breakLength: 100,
    compact: 3,
  });
  const lines = (colors ? text : manyLines(text)).split('\n');
  if (lines.length <= SHOWN_LINES) return `${lines.join('\n')}\n`;
  const more = counted(lines.length - SHOWN_LINES, 'more line');
  return `${lines.slice(0, SHOWN_LINES).join('\n')}\n… ${more}: give the path of a part, or use --json\n`;
}
