/**
 * A short digest of what a call asked for. The log keeps it with the outcome of a `commandId`, so that the same id for
 * another input is noticed.
 *
 * The digest depends on values alone: the order of an object's keys does not matter, and a member that is undefined
 * counts as missing. It is compared with one other digest, never searched for. So 32 bits are plenty: of four billion
 * mistakes one is not noticed. It is not cryptographic: anyone who can choose both inputs can make two that have the same
 * digest.
 *
 * The numbers are in files, so the calculation must stay as it is (`docs/FILE-FORMAT.md`). It runs for each command with
 * an id, so it is made to be fast.
 */
import { types } from 'node:util';

/** A whole number from -2^31 to 2^31 - 1. */
export type InputDigest = number;

/** The digest of a command and its parsed input. @throws what reading the input throws */
export function digestOfCommand(name: string, input: unknown): InputDigest {
  return digest('execute', name, input);
}

/** The digest of the events of an `append`: their types and their data, as the log keeps them. */
export function digestOfEvents(events: readonly { readonly type: string; readonly data: unknown }[]): InputDigest {
  let before = 0;
  // One after the other, so that their order counts.
  for (const { type, data } of events) before = digest('append', type, [before, data]);
  return before;
}

function digest(kind: string, name: string, value: unknown): InputDigest {
  return mixed(step(addText(addText(SEED, kind), name), hashOf(value, SEED, 0, undefined)));
}

const SEED = 0x2545f491;

/** What comes before a value says its kind. */
const KIND = {
  null: 1,
  undefined: 2,
  false: 3,
  true: 4,
  number: 5,
  text: 6,
  bigint: 7,
  opaque: 8,
  list: 9,
  object: 10,
  map: 11,
  set: 12,
  date: 13,
  bytes: 14,
  written: 15,
  cut: 16,
  integer: 17,
} as const;

/** The hashes of objects. Undefined near the root, where objects rarely repeat. */
type Seen = Map<object, number> | undefined;

/** From this depth on, objects are remembered: an object that holds itself ends, and one in many places is read once. */
const REMEMBERED_FROM = 6;
/** Only a transform of a schema can give deeper values. What lies deeper does not count. */
const DEEPEST = 256;

function hashOf(value: unknown, seed: number, depth: number, seen: Seen): number {
  switch (typeof value) {
    case 'string':
      return addText(step(seed, KIND.text), value);
    case 'number':
      return value === (value | 0) ? step(step(seed, KIND.integer), value) : addNumber(step(seed, KIND.number), value);
    case 'boolean':
      return step(seed, value ? KIND.true : KIND.false);
    case 'undefined':
      return step(seed, KIND.undefined);
    case 'bigint':
      return addText(step(seed, KIND.bigint), String(value));
    case 'object':
      if (value === null) return step(seed, KIND.null);
      return depth < REMEMBERED_FROM
        ? hashOfObject(value, seed, depth + 1, seen)
        : hashOnce(value, seed, depth, seen ?? new Map<object, number>());
    default:
      return step(seed, KIND.opaque); // code is not compared
  }
}

function hashOnce(object: object, seed: number, depth: number, seen: Map<object, number>): number {
  const known = seen.get(object);
  if (known !== undefined) return known;
  const cut = step(seed, KIND.cut);
  if (depth >= DEEPEST) return cut;
  seen.set(object, cut); // for an object that holds itself
  const hash = hashOfObject(object, seed, depth + 1, seen);
  seen.set(object, hash);
  return hash;
}

function hashOfObject(object: object, seed: number, depth: number, seen: Seen): number {
  if (Array.isArray(object)) return hashOfList(object, step(seed, KIND.list), seed, depth, seen);
  const prototype = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null) return hashOfMembers(object, seed, depth, seen);
  if (types.isDate(object)) return addNumber(step(seed, KIND.date), Date.prototype.getTime.call(object));
  if (types.isMap(object)) return hashOfList([...object].flat(), step(seed, KIND.map), seed, depth, seen);
  if (types.isSet(object)) return hashOfList([...object], step(seed, KIND.set), seed, depth, seen);
  if (ArrayBuffer.isView(object)) {
    return addBytes(step(seed, KIND.bytes), new Uint8Array(object.buffer, object.byteOffset, object.byteLength));
  }
  if (types.isAnyArrayBuffer(object)) return addBytes(step(seed, KIND.bytes), new Uint8Array(object));
  const { toJSON } = object as { readonly toJSON?: unknown };
  if (typeof toJSON !== 'function') return hashOfMembers(object, seed, depth, seen);
  return step(step(seed, KIND.written), hashOf(toJSON.call(object, ''), seed, depth, seen));
}

function hashOfList(items: readonly unknown[], start: number, seed: number, depth: number, seen: Seen): number {
  let hash = step(start, items.length);
  for (let index = 0; index < items.length; index++) hash = step(hash, hashOf(items[index], seed, depth, seen));
  return mixed(hash);
}

/** The hashes of the members are summed, so their order does not matter. */
function hashOfMembers(object: object, seed: number, depth: number, seen: Seen): number {
  let sum = 0;
  let count = 0;
  const members = object as { readonly [key: string]: unknown };
  for (const key in members) {
    const value = members[key];
    if (value === undefined) continue;
    sum = (sum + mixed(step(addText(seed, key), hashOf(value, seed, depth, seen)))) | 0;
    count++;
  }
  return mixed(step(step(step(seed, KIND.object), count), sum));
}

function addBytes(hash: number, bytes: Uint8Array): number {
  let sum = step(hash, bytes.length);
  for (const byte of bytes) sum = step(sum, byte);
  return mixed(sum);
}

const float = new DataView(new ArrayBuffer(8));

/** By its bits in IEEE 754. -0 is 0, and all NaN are one. */
function addNumber(hash: number, value: number): number {
  float.setFloat64(0, Number.isNaN(value) ? Number.NaN : value + 0, true);
  return step(step(hash, float.getInt32(0, true)), float.getInt32(4, true));
}

/** Two UTF-16 units at a time. */
function addText(hash: number, text: string): number {
  const { length } = text;
  let sum = step(hash, length);
  let index = 1;
  for (; index < length; index += 2) sum = step(sum, text.charCodeAt(index - 1) | (text.charCodeAt(index) << 16));
  return index === length ? step(sum, text.charCodeAt(index - 1)) : sum;
}

/** One-to-one in the hash so far. */
function step(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}

/** Mixes all bits into all (murmur3's finaliser). */
function mixed(hash: number): number {
  let sum = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return sum ^ (sum >>> 16);
}
