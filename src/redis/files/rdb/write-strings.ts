/** Lengths and strings as an RDB file holds them. Strings are raw, or integers of 32 bits; never compressed. */
import type { ByteOutput } from '../bytes/byte-output.ts';
import { LENGTH, SPECIAL } from './format.ts';

export function writeLength(output: ByteOutput, length: number): void {
  if (length < 2 ** 6) output.byte(length);
  else if (length < 2 ** 14) output.byte(LENGTH.bits14 | (length >> 8)).byte(length & 0xff);
  else if (length < 2 ** 32) output.byte(LENGTH.bits32).uint32BigEndian(length);
  else output.byte(LENGTH.bits64).uint64BigEndian(BigInt(length));
}

/** A number of up to 64 bits, written as a length is. */
export function writeUint64(output: ByteOutput, value: bigint): void {
  if (value < 2n ** 32n) writeLength(output, Number(value));
  else output.byte(LENGTH.bits64).uint64BigEndian(value);
}

export function writeString(output: ByteOutput, text: string): void {
  const integer = int32Of(text);
  if (integer === undefined) {
    writeLength(output, text.length);
    output.text(text);
  } else if (integer >= -(2 ** 7) && integer < 2 ** 7) output.byte(SPECIAL.int8).int(integer, 1);
  else if (integer >= -(2 ** 15) && integer < 2 ** 15) output.byte(SPECIAL.int16).int(integer, 2);
  else output.byte(SPECIAL.int32).int(integer, 4);
}

/** Bytes as a string, whatever they mean. */
export function writeBytes(output: ByteOutput, bytes: Uint8Array): void {
  writeLength(output, bytes.length);
  output.append(bytes);
}

/** The integer of 32 bits that has exactly this spelling. */
export function int32Of(text: string): number | undefined {
  if (text.length > 11) return undefined;
  const integer = Number(text) | 0;
  return String(integer) === text ? integer : undefined;
}
