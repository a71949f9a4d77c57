/**
 * From bytes to requests: each is an array of latin1 strings, one character a byte.
 *
 * A request is an array of bulk strings, or one inline line. The parser keeps what is incomplete, and never reserves
 * memory for a length that a client only announces. Errors are fatal for the connection: the texts are Redis's own.
 */
import { splitInline } from './inline.ts';
import { parseSafeInteger } from './numbers.ts';

const CR = 13;
const LF = 10;
const DOLLAR = 36;
const STAR = 42;

/** The longest line: an inline request, or the head of an array or a string. */
export const MAX_LINE_BYTES: number = 64 * 1024;
/** The largest value that the server accepts, whatever `proto-max-bulk-len` says. */
export const MAX_BULK_BYTES: number = 64 * 1024 * 1024;
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
  #buffer: Buffer = Buffer.alloc(0);
  #offset = 0;
  /** Chunks that came after `#buffer`; they are joined when what is missing can be there. */
  #later: Buffer[] = [];
  #laterBytes = 0;
  /** Bytes of `#buffer` from `#offset` on that the parser needs before it can go on. */
  #needed = 1;
  /** The request that is being read. */
  #args: string[] = [];
  /** Arguments that the request still lacks; 0 between requests. */
  #missing = 0;
  /** The bytes of the next argument; -1 before its head was read. */
  #bulk = -1;
  #argumentBytes = 0;

  /** Bytes that have come and are not yet part of a finished request. */
  get pendingBytes(): number {
    return this.#buffer.length - this.#offset + this.#laterBytes + this.#argumentBytes;
  }

  push(chunk: Buffer): void {
    if (this.#later.length === 0 && this.#offset === this.#buffer.length) {
      this.#buffer = chunk;
      this.#offset = 0;
      return;
    }
    this.#later.push(chunk);
    this.#laterBytes += chunk.length;
  }

  /**
   * The next complete request; undefined when more bytes are needed. An empty request is never given.
   *
   * @throws ProtocolError with the text for the client
   */
  next(limits: RequestLimits): string[] | undefined {
    if (!this.#gather()) return undefined;
    // What was needed is here. Without this, smaller requests would wait for as many bytes as the last large one had.
    this.#needed = 1;
    for (;;) {
      if (this.#missing === 0) {
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

  /** Joins the chunks once they hold what is needed. A long value that comes in small pieces is so copied only once. */
  #gather(): boolean {
    if (this.#later.length === 0) return this.#offset < this.#buffer.length;
    if (this.#buffer.length - this.#offset + this.#laterBytes < this.#needed) return false;
    this.#buffer = Buffer.concat([this.#buffer.subarray(this.#offset), ...this.#later]);
    this.#offset = 0;
    this.#later = [];
    this.#laterBytes = 0;
    return true;
  }

  /** Reads the head of a request: sets `#missing`, or gives an inline request. Undefined when more bytes are needed. */
  #begin({ isUnknown }: RequestLimits): string[] | undefined {
    if (this.#offset >= this.#buffer.length) return this.#need(1);
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
    const end = this.#buffer.indexOf(LF, this.#offset);
    if (end === -1) {
      if (this.#buffer.length - this.#offset > MAX_LINE_BYTES) {
        throw new ProtocolError('Protocol error: too big inline request');
      }
      return this.#need(this.#buffer.length - this.#offset + 1);
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
        if (length === undefined || length < 0 || length > Math.min(maxBulkBytes, MAX_BULK_BYTES)) {
          throw new ProtocolError('Protocol error: invalid bulk length');
        }
        if (isUnknown && length > MAX_BULK_UNKNOWN) {
          throw new ProtocolError('Protocol error: unauthenticated bulk length');
        }
        this.#bulk = length;
      }
      const end = this.#offset + this.#bulk;
      if (this.#buffer.length < end + 2) {
        this.#need(this.#bulk + 2);
        return false;
      }
      this.#args.push(this.#buffer.toString('latin1', this.#offset, end));
      this.#argumentBytes += this.#bulk;
      this.#offset = end + 2;
      this.#bulk = -1;
      this.#missing--;
    }
    return true;
  }

  /** A line without its end; undefined when it is incomplete. */
  #line(tooLong: string): string | undefined {
    const end = this.#buffer.indexOf(CR, this.#offset);
    if (end === -1 || end + 1 >= this.#buffer.length) {
      if (end === -1 && this.#buffer.length - this.#offset > MAX_LINE_BYTES) {
        throw new ProtocolError(`Protocol error: ${tooLong}`);
      }
      return this.#need(this.#buffer.length - this.#offset + 1);
    }
    const line = this.#buffer.toString('latin1', this.#offset, end);
    this.#offset = end + 2;
    return line;
  }

  /** Notes how many bytes are needed before reading can go on, and lets go of what was read. */
  #need(bytes: number): undefined {
    this.#needed = bytes;
    if (this.#offset > 0) {
      // A view would keep the whole chunk of the socket alive.
      this.#buffer =
        this.#offset === this.#buffer.length ? Buffer.alloc(0) : Buffer.from(this.#buffer.subarray(this.#offset));
      this.#offset = 0;
    }
    return undefined;
  }
}
