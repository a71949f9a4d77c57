/** Writes a listpack: elements one after the other, each an integer or a string, with its length behind it. */
import { ByteOutput } from '../bytes/byte-output.ts';
import { backLengthBytes } from './read-packed.ts';
import { int32Of } from './write-strings.ts';

const END = 0xff;
const HEADER_BYTES = 6;
const LISTPACK_UNKNOWN_COUNT = 0xffff;

export class ListpackWriter {
  readonly #elements = new ByteOutput();
  #count = 0;

  /** In bytes. */
  get size(): number {
    return HEADER_BYTES + this.#elements.length + 1;
  }

  /** An integer in its only spelling becomes one, as in Redis. */
  text(text: string): this {
    const integer = int32Of(text);
    return integer === undefined ? this.#string(text) : this.integer(integer);
  }

  integer(value: number | bigint): this {
    const start = this.#elements.length;
    if (value >= 0 && value < 2 ** 7) this.#elements.byte(Number(value));
    else if (value >= -(2 ** 15) && value < 2 ** 15) this.#elements.byte(0xf1).int(Number(value), 2);
    else if (value >= -(2 ** 31) && value < 2 ** 31) this.#elements.byte(0xf3).int(Number(value), 4);
    else this.#elements.byte(0xf4).int64(BigInt(value));
    return this.#close(start);
  }

  #string(text: string): this {
    const start = this.#elements.length;
    const length = text.length;
    if (length < 2 ** 6) this.#elements.byte(0x80 | length);
    else if (length < 2 ** 12) this.#elements.byte(0xe0 | (length >> 8)).byte(length & 0xff);
    else this.#elements.byte(0xf0).int(length, 4);
    this.#elements.text(text);
    return this.#close(start);
  }

  #close(start: number): this {
    const length = this.#elements.length - start;
    const bytes = backLengthBytes(length);
    for (let left = bytes - 1; left >= 0; left -= 1) {
      const bits = Math.floor(length / 2 ** (7 * left)) & 0x7f;
      this.#elements.byte(left === bytes - 1 ? bits : bits | 0x80);
    }
    this.#count += 1;
    return this;
  }

  /** The whole listpack. The writer begins again, empty. */
  take(): Buffer {
    const output = new ByteOutput();
    output.int(this.size, 4).int(Math.min(this.#count, LISTPACK_UNKNOWN_COUNT), 2);
    output.append(this.#elements.take()).byte(END);
    this.#count = 0;
    return output.take();
  }
}
