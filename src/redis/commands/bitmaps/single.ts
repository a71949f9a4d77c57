/** SETBIT and GETBIT. */
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { requireString } from '../../calls/lookup.ts';
import type { Bytes } from '../../model/values.ts';
import { bitOffset, byteAt, byteIndex } from './bits.ts';

/** A bit that is set to what it is already changes nothing, unless the string gets longer. */
export function setbit(call: Call): void {
  const [, key = '', offsetText = '', bitText = ''] = call.args;
  const offset = bitOffset(call, offsetText);
  if (bitText !== '0' && bitText !== '1') throw new CommandError('ERR bit is not an integer or out of range');
  const bit = Number(bitText);
  const value = requireString(call.peek(key));
  const old = bitAt(value, offset);
  if (old !== bit || value === undefined || byteIndex(offset) >= value.length) {
    call.apply('BitSet', { db: call.client.db, key, offset, bit });
    call.notify('$', 'setbit', key);
  }
  call.reply.integer(old);
}

export function getbit(call: Call): void {
  const offset = bitOffset(call, call.args[2]!);
  call.reply.integer(bitAt(requireString(call.read(call.args[1]!)), offset));
}

function bitAt(value: string | Bytes | undefined, offset: number): number {
  return (byteAt(value, byteIndex(offset)) >> (7 - (offset % 8))) & 1;
}
