/** STRLEN, APPEND, GETRANGE, SUBSTR and SETRANGE. */
import { longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { requireString } from '../../calls/lookup.ts';
import { requireLength } from './limits.ts';

export function strlen(call: Call): void {
  call.reply.integer(requireString(call.read(call.args[1]!))?.length ?? 0);
}

export function append(call: Call): void {
  const [, key = '', value = ''] = call.args;
  const { db } = call.client;
  const present = requireString(call.peek(key));
  const length = (present?.length ?? 0) + value.length;
  requireLength(call, length);
  if (present === undefined) call.apply('StringReplaced', { db, key, value });
  else if (value !== '') call.apply('StringAppended', { db, key, value });
  call.notify('$', 'append', key);
  call.reply.integer(length);
}

/** The bytes from one index to another, both included. A negative index counts from the end. */
export function getrange(call: Call): void {
  const { args, reply } = call;
  const [start, end] = [longArgument(args[2]!), longArgument(args[3]!)];
  const value = requireString(call.read(args[1]!));
  const length = value?.length ?? 0;
  const first = Math.max(start < 0 ? length + start : start, 0);
  const last = Math.min(Math.max(end < 0 ? length + end : end, 0), length - 1);
  // Redis gives nothing when both indices are negative and in the wrong order, even where both mean the first byte.
  if (value === undefined || first > last || (start < 0 && end < 0 && start > end)) reply.bulk('');
  else if (typeof value === 'string') reply.bulk(value.slice(first, last + 1));
  else reply.bytes(value.data.subarray(first, last + 1));
}

export function setrange(call: Call): void {
  const [, key = '', offsetText = '', value = ''] = call.args;
  const offset = longArgument(offsetText);
  if (offset < 0) throw new CommandError('ERR offset is out of range');
  const length = requireString(call.peek(key))?.length ?? 0;
  if (value === '') {
    call.reply.integer(length);
    return;
  }
  requireLength(call, offset + value.length);
  call.apply('RangeWritten', { db: call.client.db, key, offset, value });
  call.notify('$', 'setrange', key);
  call.reply.integer(Math.max(length, offset + value.length));
}
