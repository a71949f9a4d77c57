/** Appends bytes, numbers and texts to chunks of one size. */

/** What `reserve` promises: the small writes need no check of their own. */
const RESERVED_BYTES = 64;

export class ByteWriter {
  readonly #chunkBytes: number;
  readonly #full: Uint8Array[] = [];
  #buffer: Buffer;
  #view: DataView;
  #position = 0;

  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
    this.#buffer = Buffer.allocUnsafeSlow(chunkBytes + RESERVED_BYTES);
    this.#view = viewOf(this.#buffer);
  }

  get hasFull(): boolean {
    return this.#full.length > 0;
  }

  /** The full chunks so far; they are the caller's now. */
  takeFull(): Uint8Array[] {
    return this.#full.splice(0);
  }

  /** All that is left, the last chunk as short as it is. */
  finish(): Uint8Array[] {
    this.reserve();
    const rest = this.#buffer.subarray(0, this.#position);
    return rest.length === 0 ? this.takeFull() : [...this.takeFull(), rest];
  }

  /** Makes room for `RESERVED_BYTES` of small writes. To be called before them. */
  reserve(): void {
    if (this.#position >= this.#chunkBytes) this.#cut();
  }

  byte(value: number): void {
    this.#buffer[this.#position++] = value;
  }

  /** At most 8 bytes. */
  varint(value: number): void {
    while (value >= 0x80) {
      this.#buffer[this.#position++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.#buffer[this.#position++] = value;
  }

  float(value: number): void {
    // Bits of a NaN differ from platform to platform.
    if (Number.isNaN(value)) this.#view.setBigUint64(this.#position, CANONICAL_NAN, true);
    else this.#view.setFloat64(this.#position, value, true);
    this.#position += 8;
  }

  /**
   * A short text, a byte for each unit, after a head byte. Says no, and writes nothing, when a unit is above 255.
   * The text must fit into what is reserved.
   */
  shortLatin1(head: number, text: string): boolean {
    const buffer = this.#buffer;
    let position = this.#position;
    buffer[position++] = head;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0xff) return false;
      buffer[position++] = unit;
    }
    this.#position = position;
    return true;
  }

  /** A text of any length, `unitBytes` (1 or 2) for each unit. */
  text(text: string, unitBytes: 1 | 2): void {
    const encoding = unitBytes === 1 ? 'latin1' : 'utf16le';
    for (let start = 0; start < text.length; ) {
      this.reserve();
      const units = Math.min(Math.floor((this.#buffer.length - this.#position) / unitBytes), text.length - start);
      const piece = units === text.length ? text : text.substring(start, start + units);
      this.#position += this.#buffer.write(piece, this.#position, encoding);
      start += units;
    }
  }

  bytes(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; ) {
      this.reserve();
      const piece = bytes.subarray(start, start + this.#buffer.length - this.#position);
      this.#buffer.set(piece, this.#position);
      this.#position += piece.length;
      start += piece.length;
    }
  }

  /** Every chunk but the last has exactly the size asked for; what was written beyond it begins the next one. */
  #cut(): void {
    while (this.#position >= this.#chunkBytes) {
      const beyond = this.#buffer.subarray(this.#chunkBytes, this.#position);
      this.#full.push(this.#buffer.subarray(0, this.#chunkBytes));
      this.#buffer = Buffer.allocUnsafeSlow(this.#chunkBytes + RESERVED_BYTES);
      this.#view = viewOf(this.#buffer);
      this.#buffer.set(beyond);
      this.#position = beyond.length;
    }
  }
}

const CANONICAL_NAN = 0x7ff8000000000000n;

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
