/** BITCOUNT and BITPOS: ranges of bytes or bits, where a negative index counts from the end. */
import { longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { requireString } from '../../calls/lookup.ts';
import { bytesOf } from './bits.ts';

/** A range as it was given. */
interface Range {
  readonly start: number;
  readonly end: number;
  readonly isInBits: boolean;
}

/** Bits from the first to the last, both included. The span is empty when `first` is larger. */
interface Span {
  readonly first: number;
  readonly last: number;
}

export function bitcount(call: Call): void {
  const { args, reply } = call;
  const value = requireString(call.read(args[1]!));
  if (value === undefined) {
    reply.integer(0);
    return;
  }
  if (args.length === 3 || args.length > 5) throw syntaxError();
  const { start, end } = boundsOf(args, 2);
  // Redis counts nothing when both ends are negative and in the wrong order, even where both mean the first byte. It does
  // not look at the unit then.
  if (start < 0 && end < 0 && start > end) {
    reply.integer(0);
    return;
  }
  const span = spanOf({ start, end, isInBits: isBitUnit(args[4]) }, value.length);
  reply.integer(countOnes(bytesOf(value), span));
}

export function bitpos(call: Call): void {
  const { args, reply } = call;
  const bit = longArgument(args[2]!);
  if (bit !== 0 && bit !== 1) throw new CommandError('ERR The bit argument must be 1 or 0.');
  const value = requireString(call.read(args[1]!));
  if (value === undefined) {
    reply.integer(bit === 1 ? -1 : 0);
    return;
  }
  if (args.length > 6) throw syntaxError();
  // The order in which Redis finds mistakes: the start, the unit, the end.
  const { start } = boundsOf(args.slice(0, 4), 3);
  const isInBits = isBitUnit(args[5]);
  const span = spanOf({ ...boundsOf(args, 3), start, isInBits }, value.length);
  const found = span.first > span.last ? -1 : firstBit(bytesOf(value), span, bit);
  // The string has zeros beyond its end, if no end of the range was given.
  const isOpen = args.length < 5 && bit === 0 && span.first <= span.last;
  reply.integer(found === -1 && isOpen ? value.length * 8 : found);
}

function boundsOf(args: readonly string[], from: number): { readonly start: number; readonly end: number } {
  const [start, end] = args.slice(from);
  return { start: start === undefined ? 0 : longArgument(start), end: end === undefined ? -1 : longArgument(end) };
}

/** @throws CommandError for a unit that is neither BIT nor BYTE */
function isBitUnit(unit = 'BYTE'): boolean {
  const word = unit.toUpperCase();
  if (word !== 'BIT' && word !== 'BYTE') throw syntaxError();
  return word === 'BIT';
}

function spanOf({ start, end, isInBits }: Range, bytes: number): Span {
  const total = isInBits ? bytes * 8 : bytes;
  const first = Math.max(start < 0 ? start + total : start, 0);
  const last = Math.min(Math.max(end < 0 ? end + total : end, 0), total - 1);
  return isInBits ? { first, last } : { first: first * 8, last: last * 8 + 7 };
}

function countOnes(bytes: Uint8Array, { first, last }: Span): number {
  if (first > last) return 0;
  const [firstByte, lastByte] = [Math.floor(first / 8), Math.floor(last / 8)];
  let count = 0;
  for (let at = firstByte; at <= lastByte; at++) count += ONES[bytes[at]!]!;
  // Bits of the first and the last byte that are not in the range.
  count -= ONES[bytes[firstByte]! & ~(0xff >> (first % 8))]!;
  count -= ONES[bytes[lastByte]! & (0x7f >> (last % 8))]!;
  return count;
}

/** The index of the first bit of this value; -1 without one. */
function firstBit(bytes: Uint8Array, { first, last }: Span, bit: number): number {
  const without = bit === 1 ? 0 : 0xff;
  let at = first;
  while (at <= last) {
    const byte = bytes[Math.floor(at / 8)]!;
    if (at % 8 === 0 && byte === without) at += 8;
    else if (((byte >> (7 - (at % 8))) & 1) === bit) return at;
    else at++;
  }
  return -1;
}

/** How many bits of each byte are 1. */
const ONES: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);
