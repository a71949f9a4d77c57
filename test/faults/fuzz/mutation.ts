/** Seeded mutation of bytes: from a flipped bit to a part of another file. */
import type { Chance } from '../judging/chance.ts';

/** Lengths that often cause errors: nothing, almost nothing, too much, far too much. */
const LENGTHS = [0, 1, 2, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0xffffff, 0x1ffffff, 0x7fffffff, 0x80000000, 0xffffffff];

type Mutator = (bytes: Buffer, chance: Chance, other: Buffer) => Buffer;

const MUTATORS: readonly Mutator[] = [
  // A flipped bit; another byte.
  (bytes, chance) => changed(bytes, chance.below(bytes.length), (old) => old ^ (1 << chance.below(8))),
  (bytes, chance) => changed(bytes, chance.below(bytes.length), () => chance.below(256)),
  // Bytes that have a meaning for decoders: tags, length prefixes.
  (bytes, chance) =>
    changed(bytes, chance.below(bytes.length), () =>
      chance.pick([0, 1, 0x7f, 0x80, 0xc1, 0xd4, 0xdc, 0xdd, 0xde, 0xdf, 0xfe, 0xff]),
    ),
  (bytes, chance) => withLength(bytes, chance.below(bytes.length), chance.pick(LENGTHS), chance.hit(0.5)),
  // Truncation, deletion, duplication, insertion, joining with other bytes.
  (bytes, chance) => bytes.subarray(0, chance.below(bytes.length + 1)),
  (bytes, chance) => without(bytes, chance.below(bytes.length), 1 + chance.below(16)),
  (bytes, chance) => inserted(bytes, chance.below(bytes.length), stretch(bytes, chance)),
  (bytes, chance) => inserted(bytes, chance.below(bytes.length + 1), randomBytes(chance, 1 + chance.below(9))),
  (bytes, chance, other) => inserted(bytes, chance.below(bytes.length + 1), stretch(other, chance)),
  (bytes, chance, other) =>
    Buffer.concat([bytes.subarray(0, chance.below(bytes.length + 1)), other.subarray(chance.below(other.length + 1))]),
];

/** Applies one to five mutations to `bytes`; sometimes none, and sometimes it returns random bytes. */
export function mutate(bytes: Buffer, other: Buffer, chance: Chance): Buffer {
  if (chance.hit(0.02)) return bytes;
  if (chance.hit(0.05)) return randomBytes(chance, chance.below(200));
  let mutated = bytes;
  for (let left = 1 + chance.below(chance.hit(0.7) ? 2 : 5); left > 0; left--) {
    if (mutated.length === 0) return mutated;
    mutated = chance.pick(MUTATORS)(mutated, chance, other);
  }
  return mutated;
}

export function randomBytes(chance: Chance, size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => chance.below(256)));
}

function changed(bytes: Buffer, at: number, change: (old: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = change(copy[at]!);
  return copy;
}

function withLength(bytes: Buffer, at: number, length: number, bigEndian: boolean): Buffer {
  const field = Buffer.alloc(4);
  if (bigEndian) field.writeUInt32BE(length);
  else field.writeUInt32LE(length);
  const copy = Buffer.from(bytes);
  field.copy(copy, at);
  return copy;
}

function without(bytes: Buffer, at: number, size: number): Buffer {
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
}

function inserted(bytes: Buffer, at: number, piece: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

function stretch(bytes: Buffer, chance: Chance): Buffer {
  const at = chance.below(bytes.length + 1);
  return bytes.subarray(at, at + 1 + chance.below(24));
}
