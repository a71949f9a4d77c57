/** Stream ids as clients write them. The results are in the sortable spelling. */
import { CommandError } from '../../calls/errors.ts';
import {
  LAST_STREAM_ID,
  nextStreamId,
  previousStreamId,
  streamIdOf,
  TWO_TO_64,
  ZERO_STREAM_ID,
} from '../../model/stream-ids.ts';

/** `5-3`, or `5`, which gets this sequence. @throws CommandError */
export function idArgument(text: string, missingSequence: bigint = 0n): string {
  const id = parseId(text, missingSequence);
  if (id === undefined) throw badId();
  return id;
}

/** As `idArgument`; undefined for what is not an id. */
export function parseId(text: string, missingSequence: bigint = 0n): string | undefined {
  const dash = text.indexOf('-');
  const milliseconds = part(dash === -1 ? text : text.slice(0, dash));
  const sequence = dash === -1 ? missingSequence : part(text.slice(dash + 1));
  return milliseconds === undefined || sequence === undefined ? undefined : streamIdOf(milliseconds, sequence);
}

/** The first id of an interval: an id, `-`, `+`, or `(` and an id that is not part of it. @throws CommandError */
export function startArgument(text: string): string {
  if (!isExclusive(text)) return boundOf(text, 0n);
  const id = nextStreamId(idArgument(text.slice(1)));
  if (id === undefined) throw new CommandError('ERR invalid start ID for the interval');
  return id;
}

/** The last id of an interval. Without a sequence, it ends with the millisecond. @throws CommandError */
export function endArgument(text: string): string {
  if (!isExclusive(text)) return boundOf(text, TWO_TO_64 - 1n);
  const id = previousStreamId(idArgument(text.slice(1), TWO_TO_64 - 1n));
  if (id === undefined) throw new CommandError('ERR invalid end ID for the interval');
  return id;
}

export function badId(): CommandError {
  return new CommandError('ERR Invalid stream ID specified as stream command argument');
}

/** A number below 2^64; undefined for anything else. */
export function part(text: string): bigint | undefined {
  // As strtoull, which Redis uses here: it allows space and a sign before the digits.
  if (!/^[ \t-\r]*\+?\d{1,127}$/.test(text) || text.length > LONGEST_ID) return undefined;
  const value = BigInt(text.trim().replace('+', ''));
  return value < TWO_TO_64 ? value : undefined;
}

const LONGEST_ID = 127;

function isExclusive(text: string): boolean {
  return text.length > 1 && text.startsWith('(');
}

function boundOf(text: string, missingSequence: bigint): string {
  if (text === '-') return ZERO_STREAM_ID;
  return text === '+' ? LAST_STREAM_ID : idArgument(text, missingSequence);
}
