/**
 * Bytes made of sections, each with its length before it, and lists of whole numbers as varints.
 *
 * Lengths are checked before anything is allocated: a damaged length causes an error, never a large allocation.
 */

/** Collects sections. */
export class SectionWriter {
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;

  add(section: Uint8Array): void {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, section.byteLength, true);
    this.#parts.push(length, section);
    this.#bytes += 4 + section.byteLength;
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts, this.#bytes);
  }
}

/** Gives the sections back in order, as views. */
export class SectionReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @throws RangeError when there is no whole section left */
  next(): Uint8Array {
    const start = this.#at + 4;
    const end = start + this.#view.getUint32(this.#at, true);
    if (end > this.#bytes.byteLength) throw new RangeError('a section runs past the end');
    this.#at = end;
    return this.#bytes.subarray(start, end);
  }

  /** @throws RangeError when something is left */
  finish(): void {
    if (this.#at !== this.#bytes.byteLength) throw new RangeError('bytes after the last section');
  }
}

/** Whole numbers ≥ 0, seven bits a byte, lowest first. */
export function packNumbers(numbers: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (let number of numbers) {
    while (number > 0x7f) {
      bytes.push((number % 0x80) | 0x80);
      number = Math.floor(number / 0x80);
    }
    bytes.push(number);
  }
  return Uint8Array.from(bytes);
}

/** @throws RangeError when the bytes end inside a number, or a number is not a safe integer */
export function unpackNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let byte = bytes[at++]!;
    let number = byte & 0x7f;
    for (let scale = 0x80; byte > 0x7f; scale *= 0x80) {
      if (at === bytes.length) throw new RangeError('a number without its end');
      byte = bytes[at++]!;
      number += (byte & 0x7f) * scale;
    }
    if (!Number.isSafeInteger(number)) throw new RangeError('a number too large');
    numbers.push(number);
  }
  return numbers;
}

/** A section that is UTF-8. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
