/** Bytes to write from front to back, into a buffer that grows. */

const FIRST_SIZE = 256;

export class ByteOutput {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_SIZE);
  #end = 0;

  /** How many bytes wait to be taken. */
  get length(): number {
    return this.#end;
  }

  byte(value: number): this {
    const at = this.#room(1);
    this.#bytes[at] = value;
    return this;
  }

  /** An integer of 1 to 6 bytes, the lowest byte first; a negative one as its two's complement. */
  int(value: number, bytes: number): this {
    const at = this.#room(bytes);
    if (value < 0) this.#bytes.writeIntLE(value, at, bytes);
    else this.#bytes.writeUIntLE(value, at, bytes);
    return this;
  }

  uint32BigEndian(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeUInt32BE(value, at);
    return this;
  }

  int64(value: bigint): this {
    const at = this.#room(8);
    this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, value), at);
    return this;
  }

  uint64BigEndian(value: bigint): this {
    const at = this.#room(8);
    this.#bytes.writeBigUInt64BE(value, at);
    return this;
  }

  double(value: number): this {
    const at = this.#room(8);
    this.#bytes.writeDoubleLE(value, at);
    return this;
  }

  /** A latin1 string, one byte a character. */
  text(value: string): this {
    const at = this.#room(value.length);
    this.#bytes.write(value, at, 'latin1');
    return this;
  }

  append(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** The bytes until now, to be used before the next call; the output begins again, empty. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#end);
    this.#end = 0;
    return taken;
  }

  /** Makes room and returns where it begins. */
  #room(bytes: number): number {
    const at = this.#end;
    this.#end += bytes;
    if (this.#end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#end, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }
}
