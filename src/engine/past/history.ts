/** Looking back: positions and past states. All of it reads what is durable. */
import { isDate } from 'node:util/types';
import { type ErrorDetails, grouped, isRefoldError, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import { isParts } from '../../core/parts.ts';
import { decodeBlock } from '../../log/blocks/block.ts';
import type { BlockHeader, LogStore } from '../../log/log-store.ts';
import {
  A_SEQUENCE,
  A_SIGNAL,
  checkOptions,
  isSequence,
  type OptionCheck,
  type OptionChecks,
} from '../calls/call-options.ts';
import type { Progress } from '../calls/progress.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import { tellPassedOver } from '../folding/undecodable.ts';
import { type Recovered, type RecoverOptions, recover } from './recovery.ts';

/** A position in the log: a sequence, or a time. A time (a Date, or ms since the epoch) means the last event at or before it. */
export type Position = { readonly sequence: number } | { readonly time: Date | number };

/** The state as of a sequence. It is a copy for the caller: the store has no reference to it. */
export interface PastState<State> {
  readonly sequence: number;
  /** When that event was recorded, in ms since the epoch; 0 at sequence 0. */
  readonly recordedAt: number;
  readonly state: State;
}

/** Builds the state at a position: one snapshot load plus the events after it. */
export async function pastState<State extends object>(
  model: Model<State>,
  log: LogStore,
  fingerprint: ModelFingerprint,
  position: Position,
  building?: BuildingPast,
): Promise<PastState<State>> {
  const { cursor } = await recoverAt(model, log, fingerprint, position, building);
  return { sequence: cursor.sequence, recordedAt: cursor.recordedAt, state: cursor.state };
}

/** The same, with what it took. */
export async function recoverAt<State extends object>(
  model: Model<State>,
  log: LogStore,
  fingerprint: ModelFingerprint,
  position: Position,
  { tell = () => {}, signal }: BuildingPast = {},
): Promise<Recovered<State>> {
  const to = await locate(log, position);
  tell({ phase: 'load', done: 0, total: to });
  const onProgress = (done: number): void => tell({ phase: 'replay', done, total: to });
  return recoverDespiteDrops(model, log, fingerprint, { to, onProgress, signal });
}

/** Who hears of the progress of building a past state, and what ends it. */
export interface BuildingPast {
  readonly tell?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The options of a call that builds a past state. */
export interface AtOptions {
  /** Ends the work at the next block: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export const AT_CHECKS: OptionChecks<AtOptions> = { signal: A_SIGNAL };

/** How often something that reads the log is tried, in all, when what it reads is dropped meanwhile. */
export const READ_ATTEMPTS = 3;

/**
 * Does work that reads the log, and starts it again when the writer has dropped or redacted what it was reading. What is left,
 * with a newer snapshot, often leads to the same answer. A state from before a redaction and events from after it must not mix.
 */
export async function despiteDrops<T>(log: LogStore, work: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    const first = log.firstSequence();
    const generation = log.generation?.();
    const isLast = round === READ_ATTEMPTS;
    try {
      const answer = await work();
      if (isLast || log.generation?.() === generation) return answer;
    } catch (error) {
      const isRedacted = isRefoldError(error) && log.generation?.() !== generation;
      const isDropped = isRefoldError(error, 'HISTORY_GONE') && log.firstSequence() !== first;
      if (isLast || !(isRedacted || isDropped)) throw error;
    }
  }
}

/** A state of the model, as `recover` gives it, beside a writer. Warns of snapshots that could not be used. */
export async function recoverDespiteDrops<State extends object>(
  model: Model<State>,
  log: LogStore,
  fingerprint: ModelFingerprint,
  options?: RecoverOptions,
): Promise<Recovered<State>> {
  const recovered = await despiteDrops(log, () => recover(model, log, fingerprint, options));
  tellPassedOver(log, recovered.passedOver, `the model ${model.name}`);
  return recovered;
}

const POSITION_CHECKS: OptionChecks<{ readonly sequence?: number; readonly time?: Date | number }> = {
  sequence: A_SEQUENCE,
  time: ['a date, or a number of milliseconds since the epoch', Number.isFinite, timeOf],
};

/** A position as an option of a call. The copy has the time as a number. */
export const A_POSITION: OptionCheck = ['{ sequence } or { time }, a Date or milliseconds', isPosition, copyOfPosition];

function copyOfPosition(value: unknown): unknown {
  if (!isParts(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key in value) copy[key] = key === 'time' ? timeOf(value[key]) : value[key];
  return copy;
}

function isPosition(value: unknown): boolean {
  if (!isParts(value)) return false;
  const { sequence, time, ...others } = value;
  if (Object.keys(others).length > 0 || (sequence === undefined) === (time === undefined)) return false;
  return sequence === undefined ? Number.isFinite(time) : isSequence(sequence);
}

/** A Date of any realm as its number; any other value as it is. */
export function timeOf(time: unknown): unknown {
  return isDate(time) ? Date.prototype.getTime.call(time) : time;
}

/** A checked copy of a position. Its time is a number. */
type CheckedPosition = { readonly sequence: number } | { readonly time: number };

/** @throws RefoldError `INVALID_OPTION` when it is not a position */
export function checkedPosition(log: LogStore, position: unknown): CheckedPosition {
  const { sequence, time } = readPosition(log, position);
  if (sequence !== undefined && time === undefined) return { sequence };
  if (sequence === undefined && time !== undefined) return { time: time as number };
  throw invalidPosition(log, 'Cannot go there: a position is either { sequence } or { time }', { type: 'sequence' });
}

function readPosition(log: LogStore, position: unknown): { readonly sequence?: number; readonly time?: unknown } {
  try {
    return position === undefined ? {} : checkOptions('go there', POSITION_CHECKS, position);
  } catch (error) {
    const { message, type, cause } = error as RefoldError;
    throw invalidPosition(log, message, { ...(type !== undefined && { type }), cause });
  }
}

function invalidPosition(log: LogStore, message: string, details: ErrorDetails): RefoldError {
  const hint = `Give { sequence } from 0 to ${grouped(log.head().sequence)}, or { time } as a Date or in milliseconds`;
  return new RefoldError('INVALID_OPTION', message, { path: log.path, ...details, hint });
}

/**
 * Turns a position into a sequence.
 *
 * @throws RefoldError `INVALID_OPTION` for one that is not in the log, `HISTORY_GONE` for a time before the first event left
 */
export async function locate(log: LogStore, position: Position): Promise<number> {
  const checked = checkedPosition(log, position);
  return 'sequence' in checked ? reachedSequence(log, checked.sequence) : sequenceAt(log, checked.time);
}

function reachedSequence(log: LogStore, sequence: number): number {
  const head = log.head().sequence;
  if (sequence <= head) return sequence;
  throw new RefoldError(
    'INVALID_OPTION',
    `Cannot go there: the log ends at ${grouped(head)}, before ${grouped(sequence)}`,
    { path: log.path, sequence, hint: `Give a sequence from 0 to ${grouped(head)}, or a time` },
  );
}

async function sequenceAt(log: LogStore, time: number): Promise<number> {
  // Events that are appended meanwhile do not count, even with this very millisecond or a time in the future.
  const head = log.head().sequence;
  const header = await log.blockAt(time);
  if (header !== undefined) return lastEventAt(log, header, { time, head });
  const first = log.firstSequence();
  if (first > 1) {
    throw new RefoldError(
      'HISTORY_GONE',
      `Cannot go back to ${describeTime(time)}: the log begins at ${grouped(first)}`,
      {
        path: log.path,
        sequence: first,
        hint: 'Ask for a later time, or restore a backup',
      },
    );
  }
  await requireLater(log, first, { time, head });
  return 0;
}

/** A time beyond the range of a Date is shown as a number. */
function describeTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? `${time} ms` : date.toISOString();
}

/** A time, and the log's last sequence when the caller asked. */
interface AskedTime {
  readonly time: number;
  readonly head: number;
}

/** The search used headers, which no checksum protects. So this reads and verifies the block found, and the next one. */
async function lastEventAt(
  log: LogStore,
  { firstSequence, lastSequence }: BlockHeader,
  { time, head }: AskedTime,
): Promise<number> {
  if (firstSequence > head) return head; // appended meanwhile at or before this time, so all earlier events are too
  let last = firstSequence - 1;
  for await (const block of log.read({ from: firstSequence, to: lastSequence })) {
    last = decodeBlock(block).events.findLast(({ recordedAt }) => recordedAt <= time)?.sequence ?? last;
  }
  if (last < firstSequence) throw timesDisagree(log, firstSequence);
  if (last >= lastSequence) await requireLater(log, last + 1, { time, head });
  return Math.min(last, head);
}

/** @throws RefoldError `LOG_CORRUPT` when the event at `sequence` existed then, and was not recorded after `time` */
async function requireLater(log: LogStore, sequence: number, { time, head }: AskedTime): Promise<void> {
  if (sequence > head) return;
  for await (const block of log.read({ from: sequence, to: sequence })) {
    const event = decodeBlock(block).events.find((candidate) => candidate.sequence === sequence);
    if (event === undefined || event.recordedAt <= time) throw timesDisagree(log, sequence);
  }
}

function timesDisagree(log: LogStore, sequence: number): RefoldError {
  return new RefoldError('LOG_CORRUPT', `Cannot tell where ${log.path} was then: its blocks disagree about times`, {
    path: log.path,
    sequence,
    hint: 'Run refold verify: a block was changed; a position by sequence still works',
  });
}
