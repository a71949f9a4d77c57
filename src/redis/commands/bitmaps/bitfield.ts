/** BITFIELD and BITFIELD_RO: a string as an array of integers. */
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { requireString } from '../../calls/lookup.ts';
import type { Bytes } from '../../model/values.ts';
import { type FieldOperation, type FieldType, fieldOperations } from './bitfield-arguments.ts';
import { byteAt, byteIndex } from './bits.ts';

export function bitfield(call: Call): void {
  const key = call.args[1]!;
  const operations = fieldOperations(call);
  const ends = operations.filter(({ name }) => name !== 'GET').map(({ offset, type }) => offset + type.bits);
  if (ends.length === 0) {
    replyFields(call, requireString(call.read(key)), operations);
    return;
  }
  const value = requireString(call.peek(key));
  const length = byteIndex(Math.max(...ends) - 1) + 1;
  const grows = length > (value?.length ?? 0);
  // A longer string counts as one change for each operation. Then what they write does not count again.
  const countsAs = grows ? 0 : 1;
  if (grows) call.apply('RangeWritten', { db: call.client.db, key, offset: length - 1, value: '\0' }, ends.length);
  call.reply.array(operations.length);
  const changes = operations.filter((operation) => runOperation(call, key, operation, countsAs)).length;
  if (changes > 0) call.notify('$', 'setbit', key);
}

export function bitfieldRo(call: Call): void {
  const operations = fieldOperations(call);
  if (operations.some(({ name }) => name !== 'GET')) {
    throw new CommandError('ERR BITFIELD_RO only supports the GET subcommand');
  }
  replyFields(call, requireString(call.read(call.args[1]!)), operations);
}

function replyFields({ reply }: Call, value: string | Bytes | undefined, operations: readonly FieldOperation[]): void {
  reply.array(operations.length);
  for (const { offset, type } of operations) reply.integer(fieldAt(value, offset, type));
}

/** Runs one operation and writes its reply. Returns whether the string counts as changed. */
function runOperation(call: Call, key: string, operation: FieldOperation, countsAs: 0 | 1): boolean {
  const { name, offset, type } = operation;
  const value = requireString(call.peek(key));
  const old = fieldAt(value, offset, type);
  const next = name === 'GET' ? old : nextValue(operation, old);
  if (next === undefined) call.reply.null();
  else call.reply.integer(name === 'INCRBY' ? next : old);
  if (name === 'GET' || next === undefined) return false;
  if (next !== old) {
    const written = withField(value, offset, type, next);
    call.apply('RangeWritten', { db: call.client.db, key, offset: byteIndex(offset), value: written }, countsAs);
  }
  return countsAs === 0 || next !== old;
}

/** The value to store; undefined when it does not fit and must not be stored. */
function nextValue({ name, type, value, overflow }: FieldOperation, old: bigint): bigint | undefined {
  const { isSigned, bits } = type;
  const [lowest, highest] = isSigned
    ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
    : [0n, (1n << BigInt(bits)) - 1n];
  const given = isSigned ? value : BigInt.asUintN(64, value);
  const wanted = name === 'SET' ? given : old + value;
  if (wanted >= lowest && wanted <= highest) return wanted;
  if (overflow === 'FAIL') return undefined;
  if (overflow === 'SAT') return wanted > highest ? highest : lowest;
  return isSigned ? BigInt.asIntN(bits, wanted) : BigInt.asUintN(bits, wanted);
}

function fieldAt(value: string | Bytes | undefined, offset: number, { isSigned, bits }: FieldType): bigint {
  const window = windowAt(value, offset, bits);
  const field = BigInt.asUintN(bits, window >> BigInt(bitsAfter(offset, bits)));
  return isSigned ? BigInt.asIntN(bits, field) : field;
}

/** The bytes around a field, once it has another value. */
function withField(value: string | Bytes | undefined, offset: number, { bits }: FieldType, field: bigint): string {
  const after = BigInt(bitsAfter(offset, bits));
  const mask = ((1n << BigInt(bits)) - 1n) << after;
  let window = (windowAt(value, offset, bits) & ~mask) | (BigInt.asUintN(bits, field) << after);
  let bytes = '';
  for (let at = byteIndex(offset); at <= byteIndex(offset + bits - 1); at++) {
    bytes = String.fromCharCode(Number(window & 0xffn)) + bytes;
    window >>= 8n;
  }
  return bytes;
}

/** The bytes that hold a field, as one number. */
function windowAt(value: string | Bytes | undefined, offset: number, bits: number): bigint {
  let window = 0n;
  for (let at = byteIndex(offset); at <= byteIndex(offset + bits - 1); at++) {
    window = (window << 8n) | BigInt(byteAt(value, at));
  }
  return window;
}

/** How many bits of the last byte of a field come after it. */
function bitsAfter(offset: number, bits: number): number {
  return 7 - ((offset + bits - 1) % 8);
}
