/**
 * The sparse form: registers as runs.
 *
 *     00xxxxxx           x + 1 registers are 0
 *     01xxxxxx yyyyyyyy  xy + 1 registers are 0
 *     1vvvvvxx           x + 1 registers are v + 1
 *
 * Redis compares values byte by byte (DEBUG DIGEST, GET), so the same changes must give the same runs as there.
 */
import { REGISTERS } from './registers.ts';

const SHORT_ZEROS_MAX = 64;
const VALUE_MAX = 32;
const VALUES_MAX = 4;
/** How many runs are looked at to unite equal ones. */
const UNITED_RUNS = 5;

/** A run of registers with the same count. */
export interface Run {
  readonly count: number;
  readonly length: number;
  /** How many bytes it takes. */
  readonly size: number;
}

export function newSparseRegisters(): Uint8Array {
  return Uint8Array.from(zerosRun(REGISTERS));
}

/** The run that begins at a position. */
export function runAt(registers: Uint8Array, at: number): Run {
  const byte = registers[at]!;
  const count = isValue(byte) ? ((byte >>> 2) & 31) + 1 : 0;
  return { count, length: lengthAt(registers, at), size: sizeAt(registers, at) };
}

function lengthAt(registers: Uint8Array, at: number): number {
  const byte = registers[at]!;
  if (isValue(byte)) return (byte & 3) + 1;
  return byte < 0x40 ? byte + 1 : ((byte & 0x3f) << 8) + (registers[at + 1] ?? 0) + 1;
}

function sizeAt(registers: Uint8Array, at: number): number {
  const byte = registers[at]!;
  return byte >= 0x40 && byte < 0x80 ? 2 : 1;
}

/** The counts of all registers; undefined when the runs are not of so many registers. */
export function sparseCounts(registers: Uint8Array): Uint8Array | undefined {
  const counts = new Uint8Array(REGISTERS);
  let index = 0;
  for (let at = 0; at < registers.length; ) {
    const { count, length, size } = runAt(registers, at);
    if (index + length > REGISTERS) return undefined;
    if (count > 0) counts.fill(count, index, index + length);
    index += length;
    at += size;
  }
  return index === REGISTERS ? counts : undefined;
}

/**
 * The registers with one of them raised.
 *
 * @param maxBytes more bytes than these are `too large`, as is a count that runs cannot express
 */
export function setSparse(
  registers: Uint8Array,
  index: number,
  count: number,
  maxBytes: number,
): Uint8Array | 'unchanged' | 'too large' | 'corrupt' {
  if (count > VALUE_MAX) return 'too large';
  const found = findRun(registers, index);
  if (found === undefined) return 'corrupt';
  const { at, run, first, before } = found;
  if (run.count >= count) return 'unchanged';
  const split = [
    ...runOf(run.count, index - first),
    ...runOf(count, 1),
    ...runOf(run.count, first + run.length - 1 - index),
  ];
  const growth = split.length - run.size;
  if (growth > 0 && registers.length + growth > maxBytes) return 'too large';
  const result = new Uint8Array(registers.length + growth);
  result.set(registers.subarray(0, at));
  result.set(split, at);
  result.set(registers.subarray(at + run.size), at + split.length);
  return united(result, before ?? 0);
}

/** The run that holds a register, the register where it begins, and where the run before it lies. */
function findRun(registers: Uint8Array, index: number) {
  let [first, before] = [0, undefined as number | undefined];
  // No objects in this loop: it looks at up to thousands of runs for each element.
  for (let at = 0; at < registers.length; at += sizeAt(registers, at)) {
    const length = lengthAt(registers, at);
    if (index < first + length) return { at, run: runAt(registers, at), first, before };
    before = at;
    first += length;
  }
  return undefined;
}

/** Unites runs of equal values, in a few runs from a position on. */
function united(registers: Uint8Array, start: number): Uint8Array {
  let { length } = registers;
  let at = start;
  for (let left = UNITED_RUNS; left > 0 && at < length; left--) {
    const run = runAt(registers, at);
    const isFollowed = run.count > 0 && at + 1 < length && isValue(registers[at + 1]!);
    const next = isFollowed ? runAt(registers, at + 1) : undefined;
    if (next?.count === run.count && run.length + next.length <= VALUES_MAX) {
      registers[at] = valuesByte(run.count, run.length + next.length);
      registers.copyWithin(at + 1, at + 2, length);
      length--;
    } else {
      at += run.size;
    }
  }
  return registers.subarray(0, length);
}

function isValue(byte: number): boolean {
  return byte >= 0x80;
}

function runOf(count: number, length: number): readonly number[] {
  if (length === 0) return [];
  return count === 0 ? zerosRun(length) : [valuesByte(count, length)];
}

function zerosRun(length: number): readonly number[] {
  const code = length - 1;
  return length > SHORT_ZEROS_MAX ? [0x40 | (code >>> 8), code & 0xff] : [code];
}

function valuesByte(count: number, length: number): number {
  return 0x80 | ((count - 1) << 2) | (length - 1);
}
