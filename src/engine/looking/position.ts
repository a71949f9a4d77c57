/** Positions as the calls of `openPast` take them: as elsewhere, and a sequence as a plain number. */
import type { LogStore } from '../../log/log-store.ts';
import { isSequence, type OptionCheck } from '../calls/call-options.ts';
import { A_POSITION, checkedPosition, locate, type Position } from '../past/history.ts';

/** A sequence, or `{ sequence }`, or `{ time }`: the last event at or before a time, a Date or ms since the epoch. */
export type PastPosition = number | Position;

const [, isPosition, copyOfPosition = (value: unknown) => value] = A_POSITION;

/** A position as an option of a call. */
export const A_PAST_POSITION: OptionCheck = [
  'a sequence, or { sequence } or { time }, a Date or milliseconds',
  (value) => isSequence(value) || isPosition(value),
  copyOfPosition,
];

/** A checked copy of a position. @throws RefoldError `INVALID_OPTION` */
export function readPosition(log: LogStore, position: unknown): Position {
  return checkedPosition(log, typeof position === 'number' ? { sequence: position } : position);
}

/** The sequence of a position. @throws RefoldError `INVALID_OPTION` for one that is not in the log, `HISTORY_GONE` */
export function sequenceOf(log: LogStore, position: PastPosition): Promise<number> {
  return locate(log, readPosition(log, position));
}

/** The last sequence of a call; default the durable end. */
export async function endOf(log: LogStore, to: PastPosition | undefined): Promise<number> {
  return to === undefined ? log.head().sequence : sequenceOf(log, to);
}

/** The first sequence at or after a position: where a time begins. */
export async function startingAt(log: LogStore, position: PastPosition): Promise<number> {
  const checked = readPosition(log, position);
  if ('sequence' in checked) return checked.sequence;
  return (await locate(log, { time: Math.ceil(Number(checked.time)) - 1 })) + 1;
}
