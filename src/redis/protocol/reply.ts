/**
 * What goes to one client, in the order in which it was said.
 *
 * A command writes its reply piece by piece: `array(2)`, then two replies. Text is latin1: one character a byte. The
 * same calls give RESP2 or RESP3, as the client has asked. `mark` and `rewind` take back a reply that is half written.
 */
import { formatDouble } from './numbers.ts';

/** Text beyond this many characters becomes a chunk, because one string of JavaScript cannot hold everything. */
const CHUNK_CHARACTERS = 1024 * 1024;

const PILE_BYTES = 1024 * 1024;

/** A place in the output, for `rewind`. */
export interface ReplyMark {
  readonly chunks: number;
  readonly text: string;
  readonly size: number;
}

/** A piece of output: latin1 text, or bytes. */
export type Output = string | Uint8Array;

export class Reply {
  /** The version of the protocol. */
  resp: 2 | 3 = 2;
  /** Called when output appears where none was waiting. */
  onOutput: (() => void) | undefined;
  /** Called when messages pile up: after one that leaves a mebibyte or more waiting. */
  onPile: (() => void) | undefined;
  /** Whether replies are thrown away, as CLIENT REPLY asked. Messages written by `aside` still go out. */
  isMuted = false;
  #text = '';
  #chunks: Output[] = [];
  /** Bytes in the chunks. */
  #chunkBytes = 0;

  /** Bytes written and not yet taken. */
  get size(): number {
    return this.#chunkBytes + this.#text.length;
  }

  /** Everything that was written, in order. Afterwards the reply is empty. */
  take(): Output[] {
    const chunks = this.#chunks;
    if (this.#text !== '') chunks.push(this.#text);
    this.#text = '';
    this.#chunks = [];
    this.#chunkBytes = 0;
    return chunks;
  }

  mark(): ReplyMark {
    return { chunks: this.#chunks.length, text: this.#text, size: this.#chunkBytes };
  }

  /** Takes back everything since the mark, if nothing was taken in between. */
  rewind(mark: ReplyMark): void {
    this.#chunks.length = mark.chunks;
    this.#text = mark.text;
    this.#chunkBytes = mark.size;
  }

  /** Writes something that no command asked for: a message to a subscriber, an invalidation. It goes out although replies are muted. */
  aside(write: (reply: Reply) => void): void {
    const { isMuted } = this;
    this.isMuted = false;
    write(this);
    this.isMuted = isMuted;
    if (this.size >= PILE_BYTES) this.onPile?.();
  }

  /** Text that is a reply already. */
  raw(text: string): void {
    if (this.isMuted) return;
    if (this.#text === '' && this.#chunks.length === 0) this.onOutput?.();
    this.#text += text;
    if (this.#text.length > CHUNK_CHARACTERS) this.#spill();
  }

  /** `+text`: a status, without CR and LF. */
  simple(text: string): void {
    this.raw(`+${text}\r\n`);
  }

  ok(): void {
    this.raw('+OK\r\n');
  }

  /** An error, with its code: `ERR no such key`. CR and LF become spaces. */
  error(message: string): void {
    this.raw(`-${message.replace(/[\r\n]/g, ' ')}\r\n`);
  }

  integer(value: number | bigint): void {
    this.raw(`:${value}\r\n`);
  }

  /** A string of bytes, in latin1; null for `undefined`. */
  bulk(value: string | undefined): void {
    if (value === undefined) this.null();
    else this.raw(`$${value.length}\r\n${value}\r\n`);
  }

  /** A string of bytes. They are copied. */
  bytes(value: Uint8Array): void {
    if (this.isMuted) return;
    this.raw(`$${value.length}\r\n`);
    this.#spill();
    this.#chunks.push(value.slice());
    this.#chunkBytes += value.length;
    this.raw('\r\n');
  }

  /** Replies that another thread has written. */
  adopt(output: readonly Output[]): void {
    for (const piece of output) {
      if (typeof piece === 'string') {
        this.raw(piece);
        continue;
      }
      this.raw('');
      this.#spill();
      this.#chunks.push(piece);
      this.#chunkBytes += piece.length;
    }
  }

  /** No value, where a single value stands. */
  null(): void {
    this.raw(this.resp === 3 ? '_\r\n' : '$-1\r\n');
  }

  /** No value, where an array stands. */
  nullArray(): void {
    this.raw(this.resp === 3 ? '_\r\n' : '*-1\r\n');
  }

  /** An array: `length` replies follow. */
  array(length: number): void {
    this.raw(`*${length}\r\n`);
  }

  /** A map: `size` pairs of replies follow. In RESP2 it is a flat array. */
  map(size: number): void {
    this.raw(this.resp === 3 ? `%${size}\r\n` : `*${size * 2}\r\n`);
  }

  /** A set: `size` replies follow. In RESP2 it is an array. */
  set(size: number): void {
    this.raw(this.resp === 3 ? `~${size}\r\n` : `*${size}\r\n`);
  }

  /** A message that is not an answer: `length` replies follow. In RESP2 it is an array. */
  push(length: number): void {
    this.raw(this.resp === 3 ? `>${length}\r\n` : `*${length}\r\n`);
  }

  /** A floating-point number. In RESP2 it is a bulk string. */
  double(value: number): void {
    if (this.resp === 3) this.raw(`,${formatDouble(value)}\r\n`);
    else this.bulk(formatDouble(value));
  }

  /** In RESP2 it is 1 or 0. */
  boolean(value: boolean): void {
    if (this.resp === 3) this.raw(value ? '#t\r\n' : '#f\r\n');
    else this.integer(value ? 1 : 0);
  }

  /** A number of any size, as decimal text. In RESP2 it is a bulk string. */
  bigNumber(digits: string): void {
    if (this.resp === 3) this.raw(`(${digits}\r\n`);
    else this.bulk(digits);
  }

  /** Text for people. In RESP2 it is a bulk string. @param format three letters, such as `txt` */
  verbatim(text: string, format = 'txt'): void {
    if (this.resp === 3) this.raw(`=${text.length + 4}\r\n${format}:${text}\r\n`);
    else this.bulk(text);
  }

  /** An array of strings. */
  bulks(values: readonly string[]): void {
    this.array(values.length);
    for (const value of values) this.bulk(value);
  }

  #spill(): void {
    if (this.#text === '') return;
    this.#chunks.push(this.#text);
    this.#chunkBytes += this.#text.length;
    this.#text = '';
  }
}
