/** The dense form: each register takes six bits. The first one is in the lowest bits of the first byte. */
import { REGISTERS } from './registers.ts';

const BITS = 6;
export const DENSE_BYTES: number = (REGISTERS * BITS) / 8;
const HIGHEST = 63;

/** Raises a register in place. Returns whether it was lower. */
export function setDense(registers: Uint8Array, index: number, count: number): boolean {
  if (count <= getDense(registers, index)) return false;
  const [at, shift] = [(index * BITS) >>> 3, (index * BITS) & 7];
  registers[at] = (registers[at]! & ~(HIGHEST << shift)) | (count << shift);
  if (shift > 2) registers[at + 1] = (registers[at + 1]! & ~(HIGHEST >>> (8 - shift))) | (count >>> (8 - shift));
  return true;
}

/** The counts of all registers. Four of them take three bytes. */
export function denseCounts(registers: Uint8Array): Uint8Array {
  const counts = new Uint8Array(REGISTERS);
  for (let index = 0, at = 0; index < REGISTERS; index += 4, at += 3) {
    const bits = registers[at]! | (registers[at + 1]! << 8) | (registers[at + 2]! << 16);
    counts[index] = bits & HIGHEST;
    counts[index + 1] = (bits >>> 6) & HIGHEST;
    counts[index + 2] = (bits >>> 12) & HIGHEST;
    counts[index + 3] = bits >>> 18;
  }
  return counts;
}

function getDense(registers: Uint8Array, index: number): number {
  const [at, shift] = [(index * BITS) >>> 3, (index * BITS) & 7];
  return ((registers[at]! | ((registers[at + 1] ?? 0) << 8)) >>> shift) & HIGHEST;
}
