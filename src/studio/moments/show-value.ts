/** Values of a state as a page shows them: what kind each is, how many entries it has, and the beginning of what is long. */
import { Deque, OrderedMap, toTaggedJson } from '../../index.ts';
import { ANSWER_BYTES, tooLarge } from '../server/answering.ts';
import type { Kind, Shown } from '../wire.ts';

/** Only the beginning of a longer text is shown, and of more bytes. */
export const LONGEST_VALUE = 65_536;
/** How much of it is shown. */
export const BEGINNING = 1_024;

/**
 * A value as a page shows it.
 *
 * @param longest the most characters of a text that is shown whole; `beginning` of them are shown of a longer one
 */
export function showValue(value: unknown, longest: number = LONGEST_VALUE, beginning: number = BEGINNING): Shown {
  const kind = kindOf(value);
  if (kind === 'bytes') return showBytes(value as ArrayBuffer | ArrayBufferView, longest, beginning);
  if (kind !== 'value') return { kind, total: sizeOf(value as object) };
  if (typeof value !== 'string' || value.length <= longest) return { kind, value: toTaggedJson(value) };
  return { kind, value: value.slice(0, beginning), length: value.length };
}

function showBytes(value: ArrayBuffer | ArrayBufferView, longest: number, beginning: number): Shown {
  const length = value.byteLength;
  if (length <= longest / BYTE_CHARACTERS) return { kind: 'bytes', value: toTaggedJson(value) };
  const bytes = ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset) : new Uint8Array(value);
  return { kind: 'bytes', value: toTaggedJson(bytes.slice(0, beginning / BYTE_CHARACTERS)), length };
}

/** A byte as JSON has up to so many characters. */
const BYTE_CHARACTERS = 4;

/**
 * All of a value as tagged JSON.
 *
 * @throws RefoldError `INVALID_OPTION` if it is more than an answer may hold, before all of it is put together
 */
export function wholeValue(value: unknown): unknown {
  let left = ANSWER_BYTES;
  const ahead: unknown[] = [value];
  while (ahead.length > 0) {
    const part = ahead.pop();
    left -= weightOf(part);
    if (left < 0) throw tooLarge();
    if (kindOf(part) === 'value' || kindOf(part) === 'bytes') continue;
    const size = sizeOf(part as object);
    if (size > left) throw tooLarge();
    for (const [key, entry] of entriesFrom(part as object, 0, size)) ahead.push(key, entry);
  }
  return toTaggedJson(value);
}

/** About how long a value is as JSON, without what is in it. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (kindOf(value) !== 'bytes') return 1;
  return BYTE_CHARACTERS * (value as ArrayBuffer).byteLength;
}

export function kindOf(value: unknown): Kind {
  if (typeof value !== 'object' || value === null || value instanceof Date) return 'value';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Map) return 'map';
  if (value instanceof OrderedMap) return 'orderedMap';
  if (value instanceof Set) return 'set';
  if (value instanceof Deque) return 'deque';
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? 'bytes' : 'object';
}

export function sizeOf(value: object): number {
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map || value instanceof OrderedMap || value instanceof Set || value instanceof Deque)
    return value.size;
  return Object.keys(value).length;
}

/** The entries at these places, in the order of the collection. A Map and a Set are walked to the first of them. */
export function* entriesFrom(
  value: object,
  from: number,
  count: number,
): Generator<readonly [key: unknown, entry: unknown], void> {
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
