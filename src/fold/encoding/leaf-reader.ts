/** Reads the values that hold no others. `leaf-writer.ts` writes them, and `state-tags.ts` describes the format. */
import { typedArrayOf } from '../binary.ts';
import { TYPED_ARRAYS } from '../plain.ts';
import { ByteReader, DamagedBytes } from './byte-reader.ts';
import * as tag from './state-tags.ts';

/** The answer for a tag of another kind of value. */
export const NOT_A_LEAF: unique symbol = Symbol('not a leaf');

export class LeafReader extends ByteReader {
  /** The value whose tag was read last; `NOT_A_LEAF` when it holds others. */
  leaf(first: number): unknown {
    switch (first) {
      case tag.NULL:
        return null;
      case tag.UNDEFINED:
        return undefined;
      case tag.FALSE:
        return false;
      case tag.TRUE:
        return true;
      case tag.INTEGER:
        return this.varint();
      case tag.NEGATIVE_INTEGER:
        return -this.varint();
      case tag.FLOAT:
        return this.float();
      case tag.BIGINT:
        return this.#bigint();
      case tag.NEGATIVE_BIGINT:
        return -this.#bigint();
      case tag.LATIN1:
        return this.latin1(this.varint());
      case tag.UTF16:
        return this.utf16(this.varint());
      case tag.DATE:
        return new Date(this.float());
      case tag.ARRAY_BUFFER:
        return this.#buffer();
      case tag.DATA_VIEW:
        return new DataView(this.#buffer());
      case tag.TYPED_ARRAY:
        return this.#typedArray();
      default:
        return NOT_A_LEAF;
    }
  }

  #bigint(): bigint {
    const magnitude = this.bytes(this.varint());
    return BigInt(`0x${Buffer.from(magnitude).reverse().toString('hex')}`);
  }

  #buffer(): ArrayBuffer {
    return new Uint8Array(this.bytes(this.varint())).buffer;
  }

  #typedArray(): ArrayBufferView {
    const type = TYPED_ARRAYS[this.byte()];
    if (type === undefined) throw new DamagedBytes('the type of an array is not known');
    return typedArrayOf(type, this.bytes(this.varint()));
  }
}
