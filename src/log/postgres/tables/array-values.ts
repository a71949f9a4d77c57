/**
 * Arrays as parameters in PostgreSQL's binary form (`array_recv` in its `arrayfuncs.c`): one dimension, no nulls. In text form, client
 * and server would take apart and quote every element, which costs more than the rest of a small row.
 */

/** Numbers of the element types, from the catalog `pg_type`. */
const [BYTEA, BIGINT, TEXT] = [17, 20, 25];
/** Dimensions, whether there are nulls, element type, length, first index. */
const ARRAY_HEADER_BYTES = 20;
const TWO_32 = 2 ** 32;

/** For a parameter of type `bigint[]`. @param values safe integers */
export function bigintArray(values: readonly number[]): Buffer {
  const array = begin(BIGINT, values.length, 12 * values.length);
  let at = ARRAY_HEADER_BYTES;
  for (const value of values) {
    array.writeInt32BE(8, at);
    array.writeInt32BE(Math.floor(value / TWO_32), at + 4);
    array.writeUInt32BE(value - Math.floor(value / TWO_32) * TWO_32, at + 8);
    at += 12;
  }
  return array;
}

/** For a parameter of type `text[]`. @param values without U+0000 */
export function textArray(values: readonly string[]): Buffer {
  return stringArray(TEXT, values);
}

/** For a parameter of type `bytea[]`: the values in UTF-8. */
export function utf8Array(values: readonly string[]): Buffer {
  return stringArray(BYTEA, values);
}

function stringArray(type: number, values: readonly string[]): Buffer {
  let bytes = 0;
  for (const value of values) bytes += 4 + Buffer.byteLength(value);
  const array = begin(type, values.length, bytes);
  let at = ARRAY_HEADER_BYTES;
  for (const value of values) {
    const length = array.write(value, at + 4);
    array.writeInt32BE(length, at);
    at += 4 + length;
  }
  return array;
}

/** An array of no elements has no dimensions. */
function begin(type: number, length: number, bytes: number): Buffer {
  if (length === 0) return Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, type]);
  const array = Buffer.allocUnsafe(ARRAY_HEADER_BYTES + bytes);
  array.writeInt32BE(1, 0);
  array.writeInt32BE(0, 4);
  array.writeInt32BE(type, 8);
  array.writeInt32BE(length, 12);
  array.writeInt32BE(1, 16);
  return array;
}
