/**
 * A state as plain JSON and back. Values that JSON lacks get a tag, so that every value and every order survives:
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
 *
 * With comparators, an OrderedMap whose comparator has a name also has `"$comparator": name`.
 */
import type { Comparators } from '../core/comparators.ts';
import { messageOf, RefoldError } from '../core/errors.ts';
import { comparatorOf, nameOf } from './collections/comparators.ts';
import { Deque } from './collections/deque.ts';
import { type Comparator, OrderedMap } from './collections/ordered-map.ts';
import { TYPED_ARRAYS } from './plain.ts';

/**
 * A state or a part of it as plain JSON.
 *
 * @param comparators those of the model; default: comparators are left out
 */
export function toTaggedJson(value: unknown, comparators?: Comparators): unknown {
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
      return value === null ? null : taggedObject(value, comparators);
    default:
      return value;
  }
}

function taggedObject(value: object, comparators: Comparators | undefined): unknown {
  const tagged = (part: unknown): unknown => toTaggedJson(part, comparators);
  const pair = ([key, entry]: readonly [unknown, unknown]): unknown => [tagged(key), tagged(entry)];
  if (Array.isArray(value)) return Array.from(value, tagged);
  if (value instanceof Map) return { $map: Array.from(value, pair) };
  if (value instanceof OrderedMap) {
    const $comparator = comparators && nameOf(value.compare, comparators);
    return { $orderedMap: Array.from(value, pair), ...($comparator !== undefined && { $comparator }) };
  }
  if (value instanceof Deque) return { $deque: Array.from(value, tagged) };
  if (value instanceof Set) return { $set: Array.from(value, tagged) };
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() };
  if (value instanceof ArrayBuffer) return { $arrayBuffer: Array.from(new Uint8Array(value)) };
  if (value instanceof DataView) return { $dataView: Array.from(bytesOf(value)) };
  if (ArrayBuffer.isView(value)) {
    const array = value as unknown as Iterable<unknown> & { readonly [Symbol.toStringTag]: string };
    return { $typedArray: [array[Symbol.toStringTag], Array.from(array, tagged)] };
  }
  const entries = Object.entries(value).map(([key, member]) => [key, tagged(member)] as const);
  if (Object.getPrototypeOf(value) === null) return { $nullPrototype: entries };
  return Object.keys(value).some(isTagLike) ? { $object: entries } : Object.fromEntries(entries);
}

/** Whether a key looks like a tag. An object with such a key needs a tag itself. */
function isTagLike(key: string): boolean {
  return key.startsWith('$');
}

function bytesOf({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** How an OrderedMap without the name of a comparator gets one. */
export type Beginning = { readonly [property: string]: unknown };

/**
 * Reads what `toTaggedJson` gave, perhaps after a way through JSON text.
 *
 * @param comparators those of the model
 * @param beginning the initial state: an OrderedMap of the top level takes its comparator from there
 * @throws RefoldError `INVALID_OPTION`, naming what cannot be read
 */
export function fromTaggedJson(json: unknown, comparators: Comparators, beginning: Beginning): unknown {
  return fromJson(json, (key) => {
    const begun = beginning[key];
    return { comparators, fallback: begun instanceof OrderedMap ? begun.compare : undefined };
  });
}

/** What it takes to read a value. */
interface Reading {
  readonly comparators: Comparators;
  /** The comparator of an OrderedMap that does not name one. */
  readonly fallback: Comparator<any> | undefined;
}

/** @param readingOf how to read the members of this object, by their keys */
function fromJson(json: unknown, readingOf: (key: string) => Reading): unknown {
  if (!isObject(json)) return fromValue(json, readingOf(''));
  if (Object.keys(json)[0] === '$object') return membersOf(pairsOf(json.$object, '$object'), readingOf, {});
  if (Object.keys(json)[0] === '$nullPrototype') {
    return membersOf(pairsOf(json.$nullPrototype, '$nullPrototype'), readingOf, Object.create(null));
  }
  return membersOf(Object.entries(json), readingOf, {});
}

function membersOf(
  pairs: readonly (readonly [unknown, unknown])[],
  readingOf: (key: string) => Reading,
  object: object,
): object {
  for (const [key, member] of pairs) {
    if (typeof key !== 'string') throw unreadable('the key of a member is not a text');
    const value = fromValue(member, readingOf(key));
    // Defined, not assigned: a key may be __proto__.
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return object;
}

function fromValue(json: unknown, reading: Reading): unknown {
  const inside: Reading = { ...reading, fallback: undefined };
  if (Array.isArray(json)) return json.map((item) => fromValue(item, inside));
  if (!isObject(json)) return json;
  const [tag] = Object.keys(json);
  if (tag === undefined || !isTagLike(tag) || tag === '$object' || tag === '$nullPrototype') {
    return fromJson(json, () => inside);
  }
  return fromTag(tag, json, reading, (part) => fromValue(part, inside));
}

function fromTag(
  tag: string,
  json: { readonly [key: string]: unknown },
  { comparators, fallback }: Reading,
  value: (part: unknown) => unknown,
): unknown {
  const content = json[tag];
  switch (tag) {
    case '$map':
      return new Map(pairsOf(content, tag).map(([key, entry]) => [value(key), value(entry)]));
    case '$orderedMap': {
      const { $comparator } = json;
      const compare = typeof $comparator === 'string' ? comparatorOf($comparator, comparators) : fallback;
      if (compare === undefined) throw unreadable(`the comparator ${String($comparator ?? 'for it')} is not known`);
      return orderedMap(
        compare,
        pairsOf(content, tag).map(([key, entry]) => [value(key), value(entry)]),
      );
    }
    case '$deque':
      return new Deque(listOf(content, tag).map(value));
    case '$set':
      return new Set(listOf(content, tag).map(value));
    case '$date':
      return new Date(content === null ? Number.NaN : textOf(content, tag));
    case '$bigint':
      return bigintOf(textOf(content, tag));
    case '$number':
      return Number(textOf(content, tag));
    case '$undefined':
      return undefined;
    case '$typedArray':
      return typedArray(listOf(content, tag), value);
    case '$arrayBuffer':
      return Uint8Array.from(listOf(content, tag) as number[]).buffer;
    case '$dataView':
      return new DataView(Uint8Array.from(listOf(content, tag) as number[]).buffer);
    default:
      throw unreadable(`there is no tag ${tag}`);
  }
}

/** A comparator may throw for a key that it does not know. */
function orderedMap(compare: Comparator<any>, entries: readonly [unknown, unknown][]): OrderedMap<unknown, unknown> {
  try {
    return new OrderedMap(compare, entries);
  } catch (cause) {
    throw unreadable(`a key of an OrderedMap cannot be ordered: ${messageOf(cause)}`);
  }
}

function typedArray([name, items]: readonly unknown[], value: (part: unknown) => unknown): unknown {
  const type = TYPED_ARRAYS.find((candidate) => candidate.name === name);
  if (type === undefined) throw unreadable(`there is no typed array ${String(name)}`);
  return (type as unknown as { from(items: unknown[]): unknown }).from(listOf(items, '$typedArray').map(value));
}

function bigintOf(text: string): bigint {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  throw unreadable(`${text} is not a whole number`);
}

function isObject(json: unknown): json is { readonly [key: string]: unknown } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function listOf(content: unknown, tag: string): readonly unknown[] {
  if (Array.isArray(content)) return content;
  throw unreadable(`${tag} does not hold an array`);
}

function pairsOf(content: unknown, tag: string): readonly (readonly [unknown, unknown])[] {
  const list = listOf(content, tag);
  if (list.every((pair) => Array.isArray(pair) && pair.length === 2)) return list as [unknown, unknown][];
  throw unreadable(`${tag} does not hold pairs`);
}

function textOf(content: unknown, tag: string): string {
  if (typeof content === 'string') return content;
  throw unreadable(`${tag} does not hold a text`);
}

function unreadable(problem: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot read the state: ${problem}`, {
    type: 'json',
    hint: 'Give what stateToJson gave for the same model',
  });
}
