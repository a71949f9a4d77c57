/**
 * From bytes to requests: each is an array of latin1 strings, one character a byte.
 *
 * A request is an array of bulk strings, or one inline line. The parser keeps what is incomplete, and never reserves
 * memory for a length that a client only announces. Errors are fatal for the connection: the texts are Redis's own.
 *
 * Nearly every request has come completely, and is what clients usually send. `#whole` reads it in one go. Whatever is
 * incomplete or unusual in any way is left to the functions after it, which go step by step and know the errors.
 */
import { splitInline } from './inline.ts';
import { parseSafeInteger } from './numbers.ts';

const CR = 13;
const LF = 10;
const DOLLAR = 36;
const STAR = 42;
const ZERO = 48;

/** The longest line: an inline request, or the head of an array or a string. */
export const MAX_LINE_BYTES: number = 64 * 1024;
/** The largest value that the server accepts, whatever `proto-max-bulk-len` says. */
export const MAX_BULK_BYTES: number = 64 * 1024 * 1024;
/** What an argument takes beside its bytes, roughly. */
const ARGUMENT_BYTES = 24;
const EMPTY: Buffer = Buffer.alloc(0);
const MAX_ARGUMENTS = 2 ** 31 - 1;
/** Before a client has proved who it is. */
const MAX_ARGUMENTS_UNKNOWN = 10;
const MAX_BULK_UNKNOWN = 16 * 1024;

/** The client broke the protocol, and the connection cannot go on. The message is the error for the client. */
export class ProtocolError extends Error {}

/** What a client may send at this time. */
export interface RequestLimits {
  /** Whether the client has yet to prove who it is. */
  readonly isUnknown: boolean;
  readonly maxBulkBytes: number;
}

export class RequestParser {
  /** A chunk as it came, or our copy of what is incomplete, with room behind its end. */
  #buffer: Buffer = EMPTY;
  /** Whether the buffer is our copy. */
  #isOwn = false;
  /** What is unread stands between `#offset` and `#end`. */
  #offset = 0;
  #end = 0;
  /** The request that is being read. */
  #args: string[] = [];
  /** Arguments that the request still lacks; 0 between requests. */
  #missing = 0;
  /** The bytes of the next argument; -1 before its head was read. */
  #bulk = -1;
  #argumentBytes = 0;
  /** Where `#whole` reads. */
  #at = 0;

  /** Bytes that have come and are not yet part of a finished request, and what its arguments take. */
  get pendingBytes(): number {
    return this.#end - this.#offset + this.#argumentBytes;
  }

  /** Takes over the chunk. */
  push(chunk: Buffer): void {
    if (this.#offset === this.#end) {
      this.#buffer = chunk;
      this.#isOwn = false;
      this.#offset = 0;
      this.#end = chunk.length;
      return;
    }
    this.#makeRoom(chunk.length);
    chunk.copy(this.#buffer, this.#end);
    this.#end += chunk.length;
  }

  /** The copy grows with what has come, never with what was announced: each byte is copied about twice. */
  #makeRoom(bytes: number): void {
    if (this.#isOwn && this.#end + bytes <= this.#buffer.length) return;
    const unread = this.#end - this.#offset;
    const grown = Buffer.allocUnsafeSlow(2 * (unread + bytes));
    this.#buffer.copy(grown, 0, this.#offset, this.#end);
    this.#buffer = grown;
    this.#isOwn = true;
    this.#offset = 0;
    this.#end = unread;
  }

  /**
   * The next complete request; undefined when more bytes are needed. An empty request is never given.
   *
   * @throws ProtocolError with the text for the client
   */
  next(limits: RequestLimits): string[] | undefined {
    for (;;) {
      if (this.#missing === 0) {
        const whole = this.#whole(limits);
        if (whole !== undefined) return whole;
        const inline = this.#begin(limits);
        if (inline === undefined) return undefined;
        if (inline.length > 0) return inline;
        if (this.#missing === 0) continue;
      }
      if (!this.#readArguments(limits)) return undefined;
      const args = this.#args;
      this.#args = [];
      this.#argumentBytes = 0;
      return args;
    }
  }

  /** A complete and usual request. Undefined for any other, and then nothing was read. */
  #whole({ isUnknown, maxBulkBytes }: RequestLimits): string[] | undefined {
    const buffer = this.#buffer;
    const end = this.#end;
    if (this.#offset >= end || buffer[this.#offset] !== STAR) return undefined;
    this.#at = this.#offset + 1;
    const count = this.#count(isUnknown ? MAX_ARGUMENTS_UNKNOWN : USUAL_ARGUMENTS);
    if (count < 1) return undefined;
    const longest = isUnknown ? MAX_BULK_UNKNOWN : Math.min(maxBulkBytes, MAX_BULK_BYTES);
    const args: string[] = [];
    for (let index = 0; index < count; index++) {
      if (this.#at >= end || buffer[this.#at] !== DOLLAR) return undefined;
      this.#at++;
      const length = this.#count(longest);
      const start = this.#at;
      if (length < 0 || start + length + 2 > end) return undefined;
      args.push(index === 0 ? nameAt(buffer, start, length) : buffer.toString('latin1', start, start + length));
      this.#at = start + length + 2;
    }
    this.#offset = this.#at;
    return args;
  }

  /** Reads a usual number with the end of its line; -1 for anything else, also for one above `most`. */
  #count(most: number): number {
    const buffer = this.#buffer;
    const end = Math.min(this.#end, this.#at + USUAL_DIGITS + 2);
    let value = 0;
    let digits = 0;
    let at = this.#at;
    for (; at < end; at++, digits++) {
      const digit = buffer[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const isUsual = digits === 1 || (digits > 1 && buffer[this.#at] !== ZERO);
    if (!isUsual || at + 1 >= this.#end || buffer[at] !== CR || buffer[at + 1] !== LF || value > most) return -1;
    this.#at = at + 2;
    return value;
  }

  /** Reads the head of a request: sets `#missing`, or gives an inline request. Undefined when more bytes are needed. */
  #begin({ isUnknown }: RequestLimits): string[] | undefined {
    if (this.#offset >= this.#end) return this.#keep();
    if (this.#buffer[this.#offset] !== STAR) return this.#inline();
    const head = this.#line('too big mbulk count string');
    if (head === undefined) return undefined;
    const count = parseSafeInteger(head.slice(1));
    if (count === undefined || count > MAX_ARGUMENTS)
      throw new ProtocolError('Protocol error: invalid multibulk length');
    if (isUnknown && count > MAX_ARGUMENTS_UNKNOWN) {
      throw new ProtocolError('Protocol error: unauthenticated multibulk length');
    }
    this.#missing = Math.max(count, 0);
    this.#bulk = -1;
    return [];
  }

  #inline(): string[] | undefined {
    const end = this.#indexOf(LF);
    if (end === -1) {
      if (this.#end - this.#offset > MAX_LINE_BYTES) {
        throw new ProtocolError('Protocol error: too big inline request');
      }
      return this.#keep();
    }
    const stop = end > this.#offset && this.#buffer[end - 1] === CR ? end - 1 : end;
    const line = this.#buffer.toString('latin1', this.#offset, stop);
    this.#offset = end + 1;
    const args = splitInline(line);
    if (args === undefined) throw new ProtocolError('Protocol error: unbalanced quotes in request');
    return args;
  }

  /** Reads arguments until the request is complete. False when more bytes are needed. */
  #readArguments({ isUnknown, maxBulkBytes }: RequestLimits): boolean {
    while (this.#missing > 0) {
      if (this.#bulk === -1) {
        const head = this.#line('too big bulk count string');
        if (head === undefined) return false;
        if (head.charCodeAt(0) !== DOLLAR) {
          throw new ProtocolError(`Protocol error: expected '$', got '${head.charAt(0)}'`);
        }
        const length = parseSafeInteger(head.slice(1));
        if (length === undefined || length < 0 || length > maxBulkBytes) throw invalidBulk();
        if (isUnknown && length > MAX_BULK_UNKNOWN) {
          throw new ProtocolError('Protocol error: unauthenticated bulk length');
        }
        if (length > MAX_BULK_BYTES) throw invalidBulk();
        this.#bulk = length;
      }
      const end = this.#offset + this.#bulk;
      if (this.#end < end + 2) {
        this.#keep();
        return false;
      }
      this.#args.push(this.#buffer.toString('latin1', this.#offset, end));
      this.#argumentBytes += this.#bulk + ARGUMENT_BYTES;
      this.#offset = end + 2;
      this.#bulk = -1;
      this.#missing--;
    }
    return true;
  }

  /** A line without its end; undefined when it is incomplete. */
  #line(tooLong: string): string | undefined {
    const end = this.#indexOf(CR);
    if (end === -1 || end + 1 >= this.#end) {
      if (end === -1 && this.#end - this.#offset > MAX_LINE_BYTES) {
        throw new ProtocolError(`Protocol error: ${tooLong}`);
      }
      return this.#keep();
    }
    const line = this.#buffer.toString('latin1', this.#offset, end);
    this.#offset = end + 2;
    return line;
  }

  /** Where the byte stands in what is unread; -1 when it does not. */
  #indexOf(byte: number): number {
    const at = this.#buffer.indexOf(byte, this.#offset);
    return at < this.#end ? at : -1;
  }

  /** More bytes are needed. What is unread is copied when a view of it would keep much more memory alive. */
  #keep(): undefined {
    const unread = this.#end - this.#offset;
    if (unread > 0 && this.#isOwn && unread * 4 >= this.#buffer.length) return undefined;
    this.#buffer = unread === 0 ? EMPTY : Buffer.from(this.#buffer.subarray(this.#offset, this.#end));
    this.#isOwn = unread > 0;
    this.#offset = 0;
    this.#end = unread;
    return undefined;
  }
}

/** Of a request that is read in one go. */
const USUAL_ARGUMENTS = 1024;
const USUAL_DIGITS = 9;

/** Names of commands that were read before, by a hash of their bytes. The same few come again and again. */
const NAMES: string[] = new Array(256).fill('');
const LONGEST_KEPT_NAME = 16;

/** A text, which is made only when it is not the last one with its hash. */
function nameAt(buffer: Buffer, start: number, length: number): string {
  if (length > LONGEST_KEPT_NAME) return buffer.toString('latin1', start, start + length);
  let hash = length;
  for (let at = start; at < start + length; at++) hash = (hash * 31 + buffer[at]!) & 0xff;
  const known = NAMES[hash]!;
  if (known.length === length && isAt(buffer, start, known)) return known;
  const name = buffer.toString('latin1', start, start + length);
  NAMES[hash] = name;
  return name;
}

function isAt(buffer: Buffer, start: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (buffer[start + at] !== text.charCodeAt(at)) return false;
  return true;
}

function invalidBulk(): ProtocolError {
  return new ProtocolError('Protocol error: invalid bulk length');
}
