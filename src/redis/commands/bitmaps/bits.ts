/** Reading bits of strings. Bit 0 is the highest bit of the first byte. */
import { longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import type { Bytes } from '../../model/values.ts';
import { longestString } from '../strings/limits.ts';

export const BAD_OFFSET = 'ERR bit offset is not an integer or out of range';

/** A byte of a string in either form; 0 beyond its end. */
export function byteAt(value: string | Bytes | undefined, index: number): number {
  if (value === undefined || index >= value.length) return 0;
  return typeof value === 'string' ? value.charCodeAt(index) : value.data[index]!;
}

/** All bytes of a string in either form. Do not change them. */
export function bytesOf(value: string | Bytes | undefined): Uint8Array {
  if (value === undefined) return new Uint8Array();
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : value.data.subarray(0, value.length);
}

/** The index of a bit. @throws CommandError when no string may have such a bit */
export function bitOffset(call: Call, text: string): number {
  return requireOffset(call, longArgument(text, BAD_OFFSET));
}

/** The index of a bit. @throws CommandError when no string may have such a bit */
export function requireOffset(call: Call, offset: number): number {
  if (offset >= 0 && byteIndex(offset) < longestString(call)) return offset;
  throw new CommandError(BAD_OFFSET);
}

/** The index of the byte that has a bit. An offset may have more than 32 bits, so it is not shifted. */
export function byteIndex(offset: number): number {
  return Math.floor(offset / 8);
}
