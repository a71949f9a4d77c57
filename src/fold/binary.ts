/** ArrayBuffers and their views as bytes that are the same on every platform: little-endian, and of NaNs only one. */
import { types } from 'node:util';
import { type TypedArray, type TypedArrayConstructor, typedArrayTypeOf } from './plain.ts';

const BIG_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

/** The content of a buffer or view, as a copy unless it can be had without. */
export function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(value)) return new Uint8Array(value);
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (types.isDataView(value)) return bytes;
  const { BYTES_PER_ELEMENT: width } = value as TypedArray;
  const ordered = BIG_ENDIAN && width > 1 ? swap(bytes.slice(), width) : bytes;
  return isFloat(value) ? canonicalNaNs(ordered, width) : ordered;
}

/** A typed array of the bytes that `bytesOf` gave; it owns its buffer. Their number must be a multiple of its width. */
export function typedArrayOf(type: TypedArrayConstructor, bytes: Uint8Array): TypedArray {
  const { buffer } = new Uint8Array(bytes); // not slice: that of a Buffer shares its memory
  const array = new type(buffer);
  if (BIG_ENDIAN && array.BYTES_PER_ELEMENT > 1) swap(new Uint8Array(buffer), array.BYTES_PER_ELEMENT);
  return array;
}

/** A value of its own that says the same, in memory of its own; of this realm whatever `value` is of. */
export function copyBytes(value: ArrayBuffer | ArrayBufferView): ArrayBuffer | ArrayBufferView {
  if (!ArrayBuffer.isView(value)) return new Uint8Array(new Uint8Array(value)).buffer;
  const { buffer } = new Uint8Array(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  const type = typedArrayTypeOf(value);
  return type === undefined ? new DataView(buffer) : new type(buffer);
}

/** Whether two buffers or views are of one type and hold the same bytes. */
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

/** Whether a computed NaN has its sign bit set depends on the processor. */
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
