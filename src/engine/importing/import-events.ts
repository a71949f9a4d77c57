/**
 * Import through a model: writes events from elsewhere into a log, with the times that they had.
 *
 * Each event is upcast, validated by its schema and folded by its reducer, like a live event, and becomes a commit. The import
 * does not wait for single commits: it gathers them into large blocks, and up to two blocks are being written while the next
 * one is filled. At the end, or at the first event that is refused, everything accepted so far is made durable, and a snapshot
 * is taken. Now and then a snapshot is also taken on the way, as a keyframe for time travel.
 */
import type { Catalog } from '../../core/catalog.ts';
import { RefoldError } from '../../core/errors.ts';
import type { CommandInputs, Model } from '../../core/model.ts';
import { requireModel } from '../../core/model-checks.ts';
import type { LogSource } from '../../log/log-source.ts';
import type { Durability, LogStore } from '../../log/log-store.ts';
import { reasonOf, throwIfAborted } from '../../threads/aborted.ts';
import { Pace } from '../../threads/pace.ts';
import {
  A_SIGNAL,
  AN_ITERABLE,
  checkOptions,
  checkValue,
  DURABILITY,
  type OptionChecks,
  TRUE_OR_FALSE,
} from '../calls/call-options.ts';
import {
  A_LOG,
  A_PATH,
  A_WAIT,
  isOpenLog,
  type LogOptions,
  requireOneLog,
  requireWaitHonoured,
} from '../calls/log-options.ts';
import { refuseLostTail, requireSameModel } from '../calls/log-ownership.ts';
import { openLogOf } from '../calls/open-log.ts';
import { guardOf, refuseReentrant } from '../calls/reentrancy.ts';
import { noteTaggers } from '../folding/taggers.ts';
import { beginChecking } from '../folding/upcast.ts';
import { EventSource } from './event-source.ts';
import { ImportedState, type ImportReport } from './imported-state.ts';
import type { PastEvent } from './past-event.ts';

export type { ClampedEvent, ClampReport } from './clamps.ts';
export type { ImportReport } from './imported-state.ts';
export type { PastEvent } from './past-event.ts';

export interface ImportOptions extends LogOptions {
  /** The log's file, created if it does not exist. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** A log that is open for writing: it stays open. Or a source: its log is closed at the end. */
  readonly log?: LogStore | LogSource | undefined;
  /** As in `openStore`; default `always`. With every value, the whole import is on the disk when the promise resolves. */
  readonly durability?: Durability | undefined;
  /**
   * The events continue an earlier import into this log; default false. Then the first one may be earlier than the end of the
   * log: it gets the time of that end, and is counted as clamped.
   */
  readonly resume?: boolean | undefined;
  /** How long to wait for another writer that has the log open, in ms; default 200. Refused beside an open `log`. */
  readonly waitForLock?: number | undefined;
  /** Ends the import: it rejects with the signal's reason, and the events imported so far stay in the log. */
  readonly signal?: AbortSignal | undefined;
}

const IMPORT_CHECKS: OptionChecks<ImportOptions> = {
  path: A_PATH,
  log: A_LOG,
  durability: DURABILITY,
  resume: TRUE_OR_FALSE,
  waitForLock: A_WAIT,
  signal: A_SIGNAL,
};

/** How long an import may keep the event loop to itself, in ms. */
const IMPORT_SLICE_MS = 40;
/** Events from one look at the clock to the next. */
const LOOKS_EVERY = 16;

/**
 * Appends events with the times that they had, one commit each. The log must end at or before the time of the first event,
 * unless `resume` is given. A later event that is earlier than the one before gets the time of that one: the report counts them.
 *
 * The events are read one by one. The first one that is refused ends the import: the error has its `index`, counted from 0,
 * the events before it stay in the log, and the iterator's `return` is called.
 *
 * @throws RefoldError `INVALID_OPTION` (also for a log that ends after the first event's time), `EVENT_REJECTED`,
 * `UNKNOWN_EVENT_TYPE` and `REDUCER_FAILED` with the `index`; as `openStore` does when the log cannot be opened, and as
 * `append` does when it cannot be written
 */
export async function importEvents<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
  options: ImportOptions,
  events: Iterable<PastEvent> | AsyncIterable<PastEvent>,
): Promise<ImportReport> {
  requireModel('import events', model);
  const checked = checkOptions('import events', IMPORT_CHECKS, options);
  requireOneLog('import events', checked);
  requireOpenForWriting(checked);
  checkValue('import events', 'events', AN_ITERABLE, events);
  requireWaitHonoured('import events', checked);
  const { log: given, durability, resume = false, signal, waitForLock } = checked;
  if (isOpenLog(given) && guardOf(given).entered) return refuseReentrant('import events', given.path);
  throwIfAborted(signal);
  const log = await openLogOf(checked, {
    durability: durability ?? 'always',
    readOnly: false,
    ...(waitForLock !== undefined && { waitForLock }),
    ...(signal && { signal }),
  });
  try {
    await requireSameModel(log, model);
    await refuseLostTail(log);
    await beginChecking(log);
    await noteTaggers(model, log);
    const state = await ImportedState.open(model, log, resume);
    await takeAll(state, EventSource.of(events), signal);
    return state.report;
  } finally {
    if (!isOpenLog(given)) await log.close();
  }
}

/** Takes events until they end. Those that were accepted are durable afterwards, even if a later one was refused. */
async function takeAll(state: ImportedState, source: EventSource, signal: AbortSignal | undefined): Promise<void> {
  const pace = new Pace(IMPORT_SLICE_MS);
  let taken = 0;
  try {
    for (;;) {
      const pulled = source.pull();
      if (pulled instanceof Promise) await untilAborted(pulled, signal);
      if (source.isOver) break;
      state.take(source.event);
      if (state.isFull) await state.room();
      if (++taken % LOOKS_EVERY === 0 && state.isKeyframeDue) await state.takeKeyframe();
      if (taken % LOOKS_EVERY === 0 && pace.isOver) await pace.rest();
      throwIfAborted(signal);
    }
  } catch (error) {
    try {
      await state.finish(); // a failed append replaces the error: then some accepted events are missing from the log
    } finally {
      await untilAborted(source.release(), signal).catch(() => {}); // an error of the iterator's return changes nothing
      state.warnOfClamps();
    }
    throw error;
  }
  await state.finish();
}

/** Rejects with the signal's reason when it aborts first. */
async function untilAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  work.catch(() => {}); // after an abort its rejection is not awaited
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(reasonOf(signal));
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort!);
  }
}

function requireOpenForWriting({ log, durability }: ImportOptions): void {
  if (!isOpenLog(log)) return;
  const { path } = log;
  if (log.readOnly) {
    const hint = 'Open the log for writing';
    const message = 'Cannot import events: the log was opened read-only';
    throw new RefoldError('INVALID_OPTION', message, { path, type: 'readOnly', hint });
  }
  if (durability === undefined) return;
  const hint = 'Leave durability out, or give a path instead of an open log';
  const message = 'Cannot import events: the durability of an open log was chosen when it was opened';
  throw new RefoldError('INVALID_OPTION', message, { path, type: 'durability', hint });
}
