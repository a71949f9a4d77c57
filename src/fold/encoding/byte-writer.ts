/** Appends bytes, numbers and strings to chunks of one size. */

/** The space that `reserve` guarantees, so that small writes need no check. */
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

  /** Removes and returns the full chunks. The caller may keep them. */
  takeFull(): Uint8Array[] {
    return this.#full.splice(0);
  }

  /** Returns all remaining chunks. The last one may be shorter. */
  finish(): Uint8Array[] {
    this.reserve();
    const rest = this.#buffer.subarray(0, this.#position);
    return rest.length === 0 ? this.takeFull() : [...this.takeFull(), rest];
  }

  /** Makes room for `RESERVED_BYTES` of small writes. Call it before them. */
  reserve(): void {
    if (this.#position >= this.#chunkBytes) this.#cut();
  }

  byte(value: number): void {
    this.#buffer[this.#position++] = value;
  }

  /** Writes at most 8 bytes. */
  varint(value: number): void {
    while (value >= 0x80) {
      this.#buffer[this.#position++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.#buffer[this.#position++] = value;
  }

  float(value: number): void {
    // The bits of a NaN depend on the platform.
    if (Number.isNaN(value)) this.#view.setBigUint64(this.#position, CANONICAL_NAN, true);
    else this.#view.setFloat64(this.#position, value, true);
    this.#position += 8;
  }

  /**
   * Writes a head byte and a short string, with one byte for each UTF-16 unit. Returns false and writes nothing when a
   * unit is above 255. The string must fit into the reserved space.
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

  /** Writes a string of any length, with `unitBytes` bytes for each UTF-16 unit. */
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

  /** Every chunk but the last has exactly the requested size. Bytes beyond it move to the next chunk. */
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
