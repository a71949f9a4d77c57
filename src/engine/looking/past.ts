/**
 * Looking back: a handle on the history of a log that recovers nothing until it is asked.
 *
 * The command line and the studio stand on it. It reads what is durable, and each call looks at the head afresh: another process
 * may be writing. The work is done by the files beside this one; this file checks the calls.
 */
import type { Catalog, CommandInputs, Model, RecordedEventOf, TypeOf } from '../../core/model.ts';
import { requireModel } from '../../core/model-checks.ts';
import { storeClosed } from '../../log/log-errors.ts';
import type { LogSource } from '../../log/log-source.ts';
import type { BlockHeader, LogStore } from '../../log/log-store.ts';
import { performance } from '../../threads/timers.ts';
import { A_FUNCTION, A_SIGNAL, checkOptions, grouped, isSequence, type OptionChecks } from '../calls/call-options.ts';
import { A_LOG, A_PATH, isOpenLog, type LogOptions, requireOneLog } from '../calls/log-options.ts';
import { refuseLostTail, requireSameModel } from '../calls/log-ownership.ts';
import { openLogOf } from '../calls/open-log.ts';
import { harmless, type Progress } from '../calls/progress.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import { fingerprintOfModel } from '../folding/model-module.ts';
import { type EventRange, readEvents } from '../past/events.ts';
import { despiteDrops, locate, type PastState, recoverDespiteDrops } from '../past/history.ts';
import { countEvents, type EventCounts } from './counts.ts';
import { CURSOR_CHECKS, type CursorOptions, openCursor, type PastCursor } from './cursor.ts';
import { type Keyframe, keyframesOf, type PastRange, rangeOf } from './keyframes.ts';
import { A_PAST_POSITION, type PastPosition, readPosition, sequenceOf, startingAt } from './position.ts';
import { type WalkedBlock, walkBlocks } from './walk.ts';

export interface PastOptions extends LogOptions {
  /** The log's file; a writer may have it open. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** An open log: it stays open. Or a source: its log is closed with the handle. */
  readonly log?: LogStore | LogSource | undefined;
}

/** How a past state was built, and what that took. */
export interface PastCost {
  /** The snapshot that it was built from; absent when it was built from the first event. */
  readonly keyframe?: number;
  /** Events folded after it. */
  readonly events: number;
  readonly milliseconds: number;
}

/** A past state, and what it cost. */
export interface BuiltState<State> extends PastState<State> {
  readonly cost: PastCost;
}

/** What a call of a past handle takes. */
export interface PastCallOptions {
  /** Ends the work at the next block: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface WalkOptions extends PastCallOptions {
  /** The first event, or the first at or after a time; default the first that can be folded. */
  readonly from?: PastPosition | undefined;
  /** The last event, or the last at or before a time; default the durable end at the time of the call. */
  readonly to?: PastPosition | undefined;
}

export interface BlocksOptions {
  /** Only blocks that hold this position or later ones; default all. */
  readonly from?: PastPosition | undefined;
  /** Only blocks that begin at this position or before; default all. */
  readonly to?: PastPosition | undefined;
}

export interface CountOptions extends PastCallOptions {
  /** How the range is divided into buckets: equal numbers of sequences, or equal times; default `'sequence'`. */
  readonly by?: 'sequence' | 'time' | undefined;
  /** How many buckets, 1 to 100,000; default 1. */
  readonly buckets?: number | undefined;
  /** The first event, or the first at or after a time; default the first that is still in the log. */
  readonly from?: PastPosition | undefined;
  /** The last event, or the last at or before a time; default the durable end at the time of the call. */
  readonly to?: PastPosition | undefined;
}

const MOST_BUCKETS = 100_000;

const CALL_CHECKS: OptionChecks<PastCallOptions> = { signal: A_SIGNAL, onProgress: A_FUNCTION };
const BLOCKS_CHECKS: OptionChecks<BlocksOptions> = { from: A_PAST_POSITION, to: A_PAST_POSITION };
const WALK_CHECKS: OptionChecks<WalkOptions> = { ...CALL_CHECKS, ...BLOCKS_CHECKS };
const COUNT_CHECKS: OptionChecks<CountOptions> = {
  ...WALK_CHECKS,
  by: ["'sequence' or 'time'", (value) => value === 'sequence' || value === 'time'],
  buckets: [
    `a whole number from 1 to ${grouped(MOST_BUCKETS)}`,
    (value) => isSequence(value) && value > 0 && value <= MOST_BUCKETS,
  ],
};
const PAST_CHECKS: OptionChecks<PastOptions> = { path: A_PATH, log: A_LOG };

/**
 * Opens the history of a log, read-only. Nothing is recovered until a call needs a state.
 *
 * @throws RefoldError as `openStore` does for a file that cannot be read or does not fit the model
 */
export async function openPast<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
  options: PastOptions,
): Promise<Past<State, C>> {
  requireModel('open the past', model);
  const checked = checkOptions('open the past', PAST_CHECKS, options);
  requireOneLog('open the past', checked);
  const log = await openLogOf(checked, { readOnly: true });
  try {
    await requireSameModel(log, model);
    await refuseLostTail(log);
    return new Past(model as unknown as Model<State, C>, log, !isOpenLog(checked.log));
  } catch (error) {
    if (!isOpenLog(checked.log)) await log.close();
    throw error;
  }
}

/** The history of a log. Made by `openPast`; `await using` closes it. */
export class Past<State extends object = any, C extends Catalog = any> implements AsyncDisposable {
  readonly model: Model<State, C>;
  readonly #opened: LogStore;
  readonly #fingerprint: ModelFingerprint;
  /** Whether the log was opened here. */
  readonly #isOwn: boolean;
  #closed: Promise<void> | undefined;

  /** Use `openPast`. */
  constructor(model: Model<State, C>, log: LogStore, isOwn: boolean) {
    this.model = model;
    this.#opened = log;
    this.#fingerprint = fingerprintOfModel(model);
    this.#isOwn = isOwn;
  }

  /** The log's file, or `:memory:`. */
  get path(): string {
    return this.#opened.path;
  }

  /** Where the log begins and ends now, and which states can be built. */
  async range(): Promise<PastRange> {
    return rangeOf(this.#log(), this.#fingerprint);
  }

  /** The sequence of a position. @throws RefoldError `INVALID_OPTION` for one that is not in the log, `HISTORY_GONE` */
  async locate(position: PastPosition): Promise<number> {
    return sequenceOf(this.#log(), position);
  }

  /**
   * The state as of a position, and what it cost: one snapshot load plus the events after it. The caller gets a copy.
   *
   * @throws RefoldError as `store.at` does
   */
  async at(position: PastPosition, options?: PastCallOptions): Promise<BuiltState<State>> {
    const { signal, onProgress } = checkOptions('build a past state', CALL_CHECKS, options);
    const start = performance.now();
    const to = await locate(this.#log(), readPosition(this.#log(), position));
    const tell = harmless(onProgress);
    tell({ phase: 'load', done: 0, total: to });
    const { cursor, snapshot, eventsReplayed } = await recoverDespiteDrops(this.model, this.#log(), this.#fingerprint, {
      to,
      signal,
      onProgress: (done) => tell({ phase: 'replay', done, total: to }),
    });
    const cost = {
      ...(snapshot !== undefined && { keyframe: snapshot.sequence }),
      events: eventsReplayed,
      milliseconds: performance.now() - start,
    };
    return { sequence: cursor.sequence, recordedAt: cursor.recordedAt, state: cursor.state, cost };
  }

  /** The snapshots that past states are built from, newest first: each is usable, or says why not. */
  async keyframes(): Promise<readonly Keyframe[]> {
    return keyframesOf(this.#log(), this.#fingerprint);
  }

  /** The blocks of the log in order, by their headers. Payloads are not read. */
  async *blocks(options?: BlocksOptions): AsyncGenerator<BlockHeader, void> {
    const { from, to } = checkOptions('list the blocks', BLOCKS_CHECKS, options);
    const first = from === undefined ? 0 : await startingAt(this.#log(), from);
    const last = to === undefined ? Number.POSITIVE_INFINITY : await sequenceOf(this.#log(), to);
    for await (const header of this.#log().headers()) {
      if (header.firstSequence > last) return;
      if (header.lastSequence >= first) yield header;
    }
  }

  /**
   * How many events of each type a range has, in all and in buckets. Data is not decoded, so it is several times as fast as a
   * fold. Types are as they were recorded.
   *
   * @throws RefoldError `LOG_CORRUPT`; `HISTORY_GONE` when `from` was dropped
   */
  async counts(options?: CountOptions): Promise<EventCounts> {
    const checked = checkOptions('count events', COUNT_CHECKS, options);
    const { by = 'sequence', buckets = 1, from, to, signal } = checked;
    const log = this.#log();
    const tell = harmless(checked.onProgress);
    const last = to === undefined ? log.head().sequence : await sequenceOf(log, to);
    const given = from === undefined ? undefined : Math.max(1, await startingAt(log, from));
    return despiteDrops(log, () =>
      countEvents(log, {
        ...{ from: given ?? log.firstSequence(), to: last, by, buckets, signal },
        onProgress: (done) => tell({ phase: 'replay', done, total: last }),
      }),
    );
  }

  /**
   * The events of a range, block by block, in the model's versions, with the state in hand:
   *
   *     for await (const block of past.walk())
   *       for (const event of block) look(event, block.state) // the state has the event
   *
   * It is as fast as a replay. The state is folded directly, and changes with the next event: copy what you keep.
   *
   * @throws RefoldError as `store.at` for the state before the first event; `LOG_CORRUPT`, `MODEL_MISMATCH`, `REDUCER_FAILED`;
   * `HISTORY_GONE` also when what comes next was dropped or redacted meanwhile
   */
  async *walk(options?: WalkOptions): AsyncGenerator<WalkedBlock<State, RecordedEventOf<C>>, void> {
    const { from, to, signal, onProgress } = checkOptions('walk through the log', WALK_CHECKS, options);
    const log = this.#log();
    const last = to === undefined ? log.head().sequence : await sequenceOf(log, to);
    const first = from === undefined ? await this.#firstFoldable() : Math.max(1, await startingAt(log, from));
    const tell = harmless(onProgress);
    const parts = { model: this.model as Model<State>, log, fingerprint: this.#fingerprint };
    yield* walkBlocks(parts, {
      ...{ from: first, to: last, signal },
      onProgress: (done) => tell({ phase: 'replay', done, total: last }),
    }) as AsyncGenerator<WalkedBlock<State, RecordedEventOf<C>>, void>;
  }

  /**
   * A state that moves through the log, forward and back, and says what each event changed. It begins at a position; default the
   * durable end.
   *
   * @throws RefoldError as `store.at` does
   */
  async cursor(position?: PastPosition, options?: CursorOptions): Promise<PastCursor<State, RecordedEventOf<C>>> {
    const { checkpointBytes, signal } = checkOptions('open a cursor', CURSOR_CHECKS, options);
    const { model } = this;
    const log = (): LogStore => this.#log();
    const parts = { model: model as Model<State>, log, fingerprint: this.#fingerprint, checkpointBytes };
    return openCursor(parts, position, signal) as Promise<PastCursor<State, RecordedEventOf<C>>>;
  }

  /** Recorded events in the model's versions, in order or in reverse, as `store.events` gives them. */
  async *events<Type extends TypeOf<C> = TypeOf<C>>(
    range: Omit<EventRange, 'types'> & { readonly types?: readonly Type[] | undefined } = {},
  ): AsyncGenerator<RecordedEventOf<C, Type>, void> {
    yield* readEvents(this.model, this.#log(), range) as AsyncGenerator<RecordedEventOf<C, Type>, void>;
  }

  /** Releases the log, if it was opened here. Further calls are refused. */
  close(): Promise<void> {
    this.#closed ??= this.#isOwn ? this.#opened.close() : Promise.resolve();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #log(): LogStore {
    if (this.#closed !== undefined) throw storeClosed(this.path);
    return this.#opened;
  }

  /** The first event that can be folded: where history was dropped, the one after the oldest usable snapshot. */
  async #firstFoldable(): Promise<number> {
    const { first, earliest } = await rangeOf(this.#log(), this.#fingerprint);
    return earliest === undefined ? first : earliest + 1;
  }
}
