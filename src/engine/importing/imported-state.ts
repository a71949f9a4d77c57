/** The state that an import folds into, and its log. It takes one event after another, and keeps both in step. */
import { isRefoldError, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import { type LiveState, openDirectState } from '../../fold/live-state.ts';
import type { LogStore } from '../../log/log-store.ts';
import { Pace } from '../../threads/pace.ts';
import { performance } from '../../threads/timers.ts';
import { guardOf, type Reentrancy } from '../calls/reentrancy.ts';
import { warnOf } from '../calls/warn.ts';
import { fingerprintFor, type ModelFingerprint } from '../folding/fingerprint.ts';
import { fingerprintOfModel } from '../folding/model-module.ts';
import type { FoldCursor } from '../folding/refold.ts';
import { encodePaced, writeSnapshot } from '../folding/stored-snapshots.ts';
import { despiteDrops } from '../past/history.ts';
import { recover } from '../past/recovery.ts';
import { KEYFRAME_BUDGET_BYTES, planKeyframes } from '../snapshots/policy.ts';
import { Intake } from '../writing/intake/intake.ts';
import { BlockWriter } from './block-writer.ts';
import { type ClampReport, Clamps, clampWarning } from './clamps.ts';
import { readPastEvent } from './past-event.ts';

/** What an import did. */
export interface ImportReport extends ClampReport {
  /** Events imported. */
  readonly events: number;
  /** Where the log ends now. */
  readonly lastSequence: number;
}

/** How long the encoding of a snapshot may keep the event loop to itself, in ms. */
const IMPORT_ENCODE_SLICE_MS = 40;

/** Keyframes cost at most a twentieth of the import: before each, this many times the duration of the last one passes … */
const KEYFRAME_SHARE = 20;
/** … and at least this many ms and events. A replay folds that many events in less time. */
const IMPORT_KEYFRAME_MS = 250;
const KEYFRAME_EVENTS = 25_000;

export class ImportedState {
  readonly #model: Model;
  readonly #log: LogStore;
  /** Whether the first event may be earlier than the end of the log. */
  readonly #resumes: boolean;
  readonly #guard: Reentrancy;
  readonly #intake: Intake;
  readonly #fingerprint: ModelFingerprint;
  readonly #live: LiveState<object>;
  readonly #firstSeen: Map<string, number>;
  readonly #writer: BlockWriter;
  readonly #before: number;
  /** How many events it was given and has taken. One of a former type may have become several, or none. */
  #given = 0;
  #sequence: number;
  #recordedAt: number;
  #keyframeAt: number;
  #keyframeTime = performance.now();
  #keyframeTook = 0;
  readonly #clamps = new Clamps();

  /** Recovers the state at the end of the log. @throws RefoldError as `openStore` does */
  static async open(model: Model, log: LogStore, resumes: boolean): Promise<ImportedState> {
    const fingerprint = fingerprintOfModel(model);
    const { cursor } = await despiteDrops(log, () => recover(model, log, fingerprint));
    return new ImportedState(model, log, resumes, { fingerprint, cursor });
  }

  private constructor(
    model: Model,
    log: LogStore,
    resumes: boolean,
    { fingerprint, cursor }: { readonly fingerprint: ModelFingerprint; readonly cursor: FoldCursor<object> },
  ) {
    this.#resumes = resumes;
    this.#model = model;
    this.#log = log;
    this.#guard = guardOf(log);
    this.#intake = new Intake(model, true);
    this.#fingerprint = fingerprint;
    this.#live = openDirectState(cursor.state, model.comparators);
    this.#firstSeen = cursor.firstSeen;
    this.#writer = new BlockWriter(log);
    this.#before = this.#sequence = this.#keyframeAt = cursor.sequence;
    this.#recordedAt = log.head().recordedAt;
  }

  get report(): ImportReport {
    return {
      events: this.#sequence - this.#before,
      lastSequence: this.#sequence,
      ...this.#clamps.report,
    };
  }

  /** For an import that fails: its report is never seen. */
  warnOfClamps(): void {
    const warning = clampWarning(this.#log.path, this.#clamps.report);
    if (warning !== undefined) warnOf(this.#log, 'RefoldImportWarning', warning);
  }

  /** True when `room` must be waited for before the next event is taken. */
  get isFull(): boolean {
    return this.#writer.isFull;
  }

  /** @throws RefoldError when an append failed */
  room(): Promise<void> {
    return this.#writer.room();
  }

  /**
   * Validates one event, folds it and hands it to the log.
   *
   * @throws RefoldError naming the index. The event is not in the log. If its reducer threw, the state may be half changed,
   * and no further event may be taken
   */
  take(given: unknown): void {
    const sequence = this.#sequence + 1;
    this.#guard.enter(); // schemas, upcasters and reducers run in here
    try {
      const read = readPastEvent(given, this.#model, sequence);
      const count = read.length;
      if (count === 0) {
        this.#given += 1;
        return;
      }
      const { recordedAt: time, commandId } = read[0]!;
      if (this.#sequence === this.#before && time < this.#recordedAt && !this.#resumes)
        throw endsLater(this.#log, this.#recordedAt, time);
      const recordedAt = Math.max(time, this.#recordedAt);
      const placement = { firstSequence: sequence, recordedAt, commandId };
      const { events, json, tags } = this.#intake.admitCommit(read, placement);
      this.#live.fold(this.#model.reducers, events);
      this.#writer.add({ events: count, recordedAt, json, tags, commandId });
      for (const [index, { type }] of read.entries()) {
        if (!this.#firstSeen.has(type)) this.#firstSeen.set(type, sequence + index);
      }
      this.#clamps.note({ index: this.#given, sequence, given: time, recordedAt });
      this.#given += 1;
      this.#sequence += count;
      this.#recordedAt = recordedAt;
    } catch (error) {
      throw refusedAt(this.#given, sequence, error);
    } finally {
      this.#guard.leave();
    }
  }

  /** Whether a snapshot is due here, for time travel and for the next open. */
  get isKeyframeDue(): boolean {
    if (this.#sequence - this.#keyframeAt < KEYFRAME_EVENTS) return false;
    const since = performance.now() - this.#keyframeTime;
    return since >= Math.max(IMPORT_KEYFRAME_MS, KEYFRAME_SHARE * this.#keyframeTook);
  }

  /** Makes the taken events durable, takes a snapshot, and deletes older ones that do not fit. @throws as `finish` does */
  async takeKeyframe(): Promise<void> {
    const start = performance.now();
    await this.#writer.drained();
    await this.#takeSnapshot();
    const drop = planKeyframes(await this.#log.snapshots(''), KEYFRAME_BUDGET_BYTES);
    if (drop.length > 0) await this.#log.dropSnapshots('', drop);
    this.#keyframeAt = this.#sequence;
    this.#keyframeTime = performance.now();
    this.#keyframeTook = this.#keyframeTime - start;
  }

  /**
   * Makes the taken events durable, and takes a snapshot.
   *
   * @throws RefoldError when an append failed
   */
  async finish(): Promise<void> {
    await this.#writer.drained();
    if (this.#sequence === this.#before) return;
    // After a reducer threw, the state may be half changed. The next open replays the events before it.
    if (this.#live.isWhole) await this.#takeSnapshot();
    await this.#log.flush();
  }

  async #takeSnapshot(): Promise<void> {
    const encoded = await encodePaced(this.#live.value, new Pace(IMPORT_ENCODE_SLICE_MS), this.#model.comparators);
    const fingerprint = fingerprintFor(this.#fingerprint, this.#firstSeen);
    await writeSnapshot(this.#log, '', encoded, this.#log.head(), fingerprint);
  }
}

/** The refusal of an event, with its index. An error about the log itself, `INVALID_OPTION`, stays as it is. */
function refusedAt(index: number, sequence: number, error: unknown): unknown {
  if (!isRefoldError(error) || error.code === 'INVALID_OPTION') return error;
  const { code, message, ...details } = error.toJSON();
  const problem = message.replace(/^Cannot append: /, '').replace(/^C(?=annot )/, 'c');
  const told = `Cannot import the event at index ${index}: ${problem}`;
  return new RefoldError(code, told, { sequence, ...details, index, cause: error.cause ?? error });
}

function endsLater({ path }: LogStore, end: number, first: number): RefoldError {
  const message = `Cannot import into ${path}: it ends at ${timeText(end)}, after the first event's ${timeText(first)}`;
  return new RefoldError('INVALID_OPTION', message, {
    path,
    type: 'path',
    hint: 'Import into a new log, or into one that ends at or before the time of the first event; to continue an import, give resume: true',
  });
}

function timeText(time: number): string {
  return new Date(time).toISOString();
}
