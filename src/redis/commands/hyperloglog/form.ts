/**
 * The bytes of a HyperLogLog, as Redis lays them out.
 *
 *     "HYLL" | form: 0 dense, 1 sparse | 3 bytes of 0 | the last estimate: 8 bytes, little-endian | registers
 *
 * The highest bit of the estimate says that it is out of date.
 */
import { CommandError } from '../../calls/errors.ts';
import { DENSE_BYTES, denseCounts, setDense } from './dense.ts';
import { newSparseRegisters, setSparse, sparseCounts } from './sparse.ts';

export const HLL_HEADER_BYTES = 16;
const HLL_MAGIC = [0x48, 0x59, 0x4c, 0x4c];
const FORM_AT = 4;
const ESTIMATE_AT = 8;
const DENSE = 0;
const SPARSE = 1;

export function corrupt(): CommandError {
  return new CommandError('INVALIDOBJ Corrupted HLL object detected');
}

/** Whether bytes look like a HyperLogLog. Sparse registers may still turn out to be corrupt. */
export function isHyperLogLog(bytes: Uint8Array): boolean {
  if (bytes.length < HLL_HEADER_BYTES || HLL_MAGIC.some((byte, at) => bytes[at] !== byte)) return false;
  if (bytes[FORM_AT] === DENSE) return bytes.length === HLL_HEADER_BYTES + DENSE_BYTES;
  return bytes[FORM_AT] === SPARSE;
}

export function isDense(bytes: Uint8Array): boolean {
  return bytes[FORM_AT] === DENSE;
}

/** A sparse one without elements. */
export function newHyperLogLog(): Uint8Array {
  return withRegisters(
    Uint8Array.of(...HLL_MAGIC, SPARSE, ...new Array(HLL_HEADER_BYTES - 5).fill(0)),
    newSparseRegisters(),
  );
}

/** The counts of all registers. @throws CommandError when they are corrupt */
export function countsOf(bytes: Uint8Array): Uint8Array {
  const registers = bytes.subarray(HLL_HEADER_BYTES);
  const counts = isDense(bytes) ? denseCounts(registers) : sparseCounts(registers);
  if (counts === undefined) throw corrupt();
  return counts;
}

/** The same in the dense form. @throws CommandError when the registers are corrupt */
export function toDense(bytes: Uint8Array): Uint8Array {
  if (isDense(bytes)) return bytes;
  const dense = new Uint8Array(HLL_HEADER_BYTES + DENSE_BYTES);
  dense.set(bytes.subarray(0, HLL_HEADER_BYTES));
  dense[FORM_AT] = DENSE;
  const registers = dense.subarray(HLL_HEADER_BYTES);
  for (const [index, count] of countsOf(bytes).entries()) if (count > 0) setDense(registers, index, count);
  return dense;
}

/**
 * Raises a register to a count. Returns the bytes afterwards, or undefined when the register is as high already. Dense bytes
 * are changed in place.
 *
 * @param sparseMaxBytes the size beyond which the sparse form becomes the dense one
 * @throws CommandError when the registers are corrupt
 */
export function raised(
  bytes: Uint8Array,
  index: number,
  count: number,
  sparseMaxBytes: number,
): Uint8Array | undefined {
  if (isDense(bytes)) return setDense(bytes.subarray(HLL_HEADER_BYTES), index, count) ? bytes : undefined;
  const registers = setSparse(bytes.subarray(HLL_HEADER_BYTES), index, count, sparseMaxBytes - HLL_HEADER_BYTES);
  switch (registers) {
    case 'corrupt':
      throw corrupt();
    case 'unchanged':
      return undefined;
    case 'too large': {
      const dense = toDense(bytes);
      setDense(dense.subarray(HLL_HEADER_BYTES), index, count);
      return dense;
    }
    default:
      return withRegisters(bytes.subarray(0, HLL_HEADER_BYTES), registers);
  }
}

/** The estimate that is kept in the header; undefined when it is out of date. */
export function keptEstimate(bytes: Uint8Array): bigint | undefined {
  const kept = new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(ESTIMATE_AT, true);
  return kept < 0n ? undefined : kept;
}

export function keepEstimate(bytes: Uint8Array, estimate: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(ESTIMATE_AT, BigInt(estimate), true);
}

export function forgetEstimate(bytes: Uint8Array): void {
  bytes[ESTIMATE_AT + 7]! |= 0x80;
}

function withRegisters(header: Uint8Array, registers: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HLL_HEADER_BYTES + registers.length);
  bytes.set(header);
  bytes.set(registers, HLL_HEADER_BYTES);
  return bytes;
}
