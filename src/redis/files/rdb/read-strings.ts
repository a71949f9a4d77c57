/** Lengths and strings of an RDB file. A string is raw, an integer, or LZF. */
import type { ByteInput } from '../bytes/byte-input.ts';
import { decompress } from '../bytes/lzf.ts';
import { LENGTH, SPECIAL } from './format.ts';

/** A length, which is a safe integer. It says what should follow, not what follows. */
export function readLength(input: ByteInput): number {
  return lengthAfter(input.byte(), input);
}

/** A number of up to 64 bits, written as a length is. */
export function readUint64(input: ByteInput): bigint {
  const first = input.byte();
  return first === LENGTH.bits64 ? input.uint64BigEndian() : BigInt(lengthAfter(first, input));
}

/** A string as latin1. */
export function readString(input: ByteInput): string {
  const first = input.byte();
  switch (first) {
    case SPECIAL.int8:
      return String(input.int(1));
    case SPECIAL.int16:
      return String(input.int(2));
    case SPECIAL.int32:
      return String(input.int(4));
    case SPECIAL.lzf:
      return readCompressed(input).toString('latin1');
    default:
      return input.text(lengthAfter(first, input));
  }
}

/** A string that holds a packed value; read the input that is returned before going on. */
export function readPacked(input: ByteInput): ByteInput {
  const base = input.offset;
  const first = input.byte();
  if (first === SPECIAL.lzf) {
    return input.inner(readCompressed(input), base, true);
  }
  const length = lengthAfter(first, input);
  const start = input.offset;
  return input.inner(input.view(length), start, false);
}

function readCompressed(input: ByteInput): Buffer {
  const packedLength = readLength(input);
  const length = readLength(input);
  input.requireText(length);
  const unpacked = decompress(input.view(packedLength), length);
  return unpacked ?? input.fail(`A compressed string does not unpack to ${length} bytes`);
}

function lengthAfter(first: number, input: ByteInput): number {
  if (first < LENGTH.bits14) return first;
  if (first < LENGTH.bits32) return ((first & 0x3f) << 8) | input.byte();
  if (first === LENGTH.bits32) return input.uint32BigEndian();
  if (first !== LENGTH.bits64) return input.fail(`The length code ${first} is unknown`);
  const length = Number(input.uint64BigEndian());
  return Number.isSafeInteger(length) ? length : input.fail(`The length ${length} is too large`);
}
