/**
 * Takes the model's snapshots: on demand, when one is due, and at close.
 *
 * None of it stops the writing. A moment is captured in one turn. The first source that can do so gives the bytes of
 * its state (`planSource`, `sources.ts`), and the log stores them. What was encoded from the live state is compared
 * with a replay (`checker.ts`). If the replay gives another state, all snapshots since both last agreed are deleted.
 */
import type { RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import type { LogThread } from '../../log/log-source.ts';
import type { LogHead, LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { Pace } from '../../threads/pace.ts';
import { performance } from '../../threads/timers.ts';
import type { Settings } from '../calls/options.ts';
import { SNAPSHOT_TRACE, traced } from '../calls/traces.ts';
import { warnOf, warnThat } from '../calls/warn.ts';
import { fingerprintFor, type ModelFingerprint } from '../folding/fingerprint.ts';
import { type EncodedState, writeSnapshot } from '../folding/stored-snapshots.ts';
import { type Divergence, diverged } from '../past/divergence.ts';
import { SnapshotChecker } from './checker.ts';
import {
  KEYFRAME_BUDGET_BYTES,
  planKeyframeSpacing,
  planKeyframes,
  planSnapshot,
  planSource,
  type SnapshotFacts,
  type SnapshotReason,
  type SourceName,
} from './policy.ts';
import { estimateRecovery, learnRates, type Rates, writeRates } from './rates.ts';
import { type Captured, capture, KeyframeSink, type Made, type Moment, type Source, sourcesOf } from './sources.ts';
import { SnapshotThread } from './thread.ts';

/** What was stored. */
export interface SnapshotReport {
  readonly sequence: number;
  readonly stateHash: string;
  /** Size of the encoded state, before compression. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** What the snapshotter needs of its store. `sequence` is that of the last event folded, pending commits included. */
export interface SnapshotterParts extends Captured {
  readonly model: Model;
  readonly log: LogStore;
  /** How a thread opens the log; undefined where only this thread has it. */
  readonly logThread: LogThread | undefined;
  readonly settings: Settings;
  readonly fingerprint: ModelFingerprint;
  /** Why the state must not be used, if so: a reducer may have left it half changed. */
  readonly failure: RefoldError | undefined;
}

/** A slice of work on the thread that writes, and the pause after it, in ms: at most a fifth of its time. */
const SLICE_MS = 0.2;
const REST_MS = 1;
/** The least number of bytes written per ms. What takes longer is waiting for blocks, and is not counted as work. */
const WRITE_RATE = 20_000;

export class Snapshotter {
  readonly #parts: SnapshotterParts;
  readonly #rates: Rates;
  readonly #thread: SnapshotThread | undefined;
  readonly #sources: Readonly<Record<SourceName, Source>>;
  readonly #checker: SnapshotChecker;
  #last: SnapshotInfo | undefined;
  /** Whether the last snapshot is one whose fingerprint says less than today's. */
  #isBelieved: boolean;
  /** By the machine's clock, which is never set: the store's clock may be that of a market, or of a test. */
  #lastAt: number;
  readonly #openedSequence: number;
  /** The work that the last snapshot took in all, in ms. */
  #takeMs = 0;
  #running: Promise<SnapshotReport> | undefined;
  /** The check that runs in the background. */
  #checking: Promise<void> | undefined;
  /** While the log is redacted no snapshot is taken. */
  #held: Promise<void> | undefined;
  #saidTooLarge = false;
  /** The rates as the log remembers them. */
  #remembered = '';

  /**
   * @param last what the live state was recovered from
   * @param isBelieved whether its fingerprint says less than today's: another one is taken at once
   */
  constructor(parts: SnapshotterParts, rates: Rates, last: SnapshotInfo | undefined, isBelieved = false) {
    const { model, log, logThread, fingerprint } = parts;
    const { module, name } = model;
    this.#parts = parts;
    this.#rates = rates;
    this.#last = last;
    this.#isBelieved = isBelieved;
    this.#lastAt = performance.now();
    this.#openedSequence = parts.sequence;
    if (module !== undefined && logThread !== undefined)
      this.#thread = new SnapshotThread({ path: log.path, log: logThread, module, name, fingerprint }, log);
    this.#sources = sourcesOf({ model, log, fingerprint }, this.#thread);
    this.#checker = new SnapshotChecker(this.#thread, this.lastSequence, rates);
  }

  get lastSequence(): number {
    return this.#last?.sequence ?? 0;
  }

  /** Where the live state differs from a replay, once a check has found that. */
  get divergence(): Divergence | undefined {
    return this.#checker.divergence;
  }

  /** How long an open would take now, in ms. */
  get estimatedRecoveryMs(): number {
    return estimateRecovery(this.#rates, this.#parts.sequence - this.lastSequence, this.#last);
  }

  /** Why a snapshot should be taken now, or undefined. O(1). */
  due(): SnapshotReason | undefined {
    return this.#running || this.#held || this.divergence ? undefined : planSnapshot(this.#facts());
  }

  /**
   * Takes a snapshot of the state as it is now. If one of this very state is being taken, its report is given.
   *
   * @param checked compare it with a replay before it is kept, even if that costs more than the snapshot itself
   * @throws RefoldError `REDUCER_FAILED` when a replay gives another state, naming the first divergent event and the
   * place
   */
  take(checked = false): Promise<SnapshotReport> {
    return this.#alone(() => this.#take(checked ? 'checked' : 'by itself'));
  }

  /**
   * Takes the last snapshot, when the state no longer changes. If a replay gives another state, none is taken.
   *
   * @throws RefoldError `STORE_FAILED` when a reducer may have left the state half changed
   */
  async takeLast(): Promise<void> {
    while ((this.#running ?? this.#held) !== undefined) await (this.#running ?? this.#held)?.catch(() => {});
    const { failure, sequence } = this.#parts;
    if (failure !== undefined) throw failure; // an append that was under way may still have failed
    if (this.divergence !== undefined || (sequence <= this.lastSequence && !this.#isBelieved)) return;
    await this.#alone(() => this.#take('last'));
  }

  /**
   * Takes no snapshot from now on, and resolves when none is being taken or checked.
   *
   * @returns lets snapshots be taken again. Call it once, with the first sequence that was redacted, if the log was
   */
  async hold(): Promise<(redactedFrom?: number) => Promise<void>> {
    const { promise, resolve } = Promise.withResolvers<void>();
    while (this.#held !== undefined) await this.#held;
    this.#held = promise;
    while (this.#running !== undefined) await this.#running.catch(() => {});
    await this.#checking;
    return async (redactedFrom) => {
      try {
        if (redactedFrom !== undefined) await this.#forget(redactedFrom);
      } finally {
        this.#held = undefined;
        resolve();
      }
    };
  }

  /** Another store has taken snapshots before. @param newest that can be used */
  adopt(newest: SnapshotInfo | undefined): void {
    if (newest !== undefined && newest.sequence > this.lastSequence) this.#last = newest;
  }

  /** The log has no snapshots from a sequence on any more. */
  async #forget(from: number): Promise<void> {
    this.#checker.forget(from);
    if (this.lastSequence < from) return;
    this.#last = undefined;
    const [newest] = await this.#parts.log.snapshots('');
    this.#last = newest;
  }

  /** Ends the snapshot thread, whatever it is doing. */
  async close(): Promise<void> {
    await this.#thread?.close();
  }

  async #alone(take: () => Promise<SnapshotReport>): Promise<SnapshotReport> {
    while ((this.#running ?? this.#held) !== undefined) {
      await this.#held;
      const { sequence } = this.#parts;
      const report = await this.#running;
      if (report !== undefined && report.sequence >= sequence) return report;
    }
    const { log, sequence } = this.#parts;
    this.#running = traced(SNAPSHOT_TRACE, () => ({ path: log.path, sequence }), take);
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  async #take(occasion: Occasion): Promise<SnapshotReport> {
    // Commits from before the failure may still become durable, and a snapshot may become due.
    if (this.#parts.failure !== undefined) throw this.#parts.failure;
    const start = performance.now();
    const moment = capture(this.#parts, occasion !== 'last');
    const { sequence } = moment;
    const made = await this.#make(moment, occasion).finally(moment.release);
    const { encoded, measured } = made;
    const head = await moment.durable; // a check reads the log
    if (measured === undefined) await this.#check(sequence, encoded, occasion);
    await this.#keep(moment, made, head);
    const { stateHash, bytes } = encoded;
    return { sequence, stateHash, bytes, milliseconds: performance.now() - start };
  }

  /** The state of a moment, from the first source that can give it. */
  async #make(moment: Moment, occasion: Occasion): Promise<Made> {
    const { sources, atOnceBytes } = planSource({
      canHold: moment.isHeld,
      hasThread: this.#thread !== undefined,
      isFresh: moment.sequence === this.#openedSequence,
      isLast: occasion === 'last',
      lastBytes: this.#last?.bytes ?? 0,
    });
    const pace = new Pace(SLICE_MS, REST_MS);
    const keyframes = new KeyframeSink(this.#parts.log, this.#keyframeEvents());
    for (const name of sources) {
      const made = await this.#sources[name]({ moment, atOnceBytes, pace, keyframes });
      if (made === undefined) continue;
      await keyframes.written();
      if (made.measured !== undefined) learnRates(this.#rates, made.measured);
      return made;
    }
    throw new Error('the last source of a plan gives the state');
  }

  /**
   * Compares what was encoded from the live state with a replay: before the snapshot is kept if the caller asked for
   * that, otherwise in the background, and rarely enough to leave the processor to the writing.
   *
   * @throws RefoldError `REDUCER_FAILED` if they differ. The snapshot must not be kept then
   */
  async #check(sequence: number, encoded: EncodedState, occasion: Occasion): Promise<void> {
    const compare = async (): Promise<void> => {
      const divergence = await this.#checker.check(sequence, encoded);
      if (divergence === undefined) return;
      await this.#dropDoubtful();
      throw diverged(this.#parts.log.path, sequence, divergence);
    };
    if (occasion === 'checked') return compare();
    if (occasion === 'last' || !this.#checker.isRested) return;
    this.#checking = compare().catch((error: unknown) => {
      if (this.#thread?.isClosed === false) warnOf(this.#parts.log, 'RefoldSnapshotWarning', error);
    });
  }

  async #keep({ firstSeen }: Moment, { encoded, workMs }: Made, head: LogHead): Promise<void> {
    const { log, fingerprint } = this.#parts;
    const start = performance.now();
    const remembering = this.#rememberRates();
    remembering.catch(() => {}); // awaited below as well
    this.#last = await writeSnapshot(log, '', encoded, head, fingerprintFor(fingerprint, firstSeen));
    this.#isBelieved = false;
    this.#lastAt = performance.now();
    this.#takeMs = workMs + Math.min(performance.now() - start, encoded.bytes / WRITE_RATE);
    // If a check has failed while this snapshot was made, the snapshot is doubtful as well.
    const dropping = this.divergence === undefined ? this.#thinOut() : this.#dropDoubtful();
    await Promise.all([dropping, remembering]);
    this.#sayIfTooLarge();
  }

  /** Writes the rates if they have changed: under full load each write waits for a block or two. */
  async #rememberRates(): Promise<void> {
    const text = JSON.stringify(this.#rates);
    if (text === this.#remembered) return;
    await writeRates(this.#parts.log, this.#rates);
    this.#remembered = text;
  }

  #keyframeEvents(): number {
    if (!this.#facts().keyframes) return Number.POSITIVE_INFINITY;
    return planKeyframeSpacing(this.#rates.fold, this.#last?.bytes ?? 0);
  }

  /** Deletes all snapshots since the last agreement: neither the live state nor the replay is known to be right. */
  async #dropDoubtful(): Promise<void> {
    const { log } = this.#parts;
    const { agreed } = this.#checker;
    const snapshots = await log.snapshots('');
    const doubtful = snapshots.map(({ sequence }) => sequence).filter((sequence) => sequence > agreed);
    await log.dropSnapshots('', doubtful);
    this.#last = snapshots.find(({ sequence }) => sequence <= agreed);
  }

  async #thinOut(): Promise<void> {
    const { log } = this.#parts;
    const drop = planKeyframes(await log.snapshots(''), KEYFRAME_BUDGET_BYTES);
    if (drop.length > 0) await log.dropSnapshots('', drop);
  }

  /**
   * Warns once, with the numbers, if loading the state alone takes longer than the promise: snapshots cannot help then.
   */
  #sayIfTooLarge(): void {
    const { loadMs, recoverWithin } = this.#facts();
    if (this.#saidTooLarge || loadMs <= recoverWithin) return;
    this.#saidTooLarge = true;
    const size = `${this.#parts.log.path} (${this.#last!.bytes} bytes)`;
    const message = `Loading the state of ${size} will take about ${Math.round(loadMs)} ms, and recoverWithin promises ${recoverWithin} ms`;
    warnThat(this.#parts.log, 'RefoldSnapshotWarning', message);
  }

  #facts(): SnapshotFacts {
    const { sequence, settings } = this.#parts;
    const { fold, load, open } = this.#rates;
    return {
      tailEvents: sequence - this.lastSequence,
      sinceMs: performance.now() - this.#lastAt,
      openMs: open,
      loadMs: (this.#last?.bytes ?? 0) / load,
      foldRate: fold,
      takeMs: this.#takeMs,
      recoverWithin: settings.recoverWithin,
      save: settings.save,
      keyframes: settings.history !== 'discard',
      isBelieved: this.#isBelieved,
    };
  }
}

/** Why a snapshot is taken: a caller asked for it, it is due, or the store closes. */
type Occasion = 'checked' | 'by itself' | 'last';
