/**
 * Bytes to read from front to back, from memory or from a file of any size.
 *
 * Memory follows what has arrived, never what a length in the input announces. Reading past the end throws
 * `RedisFileError` of kind `truncated`.
 */
import { constants } from 'node:buffer';
import { crc64 } from './crc64.ts';
import { RedisFileError } from './file-error.ts';

/** Puts the next bytes at the start of the buffer and says how many; 0 at the end of the input. */
export type Fill = (into: Uint8Array) => number;

/** What the bytes of an input are. */
interface Place {
  /** The place of the first byte in the file. */
  readonly start: number;
  /** True when the bytes were unpacked from what stands at `start`: then every error is there. */
  readonly packed: boolean;
  /** What it means that the bytes end: that the file does, or that a string of it is wrong. */
  readonly shortage: 'truncated' | 'malformed';
  /** Longer strings than this are refused, in bytes. */
  readonly longestText: number;
}

/** In bytes. Large enough that a system call costs nothing beside the parsing. */
const INPUT_CHUNK = 1 << 18;

/** In bytes. Redis's own bound for a string, and V8's. */
const LONGEST_TEXT = Math.min(512 * 1024 * 1024, constants.MAX_STRING_LENGTH);

const WHOLE: Place = { start: 0, packed: false, shortage: 'truncated', longestText: LONGEST_TEXT };

export class ByteInput {
  readonly #fill: Fill | undefined;
  readonly #place: Place;
  /** How many bytes were read and dropped from `#bytes`. */
  #dropped = 0;
  #bytes: Buffer;
  /** The next byte to read, and the end of what has arrived, as indices of `#bytes`. */
  #at = 0;
  #end: number;
  /** The checksum of the bytes before index `#hashed`. */
  #crc = 0n;
  #hashed = 0;

  private constructor(bytes: Buffer, end: number, place: Place, fill?: Fill) {
    this.#bytes = bytes;
    this.#end = end;
    this.#place = place;
    this.#fill = fill;
  }

  /** Reads these bytes. */
  static of(bytes: Uint8Array, longestText: number = LONGEST_TEXT): ByteInput {
    return new ByteInput(bufferOf(bytes), bytes.length, { ...WHOLE, longestText });
  }

  /** Reads bytes that are one string of this input. @param packed whether they were unpacked from what stands at `start` */
  inner(bytes: Uint8Array, start: number, packed: boolean): ByteInput {
    const { longestText } = this.#place;
    return new ByteInput(bufferOf(bytes), bytes.length, { start, packed, shortage: 'malformed', longestText });
  }

  /** Reads what `fill` delivers, in chunks. */
  static from(fill: Fill): ByteInput {
    return new ByteInput(Buffer.allocUnsafe(INPUT_CHUNK), 0, WHOLE, fill);
  }

  /** How many bytes were read. */
  get consumed(): number {
    return this.#dropped + this.#at;
  }

  /** The place of the next byte in the file. */
  get offset(): number {
    return this.#place.start + (this.#place.packed ? 0 : this.consumed);
  }

  /** True when no byte is left. */
  get ended(): boolean {
    return !this.#has(1);
  }

  /** CRC-64 of all bytes read until now. */
  get checksum(): bigint {
    this.#hash();
    return this.#crc;
  }

  /** An error at the place of the next byte. */
  fail(what: string): never {
    throw new RedisFileError('malformed', what, this.offset);
  }

  byte(): number {
    this.#need(1);
    const byte = this.#bytes[this.#at]!;
    this.#at += 1;
    return byte;
  }

  /** The next byte without reading it. */
  peek(): number {
    this.#need(1);
    return this.#bytes[this.#at]!;
  }

  /** Whether these ASCII letters come next; they are not read. */
  startsWith(letters: string): boolean {
    return this.#has(letters.length) && this.#bytes.toString('latin1', this.#at, this.#at + letters.length) === letters;
  }

  /** A signed integer of 1 to 6 bytes, the lowest byte first. */
  int(bytes: number): number {
    return this.#bytes.readIntLE(this.#take(bytes), bytes);
  }

  /** An unsigned integer of 1 to 6 bytes, the lowest byte first. */
  uint(bytes: number): number {
    return this.#bytes.readUIntLE(this.#take(bytes), bytes);
  }

  /** An unsigned integer of 32 bits, the highest byte first. */
  uint32BigEndian(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64LE(this.#take(8));
  }

  uint64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8));
  }

  uint64BigEndian(): bigint {
    return this.#bytes.readBigUInt64BE(this.#take(8));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  /** Refuses strings that are too long. */
  requireText(length: number): void {
    const { longestText } = this.#place;
    if (length <= longestText) return;
    throw new RedisFileError('unsupported', `A string of ${length} bytes is longer than ${longestText}`, this.offset);
  }

  /** The next bytes as a latin1 string. */
  text(length: number): string {
    this.requireText(length);
    const start = this.#take(length);
    return this.#bytes.toString('latin1', start, start + length);
  }

  /** The next bytes, to be used before the next call of any method. */
  view(length: number): Buffer {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** The line before the next CRLF, which is read as well. */
  line(longest: number): string {
    for (let length = 0; length <= longest; length += 1) {
      this.#need(length + 2);
      if (this.#bytes[this.#at + length] !== 0x0d || this.#bytes[this.#at + length + 1] !== 0x0a) continue;
      const line = this.text(length);
      this.#at += 2;
      return line;
    }
    return this.fail(`A line is longer than ${longest} bytes`);
  }

  /** Reads `length` bytes and returns the index where they begin. */
  #take(length: number): number {
    this.#need(length);
    const start = this.#at;
    this.#at += length;
    return start;
  }

  #need(length: number): void {
    if (this.#has(length)) return;
    const kind = this.#place.shortage;
    throw new RedisFileError(kind, `The input is too short: ${length} more bytes should follow`, this.offset);
  }

  #has(length: number): boolean {
    while (this.#end - this.#at < length) if (!this.#more()) return false;
    return true;
  }

  /** Gets more bytes; false at the end of the input. Drops what was read, or doubles the buffer if all is needed. */
  #more(): boolean {
    if (this.#fill === undefined) return false;
    this.#drop();
    if (this.#end === this.#bytes.length) {
      const larger = Buffer.allocUnsafe(this.#bytes.length * 2);
      this.#bytes.copy(larger, 0, 0, this.#end);
      this.#bytes = larger;
    }
    const arrived = this.#fill(this.#bytes.subarray(this.#end));
    this.#end += arrived;
    return arrived > 0;
  }

  #drop(): void {
    if (this.#at === 0) return;
    this.#hash();
    this.#bytes.copyWithin(0, this.#at, this.#end);
    this.#dropped += this.#at;
    this.#end -= this.#at;
    this.#at = 0;
    this.#hashed = 0;
    if (this.#bytes.length > INPUT_CHUNK && this.#end <= INPUT_CHUNK / 2)
      this.#bytes = Buffer.from(this.#bytes.subarray(0, INPUT_CHUNK));
  }

  #hash(): void {
    if (this.#hashed === this.#at) return;
    this.#crc = crc64(this.#bytes.subarray(this.#hashed, this.#at), this.#crc);
    this.#hashed = this.#at;
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
