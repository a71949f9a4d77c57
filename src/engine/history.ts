/** Looking back: past states, recorded events, and following the log. All of it reads what is durable. */
import { RefoldError } from '../core/errors.ts';
import type { RecordedEvent } from '../core/event.ts';
import type { Model } from '../core/model.ts';
import { decodeBlock } from '../log/block.ts';
import type { BlockHeader, LogStore } from '../log/log-store.ts';
import type { ModelFingerprint } from './fingerprint.ts';
import type { Progress } from './options.ts';
import { recover } from './recovery.ts';
import { guardOf } from './reentrancy.ts';
import { tellPassedOver } from './undecodable.ts';
import { upcastEvent, upcastRulesOf } from './upcast.ts';

/** A place in the log: a sequence, or the last event recorded at or before a time (a Date, or ms since the epoch). */
export type Position = { readonly sequence: number } | { readonly time: Date | number };

/** The state as of a sequence. It is the caller's own: nothing else refers to it. */
export interface PastState<State> {
  readonly sequence: number;
  /** When that event was recorded, in ms since the epoch; 0 at sequence 0. */
  readonly recordedAt: number;
  readonly state: State;
}

export interface EventRange {
  /** First sequence; default the first that is still in the log. */
  readonly from?: number | undefined;
  /** Last sequence, inclusive; default the durable end at the time of the call. */
  readonly to?: number | undefined;
  /** Only these types; default all. */
  readonly types?: readonly string[] | undefined;
}

/** Builds the state at a position: one snapshot load plus the events after it. */
export async function pastState<State extends object>(
  model: Model<State>,
  log: LogStore,
  fingerprint: ModelFingerprint,
  position: Position,
  tell: (progress: Progress) => void = () => {},
): Promise<PastState<State>> {
  const to = await locate(log, position);
  tell({ phase: 'load', done: 0, total: to });
  const onProgress = (done: number): void => tell({ phase: 'replay', done, total: to });
  const { cursor, passedOver } = await recover(model, log, fingerprint, { to, onProgress });
  tellPassedOver(log, passedOver, `the model ${model.name}`);
  return { sequence: cursor.sequence, recordedAt: cursor.recordedAt, state: cursor.state };
}

/**
 * Turns a position into a sequence.
 *
 * @throws RefoldError `INVALID_OPTION` for one that is no place in the log, `HISTORY_GONE` for a time before what is left
 */
export async function locate(log: LogStore, position: Position): Promise<number> {
  if (typeof position === 'object' && position !== null) {
    if ('sequence' in position) return checkedSequence(log, position.sequence);
    if ('time' in position) return sequenceAt(log, Number(position.time));
  }
  throw invalidPosition('a position is { sequence } or { time }', log);
}

function checkedSequence(log: LogStore, sequence: number): number {
  const head = log.head().sequence;
  if (!Number.isSafeInteger(sequence) || sequence < 0) throw invalidPosition(`${sequence} is no sequence`, log);
  if (sequence > head) throw invalidPosition(`the log ends at ${head}, before ${sequence}`, log, sequence);
  return sequence;
}

async function sequenceAt(log: LogStore, time: number): Promise<number> {
  if (!Number.isFinite(time)) throw invalidPosition('the time is not a date or a number of milliseconds', log);
  const header = await log.blockAt(time);
  if (header !== undefined) return lastEventAt(log, header, time);
  const first = log.firstSequence();
  if (first > 1) {
    throw new RefoldError('HISTORY_GONE', `Cannot go back to ${describeTime(time)}: the log begins at ${first}`, {
      path: log.path,
      sequence: first,
      hint: 'Ask for a later time, or restore a backup',
    });
  }
  await requireLater(log, first, time);
  return 0;
}

/** Beyond the range of a Date there is only the number. */
function describeTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? `${time} ms` : date.toISOString();
}

/** The search went by headers that nobody has vouched for: the block it found is read and verified, and the one after. */
async function lastEventAt(log: LogStore, { firstSequence, lastSequence }: BlockHeader, time: number): Promise<number> {
  let last = firstSequence - 1;
  for await (const block of log.read({ from: firstSequence, to: lastSequence })) {
    last = decodeBlock(block).events.findLast(({ recordedAt }) => recordedAt <= time)?.sequence ?? last;
  }
  if (last < firstSequence) throw timesDisagree(log, firstSequence);
  if (last >= lastSequence) await requireLater(log, last + 1, time);
  return last;
}

/** @throws RefoldError `LOG_CORRUPT` when the event at `sequence`, if there is one, was not recorded after `time` */
async function requireLater(log: LogStore, sequence: number, time: number): Promise<void> {
  if (sequence > log.head().sequence) return;
  for await (const block of log.read({ from: sequence, to: sequence })) {
    const event = decodeBlock(block).events.find((candidate) => candidate.sequence === sequence);
    if (event === undefined || event.recordedAt <= time) throw timesDisagree(log, sequence);
  }
}

function timesDisagree(log: LogStore, sequence: number): RefoldError {
  return new RefoldError('LOG_CORRUPT', `Cannot tell where ${log.path} was then: its blocks disagree about times`, {
    path: log.path,
    sequence,
    hint: 'Run refold verify: a block was changed; a position by sequence can still be asked for',
  });
}

function invalidPosition(problem: string, log: LogStore, sequence?: number): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot go there: ${problem}`, {
    path: log.path,
    ...(sequence === undefined ? {} : { sequence }),
    hint: `Give a sequence from 0 to ${log.head().sequence}, or a time`,
  });
}

/** Reads events in order, page by page, brought to the model's versions. */
export async function* readEvents(model: Model, log: LogStore, range: EventRange): AsyncGenerator<RecordedEvent, void> {
  const types = checkedTypes(model, range.types);
  const guard = guardOf(log);
  const rules = await upcastRulesOf(model, log);
  for await (const event of readRecorded(log, range, types)) yield guard.run(() => upcastEvent(model, event, rules));
}

/** Reads events in order as they were recorded, without any model. */
export async function* readRecorded(
  log: LogStore,
  range: EventRange,
  types: ReadonlySet<string> | undefined = range.types && new Set(range.types),
): AsyncGenerator<RecordedEvent, void> {
  const from = checkedBound(log, 'from', range.from ?? log.firstSequence());
  const to = Math.min(checkedBound(log, 'to', range.to ?? log.head().sequence), log.head().sequence);
  if (from > to) return;
  let next = from;
  for await (const block of log.read({ from: Math.max(from, 1), to })) {
    for (const event of decodeBlock(block, types).events) {
      if (event.sequence >= next && event.sequence <= to) yield event;
    }
    // Sealing may since have put what was given already into one block with what comes next.
    next = block.lastSequence + 1;
  }
}

/** Every event from `from` on, first what is there and then what comes, until the signal. Gap-free. */
export async function* followEvents(
  log: LogStore,
  from: number,
  signal: AbortSignal,
  prepare: (event: RecordedEvent) => RecordedEvent,
): AsyncGenerator<RecordedEvent, void> {
  let next = checkedBound(log, 'from', from);
  for await (const block of log.follow(Math.max(from, 1), signal)) {
    for (const event of decodeBlock(block).events) {
      if (signal.aborted) return;
      if (event.sequence >= next) yield prepare(event);
    }
    // As above: sealing may have joined what was given already with what comes next.
    next = block.lastSequence + 1;
  }
}

function checkedTypes(model: Model, types: readonly string[] | undefined): ReadonlySet<string> | undefined {
  for (const type of types ?? []) {
    if (model.types.has(type)) continue;
    const hint = `The model has ${[...model.types.keys()].join(', ')}`;
    throw new RefoldError('UNKNOWN_EVENT_TYPE', `Cannot read events: there is no type ${type}`, { type, hint });
  }
  return types && new Set(types);
}

function checkedBound(log: LogStore, name: string, sequence: number): number {
  if (Number.isSafeInteger(sequence) && sequence >= 0) return sequence;
  throw new RefoldError('INVALID_OPTION', `Cannot read events: ${name} is ${sequence}, which is no sequence`, {
    path: log.path,
    type: name,
    hint: 'Count from 1, in whole numbers',
  });
}
