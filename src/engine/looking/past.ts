/**
 * Looking back: a handle on the history of a log that recovers nothing until it is asked.
 *
 * The command line and the studio stand on it. It reads what is durable, and each call looks at the head afresh: another process
 * may be writing. The work is done by the files beside this one; this file checks the calls.
 */
import type { Catalog, RecordedEventOf, TypeOf } from '../../core/catalog.ts';
import type { CommandInputs, Model } from '../../core/model.ts';
import { requireModel } from '../../core/model-checks.ts';
import type { Path } from '../../fold/path.ts';
import { storeClosed } from '../../log/log-errors.ts';
import type { BlockHeader, LogStore } from '../../log/log-store.ts';
import { performance } from '../../threads/timers.ts';
import { checkOptions } from '../calls/call-options.ts';
import { isOpenLog, requireOneLog } from '../calls/log-options.ts';
import { refuseLostTail, requireSameModel } from '../calls/log-ownership.ts';
import { openLogOf } from '../calls/open-log.ts';
import { harmless } from '../calls/progress.ts';
import { hashOfFingerprint, type ModelFingerprint } from '../folding/fingerprint.ts';
import { fingerprintOfModel } from '../folding/model-module.ts';
import { type EventRange, readEvents } from '../past/events.ts';
import { recoverAt } from '../past/history.ts';
import { countsOf, type EventCounts } from './counts.ts';
import { CURSOR_CHECKS, type CursorOptions, openCursor, type PastCursor } from './cursor.ts';
import { headersIn, type Keyframe, keyframesOf, type PastRange, rangeOf } from './keyframes.ts';
import {
  BISECT_CHECKS,
  type BisectOptions,
  type BlocksOptions,
  type BuiltState,
  CALL_CHECKS,
  type CountOptions,
  PAST_CHECKS,
  type PastCallOptions,
  type PastOptions,
  REHEARSE_CHECKS,
  type RehearseOptions,
  tellOf,
  WALK_CHECKS,
  WALK_EACH_CHECKS,
  type WalkOptions,
  WHY_CHECKS,
  type WhyOptions,
} from './past-options.ts';
import { endOf, type PastPosition, readPosition, sequenceOf, startingAt } from './position.ts';
import { type BisectReport, findFirst, nothingBetween } from './questions/bisect.ts';
import { type BisectTarget, readQuestion } from './questions/question.ts';
import type { RehearsalReport } from './questions/rehearsal-report.ts';
import { rehearseLog } from './questions/rehearse.ts';
import { readPlace } from './questions/watched-place.ts';
import { explainPlace, type WhyReport } from './questions/why.ts';
import { type WalkedBlock, type WalkParts, walkBlocks } from './walk.ts';
import { hasEach, type WalkEachOptions, type Walked, walkEach } from './walk-each.ts';

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

  /** A hash of what folds the model's events: another text means that the model has changed. */
  get fingerprint(): string {
    return hashOfFingerprint(this.#fingerprint);
  }

  /** How many redactions the log has had. When it has risen, events that were read before may have other data now. */
  get redactions(): number {
    return this.#log().generation?.() ?? 0;
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
    const { model, log, fingerprint } = this.#parts();
    const building = { tell: harmless(onProgress), signal };
    const recovered = await recoverAt(model, log, fingerprint, readPosition(log, position), building);
    const { cursor, snapshot, eventsReplayed } = recovered;
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
    yield* headersIn(this.#log(), options);
  }

  /**
   * How many events of each type a range has, in all and in buckets. Data is not decoded, so it is several times as fast as a
   * fold. Types are as they were recorded.
   *
   * @throws RefoldError `LOG_CORRUPT`; `HISTORY_GONE` when `from` was dropped
   */
  async counts(options?: CountOptions): Promise<EventCounts> {
    return countsOf(this.#log(), options);
  }

  /**
   * The events of a range, block by block, in the model's versions, with the state in hand:
   *
   *     for await (const block of past.walk())
   *       for (const event of block) look(event, block.state) // the state has the event
   *
   * It is as fast as a replay. The state is folded directly, and changes with the next event: copy what you keep.
   *
   * With `each` it is one call, which resolves at the end of the range: `await past.walk({ each: (event, state) => … })`.
   *
   * @throws RefoldError as `store.at` for the state before the first event; `LOG_CORRUPT`, `MODEL_MISMATCH`, `REDUCER_FAILED`;
   * `HISTORY_GONE` also when what comes next was dropped or redacted meanwhile
   */
  walk(options: WalkEachOptions<State, RecordedEventOf<C>>): Promise<Walked>;
  walk(options?: WalkOptions): AsyncGenerator<WalkedBlock<State, RecordedEventOf<C>>, void>;
  walk(
    options?: WalkOptions | WalkEachOptions<State, RecordedEventOf<C>>,
  ): AsyncGenerator<object, void> | Promise<Walked> {
    return hasEach(options) ? this.#walkEach(options) : this.#walkBlocks(options);
  }

  async #walkEach(options: WalkEachOptions<State, RecordedEventOf<C>>): Promise<Walked> {
    const checked = checkOptions('walk through the log', WALK_EACH_CHECKS, options);
    const { from, to } = await this.#stretchOf(checked);
    const stretch = { from, to, signal: checked.signal, onProgress: tellOf(checked, to) };
    return walkEach(this.#parts(), stretch, checked);
  }

  async *#walkBlocks(options?: WalkOptions): AsyncGenerator<WalkedBlock<State, RecordedEventOf<C>>, void> {
    const checked = checkOptions('walk through the log', WALK_CHECKS, options);
    const { from, to } = await this.#stretchOf(checked);
    const stretch = { from, to, signal: checked.signal, onProgress: tellOf(checked, to) };
    yield* walkBlocks(this.#parts(), stretch) as AsyncGenerator<WalkedBlock<State, RecordedEventOf<C>>, void>;
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

  /**
   * Why a place in the state is as it is: every event of a range that changed it, newest first. `orders.723.quantity` is a path, or
   * an array of keys. With a `limit` it looks no further back than it must, and says how far it has looked.
   *
   * @throws RefoldError `INVALID_OPTION` for what is not a path; as `walk` does
   */
  async why(path: string | Path, options?: WhyOptions): Promise<WhyReport> {
    const checked = checkOptions('look for what changed a place', WHY_CHECKS, options);
    const parts = readPlace(path);
    const log = this.#log();
    const { from, to: last } = await this.#stretchOf(checked);
    const before = checked.before === undefined ? last : (await startingAt(log, checked.before)) - 1;
    const to = Math.max(from - 1, Math.min(last, before));
    const { limit = Number.POSITIVE_INFINITY, forward = false, signal, onChange } = checked;
    return explainPlace(this.#parts(), {
      ...{ path: parts, from, to, limit, forward, signal },
      onChange: harmless(onChange),
      onProgress: tellOf(checked, to),
    });
  }

  /**
   * The first event of a range after which an invariant is broken, a condition is true, or a condition is false.
   *
   * @throws RefoldError `INVALID_OPTION` for a question that cannot be asked, and for `from` after the end; as `walk` does
   */
  async bisect(target: BisectTarget<State>, options?: BisectOptions): Promise<BisectReport> {
    const checked = checkOptions('bisect', BISECT_CHECKS, options);
    const question = readQuestion(this.model, target);
    const { from, to } = await this.#stretchOf(checked);
    if (checked.from !== undefined && from > to) throw nothingBetween(from, to);
    const { mode = 'blocks', signal, onEstimate } = checked;
    return findFirst(this.#parts(), {
      ...{ question, from, to, mode, signal },
      onEstimate: harmless(onEstimate),
      onProgress: tellOf(checked, to),
    });
  }

  /**
   * Folds the log under this model and another one, in one pass, and says where they part.
   *
   * @throws RefoldError as `replay` does for this model. What the other one throws is in the report
   */
  async rehearse(next: Model<any, any, any, any>, options?: RehearseOptions): Promise<RehearsalReport> {
    requireModel('rehearse', next);
    const checked = checkOptions('rehearse', REHEARSE_CHECKS, options);
    const { to, signal } = checked;
    const last = await endOf(this.#log(), to);
    const { model, log, fingerprint } = this.#parts();
    const onProgress = tellOf(checked, last);
    return rehearseLog({ model: model as Model, next, log, fingerprint, to: last, signal, onProgress });
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

  #parts(): WalkParts<State> {
    return { model: this.model as Model<State>, log: this.#log(), fingerprint: this.#fingerprint };
  }

  /** The range of a call, in sequences. */
  async #stretchOf({ from, to }: WalkOptions): Promise<{ readonly from: number; readonly to: number }> {
    const last = await endOf(this.#log(), to);
    return {
      from: from === undefined ? await this.#firstFoldable() : Math.max(1, await startingAt(this.#log(), from)),
      to: last,
    };
  }

  /** The first event that can be folded: where history was dropped, the one after the oldest usable snapshot. */
  async #firstFoldable(): Promise<number> {
    const { first, earliest } = await rangeOf(this.#log(), this.#fingerprint);
    return earliest === undefined ? first : earliest + 1;
  }
}
