/**
 * Reads bytes, numbers and strings from chunks of any size. A value may span several chunks.
 *
 * It does not trust the input: it allocates memory for a size only when that many bytes are present.
 */

/** Thrown when the bytes are not an encoded state. */
export class DamagedBytes extends Error {}

/** The longest string that V8 can hold, in UTF-16 units. */
const MAX_TEXT = 2 ** 29 - 24;

/** Strings up to this size are cached, because most states repeat the same few words. */
const WORD_BYTES = 16;
const WORDS = 1024;

export class ByteReader {
  readonly #chunks: Iterator<Uint8Array>;
  readonly #words: string[] = new Array<string>(WORDS).fill('');
  #buffer: Buffer = Buffer.alloc(0);
  #position = 0;
  /** The number of bytes before the current buffer, for messages. */
  #before = 0;

  constructor(chunks: Iterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.iterator]();
  }

  /** The error that the chunks' own iterator threw, if any. It does not mean that the bytes are damaged. */
  sourceError: unknown;

  /** The number of bytes read so far. */
  get offset(): number {
    return this.#before + this.#position;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#buffer.length && !this.#refill(1);
  }

  /** Closes the chunks' iterator. */
  close(): void {
    this.#chunks.return?.();
  }

  byte(): number {
    if (this.#position >= this.#buffer.length) this.#need(1);
    return this.#buffer[this.#position++]!;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte >= 0x80) continue;
      if (value > Number.MAX_SAFE_INTEGER) break;
      return value;
    }
    throw new DamagedBytes('an integer is too large');
  }

  float(): number {
    this.#need(8);
    const value = this.#buffer.readDoubleLE(this.#position);
    this.#position += 8;
    return value;
  }

  /** The next bytes. The view is valid until the next read. */
  bytes(size: number): Buffer {
    this.#need(size);
    const start = this.#position;
    this.#position += size;
    return this.#buffer.subarray(start, this.#position);
  }

  latin1(units: number): string {
    if (units > MAX_TEXT) throw new DamagedBytes('a text is too long');
    this.#need(units);
    const start = this.#position;
    this.#position += units;
    return units <= WORD_BYTES ? this.#word(start, units) : this.#buffer.toString('latin1', start, this.#position);
  }

  utf16(units: number): string {
    if (units > MAX_TEXT) throw new DamagedBytes('a text is too long');
    this.#need(2 * units);
    const start = this.#position;
    this.#position += 2 * units;
    return this.#buffer.toString('utf16le', start, this.#position);
  }

  #word(start: number, size: number): string {
    const buffer = this.#buffer;
    let hash = size;
    for (let at = start; at < start + size; at++) hash = (hash * 31 + buffer[at]!) | 0;
    const known = this.#words[hash & (WORDS - 1)]!;
    if (this.#isWord(known, start, size)) return known;
    return (this.#words[hash & (WORDS - 1)] = buffer.toString('latin1', start, start + size));
  }

  #isWord(word: string, start: number, size: number): boolean {
    if (word.length !== size) return false;
    for (let index = 0; index < size; index++) if (word.charCodeAt(index) !== this.#buffer[start + index]) return false;
    return true;
  }

  #need(size: number): void {
    if (this.#buffer.length - this.#position >= size || this.#refill(size)) return;
    throw new DamagedBytes('the bytes end too early');
  }

  /** Joins the remaining bytes with the next chunks until there are `size` bytes. False when there are fewer. */
  #refill(size: number): boolean {
    const parts: Uint8Array[] = [];
    let length = this.#buffer.length - this.#position;
    if (length > 0) parts.push(this.#buffer.subarray(this.#position));
    while (length < size) {
      const chunk = this.#nextChunk();
      if (chunk === undefined) break;
      parts.push(chunk);
      length += chunk.length;
    }
    this.#before += this.#position;
    this.#position = 0;
    this.#buffer = parts.length === 1 ? asBuffer(parts[0]!) : Buffer.concat(parts, length);
    return length >= size;
  }

  #nextChunk(): Uint8Array | undefined {
    try {
      const next = this.#chunks.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      this.sourceError = error;
      throw error;
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
