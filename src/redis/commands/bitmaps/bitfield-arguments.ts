/** What BITFIELD was asked to do: a list of operations on integers of 1 to 64 bits. */
import { int64Argument, longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { BAD_OFFSET, requireOffset } from './bits.ts';

/** What happens to a value that does not fit. */
export type Overflow = 'WRAP' | 'SAT' | 'FAIL';

export interface FieldType {
  readonly isSigned: boolean;
  readonly bits: number;
}

export interface FieldOperation {
  readonly name: 'GET' | 'SET' | 'INCRBY';
  readonly type: FieldType;
  /** The index of the first bit. */
  readonly offset: number;
  readonly value: bigint;
  readonly overflow: Overflow;
}

/** @throws CommandError */
export function fieldOperations(call: Call): FieldOperation[] {
  const { args } = call;
  const operations: FieldOperation[] = [];
  let overflow: Overflow = 'WRAP';
  for (let at = 2; at < args.length; ) {
    const name = args[at]!.toUpperCase();
    const left = args.length - at - 1;
    if (name === 'OVERFLOW' && left >= 1) {
      overflow = overflowOf(args[at + 1]!);
      at += 2;
    } else if ((name === 'GET' && left >= 2) || ((name === 'SET' || name === 'INCRBY') && left >= 3)) {
      const type = typeOf(args[at + 1]!);
      const offset = fieldOffset(call, args[at + 2]!, type);
      const value = name === 'GET' ? 0n : int64Argument(args[at + 3]!);
      operations.push({ name, type, offset, value, overflow });
      at += name === 'GET' ? 3 : 4;
    } else {
      throw syntaxError();
    }
  }
  return operations;
}

function overflowOf(text: string): Overflow {
  const word = text.toUpperCase();
  if (word === 'WRAP' || word === 'SAT' || word === 'FAIL') return word;
  throw new CommandError('ERR Invalid OVERFLOW type specified');
}

function typeOf(text: string): FieldType {
  const isSigned = text.startsWith('i');
  const bits = isSigned || text.startsWith('u') ? longArgument(text.slice(1), BAD_TYPE) : 0;
  if (bits < 1 || bits > (isSigned ? 64 : 63)) throw new CommandError(BAD_TYPE);
  return { isSigned, bits };
}

/** `#3` is the third integer after the first one of this type. */
function fieldOffset(call: Call, text: string, { bits }: FieldType): number {
  const isCounted = text.startsWith('#');
  const given = longArgument(isCounted ? text.slice(1) : text, BAD_OFFSET);
  return requireOffset(call, isCounted ? given * bits : given);
}

const BAD_TYPE = 'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.';
