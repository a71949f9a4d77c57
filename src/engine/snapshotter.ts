/**
 * Takes the model's snapshots: on demand, when one is due, and at close.
 *
 * The state is encoded in one go on the calling thread, at a fence in the commit queue, so that it is the state of
 * exactly the sequence that the log then ends at; writing it happens in the log's own thread while appends go on.
 */
import { assert } from '../core/assert.ts';
import type { RefoldError } from '../core/errors.ts';
import type { LogStore, SnapshotInfo } from '../log/log-store.ts';
import type { CommitQueue } from './commit-queue.ts';
import { fingerprintFor, type ModelFingerprint } from './fingerprint.ts';
import type { Settings } from './options.ts';
import { estimateRecovery, planKeyframes, planSnapshot, type SnapshotFacts } from './snapshot-policy.ts';
import { encodeWhole, writeSnapshot } from './snapshots.ts';

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
  readonly log: LogStore;
  readonly queue: CommitQueue;
  readonly settings: Settings;
  readonly fingerprint: ModelFingerprint;
  /** The first sequence of each event type so far. */
  readonly firstSeen: ReadonlyMap<string, number>;
  /** The state and its sequence, pending commits included. */
  readonly state: object;
  readonly sequence: number;
  /** Why the state is not to be trusted, if so: a reducer may have left it half changed. */
  readonly failure: RefoldError | undefined;
}

/** Rates in units per ms, remembered in the log. */
export interface Rates {
  /** Events folded. */
  fold: number;
  /** Bytes of snapshot loaded. */
  load: number;
}

/** Assumed until measured; on the slow side, so that the promise holds on the first open. */
const DEFAULT_RATES: Rates = { fold: 200, load: 20_000 };
/** Fewer events than this say nothing about a rate. */
const MEASURABLE_EVENTS = 2_000;
const MEASURABLE_BYTES = 100_000;
const RATES_KEY = 'rates';

export class Snapshotter {
  readonly #source: SnapshotSource;
  readonly #rates: Rates;
  #last: SnapshotInfo | undefined;
  #lastAt: number;
  #running: Promise<SnapshotReport> | undefined;

  constructor(source: SnapshotSource, rates: Rates, last: SnapshotInfo | undefined) {
    this.#source = source;
    this.#rates = rates;
    this.#last = last;
    this.#lastAt = source.settings.clock();
  }

  get lastSequence(): number {
    return this.#last?.sequence ?? 0;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** ms that an open would take now. */
  get estimatedRecoveryMs(): number {
    return estimateRecovery(this.#facts());
  }

  /** Why a snapshot should be taken now, or undefined. O(1). */
  due(): 'recoverWithin' | 'save' | undefined {
    return this.#running ? undefined : planSnapshot(this.#facts());
  }

  /** Takes a snapshot of the state as it is now; joins one that is being taken of this very state. */
  async take(): Promise<SnapshotReport> {
    while (this.#running !== undefined) {
      const { sequence } = this.#source;
      const report = await this.#running;
      if (report.sequence >= sequence) return report;
    }
    this.#running = this.#take();
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  async #take(): Promise<SnapshotReport> {
    const { log, queue, state, sequence, fingerprint, firstSeen, settings, failure } = this.#source;
    // Commits from before the failure still become durable, and would have it taken.
    if (failure !== undefined) throw failure;
    const start = performance.now();
    const encoded = encodeWhole(state);
    const stored = fingerprintFor(fingerprint, firstSeen);
    const head = await queue.fence();
    assert(head.sequence === sequence, 'the fence ends at the sequence whose state was encoded');
    this.#last = await writeSnapshot(log, '', encoded, head, stored);
    this.#lastAt = settings.clock();
    await this.#thinOut();
    return { sequence, stateHash: encoded.stateHash, bytes: encoded.bytes, milliseconds: performance.now() - start };
  }

  async #thinOut(): Promise<void> {
    const { log } = this.#source;
    const { drop } = planKeyframes((await log.snapshots('')).map(({ sequence }) => sequence));
    if (drop.length > 0) await log.dropSnapshots('', drop);
  }

  #facts(): SnapshotFacts {
    const { sequence, settings } = this.#source;
    const now = settings.clock();
    // A clock that was set back would hold every save rule off until it is past that time again.
    if (now < this.#lastAt) this.#lastAt = now;
    return {
      tailEvents: sequence - this.lastSequence,
      sinceMs: now - this.#lastAt,
      loadMs: (this.#last?.bytes ?? 0) / this.#rates.load,
      foldRate: this.#rates.fold,
      recoverWithin: settings.recoverWithin,
      save: settings.save,
    };
  }
}

/** The rates that the log remembers, or the defaults. */
export async function readRates(log: LogStore): Promise<Rates> {
  const text = await log.getMeta(RATES_KEY);
  try {
    const { fold, load } = JSON.parse(text ?? '');
    if (fold > 0 && load > 0) return { fold, load };
  } catch {
    // Nothing remembered, or nothing legible: a rate is only a hint.
  }
  return { ...DEFAULT_RATES };
}

/** What a recovery measured. */
export interface Measured {
  readonly eventsReplayed: number;
  readonly foldMilliseconds: number;
  readonly bytesLoaded: number;
  readonly loadMilliseconds: number;
}

/** Learns from a recovery that was long enough to tell; true if anything was learnt. */
export function learnRates(rates: Rates, measured: Measured): boolean {
  const foldTells = measured.eventsReplayed >= MEASURABLE_EVENTS && measured.foldMilliseconds > 0;
  const loadTells = measured.bytesLoaded >= MEASURABLE_BYTES && measured.loadMilliseconds > 0;
  if (foldTells) rates.fold = measured.eventsReplayed / measured.foldMilliseconds;
  if (loadTells) rates.load = measured.bytesLoaded / measured.loadMilliseconds;
  return foldTells || loadTells;
}

/** Keeps the rates for the next open. */
export async function writeRates(log: LogStore, rates: Rates): Promise<void> {
  await log.putMeta(RATES_KEY, JSON.stringify(rates));
}
