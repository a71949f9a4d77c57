/** BITOP: AND, OR, XOR and NOT of whole strings. A shorter string has zeros at its end. */
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { requireString } from '../../calls/lookup.ts';
import { bytesOf } from './bits.ts';

type Operation = 'AND' | 'OR' | 'XOR' | 'NOT';

export function bitop(call: Call): void {
  const [, word = '', key = '', ...sources] = call.args;
  const { db } = call.client;
  const operation = operationOf(word);
  if (operation === 'NOT' && sources.length > 1) {
    throw new CommandError('ERR BITOP NOT must be called with a single source key.');
  }
  const strings = sources.map((source) => bytesOf(requireString(call.read(source))));
  const result = combine(operation, strings);
  if (result.length > 0) {
    call.apply('BitsStored', { db, key, value: result.toString('latin1') });
    call.notify('$', 'set', key);
  } else if (call.peek(key) !== undefined) {
    call.apply('KeyDeleted', { db, key });
    call.notify('g', 'del', key);
  }
  call.reply.integer(result.length);
}

function operationOf(word: string): Operation {
  const operation = word.toUpperCase();
  if (operation === 'AND' || operation === 'OR' || operation === 'XOR' || operation === 'NOT') return operation;
  throw syntaxError();
}

function combine(operation: Operation, strings: readonly Uint8Array[]): Buffer {
  const length = Math.max(...strings.map((bytes) => bytes.length));
  const result = Buffer.alloc(length);
  result.set(strings[0]!);
  if (operation === 'NOT') for (let at = 0; at < length; at++) result[at]! ^= 0xff;
  for (const bytes of strings.slice(1)) {
    if (operation === 'AND') {
      for (let at = 0; at < bytes.length; at++) result[at]! &= bytes[at]!;
      result.fill(0, bytes.length);
    } else if (operation === 'OR') {
      for (let at = 0; at < bytes.length; at++) result[at]! |= bytes[at]!;
    } else {
      for (let at = 0; at < bytes.length; at++) result[at]! ^= bytes[at]!;
    }
  }
  return result;
}
