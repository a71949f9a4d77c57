/**
 * A list of JSON values as bytes: msgpackr records when they give back the same values, JSON text otherwise.
 *
 * Records state each object shape once and then only its values, which packs and unpacks several times faster than
 * JSON. But a packer has quirks (a text decoder may drop a byte order mark, and the packer renames a key). So every
 * list is unpacked and compared first. A list that comes back different is kept as JSON text.
 */
import { createRequire } from 'node:module';
import type { Packr } from 'msgpackr';
import type { Json } from '../../core/event.ts';
import { cutRecords } from './cut-records.ts';
import { parsePlain } from './plain-json.ts';

/** How a list of values is written. */
export type ValueCodec = 'records' | 'json';

export interface PackedValues {
  readonly codec: ValueCodec;
  readonly bytes: Uint8Array;
}

/** It does not share record definitions between lists. */
let packr: Packr | undefined;

/**
 * It is loaded with the first list: loading takes a quarter of the time of importing refold, and a program that only
 * writes never needs it. Record definitions travel inside each list, so that a list can be unpacked alone.
 */
function recordPackr(): Packr {
  if (packr === undefined) {
    const msgpackr: typeof import('msgpackr') = createRequire(import.meta.url)('msgpackr');
    packr = new msgpackr.Packr({ useRecords: true });
  }
  return packr;
}

/**
 * Some string decoders drop a leading byte order mark and some do not. So a list with one is never packed as records.
 */
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** Packs `values` and checks that they unpack to the same. */
export function packValues(values: readonly Json[]): PackedValues {
  const bytes = packRecords(values);
  if (bytes !== undefined) return { codec: 'records', bytes };
  return { codec: 'json', bytes: Buffer.from(JSON.stringify(values)) };
}

/**
 * Unpacks the values: they are fresh and mutable.
 *
 * @throws whatever the decoder throws at bytes that `packValues` did not write
 */
export function unpackValues({ codec, bytes }: PackedValues): Json[] {
  const values = codec === 'records' ? recordPackr().unpack(bytes) : parsePlain(Buffer.from(bytes).toString('utf8'));
  if (!Array.isArray(values)) throw new TypeError('packed values are not a list');
  return values;
}

/** Places in a list, `to` exclusive, and how many values it has. */
export interface ValueRange {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/**
 * Unpacks the values of a range only.
 *
 * @throws as `unpackValues` does; RangeError when the list has another number of values
 */
export function unpackPart(packed: PackedValues, { from, to, count }: ValueRange): Json[] {
  if (packed.codec === 'records' && (to - from) * WORTH_CUTTING < count) {
    return unpackValues({ codec: 'records', bytes: cutRecords(packed.bytes, { from, to, count }) });
  }
  const values = unpackValues(packed);
  if (values.length !== count) throw new RangeError('another number of values');
  return to - from === count ? values : values.slice(from, to);
}

/** To skip a value takes about a fourth of the time of unpacking it. */
const WORTH_CUTTING = 1.25;

/** True for equal JSON, order of keys included. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b);
  return !Array.isArray(b) && sameMembers(a as JsonObject, b as JsonObject);
}

type JsonObject = { readonly [key: string]: unknown };

function packRecords(values: readonly Json[]): Uint8Array | undefined {
  try {
    const bytes = recordPackr().pack(values);
    if (bytes.includes(BYTE_ORDER_MARK)) return undefined;
    return sameJson(values, recordPackr().unpack(bytes)) ? bytes : undefined;
  } catch {
    return undefined; // this packer cannot take the value, but JSON can
  }
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!sameJson(a[index], b[index])) return false;
  return true;
}

/** A plain object of any realm: a test runner may have loaded the decoder in another realm. */
function hasPlainPrototype(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || (prototype !== null && Object.getPrototypeOf(prototype) === null);
}

function sameMembers(a: JsonObject, b: JsonObject): boolean {
  const keys = Object.keys(a);
  const others = Object.keys(b);
  if (keys.length !== others.length || !hasPlainPrototype(b)) return false;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    if (key !== others[index] || !sameJson(a[key], b[key])) return false;
  }
  return true;
}
