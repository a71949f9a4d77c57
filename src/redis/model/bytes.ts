/**
 * Strings that are changed in place: APPEND, SETRANGE, SETBIT and BITFIELD.
 *
 * A string under a key is a JavaScript string until the first such change, and then becomes `Bytes`. Its room doubles when
 * it is used up, so many small changes of a long string cost no copy each.
 */
import { type Database, putValue, valueAtKey } from './key-space.ts';
import type { Bytes } from './values.ts';

/** The longest string, in bytes. */
export const MAX_STRING_BYTES: number = 64 * 1024 * 1024;

const SMALLEST_ROOM = 32;
/** The last integer of BITFIELD may begin in the last byte that a string may have. */
const INTEGER_BYTES = 8;

/** A string of bytes from latin1 text. */
export function bytesFrom(text: string, room: number = text.length): Bytes {
  const data = new Uint8Array(Math.max(room, text.length));
  writeText(data, 0, text);
  return { kind: 'bytes', data, length: text.length };
}

/** The bytes as latin1 text. */
export function textOfBytes({ data, length }: Bytes): string {
  return Buffer.from(data.buffer, data.byteOffset, length).toString('latin1');
}

/**
 * The string under the key as bytes that may be changed, at least `length` long. Zeros fill what is new.
 *
 * Undefined when the key holds something else, or the string would become too long: then the effect changes nothing.
 */
export function bytesForChange(database: Database, key: string, length: number): Bytes | undefined {
  if (!(length <= MAX_STRING_BYTES + INTEGER_BYTES)) return undefined;
  const value = valueAtKey(database, key);
  if (value === undefined || typeof value === 'string') {
    const text = value ?? '';
    const needed = Math.max(text.length, length);
    const bytes = bytesFrom(text, roomFor(text.length, needed));
    bytes.length = needed;
    putValue(database, key, bytes);
    const placed = valueAtKey(database, key);
    return typeof placed === 'object' && placed.kind === 'bytes' ? placed : undefined;
  }
  if (value.kind !== 'bytes') return undefined;
  grow(database, value, length);
  return value;
}

/** Writes latin1 text at an offset. There must be room for it. */
export function writeText(data: Uint8Array, offset: number, text: string): void {
  Buffer.from(data.buffer, data.byteOffset, data.length).write(text, offset, 'latin1');
}

function grow(database: Database, bytes: Bytes, length: number): void {
  if (length > bytes.data.length) {
    const data = new Uint8Array(roomFor(bytes.data.length, length));
    data.set(bytes.data.subarray(0, bytes.length));
    database.size += data.length - bytes.data.length;
    bytes.data = data;
  }
  if (length > bytes.length) bytes.length = length;
}

/** How many bytes to reserve. A first far write gets what it needs. After that the room doubles. */
function roomFor(present: number, needed: number): number {
  const doubled = Math.min(2 * present, MAX_STRING_BYTES);
  return Math.max(needed, doubled, SMALLEST_ROOM);
}
