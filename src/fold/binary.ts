/** Turns ArrayBuffers and their views into bytes that are the same on every platform: little-endian, with one NaN. */
import { types } from 'node:util';
import { type TypedArray, type TypedArrayConstructor, typedArrayTypeOf } from './plain.ts';

const BIG_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

/** The content of a buffer or view. It makes a copy only when the bytes must change. */
export function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(value)) return new Uint8Array(value);
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (types.isDataView(value)) return bytes;
  const { BYTES_PER_ELEMENT: width } = value as TypedArray;
  const ordered = BIG_ENDIAN && width > 1 ? swap(bytes.slice(), width) : bytes;
  return isFloat(value) ? canonicalNaNs(ordered, width) : ordered;
}

/**
 * A typed array from the result of `bytesOf`. It owns its buffer. The number of bytes must be a multiple of the element
 * size.
 */
export function typedArrayOf(type: TypedArrayConstructor, bytes: Uint8Array): TypedArray {
  const { buffer } = new Uint8Array(bytes); // not `slice`: a Buffer's `slice` shares its memory
  const array = new type(buffer);
  if (BIG_ENDIAN && array.BYTES_PER_ELEMENT > 1) swap(new Uint8Array(buffer), array.BYTES_PER_ELEMENT);
  return array;
}

/** A copy of the value in new memory. It belongs to this realm, even if `value` does not. */
export function copyBytes(value: ArrayBuffer | ArrayBufferView): ArrayBuffer | ArrayBufferView {
  if (!ArrayBuffer.isView(value)) return new Uint8Array(new Uint8Array(value)).buffer;
  const { buffer } = new Uint8Array(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  const type = typedArrayTypeOf(value);
  return type === undefined ? new DataView(buffer) : new type(buffer);
}

/** Whether two buffers or views have the same type and the same bytes. */
export function sameBytes(a: ArrayBuffer | ArrayBufferView, b: ArrayBuffer | ArrayBufferView): boolean {
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  return Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

function isFloat(value: ArrayBufferView): boolean {
  return types.isFloat64Array(value) || types.isFloat32Array(value);
}

function swap(bytes: Uint8Array, width: number): Uint8Array {
  for (let start = 0; start < bytes.length; start += width) bytes.subarray(start, start + width).reverse();
  return bytes;
}

/** Replaces every NaN by one canonical NaN, because the sign bit of a computed NaN depends on the processor. */
function canonicalNaNs(bytes: Uint8Array, width: number): Uint8Array {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let copy: DataView<ArrayBuffer> | undefined;
  for (let at = 0; at < bytes.length; at += width) {
    const value = width === 8 ? source.getFloat64(at, true) : source.getFloat32(at, true);
    if (!Number.isNaN(value)) continue;
    copy ??= new DataView(bytes.slice().buffer);
    if (width === 8) copy.setBigUint64(at, 0x7ff8000000000000n, true);
    else copy.setUint32(at, 0x7fc00000, true);
  }
  return copy === undefined ? bytes : new Uint8Array(copy.buffer);
}
