/**
 * Takes the model's snapshots: on demand, when one is due, and at close.
 *
 * None of it stops the writing. A small state is encoded at once. A large one is encoded in slices from the state held still
 * (atomic fold), or made from the log (direct fold): in a thread of its own when the model says in which module it lives,
 * here in slices otherwise. Where the thread is not needed for that it checks the state (`snapshot-checker.ts`): if a replay
 * gives another one, what was kept since they agreed goes.
 */
import { assert } from '../../core/assert.ts';
import type { RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import type { LiveState, StateCapture } from '../../fold/live-state.ts';
import type { LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { Pace } from '../../threads/pace.ts';
import { performance } from '../../threads/timers.ts';
import { IN_MEMORY } from '../calls/open-log.ts';
import type { Settings } from '../calls/options.ts';
import { fingerprintFor, type ModelFingerprint } from '../folding/fingerprint.ts';
import { type EncodedState, encodePaced, encodeUpTo, encodeWhole, writeSnapshot } from '../folding/stored-snapshots.ts';
import type { Divergence } from '../past/divergence.ts';
import type { CommitQueue } from '../writing/commit-queue.ts';
import { type Keep, SnapshotChecker } from './checker.ts';
import { makeSnapshot } from './making.ts';
import {
  estimateRecovery,
  KEYFRAME_BUDGET_BYTES,
  planKeyframeSpacing,
  planKeyframes,
  planSnapshot,
  type SnapshotFacts,
  type SnapshotReason,
} from './policy.ts';
import { learnRates, type Rates, writeRates } from './rates.ts';
import { SnapshotThread } from './thread.ts';

/** What a snapshot came to. */
export interface SnapshotReport {
  readonly sequence: number;
  readonly stateHash: string;
  /** Of the encoded state, before compression. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** What the snapshotter asks of its store. */
export interface SnapshotSource {
  readonly model: Model;
  readonly log: LogStore;
  readonly queue: CommitQueue;
  readonly settings: Settings;
  readonly fingerprint: ModelFingerprint;
  readonly live: LiveState<object>;
  /** The first sequence of each event type so far. */
  readonly firstSeen: ReadonlyMap<string, number>;
  /** Of the last event folded, pending commits included. */
  readonly sequence: number;
  /** Why the state is not to be trusted, if so: a reducer may have left it half changed. */
  readonly failure: RefoldError | undefined;
}

/**
 * A state of up to so many bytes is encoded at once: about a millisecond; or three, where it cannot be held still, and before
 * the first append, when nobody waits: a process that dies young shall not leave the next one a longer tail.
 */
const AT_ONCE_BYTES = 64 * 1024;
const AT_ONCE_BYTES_LONGER = 256 * 1024;
/** A slice of work on the thread that writes, and the pause after it, in ms: a fifth of its time, however busy it is. */
const SLICE_MS = 0.2;
const REST_MS = 1;
/** Bytes compressed and written per ms, at the least: compression does some ten times as many. The rest is waiting behind blocks. */
const WRITE_RATE = 20_000;
/** For work in another thread, which keeps its own pace. */
const UNPACED: Pace = new Pace(Number.POSITIVE_INFINITY);

export class Snapshotter {
  readonly #source: SnapshotSource;
  readonly #rates: Rates;
  readonly #checker: SnapshotChecker;
  #last: SnapshotInfo | undefined;
  #lastAt: number;
  readonly #openedSequence: number;
  /** The work that the last snapshot took in all, and the part of it before it was written, in ms. */
  #takeMs = 0;
  #workMs = 0;
  #running: Promise<SnapshotReport> | undefined;
  #saidTooLarge = false;
  /** The rates as the log remembers them. */
  #remembered = '';

  constructor(source: SnapshotSource, rates: Rates, last: SnapshotInfo | undefined) {
    const { model, log, fingerprint, settings } = source;
    this.#source = source;
    this.#rates = rates;
    this.#last = last;
    this.#lastAt = settings.clock();
    this.#openedSequence = source.sequence;
    const isFile = settings.path !== undefined && settings.path !== IN_MEMORY;
    const thread =
      model.module === undefined || !isFile
        ? undefined
        : new SnapshotThread({ path: log.path, module: model.module, name: model.name, fingerprint });
    this.#checker = new SnapshotChecker({
      path: log.path,
      thread,
      base: last,
      keep: (make) => this.#keepingKeyframes(make),
      onDivergence: () => this.#dropDoubtful(),
    });
  }

  get lastSequence(): number {
    return this.#last?.sequence ?? 0;
  }

  /** Why the state that lives is not what a replay gives, once that was found. */
  get divergence(): Divergence | undefined {
    return this.#checker.divergence;
  }

  /** ms that an open would take now. */
  get estimatedRecoveryMs(): number {
    return estimateRecovery(this.#facts());
  }

  /** Why a snapshot should be taken now, or undefined. O(1). */
  due(): SnapshotReason | undefined {
    return this.#running || this.divergence ? undefined : planSnapshot(this.#facts());
  }

  /**
   * Takes a snapshot of the state as it is now; joins one that is being taken of this very state.
   *
   * @param checked have it compared with a replay even when that costs more than the snapshot itself
   * @throws RefoldError `REDUCER_FAILED` when a replay gives another state, naming the first divergent event and the place
   */
  take(checked = false): Promise<SnapshotReport> {
    return this.#alone(() => this.#take(checked));
  }

  /**
   * Takes the last snapshot, of a state that changes no more; none of one that a replay would not give.
   *
   * @throws RefoldError `STORE_FAILED` when a reducer may have left the state half changed
   */
  async takeLast(): Promise<void> {
    while (this.#running !== undefined) await this.#running.catch(() => {});
    const { failure, sequence, live } = this.#source;
    if (failure !== undefined) throw failure; // an append that was under way may still have failed
    if (this.divergence !== undefined || sequence <= this.lastSequence) return;
    const whole = encodeWhole(live.value);
    await this.#alone(() => this.#write(async () => whole));
  }

  /** Ends the other thread, whatever it is doing. */
  close(): Promise<void> {
    return this.#checker.close();
  }

  async #alone(take: () => Promise<SnapshotReport>): Promise<SnapshotReport> {
    while (this.#running !== undefined) {
      const { sequence } = this.#source;
      const report = await this.#running;
      if (report.sequence >= sequence) return report;
    }
    this.#running = take();
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  async #take(checked: boolean): Promise<SnapshotReport> {
    const { live, failure } = this.#source;
    // Commits from before the failure still become durable, and would have it taken.
    if (failure !== undefined) throw failure;
    const capture = live.capture();
    try {
      const start = performance.now();
      const mayTakeLonger = capture === undefined || this.#source.sequence === this.#openedSequence;
      const atOnceBytes = mayTakeLonger ? AT_ONCE_BYTES_LONGER : AT_ONCE_BYTES;
      // What was far too large the last time need not be tried.
      const isLarge = (this.#last?.bytes ?? 0) > 2 * atOnceBytes;
      const atOnce = isLarge ? undefined : encodeUpTo(capture?.state ?? live.value, atOnceBytes);
      this.#workMs = performance.now() - start;
      return await this.#write((to, durable) => this.#encode(to, durable, atOnce, capture, checked));
    } finally {
      capture?.release();
    }
  }

  /** Writes the snapshot of this very moment; `encode` gives it, sooner or later, and is told when the log holds as much. */
  async #write(
    encode: (sequence: number, durable: Promise<unknown>) => Promise<EncodedState>,
  ): Promise<SnapshotReport> {
    const { log, queue, sequence, fingerprint, firstSeen, settings } = this.#source;
    const start = performance.now();
    const stored = fingerprintFor(fingerprint, firstSeen);
    const durable = queue.fence();
    durable.catch(() => {}); // met again below, unless encoding fails before
    const encoded = await encode(sequence, durable);
    const head = await durable;
    assert(head.sequence === sequence, 'the fence ends at the sequence whose state is encoded');
    const encodedAt = performance.now();
    const remembering = this.#rememberRates();
    remembering.catch(() => {}); // met again below
    this.#last = await writeSnapshot(log, '', encoded, head, stored);
    this.#lastAt = settings.clock();
    this.#takeMs = this.#workMs + Math.min(performance.now() - encodedAt, encoded.bytes / WRITE_RATE);
    // When a divergence was found while this one was being made, it is doubtful as well.
    const dropping = this.divergence === undefined ? this.#thinOut() : this.#dropDoubtful();
    await Promise.all([dropping, remembering]);
    this.#sayIfTooLarge();
    const { stateHash, bytes } = encoded;
    return { sequence, stateHash, bytes, milliseconds: performance.now() - start };
  }

  /** Only what is new: under full load each thing that is written waits for a block or two. */
  async #rememberRates(): Promise<void> {
    const text = JSON.stringify(this.#rates);
    if (text === this.#remembered) return;
    await writeRates(this.#source.log, this.#rates);
    this.#remembered = text;
  }

  /** The state at `to`, encoded by whoever can do so without being in the way; compared where two did. */
  async #encode(
    to: number,
    durable: Promise<unknown>,
    atOnce: EncodedState | undefined,
    capture: StateCapture | undefined,
    checked: boolean,
  ): Promise<EncodedState> {
    const pace = new Pace(SLICE_MS, REST_MS);
    const ours = atOnce ?? (capture && (await this.#working(pace, encodePaced(capture.state, pace))));
    await durable; // what is made or checked is read from the log
    if (ours === undefined) return (await this.#makeInThread(to)) ?? (await this.#makeFromLog(to, pace));
    if (checked) await this.#checker.check(to, ours);
    else this.#checker.checkNowAndThen(to, ours);
    return ours;
  }

  /** Counts as work for the snapshot; resting, and waiting for the disk before it or for a check, does not. */
  async #working<T>(pace: Pace, work: Promise<T>): Promise<T> {
    const start = pace.workClock;
    try {
      return await work;
    } finally {
      this.#workMs += pace.workClock - start;
    }
  }

  #makeInThread(to: number): Promise<EncodedState | undefined> {
    return this.#checker.make(to, this.#keyframeEvents(), (make) =>
      this.#working(UNPACED, this.#keepingKeyframes(make)),
    );
  }

  #makeFromLog(to: number, pace: Pace): Promise<EncodedState> {
    const { model, log, fingerprint } = this.#source;
    const making = this.#keepingKeyframes((onKeyframe) =>
      makeSnapshot(model, log, fingerprint, to, { pace, keyframeEvents: this.#keyframeEvents(), onKeyframe }),
    );
    return this.#working(pace, making);
  }

  /** Writes what is made on the way, and learns from how long it took. */
  async #keepingKeyframes(make: Parameters<Keep>[0]): Promise<EncodedState> {
    const { log } = this.#source;
    const writes: Promise<unknown>[] = [];
    const made = await make(({ head, encoded, fingerprint }) => {
      writes.push(writeSnapshot(log, '', encoded, head, fingerprint));
      writes.at(-1)!.catch(() => {}); // met again below
    });
    await Promise.all(writes);
    // The load alone says too little: an open freezes the state besides.
    learnRates(this.#rates, { ...made.measured, bytesLoaded: 0 });
    return made.encoded;
  }

  #keyframeEvents(): number {
    if (!this.#facts().keyframes) return Number.POSITIVE_INFINITY;
    return planKeyframeSpacing(this.#rates.fold, this.#last?.bytes ?? 0);
  }

  /** Neither what lived nor what a replay gives is known to be right: the last snapshot on which both agreed stays. */
  async #dropDoubtful(): Promise<void> {
    const { log } = this.#source;
    const snapshots = await log.snapshots('');
    const doubtful = snapshots
      .filter(({ sequence }) => sequence > this.#checker.agreed)
      .map(({ sequence }) => sequence);
    await log.dropSnapshots('', doubtful);
    this.#last = snapshots.find(({ sequence }) => sequence <= this.#checker.agreed);
  }

  async #thinOut(): Promise<void> {
    const { log } = this.#source;
    const drop = planKeyframes(await log.snapshots(''), KEYFRAME_BUDGET_BYTES);
    if (drop.length > 0) await log.dropSnapshots('', drop);
  }

  /** A state whose loading alone overruns the promise cannot be helped by snapshots: said once, with the numbers. */
  #sayIfTooLarge(): void {
    const { loadMs, recoverWithin } = this.#facts();
    if (this.#saidTooLarge || loadMs <= recoverWithin) return;
    this.#saidTooLarge = true;
    warn(
      `Loading the state of ${this.#source.log.path} (${this.#last!.bytes} bytes) will take about ${Math.round(loadMs)} ms, and recoverWithin promises ${recoverWithin} ms`,
    );
  }

  #facts(): SnapshotFacts {
    const { sequence, settings } = this.#source;
    const { fold, load, open } = this.#rates;
    const now = settings.clock();
    // A clock that was set back would hold every save rule off until it is past that time again.
    if (now < this.#lastAt) this.#lastAt = now;
    return {
      tailEvents: sequence - this.lastSequence,
      sinceMs: now - this.#lastAt,
      openMs: open,
      loadMs: (this.#last?.bytes ?? 0) / load,
      foldRate: fold,
      takeMs: this.#takeMs,
      recoverWithin: settings.recoverWithin,
      save: settings.save,
      keyframes: settings.history !== 'discard',
    };
  }
}

function warn(message: string): void {
  process.emitWarning(message, { type: 'RefoldSnapshotWarning' });
}
