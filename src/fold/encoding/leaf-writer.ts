/** Writes the values that hold no others: numbers, strings, bigints and bytes. `state-tags.ts` describes the format. */
import { bytesOf } from '../binary.ts';
import { TYPED_ARRAYS, typedArrayTypeOf } from '../plain.ts';
import { ByteWriter } from './byte-writer.ts';
import * as tag from './state-tags.ts';

export class LeafWriter extends ByteWriter {
  number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.byte(tag.FLOAT);
      this.float(value);
    } else if (value < 0) this.head(tag.NEGATIVE_INTEGER, -value);
    else if (value < tag.SMALL_INTEGER_LIMIT) this.byte(tag.SMALL_INTEGER | value);
    else this.head(tag.INTEGER, value);
  }

  string(value: string): void {
    const { length } = value;
    if (length < tag.SHORT_STRING_LIMIT && this.shortLatin1(tag.SHORT_STRING | length, value)) return;
    const unitBytes = isLatin1(value) ? 1 : 2;
    this.head(unitBytes === 1 ? tag.LATIN1 : tag.UTF16, length);
    this.text(value, unitBytes);
  }

  bigint(value: bigint): void {
    const hex = (value < 0n ? -value : value).toString(16);
    const magnitude = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').reverse();
    this.head(value < 0n ? tag.NEGATIVE_BIGINT : tag.BIGINT, magnitude.length);
    this.bytes(magnitude);
  }

  binary(value: ArrayBuffer | ArrayBufferView): void {
    const bytes = bytesOf(value);
    const type = ArrayBuffer.isView(value) ? typedArrayTypeOf(value) : undefined;
    if (!ArrayBuffer.isView(value)) this.head(tag.ARRAY_BUFFER, bytes.length);
    else if (type === undefined) this.head(tag.DATA_VIEW, bytes.length);
    else {
      this.byte(tag.TYPED_ARRAY);
      this.head(TYPED_ARRAYS.indexOf(type), bytes.length);
    }
    this.bytes(bytes);
  }

  /** Writes a tag, or another byte, and a varint. */
  head(byte: number, count: number): void {
    this.reserve();
    this.byte(byte);
    this.varint(count);
  }
}

/** Whether no UTF-16 unit is above 255. */
function isLatin1(text: string): boolean {
  return /^[\0-\xff]*$/.test(text);
}
